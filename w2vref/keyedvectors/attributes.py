"""Attributes of keys: one array for each, as long as the keys are many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

KINDS = {"b": 0, "u": 1, "i": 1, "f": 2, "c": 3, "O": 4}
"""Kinds of dtype in the order in which each can hold the values of those before it."""


class Expandos(dict[str, "npt.NDArray[Any]"]):
    """A dict attribute -> array (keys,), whose arrays grow with the keys: 0 (or None) for a new key.

    An array may be assigned like any dict value; it is copied when the next key is added. Growth is
    amortised: behind an array grown here stands a larger buffer.
    """

    def __init__(self) -> None:
        super().__init__()
        self._buffers: dict[str, npt.NDArray[Any]] = {}

    def resize(self, rows: int) -> None:
        """Give every array `rows` elements, keeping the first ones."""
        for name, column in self.items():
            if len(column) != rows:
                self[name] = self._resized(name, column, rows)

    def _resized(self, name: str, column: npt.NDArray[Any], rows: int) -> npt.NDArray[Any]:
        if rows < len(column):
            return column[:rows].copy()
        buffer = self._buffers.get(name)
        if buffer is None or column.base is not buffer or len(buffer) < rows:
            buffer = np.zeros(max(rows, len(column) * 3 // 2), dtype=column.dtype)
            buffer[: len(column)] = column
            self._buffers[name] = buffer
        return buffer[:rows]

    def allocate(self, attrs: Sequence[str], types: Sequence[Any], rows: int) -> None:
        """Make arrays for the attributes that are missing and give all of them `rows` elements.

        Raises: TypeError if an attribute exists with a type that cannot hold the one asked for.
        """
        dtypes = [column_dtype(kind) for kind in types]
        for attr, dtype in zip(attrs, dtypes, strict=True):
            if attr in self and self[attr].dtype.kind in "US":
                self[attr] = self[attr].astype(object)  # as below: no value is ever cut
            if attr in self and KINDS[dtype.kind] > KINDS.get(self[attr].dtype.kind, 0):
                raise TypeError(
                    f"attribute {attr!r} has values of type {self[attr].dtype}, which cannot hold {dtype}: "
                    f"delete kv.expandos[{attr!r}] first, or give a value of that type"
                )
        self.resize(rows)
        for attr, dtype in zip(attrs, dtypes, strict=True):
            if attr not in self:
                self[attr] = np.zeros(rows, dtype=dtype)


def column_dtype(kind: Any) -> np.dtype[Any]:
    """Return the dtype of a column for values of this type; object for what is no number."""
    dtype = np.dtype(kind)
    # A NumPy string dtype has one fixed length: other values would be cut without a word.
    return dtype if dtype.kind in "biufc" else np.dtype(object)
