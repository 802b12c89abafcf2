"""The epochs of one `train()` call.

    position -> job of the next epoch -> backend -> position -> finite? -> callbacks -> next epoch

Whatever ends the call, the position is exact when the exception leaves: every claimed span is
finished, and nothing runs on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from w2vref._typing import Float32Array, UInt64Array
from w2vref.backends import Backend, Control, TrainingJob
from w2vref.config import TrainingConfig
from w2vref.errors import TrainingDivergedError
from w2vref.records import EncodedCorpus, Parameters, Tables
from w2vref.training.result import TrainPosition, TrainResult

ROWS_AT_ONCE = 1 << 14


@dataclass(frozen=True, slots=True)
class Call:
    """What one `train()` call works on."""

    backend: Backend
    config: TrainingConfig
    parameters: Parameters
    tables: Tables
    corpus: EncodedCorpus
    words: Sequence[str]
    """In id order; for error messages."""
    workers: int
    compute_loss: bool
    generator: UInt64Array
    """State of the dialect's own generator; goes on from epoch to epoch."""


@dataclass(frozen=True, slots=True)
class Observer:
    """What the loop tells the model; an exception of any of these ends the call."""

    moved: Callable[[TrainPosition], None]
    epoch_begin: Callable[[], None]
    epoch_end: Callable[[float], None]
    """Called with the epoch's loss in nats (0.0 unless asked for)."""
    progress: Callable[[int, int], None]
    """Called with (words done, words of the call) about every 0.05 s."""


def run_epochs(call: Call, position: TrainPosition, observer: Observer) -> TrainResult:
    """Train from `position` to the end of its call, in place.

    Raises: TrainingDivergedError after an epoch that left a value that is not finite; whatever the
        backend or the observer raises. `observer.moved` has been told the exact position before.
    """
    effective_words, loss = 0, 0.0
    words_at_start = position.words_done
    started = time.perf_counter()
    while not position.finished:
        epoch = position.first_epoch + position.epoch
        observer.epoch_begin()
        job = TrainingJob(
            config=call.config,
            parameters=call.parameters,
            tables=call.tables,
            corpus=call.corpus,
            epoch=epoch,
            words_before=position.epoch * position.words,
            total_words=position.total_words,
            start_alpha=position.start_alpha,
            end_alpha=position.end_alpha,
            compute_loss=call.compute_loss,
            workers=call.workers,
            generator=call.generator,
        )
        control = _control(job, position.token, observer)
        try:
            result = call.backend.train(job, control)
        finally:
            position = _advanced(position, control.position(call.corpus))
            observer.moved(position)
        effective_words += result.effective_words
        loss += result.loss
        observer.progress(position.words_done, job.total_words)
        check_finite(call.parameters, call.words, epoch)
        observer.epoch_end(result.loss)
    return TrainResult(
        effective_words,
        # Out-of-vocabulary words are spread evenly over what was trained.
        raw_words=round(
            call.corpus.raw_words * (position.words_done - words_at_start) / max(1, position.words)
        ),
        seconds=time.perf_counter() - started,
        loss=loss if call.compute_loss else None,
    )


def _control(job: TrainingJob, first_token: int, observer: Observer) -> Control:
    control = Control(
        poll=lambda: observer.progress(job.words_before + control.position(job.corpus), job.total_words)
    )
    control.next_token[0] = first_token
    return control


def _advanced(position: TrainPosition, token: int) -> TrainPosition:
    if token == position.words:
        return replace(position, epoch=position.epoch + 1, token=0)
    return replace(position, token=token)


def check_finite(parameters: Parameters, words: Sequence[str], epoch: int) -> None:
    """Raise TrainingDivergedError if a trained value is infinite or not a number."""
    for name in ("input_vectors", "output_vectors", "node_vectors"):
        row = first_bad_row(getattr(parameters, name))
        if row is not None:
            where = f"node {row}" if name == "node_vectors" else f"word {words[row]!r}"
            raise TrainingDivergedError(
                f"training diverged in epoch {epoch}: {name} of {where} is no longer finite. A smaller "
                "alpha usually helps (0.025 for skip-gram, 0.05 for CBOW), so does cbow_mean=1 or "
                "sample=0.001; call reset_weights() to start again"
            )


def first_bad_row(rows: Float32Array) -> int | None:
    """Return the first row with a value that is not finite, or None."""
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[start : start + ROWS_AT_ONCE]
        # Sums pass infinity and NaN on and take one reading of the rows; that of large values overflows, too.
        # Not by a product with ones: the threads of BLAS go on spinning for a while, in the workers' way.
        with np.errstate(over="ignore", invalid="ignore"):
            suspects = np.flatnonzero(~np.isfinite(np.einsum("ij->i", part)))
        for row in suspects.tolist():
            if not np.isfinite(part[row]).all():
                return start + int(row)
    return None
