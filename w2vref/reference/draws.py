"""Chance as a function of place: SplitMix64 used as a counter.

Draw i of the stream with key k is what the ordinary SplitMix64 generator seeded with k returns on
its call i + 1 (Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators", fig. 17).

    seed -> sentence key (epoch, sentence) -> token key d (position) -> window, negatives
"""

from __future__ import annotations

import numpy as np

from w2vref._typing import Position, UInt64Array

MASK64 = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15
MIX_1 = 0xBF58476D1CE4E5B9
MIX_2 = 0x94D049BB133111EB
PAIR_CALLS = 1 << 63
"""Keeps the streams of single pair calls apart from those of epochs."""


def mix64(z: int) -> int:
    """Return the SplitMix64 finaliser of z mod 2^64 (a bijection of 64-bit integers)."""
    z &= MASK64
    z = ((z ^ (z >> 30)) * MIX_1) & MASK64
    z = ((z ^ (z >> 27)) * MIX_2) & MASK64
    return z ^ (z >> 31)


def draw(key: int, i: int) -> int:
    """Return draw i (0, 1, ...) of the stream with this key: 64 bits."""
    return mix64(key + (i + 1) * GAMMA)


def draws(key: int, count: int, start: int = 0) -> UInt64Array:
    """Return draws start .. start + count - 1 of a stream as uint64 (count,)."""
    counters = np.arange(start + 1, start + count + 1, dtype=np.uint64)
    return mix64_array(np.uint64(key & MASK64) + counters * np.uint64(GAMMA))


def mix64_array(z: UInt64Array) -> UInt64Array:
    """Return `mix64` of each element of a uint64 array (arithmetic of arrays wraps mod 2^64)."""
    z = z ^ (z >> np.uint64(30))  # a new array, which all that follows changes
    z *= np.uint64(MIX_1)
    z ^= z >> np.uint64(27)
    z *= np.uint64(MIX_2)
    z ^= z >> np.uint64(31)
    return z


def high32(d: int) -> int:
    """Return the high 32 bits of a draw: the part that every decision uses."""
    return d >> 32


def sentence_key(seed: int, epoch: int, sentence: int) -> int:
    """Return the key of a training sentence.

    Args:
        epoch: counted over the model's life, from 0.
        sentence: number among the sentences that the reader yields, from 0, before encoding.
    """
    return mix64(mix64(mix64(seed) + epoch) + sentence)


def token_key(key_of_sentence: int, position: Position) -> int:
    """Return the key of the token at this position among its sentence's in-vocabulary tokens."""
    return draw(key_of_sentence, position)


def pair_call_key(seed: int, call: int) -> int:
    """Return the key from which call number `call` of the pair functions draws its negatives."""
    return mix64(mix64(seed) + PAIR_CALLS + call)
