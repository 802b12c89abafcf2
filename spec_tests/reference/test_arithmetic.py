"""dot in sixteen lanes and the float32 sigmoid: the operations that fix the bits."""

from __future__ import annotations

import decimal
import hashlib
import itertools
import math
import struct
from decimal import Decimal

import numpy as np
import pytest

from w2vref.backends import numba_twins
from w2vref.reference import arithmetic
from w2vref.reference.arithmetic import check_arithmetic, dot, log_sigmoid, sigmoid, sigmoids

# 1 and 7: mostly padding; 15, 16, 17: around one block; 31, 33: around two; 100: the default;
# 272 = 17 blocks: more blocks than lanes.
SIZES = [1, 7, 15, 16, 17, 31, 33, 100, 272]


def to_float32(x: float) -> float:
    """Round to binary32 without NumPy."""
    rounded: float = struct.unpack("<f", struct.pack("<f", x))[0]
    return rounded


def plain_dot(a: list[float], b: list[float]) -> float:
    """Return the specified dot of unpadded lists: an oracle in plain Python, one rounding a step.

    Products and sums of two binary32 numbers, computed in binary64 and rounded, are correctly
    rounded: 53 >= 2 * 24 + 2 bits (Figueroa 1995).
    """
    padding = [0.0] * (-len(a) % 16)
    products = [to_float32(x * y) for x, y in zip(a + padding, b + padding, strict=True)]
    lanes = products[:16]
    for i in range(16, len(products)):
        lanes[i % 16] = to_float32(lanes[i % 16] + products[i])
    while len(lanes) > 1:
        half = len(lanes) // 2
        lanes = [to_float32(lanes[i] + lanes[i + half]) for i in range(half)]
    return lanes[0]


