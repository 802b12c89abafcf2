"""Block training: the reference's bits with any number of workers."""

from __future__ import annotations

from w2vref.backends import Backend, Capabilities, Control, get_backend
from w2vref.conformance.cases import EpochCase
from w2vref.conformance.checks.registry import check
from w2vref.conformance.compare import Comparison
from w2vref.reference.block_layout import block_bounds

WORKERS = (1, 2, 3, 8)


def _has_blocks(capabilities: Capabilities) -> bool:
    return "block" in capabilities.algorithms


@check("block_epochs", needs=_has_blocks)
def check_block_epoch(backend: Backend, case: EpochCase) -> None:
    """train: block training from any block to the end, the reference's bits with 1, 2, 3 and 8 workers."""
    expected_job, expected_control = case.job(), Control()
    bounds = block_bounds(case.config, expected_job.corpus)
    first = int(bounds[min(case.first_token, len(bounds) - 1)])  # here, the number of a block
    expected_control.next_token[0] = first
    expected = get_backend("numpy").train(expected_job, expected_control)
    for workers in WORKERS if backend.capabilities.threads else (1,):
        job, control = case.job(workers), Control()
        control.next_token[0] = first
        got = backend.train(job, control)
        comparison = Comparison("block_epoch", backend.name, case)
        comparison.equal(f"effective_words, {workers} workers", expected.effective_words, got.effective_words)
        comparison.parameters(expected_job.parameters, job.parameters)
        comparison.equal(
            f"position, {workers} workers", int(expected_control.next_token[0]), int(control.next_token[0])
        )
        if backend.capabilities.loss or not case.compute_loss:
            comparison.loss(f"loss, {workers} workers", expected.loss, got.loss)


@check("block_epochs", needs=_has_blocks)
def check_block_stop(backend: Backend, case: EpochCase) -> None:
    """train: block training with the stop flag set trains nothing, and the position stays."""
    job, control = case.job(), Control()
    control.stop[0] = 1
    result = backend.train(job, control)
    comparison = Comparison("block_stop", backend.name, case)
    comparison.equal("effective_words", 0, result.effective_words)
    comparison.equal("position", 0, control.position(job.corpus))
    comparison.parameters(case.state.parameters(case.config), job.parameters)
