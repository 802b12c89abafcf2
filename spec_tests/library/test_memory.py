"""Where large arrays stand: aligned, zeroed, and freed with the last that shows a part of them."""

from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np
import pytest

from w2vref import memory
from w2vref.records import ALIGNMENT, is_padded, padded_zeros

PAGE = memory.HUGE_PAGE
SIZES = [0, 1, 63, memory.LARGE - 1, memory.LARGE, PAGE, PAGE + 1, 5 * PAGE - 3]


@pytest.mark.parametrize("count", SIZES)
def test_bytes_are_zero_aligned_and_writable(count: int) -> None:
    array = memory.zeroed_bytes(count, ALIGNMENT)
    assert array.shape == (count,)
    assert array.dtype == np.uint8
    assert count == 0 or array.ctypes.data % ALIGNMENT == 0
    assert not array.any()
    array[:] = 255
    assert (array == 255).all()


def test_two_arrays_share_nothing() -> None:
    first, second = (memory.zeroed_bytes(memory.LARGE, ALIGNMENT) for _ in range(2))
    first[:] = 1
    assert not second.any()


def test_what_no_system_has_is_a_memory_error() -> None:
    for count in (1 << 60, 1 << 70):
        with pytest.raises((MemoryError, ValueError)):  # ValueError: NumPy's own, where nothing is mapped
            memory.zeroed_bytes(count, ALIGNMENT)


@pytest.mark.parametrize("rows", [1, 30_000])
def test_rows_of_training_stand_so(rows: int) -> None:
    array = padded_zeros(rows, 100)
    assert array.shape == (rows, 112)
    assert is_padded(array, 100)
    assert not array.any()


@pytest.mark.parametrize("count", [10, memory.LARGE // 8, memory.LARGE // 8 + 7])
def test_a_placed_array_is_equal(count: int) -> None:
    array = np.arange(count, dtype=np.uint64)
    placed = memory.well_placed(array)
    np.testing.assert_array_equal(placed, array)
    assert placed.dtype == array.dtype
    assert placed.flags.c_contiguous
    assert array.nbytes < memory.LARGE or not hasattr(mmap, "MADV_HUGEPAGE") or placed.ctypes.data % PAGE == 0
    assert memory.well_placed(placed) is placed


def _flags_of(address: int) -> list[str] | None:
    """Return the kernel's flags of the mapping that has an address; None if none has."""
    inside = False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        first = line.split(maxsplit=1)[0]
        if not first.endswith(":"):
            low, high = (int(number, 16) for number in first.split("-"))
            inside = low <= address < high
        elif inside and first == "VmFlags:":
            return line.split()[1:]
    return None


def _huge_pages_are_given() -> bool:
    switch = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    return hasattr(mmap, "MADV_HUGEPAGE") and switch.exists() and "[never]" not in switch.read_text()


needs_huge_pages = pytest.mark.skipif(not _huge_pages_are_given(), reason="this system gives no huge pages")


@needs_huge_pages
def test_a_large_array_is_asked_for_in_huge_pages() -> None:
    array = memory.zeroed_bytes(3 * PAGE, ALIGNMENT)
    assert array.ctypes.data % PAGE == 0
    assert "hg" in (_flags_of(array.ctypes.data) or [])


def test_a_part_outlives_the_array() -> None:
    array = memory.zeroed_bytes(4 * PAGE, ALIGNMENT)
    row = array[7:9].view(np.uint16)
    del array
    row[0] = 5
    assert row[0] == 5


@needs_huge_pages
def test_memory_ends_with_its_last_part() -> None:
    array = memory.zeroed_bytes(4 * PAGE, ALIGNMENT)
    address, row = array.ctypes.data, array[7:9]
    del array
    assert _flags_of(address) is not None
    del row
    assert "hg" not in (_flags_of(address) or [])
