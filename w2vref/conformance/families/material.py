"""What many cases are made of: rows of numbers, and calls."""

from __future__ import annotations

from typing import Any

from w2vref._typing import Float32Array
from w2vref.conformance.cases import random_rows
from w2vref.conformance.suite.case import Call


def rows(seed: int, count: int, size: int, kind: str = "trained") -> Float32Array:
    """Return float32 rows (count, size) from the project's own generator; see `cases.random_rows`."""
    return random_rows(kind, seed, count, size)[:, :size].copy()


def one(operation: str, **inputs: Any) -> tuple[Call, ...]:
    """Return a single call."""
    return (Call(operation, inputs),)
