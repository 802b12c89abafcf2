"""One pair: the arithmetic of a step, bit by bit."""

from __future__ import annotations

import numpy as np

from w2vref.backends import Backend
from w2vref.conformance.cases import PairCase
from w2vref.conformance.checks.registry import check
from w2vref.conformance.compare import Comparison
from w2vref.records import Parameters, Step
from w2vref.reference import cbow, skipgram


@check("sg_pairs")
def check_train_sg_pair(backend: Backend, case: PairCase) -> None:
    """train_sg_pair: g = (y - s(v.u)) alpha; e += g u; u += g v for each step; v += lock e."""

    def run(function: object) -> tuple[Step, Parameters]:
        parameters = case.state.parameters(case.config)
        step: Step = function(  # type: ignore[operator]
            case.config,
            parameters,
            case.state.tables(case.config),
            case.context_ids[0],
            case.target_id,
            np.array(case.negative_ids, dtype=np.int64),
            case.alpha,
            case.learn_vectors,
            case.learn_hidden,
        )
        return step, parameters

    _compare("train_sg_pair", backend, case, run(skipgram.train_sg_pair), run(backend.train_sg_pair))


@check("cbow_pairs")
def check_train_cbow_pair(backend: Backend, case: PairCase) -> None:
    """train_cbow_pair: the same from h = sum or mean of the context; each context row += lock e (/ n)."""

    def run(function: object) -> tuple[Step, Parameters]:
        parameters = case.state.parameters(case.config)
        context_ids = np.array(case.context_ids, dtype=np.int64)
        step: Step = function(  # type: ignore[operator]
            case.config,
            parameters,
            case.state.tables(case.config),
            context_ids,
            cbow.project(case.config, parameters, context_ids),
            case.target_id,
            np.array(case.negative_ids, dtype=np.int64),
            case.alpha,
            case.learn_vectors,
            case.learn_hidden,
        )
        return step, parameters

    _compare("train_cbow_pair", backend, case, run(cbow.train_cbow_pair), run(backend.train_cbow_pair))


def _compare(
    name: str,
    backend: Backend,
    case: PairCase,
    expected: tuple[Step, Parameters],
    got: tuple[Step, Parameters],
) -> None:
    comparison = Comparison(name, backend.name, case)
    comparison.bits("hidden_error", expected[0].hidden_error, got[0].hidden_error)
    comparison.parameters(expected[1], got[1])
    comparison.loss("loss", expected[0].loss, got[0].loss)


@check("sg_pairs", needs=lambda capabilities: capabilities.score)
def check_score_sg_pair(backend: Backend, case: PairCase) -> None:
    """score_sg_pair: log p of the target's path given v, or log s(v.u) without hierarchical softmax."""
    parameters, tables = case.state.parameters(case.config), case.state.tables(case.config)
    arguments = (case.config, parameters, tables, case.context_ids[0], case.target_id)
    comparison = Comparison("score_sg_pair", backend.name, case)
    comparison.loss("score", skipgram.score_sg_pair(*arguments), backend.score_sg_pair(*arguments))
    comparison.parameters(case.state.parameters(case.config), parameters)


@check("cbow_pairs", needs=lambda capabilities: capabilities.score)
def check_score_cbow_pair(backend: Backend, case: PairCase) -> None:
    """score_cbow_pair: the same given the projection."""
    parameters, tables = case.state.parameters(case.config), case.state.tables(case.config)
    hidden = cbow.project(case.config, parameters, np.array(case.context_ids, dtype=np.int64))
    arguments = (case.config, parameters, tables, hidden, case.target_id)
    comparison = Comparison("score_cbow_pair", backend.name, case)
    comparison.loss("score", cbow.score_cbow_pair(*arguments), backend.score_cbow_pair(*arguments))
    comparison.parameters(case.state.parameters(case.config), parameters)
