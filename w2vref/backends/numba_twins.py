"""The twins of the numba intrinsics in plain Python: for NUMBA_DISABLE_JIT=1, and to say what they do.

Here a row is a NumPy view; `blocks` is not needed. Slow, used by debuggers and coverage only.
"""

from __future__ import annotations

import threading
import time
from typing import Any, TypeVar, cast

import numpy as np

from w2vref._typing import Float32Array, Int32Array, Int64Array
from w2vref.records import LANES
from w2vref.reference.arithmetic import (
    LN2_HIGH,
    LN2_LOW,
    LOG2_E,
    ONE,
    P0,
    P1,
    P2,
    P3,
    P4,
    P5,
    ROUND_TO_INTEGER,
    SIGMOID_BOUND,
)

GROUP = 8
"""Logistic steps whose sigmoids are computed together: one AVX register of floats."""
TARGETS = 4
"""Sums of `add_outer_products`."""

CONTROLS_ARITHMETIC = False
STANDARD_ARITHMETIC = 0
A = TypeVar("A", bound=np.typing.NDArray[Any])
_claim = threading.Lock()


def pointer(array: A) -> A:
    """Return the array."""
    return array


def row(matrix: Float32Array, word_id: int, blocks: int) -> Float32Array:
    """Return a view of the row."""
    view: Float32Array = matrix[word_id]
    return view


def dot(a: Float32Array, b: Float32Array, blocks: int) -> np.float32:
    """Sixteen lanes, each summed block by block, then added in halves."""
    products = (a * b).reshape(-1, LANES)
    lanes = products[0]
    for block in products[1:]:
        lanes = lanes + block
    while len(lanes) > 1:
        half = len(lanes) // 2
        lanes = lanes[:half] + lanes[half:]
    return np.float32(lanes[0])


def set_zero(y: Float32Array, blocks: int) -> None:
    """Set y to 0."""
    y[:] = 0.0


def add(y: Float32Array, x: Float32Array, blocks: int) -> None:
    """Add: y += x."""
    y += x


def multiply(y: Float32Array, factor: np.float32, blocks: int) -> None:
    """Multiply: y *= factor."""
    y *= factor


def add_scaled(y: Float32Array, factor: np.float32, x: Float32Array, blocks: int) -> None:
    """Add: y += factor * x, the product rounded first."""
    y += factor * x


def exchange(error: Float32Array, y: Float32Array, factor: np.float32, x: Float32Array, blocks: int) -> None:
    """Learn both ways: error += factor * y with the old y; y += factor * x."""
    error += factor * y
    y += factor * x


def sigmoids(x: Float32Array, result: Float32Array) -> None:
    """Fill result with 1 / (1 + exp(-x)), operation for operation as the reference."""
    t = -np.minimum(np.fmax(x, -SIGMOID_BOUND), SIGMOID_BOUND)
    n = (t * LOG2_E + ROUND_TO_INTEGER) - ROUND_TO_INTEGER
    r = (t - n * LN2_HIGH) - n * LN2_LOW
    z = r * r
    q = (P0 * r + P1) * z
    p = (q + (P2 * r + P3)) * z + (P4 * r + P5)
    e = ((p * z + r) + ONE) * np.ldexp(ONE, n.astype(np.int32))
    result[:] = ONE / (ONE + e)


def dots(
    x: Float32Array, a: Float32Array, matrix: Float32Array, ids: Int64Array, count: int, blocks: int
) -> None:
    """Fill x with the dots of a and the rows of matrix."""
    x[:GROUP] = 0.0
    for k in range(count):
        x[k] = dot(a, matrix[ids[k]], blocks)


def add_products(
    y: Float32Array, g: Float32Array, matrix: Float32Array, ids: Int64Array, count: int, blocks: int
) -> None:
    """Add: y += g[k] * row k, in order."""
    for k in range(count):
        y += g[k] * matrix[ids[k]]


def exchange_products(
    y: Float32Array,
    g: Float32Array,
    x: Float32Array,
    matrix: Float32Array,
    ids: Int64Array,
    to_matrix: Float32Array,
    to_ids: Int64Array,
    count: int,
    blocks: int,
) -> None:
    """Both sides of a group: y += g[k] * row k, and row to_ids[k] of to_matrix += g[k] * x."""
    for k in range(count):
        y += g[k] * matrix[ids[k]]
        to_matrix[to_ids[k]] += g[k] * x


def add_outer_products(
    to_matrix: Float32Array,
    to_ids: Int64Array,
    g: Float32Array,
    target_step: int,
    row_step: int,
    matrix: Float32Array,
    ids: Int64Array,
    count: int,
    blocks: int,
) -> None:
    """TARGETS sums: row to_ids[k] of to_matrix += g[k * target_step + r * row_step] * row ids[r]."""
    for k in range(TARGETS):
        for r in range(count):
            to_matrix[to_ids[k]] += g[k * target_step + r * row_step] * matrix[ids[r]]


def prefetch(y: Float32Array, blocks: int) -> None:
    """Nothing: Python has no cache to speak of."""


def fetch_add(counter: Int64Array, amount: int) -> int:
    """Add amount to counter[0] under a lock and return what it was."""
    with _claim:
        before = int(counter[0])
        counter[0] = before + amount
    return before


def part(array: A, start: int) -> A:
    """Return the array from this element on."""
    return cast("A", array[start:])


def load_word(cell: Int64Array) -> int:
    """Return cell[0]."""
    return int(cell[0])


def store_word(cell: Int64Array, value: int) -> None:
    """Set cell[0]."""
    with _claim:
        cell[0] = value


def compare_and_swap(cell: Int64Array, expected: int, value: int) -> bool:
    """Set cell[0] if it holds what is expected, under a lock; tell whether it did."""
    with _claim:
        found = int(cell[0]) == expected
        if found:
            cell[0] = value
    return found


def pause() -> None:
    """Nothing."""


def let_go() -> None:
    """Let another thread run."""
    time.sleep(0)


def nap() -> None:
    """Sleep 0.02 ms."""
    time.sleep(2e-5)


def load_flag(flag: Int32Array) -> int:
    """Return flag[0]."""
    return int(flag[0])


def read_arithmetic() -> int:
    """Return 0: Python cannot read the mode."""
    return STANDARD_ARITHMETIC


def write_arithmetic(mode: int) -> None:
    """Nothing: Python cannot set the mode."""
