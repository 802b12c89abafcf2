"""float32 numbers in text: written with the shortest digits that read back exactly, read correctly rounded.

This module is the meaning; `backends/c/src/text_numbers.c` does the same for plain rows, faster.
"""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np

from w2vref._typing import Float32Array, Float64Array

_PLAIN_BYTES = b"0123456789+-.eE"
_SPECIAL = re.compile(rb"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_OVERFLOW_BOUND = 2.0**128 - 2.0**103
"""Half-way between the largest float32 and 2^128: from here on a number rounds to infinity."""
_POSITIONAL = range(-4, 6)
"""Decimal exponents of numbers that are written without an `e`."""


def parse_numbers(texts: list[bytes]) -> Float64Array:
    """Return (len(texts),) float64, each number correctly rounded.

    A number is what C's strtod reads in decimal: sign, digits with a point, exponent; or nan, inf, infinity.
    Python's own extensions (underscores, other scripts' digits, spaces around) are refused.

    Raises: ValueError, naming the text that is no number.
    """
    if b"".join(texts).translate(None, _PLAIN_BYTES):
        for text in texts:
            if text.translate(None, _PLAIN_BYTES) and not _SPECIAL.fullmatch(text):
                raise ValueError(f"{_shown(text)} is not a number")
    try:
        return np.array([float(text) for text in texts], dtype=np.float64)
    except ValueError:
        wrong = next(text for text in texts if not _is_number(text))
        raise ValueError(f"{_shown(wrong)} is not a number") from None


def parse_float32(texts: list[bytes]) -> Float32Array:
    """Return (len(texts),) float32, each number rounded once: not to float64 first.

    numpy.float32("1.000000059604644775390626") is 1.0, which is the second-nearest: on its way it was
    rounded to the float64 half-way between two float32 numbers. Here such a number gets exact arithmetic.

    Raises: ValueError as `parse_numbers`.
    """
    doubles = parse_numbers(texts)
    with np.errstate(over="ignore", under="ignore"):
        values = doubles.astype(np.float32)
    # Half-way in the normal range: the 29 bits that float32 lacks are 1000...; below it, any number.
    suspect = (doubles.view(np.uint64) & np.uint64(0x1FFFFFFF)) == 0x10000000
    suspect |= (np.abs(doubles) < 2.0**-126) & (doubles != 0)
    for place in np.flatnonzero(suspect):
        values[place] = _decided(texts[place], float(doubles[place]), values[place])
    return values


def _decided(text: bytes, double: float, single: np.float32) -> np.float32:
    """Return the float32 nearest to text, given its float64 and the float32 nearest to that."""
    if np.isnan(double) or np.isinf(double):
        return single
    if np.isinf(single):
        if abs(double) > _OVERFLOW_BOUND:
            return single
        other, middle = np.copysign(np.finfo(np.float32).max, single), np.copysign(_OVERFLOW_BOUND, double)
    else:
        other = np.nextafter(single, np.float32(np.copysign(np.inf, double - float(single))))
        beyond = np.copysign(2.0**128, double) if np.isinf(other) else float(other)
        middle = (float(single) + beyond) / 2
    if double != middle or double == float(single):
        return single
    order = Decimal(text.decode("ascii")).compare(Decimal(float(middle)))
    if order == 0:
        return single  # a true tie: float64 -> float32 has rounded it to even
    return np.float32(max(single, other) if order > 0 else min(single, other))


def _is_number(text: bytes) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _shown(text: bytes) -> str:
    shown = text[:40].decode("ascii", "backslashreplace")
    return repr(shown + "..." if len(text) > 40 else shown)


def format_float32(number: np.float32) -> str:
    """Return the shortest decimal that reads back as the same float32; of several, the closest to it.

    0.1, 1.0, 123456.0, 1e+06, 1.5e-05, -0.0, nan, inf: positional for 1e-4 <= |number| < 1e6.
    """
    if not np.isfinite(number):
        return str(number)
    scientific = np.format_float_scientific(number, unique=True, trim="-", exp_digits=2)
    if int(scientific.partition("e")[2]) not in _POSITIONAL:
        return scientific
    return np.format_float_positional(number, unique=True, trim="0")


def format_row(row: Float32Array | Float64Array) -> str:
    """Return the numbers of a row, one space before each; float64 with the digits float64 needs."""
    if row.dtype == np.float64:
        return "".join(f" {number!r}" for number in row.tolist())
    return "".join(f" {format_float32(number)}" for number in row.astype(np.float32))
