"""Whole epochs: draws, subsampling, windows, the learning rate, the order of everything."""

from __future__ import annotations

from w2vref.backends import Backend, Control, get_backend
from w2vref.conformance.cases import EpochCase
from w2vref.conformance.checks.registry import check
from w2vref.conformance.compare import Comparison


@check("epochs")
def check_epoch(backend: Backend, case: EpochCase) -> None:
    """train: from first_token to the end, the reference's arrays, effective words and loss."""
    expected_job, got_job = case.job(), case.job()
    controls = Control(), Control()
    for control in controls:
        control.next_token[0] = case.first_token
    expected = get_backend("numpy").train(expected_job, controls[0])
    got = backend.train(got_job, controls[1])
    comparison = Comparison("epoch", backend.name, case)
    comparison.equal("effective_words", expected.effective_words, got.effective_words)
    comparison.parameters(expected_job.parameters, got_job.parameters)
    positions = [control.position(case.corpus()) for control in controls]
    comparison.equal("the position after the epoch", *positions)
    if backend.capabilities.loss or not case.compute_loss:
        comparison.loss("loss", expected.loss, got.loss)