@pytest.mark.parametrize("size", SIZES)
def test_dot_adds_in_the_specified_order(size: int) -> None:
    rng = np.random.default_rng(size)
    other_orders = 0
    for _ in range(200):
        a, b = np.zeros((2, -(-size // 16) * 16), dtype=np.float32)
        # Three orders of magnitude apart, so that a sum in another order rounds differently.
        a[:size], b[:size] = rng.normal(0, 1, (2, size)) * 10.0 ** rng.integers(-3, 4, (2, size))
        expected = plain_dot(a[:size].tolist(), b[:size].tolist())
        assert float(dot(a, b)) == expected, f"size {size}: dot({a.tolist()}, {b.tolist()})"
        other_orders += expected != float(np.add.accumulate(a * b)[-1])
    assert (other_orders > 0) == (size > 2), "the cases do not tell this order from left to right"


def test_dot_starts_with_the_first_products_not_with_zero() -> None:
    a = np.full(16, -0.0, dtype=np.float32)
    assert math.copysign(1.0, float(dot(a, np.ones(16, dtype=np.float32)))) == -1.0


def sigmoid_error(x: float) -> float:
    """Return the error of sigmoid(x) in units of the last place of the true value's float32."""
    truth = 1.0 / (1.0 + math.exp(-x))
    return abs(float(sigmoid(np.float32(x))) - truth) / float(np.spacing(np.float32(truth)))


def test_sigmoid_is_within_2_481_ulp() -> None:
    rng = np.random.default_rng(1)
    dense = rng.uniform(-80, 80, 20_000)
    usual = rng.normal(0, 3, 20_000)
    tiny = np.ldexp(rng.uniform(0.5, 1, 2_000), rng.integers(-30, 0, 2_000)) * rng.choice([-1, 1], 2_000)
    # Next to a half-integer multiple of ln 2, where the exponent n changes and |r| is largest.
    edges = np.array([(n + 0.5) * math.log(2) + d for n in range(-115, 115) for d in (-1e-5, 0, 1e-5)])
    for x in np.concatenate([dense, usual, tiny, edges]).astype(np.float32).tolist():
        assert sigmoid_error(x) <= 2.481, f"sigmoid({x!r})"
    # The worst of all 2.2e9 floats with |x| <= 80, found by trying each.
    assert sigmoid_error(-16.635704040527344) == pytest.approx(2.4807, abs=1e-4)


@pytest.mark.parametrize("start", [-87.0, -20.0, -6.0, -1.0, -0.34657359, 0.0, 0.34657359, 1.0, 6.0, 16.5])
def test_sigmoid_is_monotone(start: float) -> None:
    x = np.float32(start)
    before = sigmoid(x)
    for _ in range(1000):
        x = np.nextafter(x, np.float32(100))
        value = sigmoid(x)
        assert value >= before, f"sigmoid({x!r}) < sigmoid of the float before it"
        before = value


def test_sigmoid_is_monotone_over_its_range() -> None:
    values = [sigmoid(x) for x in np.linspace(-90, 90, 20_001, dtype=np.float32)]
    assert all(a <= b for a, b in itertools.pairwise(values))


def test_sigmoid_at_its_landmarks() -> None:
    assert sigmoid(np.float32(0)) == np.float32(0.5)
    assert sigmoid(np.float32(-0.0)) == np.float32(0.5)
    assert sigmoid(np.float32(17)) == np.float32(1)
    assert sigmoid(np.float32(np.inf)) == np.float32(1)
    # Clamped at -87: positive and a normal number, however far the argument goes.
    least = sigmoid(np.float32(-87))
    assert sigmoid(np.float32(-1e30)) == least
    assert float(least) > np.finfo(np.float32).tiny


def test_a_dot_that_is_no_number_has_the_sigmoid_of_the_lower_bound() -> None:
    """Infinity less infinity, in a run that diverges: until that is found, all backends go on alike."""
    assert sigmoid(np.float32(np.nan)) == sigmoid(np.float32(-87))


def test_two_products_of_a_sigmoid_need_no_rounding() -> None:
    """Kernels that multiply and add at once, with one rounding, have the same bits there."""
    bound = arithmetic.SIGMOID_BOUND
    t = np.concatenate([np.linspace(-bound, bound, 200_001, dtype=np.float32), np.float32([-bound, bound])])
    n = (t * arithmetic.LOG2_E + arithmetic.ROUND_TO_INTEGER) - arithmetic.ROUND_TO_INTEGER
    assert (n.min(), n.max()) == (-126, 126)
    high = float(arithmetic.LN2_HIGH)
    assert np.array_equal((n * arithmetic.LN2_HIGH).astype(np.float64), n.astype(np.float64) * high)
    y = np.exp((t - n * arithmetic.LN2_HIGH) - n * arithmetic.LN2_LOW)
    product = np.ldexp(y, n.astype(np.int32))
    assert np.array_equal(product.astype(np.float64), np.ldexp(y.astype(np.float64), n.astype(np.int32)))
    assert np.finfo(np.float32).tiny < product.min() < product.max() < np.inf


def test_sigmoids_of_arrays_are_those_of_their_elements() -> None:
    special = [0.0, -0.0, 87.0, -87.0, 88.8, -200.0, 1e30, -1e30, np.inf, -np.inf, np.nan, 1e-30]
    x = np.concatenate([np.float32(special), np.linspace(-90, 90, 2000, dtype=np.float32)])
    expected = np.array([sigmoid(value) for value in x])
    assert np.array_equal(sigmoids(x).view(np.uint32), expected.view(np.uint32))
    twin = np.empty_like(x)
    numba_twins.sigmoids(x, twin)
    assert np.array_equal(twin.view(np.uint32), expected.view(np.uint32))


def test_sigmoid_bits() -> None:
    bits = [int(sigmoid(np.float32(x)).view(np.uint32)) for x in (-20, -3, -0.1, 0.1, 1, 3, 5)]
    assert bits == [0x310DA433, 0x3D4241A2, 0x3EF335ED, 0x3F066509, 0x3F3B26A8, 0x3F73DBE6, 0x3F7E4961]
    # A constant that is off by its last digit changes few results, by one ulp: it shows in many of them.
    grid = [i / 512 for i in range(-12_800, 12_801)]
    edges = [(n + 0.5) * math.log(2) * (1 + d * 1e-6) for n in range(-36, 36) for d in range(-5, 6)]
    values = np.array([sigmoid(np.float32(x)) for x in grid + edges])
    assert (
        hashlib.sha256(values.astype("<f4").tobytes()).hexdigest()
        == "74829ee67316ac5a6b9eaf9338a0792a9ac4adeee153965842f410acfe05478a"
    )


@pytest.mark.parametrize("x", [-700.0, -30.0, -1.0, 0.0, 1e-9, 1.0, 30.0, 700.0])
def test_log_sigmoid_is_accurate_at_both_ends(x: float) -> None:
    with decimal.localcontext() as context:
        context.prec = 400  # 1 + e^-700 needs some 300 digits
        exact = -(1 + (-Decimal(x)).exp()).ln()
    assert log_sigmoid(x) == pytest.approx(float(exact), rel=1e-14)


def test_log_sigmoid_does_not_overflow() -> None:
    assert log_sigmoid(-1e30) == -1e30
    assert log_sigmoid(1e30) == 0.0


def test_arithmetic_of_this_thread_is_ieee() -> None:
    check_arithmetic()
