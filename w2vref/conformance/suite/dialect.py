"""The axes of a dialect, by short names, as targets state them."""

from __future__ import annotations

from collections.abc import Mapping

DEFAULT = "w2vref"
DEFAULT_AXES: Mapping[str, str] = {
    "direction": "context-to-center",
    "collision": "skip",
    "sigmoid": "exact",
    "out_of_range": "none",
    "cbow_gradient": "word2vec",
    "noise_exponent": "0.75",
    "generator": "w2vref",
    "window_draw": "w2vref",
    "subsampling": "word2vec.c",
    "schedule": "token",
    "splitting": "none",
    "initialization": "w2vref",
    "huffman_ties": "creation",
    "vocabulary_ties": "first",
}
DIALECTS: dict[str, Mapping[str, str]] = {DEFAULT: DEFAULT_AXES}
"""Name -> the value of each axis."""


def axes_of(dialect: str, own: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the value of each axis in a dialect, a target's own choices in place of the dialect's.

    Raises: ValueError for an unknown dialect or axis.
    """
    if dialect not in DIALECTS:
        raise ValueError(f"dialect {dialect!r} is unknown: choose one of {sorted(DIALECTS)}")
    unknown = sorted(set(own or {}) - set(DEFAULT_AXES))
    if unknown:
        raise ValueError(f"axis {unknown[0]!r} is unknown: choose from {sorted(DEFAULT_AXES)}")
    return {**DIALECTS[dialect], **(own or {})}
