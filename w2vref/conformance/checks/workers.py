"""Several workers: each token once; the same bits where no row that changes is shared."""

from __future__ import annotations

from w2vref.backends import Backend, Control
from w2vref.conformance.cases import WorkersCase
from w2vref.conformance.checks.registry import check
from w2vref.conformance.compare import Comparison


@check("worker_groups", needs=lambda has: has.threads and "negative" in has.objectives)
def check_workers(backend: Backend, case: WorkersCase) -> None:
    """train: with 2, 3 and 8 workers every token is trained once, and unshared rows get one worker's bits."""
    loss = backend.capabilities.loss
    alone = case.job(1, loss)
    expected = backend.train(alone, Control())
    comparison = Comparison("workers", backend.name, case)
    comparison.equal("effective words, 1 worker", alone.corpus.words, expected.effective_words)
    start = case.job(1).parameters.input_vectors
    trained = int((alone.parameters.input_vectors != start).any(axis=1).sum())
    comparison.equal("rows that one worker changes", case.groups * case.group_words, trained)
    for workers in (2, 3, 8):
        job, control = case.job(workers, loss), Control()
        got = backend.train(job, control)
        comparison.equal(f"effective words, {workers} workers", job.corpus.words, got.effective_words)
        comparison.equal(f"position, {workers} workers", job.corpus.words, control.position(job.corpus))
        comparison.parameters(alone.parameters, job.parameters)
        if loss:
            comparison.loss(f"loss, {workers} workers", expected.loss, got.loss)
