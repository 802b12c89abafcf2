"""Rows in bytes: a quarter of the memory to read for a query, and no answer lost.

A query for the nearest rows is as fast as the memory, so many queries of the same vectors look at a copy
with a byte for each component, and only at the few rows whose upper bound reaches the best. With
u = row / |row| = s c + e, c whole numbers from -127 to 127, and a query q of length 1 close to t d,

    |u . q - (s c) . (t d)|  <=  |e| + (1 + |e|) |q - t d|    (Cauchy-Schwarz),

where |e| is known for each row and |q - t d| for each query, and the product of c and d is exact.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2vref._typing import Float32Array, Float64Array, Int64Array
from w2vref.backends.c.library import SIMD_NAMES, Library, choose_simd, load_library
from w2vref.errors import BackendUnavailableError
from w2vref.keyedvectors.storage import FloatMatrix

WIDTH = 64
"""Codes of a row are padded to a multiple of this."""
COARSE_CENTER = 126.5
"""The upper six bits of a byte stand for 4 * bits - 126.5 (see w2vref.h)."""
LARGEST_CODE, LARGEST_COARSE_CODE = 32767, 127
LARGEST_DOT = 2**31 - 1
FIRST_ROOM = 2048
"""Candidates of a query that there is room for at first, if that is more than four times those wanted."""


def library_for_bytes() -> Library | None:
    """Return the compiled extension, or None if this install has none: queries then read the floats."""
    try:
        return load_library()
    except BackendUnavailableError:
        return None


class ByteRows:
    """A copy of float32 rows in bytes.

    Args:
        library: the compiled extension.
        rows: (n, size) float32, the components of a row side by side; read once, now.
    """

    def __init__(self, library: Library, rows: FloatMatrix) -> None:
        self._ffi, self._lib = library
        self._simd = SIMD_NAMES.index(choose_simd(library))
        self.width = -(-rows.shape[1] // WIDTH) * WIDTH
        self._arrays = {
            "codes": np.empty((len(rows), self.width), dtype=np.uint8),
            "scales": np.empty(len(rows), dtype=np.float32),
            "errors": np.empty(len(rows), dtype=np.float32),
            "coarse_errors": np.empty(len(rows), dtype=np.float32),
        }
        self._rows = self._struct("w2v_byte_rows *", self._arrays, count=len(rows), width=self.width)
        self._lib.w2v_bytes_of_rows(
            self._simd,
            self._ffi.cast("float *", rows.ctypes.data),
            rows.strides[0] // rows.itemsize,
            rows.shape[1],
            self._rows,
        )

    def _struct(self, kind: str, arrays: dict[str, npt.NDArray[Any]], **numbers: int) -> Any:
        struct = self._ffi.new(kind, numbers)
        for name, array in arrays.items():
            pointer = self._ffi.typeof(getattr(struct, name))
            setattr(struct, name, self._ffi.cast(pointer, array.ctypes.data))
        return struct

    def candidates(self, queries: Float64Array, wanted: int, start: int, end: int) -> list[Int64Array]:
        """Return, for each query, rows of start .. end - 1 that include the `wanted` with the best cosines.

        Rows that are not finite are never among them. Many queries at once share the reading of the rows.

        Args:
            queries: (n, size) float64 of length 1, or zeros.
            wanted: at least 1.
        """
        room = max(FIRST_ROOM, 4 * wanted)
        encoded = _encode(queries, self.width)
        while True:
            results: dict[str, npt.NDArray[Any]] = {
                "best": np.full((len(queries), wanted), -np.inf, dtype=np.float32),
                "found": np.empty((len(queries), room), dtype=np.int64),
                "upper": np.empty((len(queries), room), dtype=np.float32),
                "counts": np.zeros(len(queries), dtype=np.int64),
            }
            search = self._struct(
                "w2v_byte_search *",
                {**encoded, **results},
                queries=len(queries),
                wanted=wanted,
                room=room,
            )
            if self._lib.w2v_byte_candidates(self._simd, self._rows, search, start, end):
                break
            room *= 4
        floors = results["best"][:, 0]
        lists = zip(results["found"], results["upper"], results["counts"].tolist(), floors, strict=True)
        return [found[:count][upper[:count] >= floor] for found, upper, count, floor in lists]


class _Codes(NamedTuple):
    """Queries in whole numbers: each is about scales * codes."""

    codes: Float64Array
    scales: Float32Array
    errors: Float32Array
    """(n,): the most that the difference adds to a dot product with a row."""


def _codes(queries: Float64Array, largest: int) -> _Codes:
    steps = np.max(np.abs(queries), axis=1, initial=0.0) / largest
    steps = np.where(steps > 0, steps, 1.0)[:, np.newaxis]
    codes = np.rint(queries / steps)
    lost = np.sqrt(np.sum((queries - codes * steps) ** 2, axis=1))
    size = queries.shape[1]
    # 1 + |e| of a row: a component loses at most 2.5 steps of at most 1 / 127.
    longest = 2 + np.sqrt(size) * 2.5 / 127
    # What rounding to float32 can add: to the scale, and to whole numbers beyond 2^24.
    rounding = 2.0**-20 + np.sqrt(size) * 2.0**-21
    return _Codes(codes, steps[:, 0].astype(np.float32), (longest * lost + rounding).astype(np.float32))


def _encode(queries: Float64Array, width: int) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of w2v_byte_search that describe the queries."""
    fine = _codes(queries, min(LARGEST_CODE, LARGEST_DOT // (128 * width)))
    coarse = _codes(queries, LARGEST_COARSE_CODE)
    shape, size = (len(queries), width), queries.shape[1]
    codes, coarse_codes = np.zeros(shape, dtype=np.int16), np.zeros(shape, dtype=np.int8)
    codes[:, :size], coarse_codes[:, :size] = fine.codes, coarse.codes
    return {
        "codes": codes,
        "scales": fine.scales,
        "errors": fine.errors,
        "coarse_codes": coarse_codes,
        "coarse_scales": coarse.scales,
        "coarse_errors": coarse.errors,
        "coarse_centers": (COARSE_CENTER * coarse.codes.sum(axis=1)).astype(np.float32),
    }
