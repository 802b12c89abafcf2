"""A file seen through a window that moves forward, and rows of vectors that grow as they are read."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from typing import IO, Any, cast

import numpy as np
import numpy.typing as npt

from w2vref.errors import FileFormatError, TruncatedFileError
from w2vref.io.atomic import atomic_write, is_open_file
from w2vref.io.opening import compressing, compression_of, open_binary
from w2vref.records import padded_size, padded_zeros

Target = str | os.PathLike[str] | IO[bytes]
"""A path, compressed if its name ends in .gz, .bz2, .xz or .zst; or an open binary file, never compressed."""

BLOCK_BYTES = 1 << 20
"""Bytes read at once: what a processor keeps at hand."""
GROWTH_START = 1 << 24
"""Bytes of the first allocation when the number of rows is not known for certain."""
MAX_WORD_BYTES = 1 << 20
"""A longer word is damage: the separator after it was lost."""
MAX_HEADER_BYTES = 1 << 10


class Source:
    """The bytes of a file, read forward.

    Attributes:
        name: of the file, for messages.
        window: a buffer that is used again and again; window[position:end] is at hand.
        position: the first byte that is not done with.
        end: behind the last byte at hand.
        left: bytes of the file after the window, or None if nobody knows (compressed, a pipe).
    """

    def __init__(self, stream: IO[bytes], name: str, left: int | None) -> None:
        self._stream = stream
        self.name = name
        self.window = bytearray(BLOCK_BYTES)
        self.position = 0
        self.end = 0
        self.left = left
        self._window_offset = 0
        self._added = 0

    @property
    def offset(self) -> int:
        """Place of `position` in the file, in (decompressed) bytes."""
        return self._window_offset + self.position

    def offset_of(self, position: int) -> int:
        """Return the place in the file of a position in the window."""
        return self._window_offset + position

    def at_hand(self) -> int:
        """Return how many bytes of the window are there and not done with."""
        return self.end - self.position

    def available(self) -> int | None:
        """Return how many bytes the file still has, or None if nobody knows."""
        return None if self.left is None else self.left + self.at_hand()

    def more(self) -> bool:
        """Read on behind what is at hand, which moves to the front; False at the end of the file."""
        kept = self.at_hand()
        # A window that is more than half full is doubled, so that a long row takes linear time.
        window = self.window if 2 * kept <= len(self.window) else bytearray(2 * len(self.window))
        window[:kept] = self.window[self.position : self.end]
        self.window = window
        self._window_offset += self.position
        self.position, self.end = 0, kept
        count = self._read_into(memoryview(window)[kept:])
        self.end += count
        if self.left is not None:
            self.left = max(0, self.left - count) if count else 0
        return count > 0

    def read_exactly(self, room: memoryview) -> None:
        """Fill room with the next bytes, past the window where that is possible.

        Raises: TruncatedFileError if the file ends before.
        """
        done = min(self.at_hand(), len(room))
        room[:done] = memoryview(self.window)[self.position : self.position + done]
        self.position += done
        while done < len(room):
            count = self._read_into(room[done:])
            if count == 0:
                self.left = 0
                raise self.truncated(f"the file ends too soon: {len(room) - done} more bytes were promised")
            done += count
            self._window_offset += count
            if self.left is not None:
                self.left = max(0, self.left - count)

    def _read_into(self, room: memoryview) -> int:
        if hasattr(self._stream, "readinto"):
            count = self._stream.readinto(room)
            if count is None:
                raise BlockingIOError(f"{self.name}: the file has nothing to read at the moment")
            return int(count)
        data = self._stream.read(len(room))
        if not isinstance(data, bytes):
            raise TypeError(f"{self.name}: expected a file opened for reading bytes (mode 'rb')")
        room[: len(data)] = data
        return len(data)

    def end_line(self) -> None:
        """Put a newline behind the last byte at hand: the last line of the file lacks it."""
        if self.end == len(self.window):
            self.window.append(0)
        self.window[self.end] = 10
        self.end += 1
        self._added = 1

    def find(self, byte: bytes, limit: int) -> int:
        """Return the position of the next such byte, at most `limit` bytes ahead, or -1 if there is none."""
        searched = 0
        while True:
            found = self.window.find(byte, self.position + searched, min(self.end, self.position + limit))
            if found >= 0:
                return found
            searched = self.at_hand()
            if searched >= limit or not self.more():
                return -1

    def is_unfinished(self, newline: int) -> bool:
        """Tell whether the newline at this place of the window is not one of the file."""
        return self._added == 1 and newline == self.end - 1

    def holds(self, count: int) -> bool:
        """Tell whether so many bytes are left, reading them if nobody knows."""
        available = self.available()
        if available is not None:
            return available >= count
        while self.at_hand() < count:
            if not self.more():
                return False
        return True

    def rest_is_blank(self, blanks: bytes) -> bool:
        """Tell whether only the bytes `blanks` are left; reads on to the first other byte."""
        while True:
            if self.window[self.position : self.end].strip(blanks):
                return False
            self.position = self.end
            if not self.more():
                return True

    def error(self, message: str, position: int | None = None) -> FileFormatError:
        """Return an error about the bytes at a position (default: here), naming file and offset."""
        return FileFormatError(self._placed(message, position))

    def truncated(self, message: str) -> TruncatedFileError:
        """Return an error about the end of the file, naming file and offset."""
        return TruncatedFileError(self._placed(message, self.end - self._added))

    def truncated_before(self, message: str) -> TruncatedFileError:
        """Return an error about what is missing after `position`, naming file and offset."""
        return TruncatedFileError(self._placed(message, None))

    def _placed(self, message: str, position: int | None) -> str:
        place = self.position if position is None else position
        return f"{self.name}: {message} (byte offset {self.offset_of(place)})"


@contextlib.contextmanager
def open_source(target: Target) -> Iterator[Source]:
    """Open a path (decompressed by its name), or take an open binary file, which is left open.

    Raises: OSError, ImportError as `open_binary`; TypeError for a file opened for text.
    """
    if is_open_file(target):
        yield Source(target, str(getattr(target, "name", "the open file")), None)
        return
    path = cast("str | os.PathLike[str]", target)
    with open_binary(path) as stream:
        left = None
        if compression_of(path) is None:
            status = os.fstat(stream.fileno())
            left = status.st_size if stat.S_ISREG(status.st_mode) else None
        yield Source(stream, os.fspath(path), left)


@contextlib.contextmanager
def writing(target: Target, append: bool = False) -> Iterator[IO[bytes]]:
    """Give a file to write to: atomic and compressed by its name for a path, as it is for an open file."""
    with atomic_write(target, append=append) as raw:
        if is_open_file(target):
            yield raw
        else:
            with compressing(raw, cast("str | os.PathLike[str]", target)) as stream:
                yield stream


class GrowingRows:
    """Rows of vectors in one block that grows; float32 rows are padded as backends want them.

    Attributes:
        block: (capacity, stride); the first `size` numbers of the first `count` rows count.
        before: rows of the file that are no longer in the block.
    """

    def __init__(self, size: int, dtype: npt.DTypeLike, expected: int | None, certain: bool) -> None:
        """Args: expected: rows in all, if promised; certain: the file is long enough for them."""
        self.size = size
        self.dtype = np.dtype(dtype)
        self.count = 0
        self.before = 0
        self._expected = expected
        row_bytes = max(1, padded_size(size) * self.dtype.itemsize)
        start = max(1, GROWTH_START // row_bytes)
        if expected is not None:
            start = expected if certain else min(start, expected)
        self.block = self._allocate(start)

    def _allocate(self, rows: int) -> npt.NDArray[Any]:
        if self.dtype == np.float32:
            return padded_zeros(rows, self.size)
        return np.zeros((rows, self.size), dtype=self.dtype)

    def room(self) -> int:
        """Return for how many more rows there is room: at least one, unless all expected ones are here."""
        capacity = len(self.block)
        if self.count == capacity and (self._expected is None or capacity < self._expected):
            capacity = 2 * capacity if self._expected is None else min(2 * capacity, self._expected)
            larger = self._allocate(capacity)
            larger[: self.count] = self.block[: self.count]
            self.block = larger
        return capacity - self.count

    @property
    def row_number(self) -> int:
        """Number in the file, from 1, of the row that is read next."""
        return self.before + self.count + 1

    def clear(self) -> None:
        """Forget the rows, for others of the same file."""
        self.before += self.count
        self.count = 0

    def rows(self) -> npt.NDArray[Any]:
        """Return the rows read, (count, size)."""
        return self.block[: self.count, : self.size]

    def keep(self, chosen: npt.NDArray[np.int64]) -> None:
        """Keep only these rows, in ascending order."""
        first_moved = int(np.argmax(chosen != np.arange(len(chosen))))
        for start in range(first_moved, len(chosen), 4096):  # pieces: no second matrix in memory
            part = chosen[start : start + 4096]
            self.block[start : start + len(part)] = self.block[part]
        self.count = len(chosen)
