"""The stop flag: seen before anything is claimed."""

from __future__ import annotations

from w2vref.backends import Backend, Control
from w2vref.conformance.cases import EpochCase
from w2vref.conformance.checks.registry import check
from w2vref.conformance.compare import Comparison


@check("epochs")
def check_stop(backend: Backend, case: EpochCase) -> None:
    """train: with the stop flag set nothing is trained and the position stays."""
    job, control = case.job(), Control()
    control.stop[0] = 1
    control.next_token[0] = case.first_token
    result = backend.train(job, control)
    comparison = Comparison("stop", backend.name, case)
    comparison.equal("effective_words", 0, result.effective_words)
    comparison.equal("position", case.first_token, control.position(job.corpus))
    comparison.parameters(case.state.parameters(case.config), job.parameters)


@check("epochs")
def check_no_tokens_left(backend: Backend, case: EpochCase) -> None:
    """train: at the end of the corpus nothing is trained."""
    job, control = case.job(), Control()
    control.next_token[0] = job.corpus.words
    result = backend.train(job, control)
    comparison = Comparison("no_tokens_left", backend.name, case)
    comparison.equal("effective_words", 0, result.effective_words)
    comparison.parameters(case.state.parameters(case.config), job.parameters)
