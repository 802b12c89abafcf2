"""Reduced windows and context positions."""

from __future__ import annotations

from w2vref._typing import Position
from w2vref.reference.draws import high32


def window_radius(d: int, window: int) -> int:
    """Return the reduced window of a centre, uniform in 1 .. window, from its first draw."""
    return window - (high32(d) * window >> 32)


def context_positions(center: Position, length: int, radius: int) -> list[Position]:
    """Return the positions within radius of the centre, left to right, without the centre.

    Positions count the *kept* tokens of a sentence of `length` such tokens, so a window reaches
    over words that are out of vocabulary or were subsampled, as in word2vec.c.
    """
    left = range(max(0, center - radius), center)
    right = range(center + 1, min(length, center + radius + 1))
    return [*left, *right]
