"""The learning rate in closed form."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from w2vref.reference.schedule import learning_rate


@given(total=st.integers(1, 10**12), share=st.floats(0, 1), start=st.floats(1e-4, 1), fall=st.floats(0, 1))
def test_alpha_is_linear_in_the_words_before(total: int, share: float, start: float, fall: float) -> None:
    end = start * fall
    done = int(share * total)
    exact = Fraction(start) - (Fraction(start) - Fraction(end)) * done / total
    value = learning_rate(start, end, done, total)
    assert value.dtype == np.float32
    # Half a unit of the last place for the one rounding to float32, and a little for float64's.
    assert abs(Fraction(float(value)) - exact) <= Fraction(float(np.spacing(np.float32(exact)))) * Fraction(
        51, 100
    )


def test_alpha_at_the_ends() -> None:
    assert learning_rate(0.025, 0.0001, 0, 1000) == np.float32(0.025)
    assert learning_rate(0.025, 0.0001, 1000, 1000) == np.float32(0.0001)
    assert learning_rate(0.025, 0.0001, 500, 1000) == np.float32(0.01255)


def test_alpha_never_falls_below_its_end() -> None:
    assert learning_rate(0.025, 0.0001, 2000, 1000) == np.float32(0.0001)


def test_a_constant_alpha_stays() -> None:
    assert {float(learning_rate(0.1, 0.1, done, 7)) for done in range(8)} == {float(np.float32(0.1))}


def test_alpha_falls_token_by_token() -> None:
    values = [float(learning_rate(0.025, 0.0001, done, 1000)) for done in range(1001)]
    assert all(a > b for a, b in pairwise(values))
