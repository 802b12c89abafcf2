"""Comparing with the reference, and saying what differs so that no source need be read."""

from __future__ import annotations

import math
import traceback
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from w2vref.conformance.tolerances import LOSS, LOSS_FLOOR
from w2vref.dialects import Dialect
from w2vref.records import Parameters

MATRICES = ("input_vectors", "output_vectors", "node_vectors")


class MismatchError(AssertionError):
    """A backend does not do what the reference does."""


class Comparison:
    """Compares what one backend did with one case; every method raises `MismatchError` on a difference."""

    def __init__(self, check: str, backend: str, case: object) -> None:
        self.check, self.backend, self.case = check, backend, case

    def fail(self, what: str, expected: object, got: object) -> None:
        """Raise MismatchError: backend, check, case, expected, got, and how to see it again."""
        raise MismatchError(
            f"backend {self.backend!r} fails {self.check}: {what}\n"
            f"  expected  {expected}\n"
            f"  got       {got}\n"
            f"  case      {as_python(self.case)}\n"
            "  reproduce with:\n"
            f"{self.snippet()}"
        )

    def raised(self, error: Exception) -> None:
        """Raise MismatchError for an exception where there should have been a result, with its place."""
        # Without the frames of this module and the check: the first is then the backend's.
        frames = traceback.format_list(traceback.extract_tb(error.__traceback__)[2:])
        place = "".join(frames).rstrip().replace("\n", "\n            ")
        self.fail(
            "it raises an exception", "a result", f"{type(error).__name__}: {error}\n            {place}"
        )

    def snippet(self) -> str:
        """Return Python that runs this check on this case."""
        return (
            "    from math import inf, nan\n"
            "    from w2vref.backends import get_backend\n"
            "    from w2vref.config import BlockRule, TrainingConfig\n"
            "    from w2vref.conformance.cases import *\n"
            "    from w2vref.conformance.checks import CHECKS\n"
            "    from w2vref.dialects import Dialect\n"
            f"    case = {as_python(self.case)}\n"
            f"    CHECKS[{self.check!r}].run(get_backend({self.backend!r}), case)\n"
        )

    def bits(self, what: str, expected: npt.NDArray[Any], got: npt.NDArray[Any]) -> None:
        """Compare two arrays to the bit; +0 and -0 differ, two NaN do not."""
        if expected.shape != got.shape or expected.dtype != got.dtype:
            self.fail(
                f"{what} has another shape or dtype",
                f"{expected.dtype} {expected.shape}",
                f"{got.dtype} {got.shape}",
            )
        same = expected == got
        if expected.dtype.kind == "f":
            same = (same & (np.signbit(expected) == np.signbit(got))) | (np.isnan(expected) & np.isnan(got))
        if not same.all():
            place = tuple(int(i) for i in np.argwhere(~same)[0])
            self.fail(
                f"{what}{list(place)} differs, the first of {np.count_nonzero(~same)} of {same.size} values",
                _shown(expected[place]),
                _shown(got[place]),
            )

    def parameters(self, expected: Parameters, got: Parameters) -> None:
        """Compare all rows, padding included."""
        for name in MATRICES:
            self.bits(name, getattr(expected, name), getattr(got, name))

    def loss(self, what: str, expected: float, got: float) -> None:
        """Compare two float64 losses or scores within `tolerances.LOSS`; two NaN do not differ."""
        if math.isnan(expected) and math.isnan(got):
            return
        if not math.isclose(expected, got, rel_tol=LOSS, abs_tol=LOSS_FLOOR):
            self.fail(f"{what} differs by more than {LOSS} relative", repr(expected), repr(got))

    def equal(self, what: str, expected: object, got: object) -> None:
        """Compare two plain values."""
        if expected != got:
            self.fail(f"{what} differs", repr(expected), repr(got))


def as_python(value: object) -> str:
    """Return Python that makes a case again, without what would be so by default."""
    if isinstance(value, (Dialect, type)) or not is_dataclass(value):
        return repr(value)
    kind: Any = type(value)
    given = {field.name: getattr(value, field.name) for field in fields(value)}
    for name in list(given):
        rest = {other: part for other, part in given.items() if other != name}
        try:
            is_default = kind(**rest) == value
        except (TypeError, ValueError):  # there is no default, or it does not go with the rest
            continue
        if is_default:
            given = rest
    arguments = (f"{name}={as_python(part)}" for name, part in given.items())
    return f"{kind.__name__}({', '.join(arguments)})"


def _shown(value: Any) -> str:
    """Return a number as decimal and, for a float, as exact hex."""
    return f"{value!r} ({float(value).hex()})" if isinstance(value, np.floating) else repr(value)
