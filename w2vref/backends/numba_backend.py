"""`backend="numba"`: the reference compiled by numba, several threads, the same bits.

Plain arrays go in as NamedTuples of always the same types, so that each entry point is compiled
once for all sizes and options, and kept on disk.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

from w2vref._typing import Float32Array, Float64Array, Int32Array, Int64Array, UInt32Array, WordId
from w2vref.backends.base import Capabilities, Control, EpochResult, TrainingJob
from w2vref.backends.checks import check_corpus, check_ids, check_rows
from w2vref.backends.numba_arithmetic import Int, Lookup, Schedule
from w2vref.backends.numba_block_memory import (
    make_block_work,
    make_blocks,
    make_contributions,
    make_progress,
    make_rule,
)
from w2vref.backends.numba_block_workers import EFFECTIVE_WORDS, Blocks
from w2vref.backends.numba_epoch import SPAN, Corpus, Kept, Shared, Work
from w2vref.backends.numba_kernels import ENTRY_POINTS
from w2vref.backends.numba_objectives import Rows, Settings, make_scratch
from w2vref.backends.numba_primitives import JITTED, standard_arithmetic
from w2vref.backends.workers import run_workers
from w2vref.config import TrainingConfig
from w2vref.records import LANES, EncodedCorpus, Parameters, Step, Tables, padded_size, padded_zeros

logger = logging.getLogger(__name__)

GUIDE_BITS = 20
"""At most 2^20 buckets (4 MB) guide the search in cum_table."""
NO_GUIDE = np.zeros(2, dtype=np.int32)
NO_IDS = np.zeros(0, dtype=np.int64)

A = TypeVar("A", bound=np.generic)
_compiling = threading.Lock()


def read_only(array: NDArray[A]) -> NDArray[A]:
    """Return a contiguous, aligned, read-only view: one type for numba, memory-mapped or not."""
    view = np.require(np.asarray(array), requirements=["C", "A"]).view()
    view.flags.writeable = False
    return view


def make_guide(cum_table: UInt32Array) -> tuple[Int32Array, np.uint64]:
    """Return (guide, shift): guide[b] is the insertion point of b << shift in cum_table.

    The insertion point of r is in guide[r >> shift] .. guide[(r >> shift) + 1]: about one word, so
    a draw need not search the whole table.
    """
    if not len(cum_table):
        return NO_GUIDE, np.uint64(0)
    total = int(cum_table[-1])
    shift = max(0, total.bit_length() - min(GUIDE_BITS, len(cum_table).bit_length()))
    edges = np.arange((total >> shift) + 2, dtype=np.uint64) << np.uint64(shift)
    return np.searchsorted(cum_table, edges, side="left").astype(np.int32), np.uint64(shift)


def _settings(
    config: TrainingConfig, learn_vectors: bool = True, learn_hidden: bool = True, compute_loss: bool = True
) -> Settings:
    return Settings(
        window=config.window,
        shrink_windows=config.shrink_windows,
        sg=bool(config.sg),
        hs=bool(config.hs),
        negative=config.negative,
        cbow_mean=bool(config.cbow_mean),
        divides_error=config.divides_error(),
        seed=np.uint64(config.seed),
        blocks=padded_size(config.vector_size) // LANES,
        learn_vectors=learn_vectors,
        learn_hidden=learn_hidden,
        compute_loss=compute_loss,
    )


def _rows(parameters: Parameters, writable: bool = True) -> Rows:
    arrays = (parameters.input_vectors, parameters.output_vectors, parameters.node_vectors)
    vectors = [np.asarray(a) if writable else read_only(a) for a in arrays]
    return Rows(vectors[0], vectors[1], vectors[2], read_only(parameters.locks), len(parameters.locks))


def _lookup(tables: Tables, guide: Int32Array = NO_GUIDE, shift: np.uint64 = np.uint64(0)) -> Lookup:  # noqa: B008
    return Lookup(
        read_only(tables.sample_int),
        read_only(tables.cum_table),
        np.uint64(tables.cum_table[-1] if len(tables.cum_table) else 0),
        guide,
        shift,
        read_only(tables.codes),
        read_only(tables.points),
        read_only(tables.code_offsets),
    )


def _corpus(corpus: EncodedCorpus) -> Corpus:
    return Corpus(
        read_only(corpus.tokens), corpus.words, read_only(corpus.sentence_offsets), corpus.sentences
    )


def _kept(window: int, corpus: EncodedCorpus) -> Kept:
    """Return room for what one part of a sentence keeps, and its neighbours on both sides."""
    longest = int(np.diff(corpus.sentence_offsets).max(initial=0))
    room = min(longest, SPAN) + 2 * min(window, longest)
    return Kept(
        np.zeros(room, dtype=np.int64), np.zeros(room, dtype=np.int32), np.zeros(room, dtype=np.uint64)
    )


def _arguments(job: TrainingJob, control: Control) -> tuple[Any, ...]:
    """Return what the entry points of training begin with."""
    return (
        _settings(job.config, compute_loss=job.compute_loss),
        _rows(job.parameters),
        _lookup(job.tables, *make_guide(job.tables.cum_table)),
        _corpus(job.corpus),
        Schedule(float(job.start_alpha), float(job.end_alpha), int(job.words_before), int(job.total_words)),
        int(job.epoch),
        Shared(control.stop, control.next_token),
    )


def _zero_row(size: int) -> Float32Array:
    row: Float32Array = padded_zeros(1, size)[0]
    return row


def _work(size: int, negative_ids: Int64Array, hidden: Float32Array | None = None) -> Work:
    projection = _zero_row(size) if hidden is None else hidden
    return Work(make_scratch(), projection, _zero_row(size), negative_ids)


def _result(effective_words: Int, loss: float) -> EpochResult:
    return EpochResult(int(effective_words), float(loss))


def _compiled(entry: Any, *arguments: Any) -> Any:
    """Return the entry point, compiled for these arguments; say so if that took time."""
    if JITTED and not entry.signatures:
        with _compiling:
            if not entry.signatures:
                start = time.perf_counter()
                entry.compile(tuple(_typeof(argument) for argument in arguments))
                how = "loading" if entry.stats.cache_hits else "compiling"
                seconds = time.perf_counter() - start
                logger.info("%s numba kernels: %.2f s (%s)", how, seconds, entry.__name__)
    return entry


def _typeof(argument: Any) -> Any:
    return numba.typeof(argument)


class NumbaBackend:
    """`backend="numba"`."""

    name = "numba"
    capabilities = Capabilities(threads=True, algorithms=frozenset({"sequential", "block"}))

    def prepare(self, config: TrainingConfig) -> None:
        """Compile what training needs, or load it from disk, before the clock starts."""
        size = config.vector_size
        no_rows = padded_zeros(0, size)
        one = np.ones(1, dtype=np.float32)
        self.train(
            TrainingJob(
                config,
                Parameters(size, no_rows, no_rows, no_rows, one),
                Tables(
                    np.zeros(0, dtype=np.uint64),
                    np.zeros(0, dtype=np.uint32),
                    np.zeros(0, dtype=np.uint8),
                    np.zeros(0, dtype=np.uint32),
                    np.zeros(1, dtype=np.int64),
                ),
                EncodedCorpus(np.zeros(0, dtype=np.int32), np.zeros(1, dtype=np.int64), 0),
                epoch=0,
                words_before=0,
                total_words=0,
                start_alpha=0.0,
                end_alpha=0.0,
            ),
            Control(),
        )

    def train(self, job: TrainingJob, control: Control) -> EpochResult:
        config, parameters = job.config, job.parameters
        check_rows(config, parameters, job.tables)
        check_corpus(parameters, job.corpus)
        arguments = _arguments(job, control)
        if config.algorithm == "block":
            return self._train_blocks(job, control, arguments)

        def own() -> tuple[Kept, Work]:
            negative_ids = np.zeros(2 * config.negative, dtype=np.int64)
            return _kept(config.window, job.corpus), _work(config.vector_size, negative_ids)

        train = _compiled(ENTRY_POINTS.train, *arguments, *own())

        def work() -> EpochResult:
            with standard_arithmetic():
                return _result(*train(*arguments, *own()))

        return run_workers(work, max(1, job.workers), control)

    @staticmethod
    def _train_blocks(job: TrainingJob, control: Control, arguments: tuple[Any, ...]) -> EpochResult:
        size, workers = job.config.vector_size, max(1, job.workers)
        rule = make_rule(job.config, job.corpus, len(job.parameters.input_vectors), control)
        progress = make_progress()
        memory, contributions = make_blocks(rule), make_contributions(rule, size, workers)
        blocks = Blocks._make((*arguments, rule, memory, contributions, progress))
        train = _compiled(ENTRY_POINTS.train_blocks, blocks, make_block_work(rule, size))

        def work() -> EpochResult:
            with standard_arithmetic():
                train(blocks, make_block_work(rule, size))
            return EpochResult(0, 0.0)

        if rule.blocks:
            run_workers(work, workers, control)
        return _result(progress.cells[EFFECTIVE_WORDS], progress.loss[0])

    def score(
        self,
        config: TrainingConfig,
        parameters: Parameters,
        tables: Tables,
        corpus: EncodedCorpus,
        workers: int = 1,
    ) -> Float64Array:
        check_rows(config, parameters, tables)
        check_corpus(parameters, corpus)
        control = Control()
        scores = np.zeros(corpus.sentences, dtype=np.float64)
        arguments = (
            _settings(config),
            _rows(parameters, writable=False),
            _lookup(tables),
            _corpus(corpus),
            Shared(control.stop, control.next_token),
            scores,
        )

        def own() -> Float32Array:
            return _zero_row(config.vector_size)

        score = _compiled(ENTRY_POINTS.score, *arguments, own())

        def work() -> EpochResult:
            with standard_arithmetic():
                score(*arguments, own())
            return EpochResult(0, 0.0)

        run_workers(work, max(1, workers), control)
        return scores

    def train_sg_pair(
        self,
        config: TrainingConfig,
        parameters: Parameters,
        tables: Tables,
        input_id: WordId,
        target_id: WordId,
        negative_ids: Int64Array,
        alpha: float,
        learn_vectors: bool = True,
        learn_hidden: bool = True,
    ) -> Step:
        negative_ids = self._checked(config, parameters, tables, [input_id, target_id], negative_ids)
        work = _work(config.vector_size, negative_ids)
        settings = _settings(config, bool(learn_vectors), bool(learn_hidden))
        ids = int(input_id), int(target_id)
        with standard_arithmetic():  # alpha is rounded in it
            arguments = (settings, _rows(parameters), _lookup(tables), *ids, np.float32(alpha), work)
            loss = _compiled(ENTRY_POINTS.train_sg_pair, *arguments)(*arguments)
        return Step(float(loss), work.hidden_error)

    def train_cbow_pair(
        self,
        config: TrainingConfig,
        parameters: Parameters,
        tables: Tables,
        context_ids: Int64Array,
        hidden: Float32Array,
        target_id: WordId,
        negative_ids: Int64Array,
        alpha: float,
        learn_vectors: bool = True,
        learn_hidden: bool = True,
    ) -> Step:
        if not len(context_ids):
            raise ValueError("context_ids is empty: a CBOW step needs at least one context word")
        negative_ids = self._checked(config, parameters, tables, [target_id, *context_ids], negative_ids)
        work = _work(config.vector_size, negative_ids, _projection(config, hidden))
        with standard_arithmetic():  # alpha is rounded in it
            arguments = (
                _settings(config, bool(learn_vectors), bool(learn_hidden)),
                _rows(parameters),
                _lookup(tables),
                np.asarray(context_ids).astype(np.int32),
                int(target_id),
                np.float32(alpha),
                work,
            )
            loss = _compiled(ENTRY_POINTS.train_cbow_pair, *arguments)(*arguments)
        return Step(float(loss), work.hidden_error)

    def score_sg_pair(
        self,
        config: TrainingConfig,
        parameters: Parameters,
        tables: Tables,
        input_id: WordId,
        target_id: WordId,
    ) -> float:
        self._checked(config, parameters, tables, [input_id, target_id], NO_IDS)
        hidden = parameters.input_vectors[input_id]
        return self.score_cbow_pair(config, parameters, tables, hidden, target_id)

    def score_cbow_pair(
        self,
        config: TrainingConfig,
        parameters: Parameters,
        tables: Tables,
        hidden: Float32Array,
        target_id: WordId,
    ) -> float:
        self._checked(config, parameters, tables, [target_id], NO_IDS)
        rows = _rows(parameters, writable=False)
        hidden = read_only(_projection(config, hidden))
        arguments = (_settings(config), rows, _lookup(tables), hidden, int(target_id))
        score = _compiled(ENTRY_POINTS.score_pair, *arguments)
        with standard_arithmetic():
            return float(score(*arguments))

    @staticmethod
    def _checked(
        config: TrainingConfig,
        parameters: Parameters,
        tables: Tables,
        word_ids: list[WordId],
        negative_ids: Int64Array,
    ) -> Int64Array:
        """Check all that a pair function reads and return the negatives as numba takes them."""
        check_rows(config, parameters, tables)
        negative_ids = np.array(negative_ids, dtype=np.int64)
        check_ids("pair", np.concatenate([word_ids, negative_ids]), len(parameters.input_vectors))
        return negative_ids


def _projection(config: TrainingConfig, hidden: Float32Array) -> Float32Array:
    """Return a copy of hidden that a kernel may read."""
    stride = padded_size(config.vector_size)
    if hidden.shape != (stride,):
        raise ValueError(f"hidden must have {stride} components (padded), got {hidden.shape}")
    return np.array(hidden, dtype=np.float32)
