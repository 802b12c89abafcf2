"""Dot products and sigmoids as other implementations compute them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from struct import pack, unpack

import numpy as np

from w2vref._typing import Float32Array
from w2vref.reference import arithmetic

BLAS_BLOCK = 32
"""Floats that OpenBLAS's sdot takes at a time."""

Dot = Callable[[Float32Array, Float32Array, int], np.float32]
"""f(a, b, size) of two padded rows, float32 (stride,), the first `size` components of which count."""


def lanes_dot(a: Float32Array, b: Float32Array, size: int) -> np.float32:
    """Return the dot product of the default dialect."""
    del size
    return arithmetic.dot(a, b)


def blas_dot(a: Float32Array, b: Float32Array, size: int) -> np.float32:
    """Return the dot product as NumPy's BLAS adds it up: the order and the rounding are the machine's.

    gensim calls the BLAS of SciPy, which usually is the same library.
    """
    return np.float32(np.dot(a[:size], b[:size]))


def blas_high_word_dot(a: Float32Array, b: Float32Array, size: int) -> np.float32:
    """Return what gensim on x86-64 takes for the dot product: 21 significant bits of it, and a remainder.

    At import gensim finds out by one product whether the BLAS returns a float or a double, and takes
    SciPy's sdot for a function that returns a double. The register then has the float result in its low
    word over what the sum in double left in its high word, and read as a double that is near enough to
    pass. So the last three bits of each product are replaced by others that do not depend on them.
    """
    total = np.float64(blas_dot(a, b, size))
    if size < BLAS_BLOCK:
        # Below a block of its kernel, OpenBLAS adds float32 products in float64.
        total = np.add.accumulate((a[:size] * b[:size]).astype(np.float64))[-1]
    return np.float32(*unpack("<d", pack("<f", np.float32(total)) + pack("<d", total)[4:]))


def sequential_dot(a: Float32Array, b: Float32Array, size: int) -> np.float32:
    """Return the dot product of two rows, products added from left to right in float32.

    A sigmoid table is a step function: where a sum is rounded otherwise, a step may be taken, so a
    program is followed only in its own order of summation.
    """
    # accumulate, not sum: NumPy promises the order of the one only.
    return np.float32(np.add.accumulate(a[:size] * b[:size])[-1])


DOTS: Mapping[str, Dot] = {
    "lanes": lanes_dot,
    "sequential": sequential_dot,
    "blas": blas_dot,
    "blas_high_word": blas_high_word_dot,
}
"""Choice of `arithmetic` -> dot product."""


@dataclass(frozen=True, slots=True)
class SigmoidTable:
    """sigmoid(x) = values[int((x + bound) * scale)], in float32."""

    bound: np.float32 | np.float64
    """Its type is that of the index's arithmetic: below 0 by less than half a step of float32 at the bound,
    x gets the entry of 0 in float32, and the one before it in float64."""
    scale: np.float32 | np.float64
    values: Float32Array

    def __call__(self, x: np.float32, out_of_range: str) -> np.float32 | None:
        """Return the sigmoid of x, or None if no step is to be taken.

        Args:
            out_of_range: "saturate", to 0 or 1 beyond the bound, or "skip", at the bound too.
        """
        if abs(x) >= self.bound and out_of_range == "skip":
            return None
        if abs(x) > self.bound:
            return np.float32(x > 0)
        if math.isnan(x):
            return x  # a run that diverges is found after the epoch
        return np.float32(self.values[int((x + self.bound) * self.scale)])


Sigmoid = Callable[[np.float32, str], "np.float32 | None"]


def exact_sigmoid(x: np.float32, out_of_range: str) -> np.float32:
    """Return the sigmoid of the default dialect, which has no range to be out of."""
    del out_of_range
    return arithmetic.sigmoid(x)


@cache
def sigmoid_of(choice: str) -> Sigmoid:
    """Return the sigmoid of a choice of the axis `sigmoid`."""
    return SIGMOIDS[choice]()


def _table_6_1000() -> SigmoidTable:
    """1000 entries over -6 .. 6: the scale is 1000 / 6 / 2 in integers, 83 instead of 83.33.

    So sigmoid(0) is 0.4940, and the last entries are never read (Mikolov's word2vec.c).
    """
    x = (np.arange(1000, dtype=np.float32) / np.float32(1000) * np.float32(2) - np.float32(1)) * np.float32(6)
    e = np.array([math.exp(value) for value in x], dtype=np.float32)
    return SigmoidTable(np.float32(6), np.float32(83), e / (e + np.float32(1)))


def _table_6_1000_float64() -> SigmoidTable:
    """1000 entries over -6 .. 6, computed and looked up with more digits (gensim).

    i / 1000 and exp are rounded to float32, everything else to float64; so is the index.
    """
    x = ((np.arange(1000, dtype=np.float32) / np.float32(1000)).astype(np.float64) * 2 - 1) * 6
    e = np.array([math.exp(value) for value in x], dtype=np.float32).astype(np.float64)
    return SigmoidTable(np.float64(6), np.float64(83), (e / (e + 1)).astype(np.float32))


def _table_8_512() -> SigmoidTable:
    """513 entries over -8 .. 8, each at the left end of its interval (fastText)."""
    x = np.arange(513, dtype=np.float32) / np.float32(32) - np.float32(8)
    values = np.array([1.0 / (1.0 + math.exp(-value)) for value in x], dtype=np.float32)
    return SigmoidTable(np.float32(8), np.float32(32), values)


def _table_8_1024() -> SigmoidTable:
    """1025 entries over -8 .. 8, the first 0 and the last 1 (koan)."""
    x = np.arange(1025, dtype=np.float64) / 64 - 8
    values = (np.tanh(x / 2) / 2 + 0.5).astype(np.float32)
    values[[0, -1]] = 0.0, 1.0
    return SigmoidTable(np.float32(8), np.float32(64), values)


SIGMOIDS: Mapping[str, Callable[[], Sigmoid]] = {
    "exact": lambda: exact_sigmoid,
    "table_6_1000": _table_6_1000,
    "table_6_1000_float64": _table_6_1000_float64,
    "table_8_512": _table_8_512,
    "table_8_1024": _table_8_1024,
}
"""Choice of `sigmoid` -> what makes it."""
