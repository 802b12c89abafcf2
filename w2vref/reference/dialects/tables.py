"""What other implementations make from the counts: tree, noise table, thresholds."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from w2vref._typing import Int64Array, UInt32Array, UInt64Array
from w2vref.dialects import Dialect
from w2vref.reference.huffman import Codes, huffman_codes
from w2vref.reference.sampling import ALWAYS, DOMAIN, make_cum_table, make_sample_int

UNIGRAM_TABLE = 10**8
"""Entries of word2vec.c's table of word ids."""
NO_NODE_YET = 10**15
"""What word2vec.c takes for the count of a node that is not there."""


class TableRules(NamedTuple):
    """What makes each table; each function is given int64 counts (vocab_size,) in id order."""

    huffman_codes: Callable[[Int64Array], Codes]
    cum_table: Callable[[Int64Array, float], UInt32Array]
    sample_int: Callable[[Int64Array, float], UInt64Array]


def table_rules(dialect: Dialect) -> TableRules:
    """Return what makes the tables of a dialect.

    Raises: KeyError for a choice that no backend has (`loops.CHOICES`).
    """
    return TableRules(
        HUFFMAN[dialect.huffman], NOISE[dialect.negative_draw], SUBSAMPLING[dialect.subsampling]
    )


# ---- the tree ----


def inner_first_codes(counts: Int64Array) -> Codes:
    """Return the codes of word2vec.c: two queues, the leaves from the last word to the first.

    At a tie the inner node is taken. The queue of leaves is in order only if the counts fall; </s>,
    the first word, need not fit in, so the tree may be no optimal one. Node k is row k, the root last.

    Raises: ValueError for fewer than two words.
    """
    words = _tree_size(counts)
    count = [*counts.tolist(), *[NO_NODE_YET] * words]
    leaf, inner = words - 1, words
    parent, digit = [0] * (2 * words), [0] * (2 * words)
    for created in range(words, 2 * words - 1):
        merged = 0
        for code in (0, 1):
            if leaf >= 0 and count[leaf] < count[inner]:
                node, leaf = leaf, leaf - 1
            else:
                node, inner = inner, inner + 1
            parent[node], digit[node] = created, code
            merged += count[node]
        count[created] = merged
    return _codes(parent, digit, words)


@dataclass(slots=True)
class _Node:
    """A node of a heap that sees the count alone."""

    count: int
    number: int

    def __lt__(self, other: _Node) -> bool:
        return self.count < other.count


def heap_codes(counts: Int64Array) -> Codes:
    """Return the codes of gensim: a binary heap (`heapq`) of all words in vocabulary order.

    The first of two nodes popped gets code 0. Which of several equal nodes comes up is decided by the
    heap's own moves. Node k is row k, the root last.

    Raises: ValueError for fewer than two words.
    """
    words = _tree_size(counts)
    heap = [_Node(count, word_id) for word_id, count in enumerate(counts.tolist())]
    heapq.heapify(heap)
    parent, digit = [0] * (2 * words), [0] * (2 * words)
    for created in range(words, 2 * words - 1):
        first, second = heapq.heappop(heap), heapq.heappop(heap)
        parent[first.number] = parent[second.number] = created
        digit[second.number] = 1
        heapq.heappush(heap, _Node(first.count + second.count, created))
    return _codes(parent, digit, words)


def _tree_size(counts: Int64Array) -> int:
    if len(counts) < 2:
        huffman_codes(counts)  # says what helps
    return len(counts)


def _codes(parent: list[int], digit: list[int], words: int) -> Codes:
    """Return the codes of the leaves 0 .. words - 1; the root is the node 2 * words - 2."""
    codes: list[int] = []
    points: list[int] = []
    offsets = [0]
    for word_id in range(words):
        path: list[tuple[int, int]] = []
        node = word_id
        while node != 2 * words - 2:
            path.append((digit[node], parent[node] - words))
            node = parent[node]
        codes += [code for code, _ in reversed(path)]
        points += [point for _, point in reversed(path)]
        offsets.append(len(codes))
    return Codes(
        np.array(codes, dtype=np.uint8),
        np.array(points, dtype=np.uint32),
        np.array(offsets, dtype=np.int64),
    )


# ---- the noise ----


