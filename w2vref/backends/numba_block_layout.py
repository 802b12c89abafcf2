"""What a block of block training is made of: `reference.block_layout`, compiled.

    corpus -> block -> kept tokens (positions) -> window of each -> noise of each tile
          -> the list of what is added to which row

Nothing here reads a parameter, so any worker can prepare any block. A *block* here is one of tokens; the
`blocks` of `Settings` are those of sixteen floats that make a row.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2vref._typing import Float32Array, Float64Array, Int32Array, Int64Array, UInt64Array
from w2vref.backends.numba_arithmetic import (
    I0,
    U32,
    Int,
    Lookup,
    Schedule,
    draw,
    draw_negative,
    is_kept,
    learning_rate,
    sentence_key,
    window_radius,
)
from w2vref.backends.numba_epoch import Corpus, Shared, sentence_at
from w2vref.backends.numba_objectives import Settings
from w2vref.backends.numba_primitives import jit, load_flag, part

TASK_TILES = 8
"""Tiles in one task."""
BLOCKS_AHEAD = 4
"""Blocks that have memory: the one that is worked on, and those prepared for the time after it."""
DIGIT_BITS = 11
"""Of a word id, sorted by at once: the counts fit the first cache."""
LOW_HALF = np.uint64(0xFFFFFFFF)


class Rule(NamedTuple):
    """`config.BlockRule` as a kernel takes it, and what follows from it for this corpus."""

    words: int
    """B; a longer sentence is cut into pieces of B tokens."""
    tile: int
    draws: int
    cap: np.float32
    input_cap: np.float32
    share: np.float32
    """negative / draws: the pairs of a position that each noise word of its tile counts for."""
    bounds: Int64Array
    """(blocks + 1,): where the blocks that are to be trained begin in the flat corpus, and the end."""
    blocks: int
    room: int
    """Tokens of the longest block."""
    tiles: int
    """Tiles of the longest block."""
    passes: int
    """Of the sort by word id."""
    digit_bits: int


class Block(NamedTuple):
    """A prepared block, or the memory of BLOCKS_AHEAD of them, one after the other.

    Its n kept tokens are its positions, with numbers from 0.
    """

    n: Int64Array
    """(1,)."""
    alpha: Float32Array
    """(1,)."""
    word_ids: Int32Array
    """(room,)."""
    keys: UInt64Array
    """(room,): of the positions' own streams."""
    left: Int32Array
    """(room,): position i has the pairs (i, i - left_i) .. (i, i - 1) and (i, i + 1) .. (i, i + right_i)."""
    right: Int32Array
    """(room,)."""
    centers_of: Int32Array
    """(room + 1,): the number of centres whose window has the position."""
    noise: Int32Array
    """(tiles * draws,): the noise words of each tile."""
    weights: Int64Array
    """(tiles,): what the noise of a tile counts for: its pairs, or the steps of CBOW."""
    entries: UInt64Array
    """(room + tiles * draws,): the word id in the upper half; in the lower a row of `to_outputs`, which is a
    position i, or n + a place in noise. Sorted: for each word what is added to its rows, in order."""
    spare: UInt64Array
    """The same, for the sort."""
    losses: Float64Array
    """(tasks,): of tasks of tiles."""


