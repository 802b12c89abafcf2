"""One pair: the arithmetic of a step, bit by bit."""

from __future__ import annotations

import numpy as np

from w2vref.backends import Backend, Capabilities
from w2vref.conformance.cases import PairCase, SigmoidCase
from w2vref.conformance.checks.registry import check
from w2vref.conformance.compare import Comparison
from w2vref.records import Parameters, Step
from w2vref.reference import cbow, skipgram


def _has_sg(capabilities: Capabilities) -> bool:
    return "sg" in capabilities.architectures


def _has_cbow(capabilities: Capabilities) -> bool:
    return "cbow" in capabilities.architectures


@check("sg_pairs", needs=_has_sg)
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


@check("sigmoids", needs=lambda has: _has_sg(has) and "negative" in has.objectives)
def check_sigmoid(backend: Backend, case: SigmoidCase) -> None:
    """train_sg_pair: where nothing else is left of the error, it is -sigmoid(x) for any dot x."""
    comparison = Comparison("sigmoid", backend.name, case)
    for x in case.dots:
        expected = case.step(skipgram.train_sg_pair, x).hidden_error
        got = case.step(backend.train_sg_pair, x).hidden_error
        comparison.bits(f"-sigmoid({x!r}) as hidden_error", expected, got)


@check("cbow_pairs", needs=_has_cbow)
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
    if backend.capabilities.loss:
        comparison.loss("loss", expected[0].loss, got[0].loss)


@check("sg_pairs", needs=lambda capabilities: capabilities.score and _has_sg(capabilities))
def check_score_sg_pair(backend: Backend, case: PairCase) -> None:
    """score_sg_pair: log p of the target's path given v, or log s(v.u) without hierarchical softmax."""
    parameters, tables = case.state.parameters(case.config), case.state.tables(case.config)
    arguments = (case.config, parameters, tables, case.context_ids[0], case.target_id)
    comparison = Comparison("score_sg_pair", backend.name, case)
    comparison.loss("score", skipgram.score_sg_pair(*arguments), backend.score_sg_pair(*arguments))
    comparison.parameters(case.state.parameters(case.config), parameters)


@check("cbow_pairs", needs=lambda capabilities: capabilities.score and _has_cbow(capabilities))
def check_score_cbow_pair(backend: Backend, case: PairCase) -> None:
    """score_cbow_pair: the same given the projection."""
    parameters, tables = case.state.parameters(case.config), case.state.tables(case.config)
    hidden = cbow.project(case.config, parameters, np.array(case.context_ids, dtype=np.int64))
    arguments = (case.config, parameters, tables, hidden, case.target_id)
    comparison = Comparison("score_cbow_pair", backend.name, case)
    comparison.loss("score", cbow.score_cbow_pair(*arguments), backend.score_cbow_pair(*arguments))
    comparison.parameters(case.state.parameters(case.config), parameters)
