"""The list of mutants: small mistakes, each a piece of text in one file and what stands there instead."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LISTS = ("c", "numba", "callers")


@dataclass(frozen=True)
class Mutant:
    """One mistake."""

    id: str
    file: str
    """Relative to the project."""
    mistake: str
    old: str
    """Occurs exactly once in the file."""
    new: str
    caught_by: str
    """The narrowest property that shows it: a check of w2vref.conformance, or a test `file::name`."""
    catalogue: str = ""
    """Where another implementation had it: an id of docs/mutants.md's list of bugs, as far as known."""
    simd: str = "baseline"
    """The instruction set of a mutant of the C kernels."""
    optimize: bool = False
    """A mutant of the compiler's flags shows only where it optimises."""
    jit: bool = False
    """A mutant of numba's kernels needs the compiler; otherwise they run as Python, which takes no time."""
    hang: bool = False
    """The property says that nothing hangs: running into the time-out is how it fails."""

    @property
    def backend(self) -> str | None:
        """The backend whose kernels it is in, or None."""
        if self.file.startswith("w2vref/backends/c/"):
            return "c"
        return "numba" if self.file.startswith("w2vref/backends/numba_") else None


def read_mutants(lists: Sequence[str] = LISTS) -> list[Mutant]:
    """Return the mutants of these lists, in their order and in each of its text.

    Raises: TypeError for a mutant with an unknown or a missing field.
    """
    found = []
    for name in lists:
        with (HERE / f"{name}.toml").open("rb") as stream:
            found += [Mutant(**fields) for fields in tomllib.load(stream)["mutant"]]
    return found