@jit
def block_of(memory: Block, rule: Rule, number: Int) -> Block:
    """Return the block with this number, in the memory that it has to itself for a time."""
    k = number % BLOCKS_AHEAD
    entries = rule.room + rule.tiles * rule.draws
    return Block(
        part(memory.n, k),
        part(memory.alpha, k),
        part(memory.word_ids, k * rule.room),
        part(memory.keys, k * rule.room),
        part(memory.left, k * rule.room),
        part(memory.right, k * rule.room),
        part(memory.centers_of, k * (rule.room + 1)),
        part(memory.noise, k * rule.tiles * rule.draws),
        part(memory.weights, k * rule.tiles),
        part(memory.entries, k * entries),
        part(memory.spare, k * entries),
        part(memory.losses, k * (rule.tiles // TASK_TILES + 1)),
    )


@jit
def tiles_of(rule: Rule, block: Block) -> Int:
    """Return the number of tiles of a block."""
    return (block.n[0] + rule.tile - 1) // rule.tile


@jit
def pairs_of(block: Block, i: Int) -> Int:
    """Return np_i, the number of pairs of a position."""
    return np.int64(block.left[i]) + np.int64(block.right[i])


@jit
def keep_positions(
    tables: Lookup, corpus: Corpus, block: Block, n: Int, key: np.uint64, start: Int, first: Int, last: Int
) -> Int:
    """Append the kept tokens among tokens[first:last] of the sentence that begins at `start`; return n."""
    for token in range(first, last):
        word_id, d = corpus.tokens[token], draw(key, token - start)
        block.word_ids[n] = word_id
        block.keys[n] = d
        n += np.int64(is_kept(d, tables.sample_int[word_id]))
    return n


@jit
def draw_windows(settings: Settings, block: Block, begin: Int, end: Int) -> None:
    """Draw the windows of positions begin .. end - 1, which are those of one sentence or piece."""
    for i in range(begin, end):
        radius = settings.window
        if settings.shrink_windows:
            radius = window_radius(draw(block.keys[i], I0), settings.window)
        left, right = min(radius, i - begin), min(radius, end - 1 - i)
        block.left[i] = left
        block.right[i] = right
        # The differences of centers_of; centers_of[n] takes those that fall behind the last position.
        block.centers_of[i - left] += 1
        block.centers_of[i + right + 1] -= 1


@jit
def count_centers(block: Block) -> None:
    """Turn the differences of centers_of into its numbers."""
    windows = 0
    for i in range(block.n[0]):
        windows += block.centers_of[i]
        block.centers_of[i] = windows - 1  # its own window does not count


@jit
def draw_noise(settings: Settings, tables: Lookup, rule: Rule, block: Block) -> None:
    """Draw the noise words of all tiles, and add up what they count for."""
    first_draw = np.int64(settings.shrink_windows)
    for t in range(tiles_of(rule, block)):
        begin, end = t * rule.tile, min((t + 1) * rule.tile, block.n[0])
        for p in range(rule.draws):
            block.noise[t * rule.draws + p] = draw_negative(tables, block.keys[begin], first_draw + p)
        weight = 0
        for i in range(begin, end):
            pairs = pairs_of(block, i)
            weight += pairs if settings.sg else min(pairs, 1)
        block.weights[t] = weight


@jit
def list_entries(rule: Rule, block: Block, starts: Int64Array) -> None:
    """List what is added to the rows of each word: sorted by word id, and in order for each word.

    Args:
        starts: (2^DIGIT_BITS,), scratch memory.
    """
    n, count = block.n[0], block.n[0] + tiles_of(rule, block) * rule.draws
    source, target = block.entries, block.spare
    if rule.passes % 2:  # so that the last pass ends in `entries`
        source, target = target, source
    for i in range(n):
        source[i] = np.uint64(block.word_ids[i]) << U32 | np.uint64(i)
    for i in range(n, count):
        source[i] = np.uint64(block.noise[i - n]) << U32 | np.uint64(i)
    mask = np.uint64((1 << rule.digit_bits) - 1)
    for k in range(rule.passes):
        shift = U32 + np.uint64(k * rule.digit_bits)
        for digit in range(1 << rule.digit_bits):
            starts[digit] = 0
        for i in range(count):
            starts[np.int64(source[i] >> shift & mask)] += 1
        total = I0
        for digit in range(1 << rule.digit_bits):
            size = starts[digit]
            starts[digit] = total
            total += size
        for i in range(count):
            own = np.int64(source[i] >> shift & mask)
            target[starts[own]] = source[i]
            starts[own] += 1
        source, target = target, source


@jit
def prepare_block(
    settings: Settings,
    tables: Lookup,
    corpus: Corpus,
    schedule: Schedule,
    epoch: Int,
    rule: Rule,
    block: Block,
    number: Int,
    shared: Shared,
    starts: Int64Array,
) -> None:
    """Prepare a block; after a stop only its beginning, and then nobody works on it."""
    first, last = rule.bounds[number], rule.bounds[number + 1]
    block.alpha[0] = learning_rate(schedule, schedule.words_before + first)
    for i in range(last - first + 1):
        block.centers_of[i] = 0
    n, token, sentence = I0, first, sentence_at(corpus, first)
    while token < last:
        start, end = corpus.sentence_offsets[sentence], corpus.sentence_offsets[sentence + 1]
        key = sentence_key(settings.seed, epoch, sentence)
        while token < min(end, last):
            stop, begin = min(token + rule.words, end), n
            n = keep_positions(tables, corpus, block, n, key, start, token, stop)
            draw_windows(settings, block, begin, n)
            token = stop
            if load_flag(shared.stop):
                last = token
        sentence += 1
    block.n[0] = n
    count_centers(block)
    draw_noise(settings, tables, rule, block)
    list_entries(rule, block, starts)
