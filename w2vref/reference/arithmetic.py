"""The operations that fix the bits: the sixteen-lane dot product and the float32 sigmoid.

Every operation rounds once, to nearest even, in IEEE-754 binary32; nothing is fused or reassociated.
"""

from __future__ import annotations

import math

import numpy as np

from w2vref._typing import Float32Array, Float64Array
from w2vref.records import LANES

SIGMOID_BOUND = np.float32(87.0)
"""Arguments are clamped to +-87, so that 2^n below stays a normal float32."""
LOG2_E = np.float32(1.44269504)
ROUND_TO_INTEGER = np.float32(12582912.0)
"""1.5 * 2^23: adding and subtracting it rounds a small float32 to the nearest integer."""
LN2_HIGH = np.float32(0.693359375)
LN2_LOW = np.float32(-2.12194440e-4)
"""ln 2 = LN2_HIGH + LN2_LOW; n * LN2_HIGH is exact (Cody & Waite)."""
P0 = np.float32(1.9875691500e-4)
P1 = np.float32(1.3981999507e-3)
P2 = np.float32(8.3334519073e-3)
P3 = np.float32(4.1665795894e-2)
P4 = np.float32(1.6666665459e-1)
P5 = np.float32(5.0000001201e-1)
"""expf of the Cephes library (Moshier): exp(r) = 1 + r + r^2 (p0 r^5 + ... + p5) for |r| <= ln 2 / 2."""
ONE = np.float32(1.0)


def dot(a: Float32Array, b: Float32Array) -> np.float32:
    """Return the dot product of two padded rows in the order of sixteen lanes.

    The lanes start as the products of the first block of 16 and add each further block in turn;
    then lanes l and l + 8 are added, l and l + 4, l + 2, l + 1. This is what one AVX-512 register,
    two of AVX2 or four of SSE or NEON compute without a shuffle until the last steps.

    Args:
        a, b: float32 (stride,), stride a multiple of `LANES`.

    Returns: float32.
    """
    products = a * b
    lanes = products[:LANES].copy()
    # A loop, not sum(axis=0): NumPy promises no order of summation.
    for start in range(LANES, len(products), LANES):
        lanes += products[start : start + LANES]
    for half in (8, 4, 2, 1):
        lanes = lanes[:half] + lanes[half:]
    return np.float32(lanes[0])


def sigmoid(x: np.float32) -> np.float32:
    """Return 1 / (1 + exp(-x)) in float32, the same bits everywhere.

    At most 2.481 ulp from the true value for |x| <= 80, monotone, 0.5 at 0, in (0, 1].
    """
    # In this order of arguments NaN gives the lower bound: a diverging run goes on until it is found.
    t = -min(max(-SIGMOID_BOUND, x), SIGMOID_BOUND)
    n = (t * LOG2_E + ROUND_TO_INTEGER) - ROUND_TO_INTEGER
    r = (t - n * LN2_HIGH) - n * LN2_LOW
    z = r * r
    q = (P0 * r + P1) * z
    p = (q + (P2 * r + P3)) * z + (P4 * r + P5)
    e = ((p * z + r) + ONE) * np.float32(math.ldexp(1.0, int(n)))
    return ONE / (ONE + e)


def log_sigmoid(x: float) -> float:
    """Return log(1 / (1 + exp(-x))) in float64, without overflow; for losses and scores only."""
    if x >= 0.0:
        return -math.log1p(math.exp(-x))
    return x - math.log1p(math.exp(x))


def dots(a: Float32Array, b: Float32Array) -> Float32Array:
    """Return `dot` of the rows of a with those of b: float32 (...,) from (..., stride); shapes broadcast."""
    products = a * b
    lanes = products[..., :LANES].copy()
    for start in range(LANES, products.shape[-1], LANES):
        lanes += products[..., start : start + LANES]
    for half in (8, 4, 2, 1):
        lanes = lanes[..., :half] + lanes[..., half:]
    sums: Float32Array = lanes[..., 0]
    return sums


def sigmoids(x: Float32Array) -> Float32Array:
    """Return `sigmoid` of each element, float32 of the same shape."""
    t = -np.minimum(np.fmax(x, -SIGMOID_BOUND), SIGMOID_BOUND)  # fmax: NaN gives the lower bound here, too
    n = (t * LOG2_E + ROUND_TO_INTEGER) - ROUND_TO_INTEGER
    r = (t - n * LN2_HIGH) - n * LN2_LOW
    z = r * r
    q = (P0 * r + P1) * z
    p = (q + (P2 * r + P3)) * z + (P4 * r + P5)
    e = ((p * z + r) + ONE) * np.ldexp(ONE, n.astype(np.int32))
    result: Float32Array = ONE / (ONE + e)
    return result


def log_sigmoids(x: Float32Array) -> Float64Array:
    """Return log(1 / (1 + exp(-x))) of each element, float64 of the same shape, without overflow."""
    wide = x.astype(np.float64)
    result: Float64Array = np.minimum(wide, 0.0) - np.log1p(np.exp(-np.abs(wide)))
    return result


def check_arithmetic() -> None:
    """Raise RuntimeError if this thread flushes denormals to zero or does not round to nearest.

    Some libraries switch these modes for a whole process (anything built with -ffast-math may).
    """
    smallest_normal = np.array([np.finfo(np.float32).tiny], dtype=np.float32)
    denormal = smallest_normal * np.float32(0.5)
    if float(denormal[0]) == 0.0 or float((denormal * np.float32(2.0))[0]) == 0.0:
        raise RuntimeError(
            "this thread flushes denormal numbers to zero, so results would not be reproducible; "
            "a library built with -ffast-math probably switched it on: import w2vref and train "
            "before loading it, or use backend='c', which sets the mode itself"
        )
    # Half an ulp of 1 is a tie and goes to even (1.0); a little more rounds up, both signs alike.
    half_ulp = np.float32(2.0**-24)
    tie = np.array([ONE + half_ulp, -ONE - half_ulp], dtype=np.float32)
    above = np.array([ONE + half_ulp * np.float32(1.5)], dtype=np.float32)
    if tie[0] != ONE or tie[1] != -ONE or above[0] == ONE:
        raise RuntimeError(
            "the floating-point rounding mode of this thread is not 'to nearest even': some "
            "library changed it (fesetround); restore it before training"
        )
