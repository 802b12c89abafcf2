"""Initial vectors that depend on the place of a word, not on the word."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from w2vref._typing import Float32Array
from w2vref.reference.dialects.word2vec_c import INCREMENT, MULTIPLIER

PERIOD = 1 << 16
"""The low 16 bits of an LCG mod 2^64 are an LCG mod 2^16."""


def lcg_rows(words: int, size: int, seed: int) -> Float32Array:
    """Return word2vec.c's rows, float32 (words, size), uniform in [-0.5, 0.5) / size.

    Component i of all is (low 16 bits of step i + 1 / 65536 - 0.5) / size, from the LCG that starts
    with 1, whatever the seed. The bits have period 65536, so with size 128 every 512th row is the same.
    """
    del seed
    cycle = np.zeros(PERIOD, dtype=np.float64)
    state = 1
    for i in range(PERIOD):
        state = (state * MULTIPLIER + INCREMENT) % PERIOD
        cycle[i] = (state / PERIOD - 0.5) / size
    return np.resize(cycle.astype(np.float32), (words, size))


def numpy_rows(words: int, size: int, seed: int) -> Float32Array:
    """Return gensim's rows, float32 (words, size), uniform in [-1, 1) / size."""
    uniform = np.random.default_rng(seed).random((words, size), dtype=np.float32)
    return (uniform * np.float32(2) - np.float32(1)) / np.float32(size)


ROWS: Mapping[str, Callable[[int, int, int], Float32Array]] = {"lcg_rows": lcg_rows, "numpy_rows": numpy_rows}
"""Choice of `initialization` -> f(words, size, seed), for those that take no word."""
