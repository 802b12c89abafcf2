"""The sigmoid."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from w2vref.conformance.families.material import one
from w2vref.conformance.suite.case import EXACT, MAY, SIGMOID, Case, Compare, Property, family

PAGE = "arithmetic.md#sigmoidx"


def float32(values: object) -> list[float]:
    """Return values as floats that float32 can hold."""
    return [float(value) for value in np.asarray(values, dtype=np.float32)]


@family("tables")
def cases() -> Iterator[Case]:
    """Yield the cases of the sigmoid."""
    axes = ("sigmoid",)
    judge = Compare({"y": SIGMOID})
    yield Case(
        "sigmoid.at-0",
        "The sigmoid of 0 is 1/2.",
        PAGE,
        one("sigmoid", x=[0.0, -0.0]),
        judge,
        axes=axes,
        catches=("G10", "G11"),
        tiny=True,
    )
    yield Case(
        "sigmoid.grid",
        "From -6 to 6 in steps of 1/16.",
        PAGE,
        one("sigmoid", x=float32(np.arange(-96, 97) / 16.0)),
        judge,
        axes=axes,
        catches=("G10", "G11", "G13"),
        tiny=True,
    )
    edges = [edge + delta for edge in (-20.0, -8.0, -6.0, 6.0, 8.0, 20.0) for delta in (-1e-6, 0.0, 1e-6)]
    yield Case(
        "sigmoid.edges",
        "Around +-6, +-8 and +-20, where tables end.",
        PAGE,
        one("sigmoid", x=float32(edges)),
        judge,
        axes=axes,
        catches=("G9", "G12"),
        tiny=True,
    )
    yield Case(
        "sigmoid.tails",
        "From -80 to 80: small values are small, not 0.",
        PAGE,
        one("sigmoid", x=float32(np.arange(-80, 81, 5))),
        judge,
        axes=axes,
        catches=("G9",),
    )
    yield Case(
        "sigmoid.far",
        "Far outside the values stay within 0 and 1 and do not turn back.",
        PAGE,
        one("sigmoid", x=float32([-1e30, -1e4, -200, -100, -88, -87, 87, 88, 100, 200, 1e4, 1e30])),
        Property("monotone", {"field": "y", "low": 0.0, "high": 1.0}),
        catches=("G12",),
    )
    yield Case(
        "sigmoid.bits",
        "The bits of w2vref's sigmoid.",
        PAGE,
        one(
            "sigmoid", x=float32([-80.0, -16.635704, -6.0, -1.0, -1e-3, 0.0, 1e-3, 0.5, 1.0, 6.0, 16.0, 80.0])
        ),
        Compare({"y": EXACT}),
        strength=MAY,
        axes=axes,
    )
