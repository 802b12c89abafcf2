"""What block training works in, made by Python: the rule for this corpus, and memory for all workers."""

from __future__ import annotations

import numpy as np

from w2vref.backends.base import Control
from w2vref.backends.numba_block import BlockWork, Contributions
from w2vref.backends.numba_block_layout import BLOCKS_AHEAD, DIGIT_BITS, TASK_TILES, Block, Rule
from w2vref.backends.numba_block_workers import ARRIVED, CELLS, Progress
from w2vref.backends.numba_primitives import GROUP, TARGETS
from w2vref.config import TrainingConfig
from w2vref.records import EncodedCorpus, padded_zeros
from w2vref.reference.block_layout import bounds_from


def make_rule(config: TrainingConfig, corpus: EncodedCorpus, vocab_size: int, control: Control) -> Rule:
    """Return the rule of blocks for what is left of the corpus.

    Raises: ValueError if training does not start where a block begins.
    """
    rule = config.block
    bounds = bounds_from(config, corpus, int(control.next_token[0]))
    room = int(np.diff(bounds).max(initial=0))
    bits = max(1, (vocab_size - 1).bit_length())
    passes = -(-bits // DIGIT_BITS)
    return Rule(
        words=config.block_words(corpus.words),
        tile=rule.tile,
        draws=rule.draws,
        cap=np.float32(rule.cap),
        input_cap=np.float32(rule.cap_of_inputs()),
        share=np.float32(config.negative) / np.float32(rule.draws),
        bounds=bounds,
        blocks=len(bounds) - 1,
        room=room,
        tiles=-(-room // rule.tile),
        passes=passes,
        digit_bits=-(-bits // passes),
    )


def make_blocks(rule: Rule) -> Block:
    """Return memory for BLOCKS_AHEAD blocks."""
    noise, tasks = rule.tiles * rule.draws, rule.tiles // TASK_TILES + 1
    many = BLOCKS_AHEAD
    return Block(
        n=np.zeros(many, dtype=np.int64),
        alpha=np.zeros(many, dtype=np.float32),
        word_ids=np.empty(many * rule.room, dtype=np.int32),
        keys=np.empty(many * rule.room, dtype=np.uint64),
        left=np.empty(many * rule.room, dtype=np.int32),
        right=np.empty(many * rule.room, dtype=np.int32),
        centers_of=np.empty(many * (rule.room + 1), dtype=np.int32),
        noise=np.empty(many * noise, dtype=np.int32),
        weights=np.empty(many * rule.tiles, dtype=np.int64),
        entries=np.empty(many * (rule.room + noise), dtype=np.uint64),
        spare=np.empty(many * (rule.room + noise), dtype=np.uint64),
        losses=np.zeros(many * tasks, dtype=np.float64),
    )


def make_contributions(rule: Rule, size: int, workers: int) -> Contributions:
    """Return memory for the contributions of one block."""
    return Contributions(
        padded_zeros(rule.room + workers, size),
        padded_zeros(rule.room + rule.tiles * rule.draws + workers, size),
    )


def make_progress() -> Progress:
    """Return the state before the first block: nothing stands before it."""
    cells = np.zeros(CELLS, dtype=np.int64)
    cells[ARRIVED] = 1
    return Progress(cells, np.zeros(1, dtype=np.float64))


def make_block_work(rule: Rule, size: int) -> BlockWork:
    """Return the scratch memory of one worker."""

    def ids(count: int) -> np.typing.NDArray[np.int64]:
        return np.zeros(count, dtype=np.int64)

    def floats(count: int) -> np.typing.NDArray[np.float32]:
        return np.zeros(count, dtype=np.float32)

    return BlockWork(
        ids=ids(GROUP),
        to_ids=ids(GROUP),
        x=floats(GROUP),
        y=floats(GROUP),
        g=floats(GROUP),
        ones=np.ones(GROUP, dtype=np.float32),
        row_ids=ids(rule.tile),
        to_row_ids=ids(rule.tile + TARGETS),
        noise_ids=ids(rule.draws + GROUP),
        to_noise_ids=ids(rule.draws),
        h=floats((rule.tile + TARGETS) * rule.draws),
        projections=padded_zeros(rule.tile, size),
        sum=padded_zeros(1, size)[0],
        errors=padded_zeros(1, size)[0],
        starts=ids(1 << DIGIT_BITS),
    )
