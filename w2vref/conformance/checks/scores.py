"""Scores of sentences: full windows, no subsampling, nothing changed."""

from __future__ import annotations

from w2vref.backends import Backend, get_backend
from w2vref.conformance.cases import EpochCase
from w2vref.conformance.checks.registry import check
from w2vref.conformance.compare import Comparison


@check("epochs", needs=lambda capabilities: capabilities.score)
def check_score(backend: Backend, case: EpochCase) -> None:
    """score: the sum of the pairs' scores for each sentence, 0.0 for one without a pair."""
    parameters, tables, corpus = (
        case.state.parameters(case.config),
        case.state.tables(case.config),
        case.corpus(),
    )
    expected = get_backend("numpy").score(case.config, parameters, tables, corpus)
    comparison = Comparison("score", backend.name, case)
    for workers in (1, 2):
        got = backend.score(case.config, parameters, tables, corpus, workers)
        comparison.equal("shape of the scores", expected.shape, got.shape)
        for sentence, (e, g) in enumerate(zip(expected.tolist(), got.tolist(), strict=True)):
            comparison.loss(f"score of sentence {sentence} with {workers} worker(s)", e, g)
    comparison.parameters(case.state.parameters(case.config), parameters)
