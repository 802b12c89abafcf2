"""The compiled reading and writing of rows; without it Python does the same, slower."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from w2vref._typing import Int64Array
from w2vref.backends.c.library import Library, load_library
from w2vref.errors import BackendUnavailableError
from w2vref.io.source import MAX_WORD_BYTES, GrowingRows, Source
from w2vref.io.words import JoinedWords

ROWS_AT_ONCE = 1 << 14
NUMBER_BYTES = 16
"""Of a number in text, at most, with the space before it; see w2vref.h."""

Words = tuple[Int64Array, bytes]
"""Start and end in the window of each word, (words, 2); and the same words, each with a newline behind it."""


def load_kernel() -> Library | None:
    """Return the compiled extension, or None if this install has none."""
    try:
        return load_library()
    except BackendUnavailableError:
        return None


class RowsKernel:
    """Reads and writes float32 rows with the compiled extension."""

    def __init__(self, library: Library) -> None:
        self._ffi, self._lib = library
        self._bounds = np.empty((ROWS_AT_ONCE, 2), dtype=np.int64)
        self._consumed = self._ffi.new("int64_t *")
        self._out = bytearray()

    def read_text(self, source: Source, end: int, store: GrowingRows) -> Words:
        """Read plain rows of text up to window[end - 1], a newline; return their words."""
        return self._read(self._lib.w2v_text_read_rows, (), source, end, store)

    def read_binary(self, source: Source, store: GrowingRows) -> Words:
        """Read the binary rows that are whole in the window; return their words."""
        return self._read(self._lib.w2v_binary_read_rows, (MAX_WORD_BYTES,), source, source.end, store)

    def _read(
        self, function: Any, extra: tuple[int, ...], source: Source, end: int, store: GrowingRows
    ) -> Words:
        ffi = self._ffi
        most = min(store.room(), ROWS_AT_ONCE)
        if most == 0 or source.position >= end:
            return self._bounds[:0], b""
        rows = store.block[store.count :]
        window = ffi.from_buffer("char[]", source.window) + source.position
        count = function(
            window,
            end - source.position,
            most,
            store.size,
            rows.shape[1],
            *extra,
            ffi.from_buffer("float[]", rows),
            ffi.from_buffer("int64_t[]", self._bounds),
            self._consumed,
        )
        length = int((self._bounds[:count, 1] - self._bounds[:count, 0]).sum()) + count
        lines = ffi.new("char[]", max(1, length))
        self._lib.w2v_words_as_lines(window, ffi.from_buffer("int64_t[]", self._bounds), count, lines)
        bounds: Int64Array = self._bounds[:count] + source.position
        store.count += count
        source.position += self._consumed[0]
        return bounds, bytes(ffi.buffer(lines, length))

    def text(self, words: JoinedWords, first: int, vectors: npt.NDArray[Any]) -> memoryview:
        """Return the rows as text, their words from number `first` on; valid until the next call."""
        room = NUMBER_BYTES * (vectors.shape[1] + 1) + 1
        return self._write(self._lib.w2v_text_write_rows, (), room, words, first, vectors)

    def binary(
        self, words: JoinedWords, first: int, vectors: npt.NDArray[Any], newline: bool
    ) -> memoryview | None:
        """Return the rows in the binary format, as `text`. None: not on this processor."""
        room = 4 * vectors.shape[1] + 2
        return self._write(self._lib.w2v_binary_write_rows, (newline,), room, words, first, vectors) or None

    def _write(
        self,
        function: Any,
        extra: tuple[int, ...],
        row_bytes: int,
        words: JoinedWords,
        first: int,
        vectors: npt.NDArray[Any],
    ) -> memoryview:
        ffi = self._ffi
        with np.errstate(over="ignore"):
            rows = vectors.astype(np.float32, copy=False)
        # The numbers of a row must be side by side; the rows may be any distance apart.
        if rows.strides[1] != 4 or rows.strides[0] % 4 or rows.strides[0] < 0 or rows.ctypes.data % 4:
            rows = np.ascontiguousarray(rows)
        offsets = words.offsets[first : first + len(rows) + 1]
        room = int(offsets[-1] - offsets[0]) + len(rows) * row_bytes + NUMBER_BYTES
        if len(self._out) < room:
            self._out = bytearray(room)
        length = function(
            ffi.cast("float *", rows.ctypes.data),
            len(rows),
            rows.shape[1],
            rows.strides[0] // 4,
            ffi.from_buffer("char[]", words.data),
            ffi.from_buffer("int64_t[]", offsets),
            *extra,
            ffi.from_buffer("char[]", self._out),
        )
        return memoryview(self._out)[: max(0, length)]
