"""Memory for arrays that are read and written at random places.

A large array is asked of the system in huge pages, where there are such (Linux, if it lets programs ask).
Training goes from row to row, and each small page costs a translation of its address: those of a large
vocabulary are more than a processor keeps, and looking one up takes longer than fetching a line.
"""

from __future__ import annotations

import contextlib
import mmap
from typing import TypeVar

import numpy as np
import numpy.typing as npt

HUGE_PAGE = 2 << 20
"""Bytes; a page of another size still makes no difference but speed."""
LARGE = 1 << 20
"""Bytes from which an array is asked for in huge pages."""

Scalar = TypeVar("Scalar", bound=np.generic)


def zeroed_bytes(count: int, alignment: int) -> npt.NDArray[np.uint8]:
    """Return zeroed bytes (count,), the first of them aligned. Memory is used only where they are written.

    Raises: MemoryError if the system refuses so much.
    """
    if count >= LARGE and hasattr(mmap, "MADV_HUGEPAGE"):
        return _mapped(count)
    raw = np.zeros(count + alignment, dtype=np.uint8)
    start = -raw.ctypes.data % alignment
    return raw[start : start + count]


def _mapped(count: int) -> npt.NDArray[np.uint8]:
    """Return zeroed bytes that begin with a huge page. They are freed with the last array that shows one."""
    whole = -(-count // HUGE_PAGE) * HUGE_PAGE
    try:
        mapping = mmap.mmap(-1, whole + HUGE_PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except (OSError, OverflowError) as error:
        raise MemoryError(f"no memory for an array of {count:,} bytes: {error}") from error
    raw = np.frombuffer(mapping, dtype=np.uint8)
    start = -raw.ctypes.data % HUGE_PAGE
    with contextlib.suppress(OSError):  # a wish: a system without huge pages still gives the memory
        mapping.madvise(mmap.MADV_HUGEPAGE, start, whole)
    return raw[start : start + count]


def well_placed(array: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
    """Return the array, or if it is large and not at a huge page, a copy placed as by `zeroed_bytes`."""
    if array.nbytes < LARGE or not hasattr(mmap, "MADV_HUGEPAGE") or array.ctypes.data % HUGE_PAGE == 0:
        return array
    copy = zeroed_bytes(array.nbytes, array.itemsize).view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy
