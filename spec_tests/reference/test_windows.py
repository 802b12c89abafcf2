"""Reduced windows and context positions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vref.reference.windows import context_positions, window_radius


@given(length=st.integers(1, 30), center=st.integers(0, 29), radius=st.integers(1, 35))
def test_context_is_every_other_position_within_the_radius(length: int, center: int, radius: int) -> None:
    center %= length
    expected = [p for p in range(length) if p != center and abs(p - center) <= radius]
    assert context_positions(center, length, radius) == expected


def test_a_lone_word_has_no_context() -> None:
    assert context_positions(0, 1, 5) == []


@pytest.mark.parametrize("window", [1, 2, 3, 5, 10, 255])
def test_the_radius_at_the_ends_of_the_draws_range(window: int) -> None:
    assert window_radius(0, window) == window
    assert window_radius(2**64 - 1, window) == 1


@pytest.mark.parametrize("window", [2, 3, 5, 10])
def test_the_radius_falls_where_the_share_of_the_range_is_used_up(window: int) -> None:
    for b in range(1, window):
        # The first high half that gives b is ceil(b * 2^32 / window).
        first = -(-b * 2**32 // window)
        assert window_radius(first << 32, window) == window - b
        assert window_radius((first << 32) - 1, window) == window - b + 1


def test_only_the_high_half_of_the_draw_counts() -> None:
    assert window_radius((7 << 32) | 0xFFFFFFFF, 10) == window_radius(7 << 32, 10)