def libm_cum_table(counts: Int64Array, exponent: float) -> UInt32Array:
    """Return gensim's table: as the default one, the power by the C library's pow().

    Raises: ValueError as `make_cum_table`.
    """
    make_cum_table(counts, exponent)  # refuses what cannot be normalised
    powers = [float(count) ** exponent for count in counts.tolist()]
    total, running = sum(powers), 0.0
    table = np.zeros(len(powers), dtype=np.uint32)
    for word_id, weight in enumerate(powers):
        running += weight
        table[word_id] = round(running / total * DOMAIN)
    return table


def unigram_table_ends(counts: Int64Array, exponent: float) -> UInt32Array:
    """Return where each word ends in word2vec.c's table of 10^8 word ids, which is not made.

    The word of entry a is the number of ends that are not above a. The program fills the table entry
    by entry and goes on to the next word once a / 10^8 is above the running share, one word an entry;
    so every word has one entry at least, and the last takes what is left.

    Returns: uint32 (vocab_size,), ending on 10^8.
    Raises: ValueError for fewer than two words: </s> alone leaves nothing to draw.
    """
    if len(counts) < 2:
        raise ValueError("dialect 'word2vec.c' needs a word besides </s> to draw negatives: add text")
    powers = [math.pow(count, exponent) for count in counts.tolist()]
    total = sum(powers)
    ends = np.full(len(powers), UNIGRAM_TABLE, dtype=np.uint32)
    start, share = 0, 0.0
    for word_id, weight in enumerate(powers[:-1]):
        share += weight / total
        entry = max(start, math.floor(share * UNIGRAM_TABLE) - 1)
        while not entry / UNIGRAM_TABLE > share:
            entry += 1
        if entry + 1 >= UNIGRAM_TABLE:
            break
        start = entry + 1
        ends[word_id] = start
    return ends


# ---- thresholds ----


def low_16_bits_thresholds(counts: Int64Array, sample: float) -> UInt64Array:
    """Return word2vec.c's thresholds: keep if 16 random bits are below them; 2^32 draws nothing.

    The probability is the default dialect's, with sample and sample * total in float32. It is
    compared with bits / 65536, which may be equal: so one more than the product's integer part.
    """
    make_sample_int(counts, sample)  # refuses a sample out of range
    if sample == 0:
        return np.full(len(counts), ALWAYS, dtype=np.uint64)
    threshold = np.float32(sample) * np.float32(counts.sum())
    thresholds = np.full(len(counts), 1 << 16, dtype=np.uint64)
    for word_id, count in enumerate(counts.tolist()):
        if count:  # the word </s> of a text of one line without an end
            ratio = np.float32(count) / threshold
            probability = (math.sqrt(ratio) + 1) * float(threshold) / count
            kept = math.floor(np.float32(probability) * np.float32(65536)) + 1
            thresholds[word_id] = min(1 << 16, kept)
    return thresholds


def lcg48_thresholds(counts: Int64Array, sample: float) -> UInt64Array:
    """Return gensim's thresholds: keep if 32 random bits are not above them; 2^32 draws nothing.

    int(p * (2^32 - 1)), p the default dialect's probability.
    """
    thresholds = make_sample_int(counts, sample)
    if sample == 0:
        return thresholds
    v = counts.astype(np.float64)
    t = sample * float(counts.sum()) if sample < 1 else math.floor(sample * (3.0 + math.sqrt(5.0)) / 2.0)
    probability = (np.sqrt(v / t) + 1.0) * (t / v)
    exact: UInt64Array = (np.minimum(1.0, probability) * (ALWAYS - 1)).astype(np.uint64)
    return exact


HUFFMAN: Mapping[str, Callable[[Int64Array], Codes]] = {
    "created_first": huffman_codes,
    "inner_first": inner_first_codes,
    "heap": heap_codes,
}
NOISE: Mapping[str, Callable[[Int64Array, float], UInt32Array]] = {
    "proportional": make_cum_table,
    "cum_table_modulo": libm_cum_table,
    "unigram_table": unigram_table_ends,
}
SUBSAMPLING: Mapping[str, Callable[[Int64Array, float], UInt64Array]] = {
    "high_32_bits": make_sample_int,
    "low_16_bits": low_16_bits_thresholds,
    "lcg48_32_bits": lcg48_thresholds,
}
"""Choice of an axis -> what makes its table."""
