"""Whole epochs: draws, subsampling, windows, the learning rate, the order of everything."""

from __future__ import annotations

from w2vref.backends import Backend, Control, get_backend
from w2vref.conformance.cases import EpochCase, LongCase
from w2vref.conformance.checks.registry import check
from w2vref.conformance.compare import Comparison


@check("epochs")
def check_epoch(backend: Backend, case: EpochCase) -> None:
    """train: from first_token to the end, the reference's arrays, effective words and loss."""
    _compare(Comparison("epoch", backend.name, case), backend, case)


@check("long_epochs")
def check_long_epoch(backend: Backend, case: LongCase) -> None:
    """train: the same where a corpus is trained in several parts: windows reach over their ends."""
    _compare(Comparison("long_epoch", backend.name, case), backend, case.epoch(backend.capabilities.loss))


def _compare(comparison: Comparison, backend: Backend, case: EpochCase) -> None:
    expected_job, got_job = case.job(), case.job()
    controls = Control(), Control()
    for control in controls:
        control.next_token[0] = case.first_token
    expected = get_backend("numpy").train(expected_job, controls[0])
    got = backend.train(got_job, controls[1])
    comparison.equal("effective_words", expected.effective_words, got.effective_words)
    comparison.parameters(expected_job.parameters, got_job.parameters)
    positions = [control.position(case.corpus()) for control in controls]
    comparison.equal("the position after the epoch", *positions)
    if case.compute_loss:
        comparison.loss("loss", expected.loss, got.loss)
    else:
        comparison.equal("loss, which was not asked for", 0.0, got.loss)
