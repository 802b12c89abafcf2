"""Draws, tables and learning rate for kernels: `reference.draws`, `.sampling`, `.schedule`.

In numba a uint64 and an int64 make a float64, so every number of a draw is a np.uint64.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from w2vref._typing import Int32Array, Int64Array, UInt8Array, UInt32Array, UInt64Array
from w2vref.backends.numba_primitives import jit
from w2vref.reference import draws

Int: TypeAlias = Any
"""An int64 in machine code; Python int or NumPy scalar without the compiler."""

I0: Int = np.int64(0)
I1: Int = np.int64(1)
"""Counters start from these: a literal 0 is a type of its own to numba, and would be compiled twice."""

GAMMA = np.uint64(draws.GAMMA)
MIX_1 = np.uint64(draws.MIX_1)
MIX_2 = np.uint64(draws.MIX_2)
U0 = np.uint64(0)
U1 = np.uint64(1)
U27 = np.uint64(27)
U30 = np.uint64(30)
U31 = np.uint64(31)
U32 = np.uint64(32)
LOW_32 = np.uint64(0xFFFFFFFF)


class Lookup(NamedTuple):
    """`records.Tables` as a kernel takes them, with a guide to the cumulative table."""

    sample_int: UInt64Array
    cum_table: UInt32Array
    total: np.uint64
    """The last entry of cum_table."""
    guide: Int32Array
    """(buckets + 1,): the insertion point of bucket << guide_shift in cum_table."""
    guide_shift: np.uint64
    codes: UInt8Array
    points: UInt32Array
    code_offsets: Int64Array


class Schedule(NamedTuple):
    """The learning rate of a `train()` call, and where in the call the epoch stands."""

    start_alpha: float
    end_alpha: float
    words_before: int
    total_words: int


@jit
def log_sigmoid(x: float) -> float:
    """Return log(1 / (1 + exp(-x))) in float64, without overflow."""
    if x >= 0.0:
        return -math.log1p(math.exp(-x))
    return x - math.log1p(math.exp(x))


@jit
def mix64(z: np.uint64) -> np.uint64:
    """Return the SplitMix64 finaliser of z."""
    z = (z ^ (z >> U30)) * MIX_1
    z = (z ^ (z >> U27)) * MIX_2
    return z ^ (z >> U31)


@jit
def draw(key: np.uint64, i: Int) -> np.uint64:
    """Return draw i of the stream with this key."""
    return mix64(key + (np.uint64(i) + U1) * GAMMA)


@jit
def high32(d: np.uint64) -> np.uint64:
    """Return the high 32 bits of a draw."""
    return d >> U32


@jit
def sentence_key(seed: np.uint64, epoch: Int, sentence: Int) -> np.uint64:
    """Return the key of a training sentence."""
    return mix64(mix64(mix64(seed) + np.uint64(epoch)) + np.uint64(sentence))


@jit
def window_radius(d: np.uint64, window: Int) -> Int:
    """Return the reduced window of a centre: window - floor(high32 * window / 2^32)."""
    # In two halves, so that a window beyond 2^32 does not overflow either.
    w = np.uint64(window)
    reduction = high32(d) * (w >> U32) + (high32(d) * (w & LOW_32) >> U32)
    return window - np.int64(reduction)


@jit
def is_kept(d: np.uint64, sample_int: np.uint64) -> bool | np.bool_:
    """Tell whether subsampling keeps the token with key d."""
    return high32(d) < sample_int


@jit
def draw_negative(tables: Lookup, key: np.uint64, i: Int) -> Int:
    """Return the noise word of draw i: the insertion point of r in cum_table, as by bisect_left."""
    r = U1 + (high32(draw(key, i)) * tables.total >> U32)
    bucket = np.int64(r >> tables.guide_shift)
    low, high = np.int64(tables.guide[bucket]), np.int64(tables.guide[bucket + 1])
    while low < high:
        middle = (low + high) >> 1
        if np.uint64(tables.cum_table[middle]) < r:
            low = middle + 1
        else:
            high = middle
    return low


@jit
def learning_rate(schedule: Schedule, done: Int) -> np.float32:
    """Return max(end, start - (start - end) * done / total), float64, rounded to float32 once."""
    start, end = schedule.start_alpha, schedule.end_alpha
    return np.float32(max(end, start - (start - end) * done / schedule.total_words))
