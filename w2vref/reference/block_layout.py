"""What a block of block training is made of, before any parameter is read.

    corpus -> blocks -> kept tokens (positions) -> window of each -> pairs of each, noise of each tile

All of it follows from the corpus and the keys of its tokens (`draws`), so any worker can prepare any block.
docs/semantics/block.md, steps 1 to 3.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

import numpy as np

from w2vref._typing import Int64Array, Position, UInt64Array
from w2vref.config import TrainingConfig
from w2vref.records import EncodedCorpus, Tables, once_for_a_corpus
from w2vref.reference.draws import GAMMA, MASK64, mix64, mix64_array

U32 = np.uint64(32)


def block_bounds(config: TrainingConfig, corpus: EncodedCorpus) -> Int64Array:
    """Return where blocks begin in the flat corpus, and its end: int64 (blocks + 1,), rising.

    A block has whole sentences until there are at least B tokens; a sentence longer than B is first cut
    into pieces of B tokens from its own start.
    """
    return _bounds(corpus, config.block_words(corpus.words)).copy()


@once_for_a_corpus
def _bounds(corpus: EncodedCorpus, least: int) -> Int64Array:
    words = corpus.words
    offsets = corpus.sentence_offsets.data  # numbers of Python, which a loop takes in less time
    bounds, sentence = [0], 0
    while bounds[-1] < words:
        wanted = bounds[-1] + least
        # The first sentence that ends at or beyond `wanted`; the last one if there is none.
        sentence = min(bisect_left(offsets, wanted, lo=sentence + 1), len(offsets) - 1) - 1
        start, end = offsets[sentence], offsets[sentence + 1]
        pieces = max(0, -((start - wanted) // least))
        bounds.append(min(end, start + pieces * least))
    return np.array(bounds, dtype=np.int64)


def bounds_from(config: TrainingConfig, corpus: EncodedCorpus, first: Position) -> Int64Array:
    """Return `block_bounds` from the block that begins at token `first` on.

    Raises: ValueError if none does.
    """
    bounds = block_bounds(config, corpus)
    start = int(np.searchsorted(bounds, first))
    if start == len(bounds) or bounds[start] != first:
        raise ValueError(f"no block begins at token {first}: block training cannot start there")
    return bounds[start:]


class Positions(NamedTuple):
    """The kept tokens w_0 .. w_{n-1} of a block, and the windows around them."""

    word_ids: Int64Array
    """(n,)."""
    keys: UInt64Array
    """(n,): of their own streams."""
    left: Int64Array
    """(n,): position i has the pairs (i, i - left_i) .. (i, i - 1) and (i, i + 1) .. (i, i + right_i)."""
    right: Int64Array

    @property
    def pairs(self) -> Int64Array:
        """(n,): np_i, the number of pairs of each position."""
        return self.left + self.right


def block_positions(
    config: TrainingConfig, tables: Tables, corpus: EncodedCorpus, epoch: int, first: Position, last: Position
) -> Positions:
    """Return the kept tokens of the block corpus.tokens[first:last] with their windows.

    The same tokens and radii as in sequential training; a window ends with its sentence or piece.
    """
    tokens = np.arange(first, last, dtype=np.int64)
    sentences = np.searchsorted(corpus.sentence_offsets, tokens, side="right") - 1
    starts = corpus.sentence_offsets[sentences]
    lengths = corpus.sentence_offsets[sentences + 1] - starts
    key_of_epoch = np.uint64(mix64(mix64(config.seed) + epoch))
    keys = _draw(mix64_array(key_of_epoch + sentences.astype(np.uint64)), tokens - starts)
    word_ids = corpus.tokens[first:last].astype(np.int64)
    kept = keys >> U32 < tables.sample_int[word_ids]

    length = config.block_words(corpus.words)
    pieces = np.where(lengths > length, (tokens - starts) // length, 0)
    piece_starts = (starts + pieces * length)[kept]
    word_ids, keys = word_ids[kept], keys[kept]
    radii = np.full(len(keys), config.window, dtype=np.int64)
    if config.shrink_windows:
        radii -= _scaled(_draw(keys, np.zeros(len(keys), dtype=np.int64)), config.window)
    positions = np.arange(len(keys), dtype=np.int64)
    begin = np.searchsorted(piece_starts, piece_starts, side="left")
    end = np.searchsorted(piece_starts, piece_starts, side="right")
    return Positions(
        word_ids, keys, np.minimum(radii, positions - begin), np.minimum(radii, end - 1 - positions)
    )


def tile_noise(config: TrainingConfig, tables: Tables, positions: Positions) -> Int64Array:
    """Return the noise words of each tile, int64 (tiles, draws).

    They are the draws that follow the window draw in the stream of the tile's first position; a noise word
    may be a target as well.
    """
    keys = positions.keys[:: config.block.tile]
    i = np.arange(config.block.draws, dtype=np.int64) + int(config.shrink_windows)
    r = np.uint64(1) + _scaled(_draw(keys[:, None], i), int(tables.cum_table[-1])).astype(np.uint64)
    return np.searchsorted(tables.cum_table, r.astype(np.uint32), side="left").astype(np.int64)


def _draw(keys: UInt64Array, i: Int64Array) -> UInt64Array:
    """Return draw i of each stream."""
    return mix64_array(keys + (i.astype(np.uint64) + np.uint64(1)) * np.uint64(GAMMA))


def _scaled(drawn: UInt64Array, limit: int) -> Int64Array:
    """Return floor(high32 * limit / 2^32) of each draw; limit below 2^63."""
    high = drawn >> U32
    upper, lower = np.uint64(limit >> 32), np.uint64(limit & (MASK64 >> 32))
    return (high * upper + (high * lower >> U32)).astype(np.int64)
