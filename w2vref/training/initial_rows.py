"""The rows that new words begin with: `w2vref.reference.initialization`, made where they are to stand.

    words -> keys -> rows

The C extension makes both; without it, NumPy does, and they are the same bits.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from w2vref._typing import Float32Array, UInt64Array
from w2vref.backends.c.library import SIMD_NAMES, Library, choose_simd
from w2vref.corpora.native import native_library
from w2vref.reference.initialization import initial_vectors, vector_keys


def write_initial_rows(
    rows: Float32Array, words: list[str], suffix: str, hashfxn: Callable[[str], int] | None
) -> None:
    """Fill rows with the initial vectors of words.

    Args:
        rows: float32 (len(words), size), written; a part of wider rows, too.
        suffix: what is added to each word before it is hashed: str(seed).
        hashfxn: as in `vector_keys`.
    """
    library = native_library()
    keys = None
    if library is not None and hashfxn is None:
        keys = _native_keys(library, words, suffix)
    if keys is None:
        keys = vector_keys((word + suffix for word in words), hashfxn)
    if library is None:
        rows[:] = initial_vectors(keys, rows.shape[1])
    else:
        _write_native(library, rows, keys)


def _native_keys(library: Library, words: list[str], suffix: str) -> UInt64Array | None:
    """Return `vector_keys` of word + suffix; None if a word has a newline in it, which cannot be one line."""
    text = "\n".join(words)
    if text.count("\n") != max(0, len(words) - 1):
        return None
    lines = (text + "\n").encode("utf-8", "surrogatepass") if words else b""
    end = suffix.encode()
    keys = np.empty(len(words), dtype=np.uint64)
    library.lib.w2v_line_keys(lines, len(lines), end, len(end), library.ffi.from_buffer("uint64_t[]", keys))
    return keys


def _write_native(library: Library, rows: Float32Array, keys: UInt64Array) -> None:
    ffi, lib = library
    stride, width = rows.strides[0] // rows.itemsize, rows.strides[1] // rows.itemsize
    if not len(rows):
        return
    assert width == 1, "the components of a row stand side by side"
    first = ffi.cast("float *", rows.ctypes.data)
    simd = SIMD_NAMES.index(choose_simd(library))
    lib.w2v_initial_rows(simd, ffi.from_buffer("uint64_t[]", keys), len(keys), rows.shape[1], stride, first)
