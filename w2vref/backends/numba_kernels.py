"""What Python calls: the entry points, which turn arrays into pointers and run without the GIL.

numba_kernels -> numba_epoch -> numba_objectives -> numba_arithmetic, numba_primitives
              -> numba_block_workers -> numba_block_rows -> numba_block -> numba_block_layout -> numba_epoch
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from w2vref._typing import Float32Array, Float64Array, Int32Array
from w2vref.backends.numba_arithmetic import I0, Int, Lookup, Schedule
from w2vref.backends.numba_block import BlockWork, Contributions
from w2vref.backends.numba_block_layout import Block, Rule
from w2vref.backends.numba_block_workers import Blocks, Progress, work_on_blocks
from w2vref.backends.numba_epoch import Corpus, Kept, Shared, Work, score_spans, train_spans
from w2vref.backends.numba_objectives import (
    Rows,
    Scratch,
    Settings,
    score_objectives,
    train_cbow_pair,
    train_sg_pair,
)
from w2vref.backends.numba_primitives import entry_point, jit, pointer, source_digest


@jit
def rows_of(parameters: Rows) -> Rows:
    """Return the same with pointers for arrays."""
    return Rows(
        pointer(parameters.input_vectors),
        pointer(parameters.output_vectors),
        pointer(parameters.node_vectors),
        pointer(parameters.locks),
        parameters.n_locks,
    )


@jit
def lookup_of(tables: Lookup) -> Lookup:
    """Return the same with pointers for arrays."""
    return Lookup(
        pointer(tables.sample_int),
        pointer(tables.cum_table),
        tables.total,
        pointer(tables.guide),
        tables.guide_shift,
        pointer(tables.codes),
        pointer(tables.points),
        pointer(tables.code_offsets),
    )


@jit
def corpus_of(corpus: Corpus) -> Corpus:
    """Return the same with pointers for arrays."""
    return Corpus(pointer(corpus.tokens), corpus.words, pointer(corpus.sentence_offsets), corpus.sentences)


@jit
def shared_of(shared: Shared) -> Shared:
    """Return the same with pointers for arrays."""
    return Shared(pointer(shared.stop), pointer(shared.next_token))


@jit
def kept_of(kept: Kept) -> Kept:
    """Return the same with pointers for arrays."""
    return Kept(pointer(kept.positions), pointer(kept.words), pointer(kept.keys))


@jit
def work_of(work: Work) -> Work:
    """Return the same with pointers for arrays."""
    scratch = work.scratch
    return Work(
        Scratch(pointer(scratch.ids), pointer(scratch.labels), pointer(scratch.x), pointer(scratch.y)),
        pointer(work.hidden),
        pointer(work.hidden_error),
        pointer(work.negative_ids),
    )


@jit
def rule_of(rule: Rule) -> Rule:
    """Return the same with pointers for arrays."""
    return Rule(
        rule.words,
        rule.tile,
        rule.draws,
        rule.cap,
        rule.input_cap,
        rule.share,
        pointer(rule.bounds),
        rule.blocks,
        rule.room,
        rule.tiles,
        rule.passes,
        rule.digit_bits,
    )


@jit
def block_memory_of(memory: Block) -> Block:
    """Return the same with pointers for arrays."""
    return Block(
        pointer(memory.n),
        pointer(memory.alpha),
        pointer(memory.word_ids),
        pointer(memory.keys),
        pointer(memory.left),
        pointer(memory.right),
        pointer(memory.centers_of),
        pointer(memory.noise),
        pointer(memory.weights),
        pointer(memory.entries),
        pointer(memory.spare),
        pointer(memory.losses),
    )


@jit
def block_work_of(work: BlockWork) -> BlockWork:
    """Return the same with pointers for arrays."""
    return BlockWork(
        pointer(work.ids),
        pointer(work.to_ids),
        pointer(work.x),
        pointer(work.y),
        pointer(work.g),
        pointer(work.ones),
        pointer(work.row_ids),
        pointer(work.to_row_ids),
        pointer(work.noise_ids),
        pointer(work.to_noise_ids),
        pointer(work.h),
        pointer(work.projections),
        pointer(work.sum),
        pointer(work.errors),
        pointer(work.starts),
    )


@jit
def blocks_of(blocks: Blocks) -> Blocks:
    """Return the same with pointers for arrays."""
    return Blocks(
        blocks.settings,
        rows_of(blocks.parameters),
        lookup_of(blocks.tables),
        corpus_of(blocks.corpus),
        blocks.schedule,
        blocks.epoch,
        shared_of(blocks.shared),
        rule_of(blocks.rule),
        block_memory_of(blocks.memory),
        Contributions(pointer(blocks.contributions.to_inputs), pointer(blocks.contributions.to_outputs)),
        Progress(pointer(blocks.progress.cells), pointer(blocks.progress.loss)),
    )


class EntryPoints(NamedTuple):
    """The compiled functions that `NumbaBackend` calls."""

    train: Callable[..., tuple[Int, float]]
    train_blocks: Callable[..., None]
    score: Callable[..., None]
    train_sg_pair: Callable[..., float]
    train_cbow_pair: Callable[..., float]
    score_pair: Callable[..., float]


def make_entry_points(source: str) -> EntryPoints:
    """Return the entry points; a change of `source` makes what was kept on disk void."""

    @entry_point
    def train(
        settings: Settings,
        parameters: Rows,
        tables: Lookup,
        corpus: Corpus,
        schedule: Schedule,
        epoch: Int,
        shared: Shared,
        kept: Kept,
        work: Work,
    ) -> tuple[Int, float]:
        _ = source
        return train_spans(
            settings,
            rows_of(parameters),
            lookup_of(tables),
            corpus_of(corpus),
            schedule,
            epoch,
            shared_of(shared),
            kept_of(kept),
            work_of(work),
        )

    @entry_point
    def train_blocks(blocks: Blocks, work: BlockWork) -> None:
        _ = source
        work_on_blocks(blocks_of(blocks), block_work_of(work))

    @entry_point
    def score(
        settings: Settings,
        parameters: Rows,
        tables: Lookup,
        corpus: Corpus,
        shared: Shared,
        scores: Float64Array,
        hidden: Float32Array,
    ) -> None:
        _ = source
        score_spans(
            settings,
            rows_of(parameters),
            lookup_of(tables),
            corpus_of(corpus),
            shared_of(shared),
            pointer(scores),
            pointer(hidden),
        )

    @entry_point
    def sg_pair(
        settings: Settings,
        parameters: Rows,
        tables: Lookup,
        input_id: Int,
        target_id: Int,
        alpha: np.float32,
        work: Work,
    ) -> float:
        _ = source
        own = work_of(work)
        return train_sg_pair(
            settings,
            rows_of(parameters),
            lookup_of(tables),
            own.hidden_error,
            input_id,
            target_id,
            own.negative_ids,
            I0,
            len(work.negative_ids),
            alpha,
            own.scratch,
        )

    @entry_point
    def cbow_pair(
        settings: Settings,
        parameters: Rows,
        tables: Lookup,
        words: Int32Array,
        target_id: Int,
        alpha: np.float32,
        work: Work,
    ) -> float:
        _ = source
        own = work_of(work)
        return train_cbow_pair(
            settings,
            rows_of(parameters),
            lookup_of(tables),
            own.hidden,
            own.hidden_error,
            pointer(words),
            I0,
            len(words),
            -1,
            target_id,
            own.negative_ids,
            I0,
            len(work.negative_ids),
            alpha,
            own.scratch,
        )

    @entry_point
    def score_pair(
        settings: Settings, parameters: Rows, tables: Lookup, hidden: Float32Array, target_id: Int
    ) -> float:
        _ = source
        return score_objectives(settings, rows_of(parameters), lookup_of(tables), pointer(hidden), target_id)

    return EntryPoints(train, train_blocks, score, sg_pair, cbow_pair, score_pair)


ENTRY_POINTS = make_entry_points(source_digest())
