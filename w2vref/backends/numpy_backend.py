"""The reference seen through the backend protocol: slow, readable, and right by definition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from w2vref._typing import Float64Array
from w2vref.backends.base import Capabilities, Control, EpochResult, TrainingJob
from w2vref.backends.workers import run_workers
from w2vref.config import TrainingConfig
from w2vref.records import EncodedCorpus, Parameters, Step, Tables
from w2vref.reference import block, block_layout, cbow, epoch, skipgram
from w2vref.reference.arithmetic import check_arithmetic
from w2vref.reference.dialects.pairs import pair_functions
from w2vref.reference.dialects.support import CHOICES, LOOPS
from w2vref.reference.schedule import learning_rate

SPAN = 32
"""Tokens between two looks at the stop flag: some 0.03 s of the reference."""


class NumpyBackend:
    """`backend="numpy"`: every call goes to `w2vref.reference`."""

    name = "numpy"
    capabilities = Capabilities(algorithms=frozenset({"sequential", "block"}), dialect_choices=CHOICES)

    def train(self, job: TrainingJob, control: Control) -> EpochResult:
        def work() -> EpochResult:
            check_arithmetic()
            # A run that diverges is told of once, after the epoch, not by a warning for each product.
            with np.errstate(over="ignore", invalid="ignore", under="ignore"):
                return _loop_of(job)(job, control)

        return run_workers(work, 1, control)

    def score(
        self,
        config: TrainingConfig,
        parameters: Parameters,
        tables: Tables,
        corpus: EncodedCorpus,
        workers: int = 1,
    ) -> Float64Array:
        check_arithmetic()
        with np.errstate(under="ignore"):
            return epoch.score_sentences(config, parameters, tables, corpus)

    @staticmethod
    def train_sg_pair(config: TrainingConfig, *arguments: Any, **options: Any) -> Step:
        return pair_functions(config.dialect).train_sg_pair(config, *arguments, **options)

    @staticmethod
    def train_cbow_pair(config: TrainingConfig, *arguments: Any, **options: Any) -> Step:
        return pair_functions(config.dialect).train_cbow_pair(config, *arguments, **options)

    score_sg_pair = staticmethod(skipgram.score_sg_pair)
    score_cbow_pair = staticmethod(cbow.score_cbow_pair)


def _loop_of(job: TrainingJob) -> Callable[[TrainingJob, Control], EpochResult]:
    if job.config.algorithm == "block":
        return _train_blocks
    # A choice of an axis that no option decides: not the default loop's.
    return _train_sentences if Capabilities().lacking(job.config.dialect) else _train_spans


def _train_spans(job: TrainingJob, control: Control) -> EpochResult:
    schedule = epoch.Schedule(job.start_alpha, job.end_alpha, job.words_before, job.total_words)
    effective_words, loss = 0, 0.0
    while not control.stop[0] and (first := int(control.next_token[0])) < job.corpus.words:
        last = min(first + SPAN, job.corpus.words)
        control.next_token[0] = last
        result = epoch.train_span(
            job.config, job.parameters, job.tables, job.corpus, schedule, job.epoch, first, last
        )
        effective_words += result.effective_words
        loss += result.loss
    return EpochResult(effective_words, loss if job.compute_loss else 0.0)


def _train_blocks(job: TrainingJob, control: Control) -> EpochResult:
    bounds = block_layout.bounds_from(job.config, job.corpus, int(control.next_token[0]))
    effective_words, loss = 0, 0.0
    for first, last in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        if control.stop[0]:
            break
        alpha = learning_rate(job.start_alpha, job.end_alpha, job.words_before + first, job.total_words)
        result = block.train_block(
            job.config, job.parameters, job.tables, job.corpus, job.epoch, first, last, alpha
        )
        control.next_token[0] = last
        effective_words += result.effective_words
        loss += result.loss
    return EpochResult(effective_words, loss if job.compute_loss else 0.0)


def _train_sentences(job: TrainingJob, control: Control) -> EpochResult:
    """Train another dialect. Its loop can only be left between sentences."""
    schedule = epoch.Schedule(job.start_alpha, job.end_alpha, job.words_before, job.total_words)
    effective_words, loss = 0, 0.0
    first, words = int(control.next_token[0]), job.corpus.words
    if first >= words:
        return EpochResult(0, 0.0)
    sentences = LOOPS[job.config.dialect.generator](
        job.config, job.parameters, job.tables, job.corpus, schedule, job.epoch, job.generator, first
    )
    # Behind the last token there may be sentences without a known word: their job draws, so the loop goes on.
    while not control.stop[0] or control.next_token[0] >= words:
        progress = next(sentences, None)
        if progress is None:
            break
        control.next_token[0] = progress.last
        effective_words += progress.effective_words
        loss += progress.loss
    return EpochResult(effective_words, loss if job.compute_loss else 0.0)
