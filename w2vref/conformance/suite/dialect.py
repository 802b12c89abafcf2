"""What a target says of its dialect: a choice for each axis of `w2vref.dialects`."""

from __future__ import annotations

from collections.abc import Mapping

from w2vref.dialects import AXES as ALL_AXES
from w2vref.dialects import DIALECTS

DEFAULT = "w2vref"
OTHER = "other"
"""The choice of a target that has none of those that are known; no case has values for it."""
AXES = tuple(axis for axis in ALL_AXES if axis != "arithmetic")
"""The axes on which cases may depend. The order of a sum is within every tolerance."""
OPTIONS = {"cbow_gradient": "word2vec", "noise_exponent": "three_quarters"}
"""What the choice "option" is where the option is not given."""


def axes_of(dialect: str, own: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the choice of each axis in a dialect, a target's own choices in place of the dialect's.

    Raises: ValueError for an unknown dialect, axis or choice.
    """
    if dialect not in DIALECTS:
        raise ValueError(f"dialect {dialect!r} is unknown: choose one of {', '.join(DIALECTS)}")
    axes = {axis: getattr(DIALECTS[dialect], axis) for axis in AXES}
    for axis, choice in (own or {}).items():
        if axis not in AXES:
            raise ValueError(f"axis {axis!r} is unknown: choose from {', '.join(AXES)}")
        known = [*ALL_AXES[axis].choices, OTHER]
        if choice not in known:
            raise ValueError(f"{axis} = {choice!r} is unknown: choose one of {', '.join(known)}")
        axes[axis] = choice
    return {axis: OPTIONS[axis] if choice == "option" else choice for axis, choice in axes.items()}
