"""A file in chunks of bytes that are cut between words, for several threads at once."""

from __future__ import annotations

import errno
import os
import stat
import threading
from typing import IO

import numpy as np

from w2vref._typing import Int32Array, UInt8Array
from w2vref.backends.c.library import Library
from w2vref.errors import FileFormatError
from w2vref.io.opening import compression_of, open_binary

CHUNK_BYTES = 1 << 18
"""Bytes read at once: with the ids of their words they fit a processor's second cache."""
LONGEST_CHUNK = 1 << 31
"""Offsets inside a chunk are 32-bit numbers; a chunk is longer than usual only for one longer word."""


class Chunk:
    """A piece of a file, and the buffers for what is found in it. Used again for other pieces."""

    def __init__(self, library: Library, size: int) -> None:
        self._padding = int(library.lib.W2V_SCAN_PADDING)
        self.number = 0
        """In the file, from 0."""
        self.offset = 0
        """In the file, in bytes."""
        self.length = 0
        """Bytes of text."""
        self.words = 0
        """Ids written."""
        self.break_count = 0
        """Breaks written."""
        self.grow(size)

    def grow(self, size: int) -> None:
        """Make room for `size` bytes of text, keeping what is there; nothing else is kept."""
        # Memory that is not written to is not used: np.empty only reserves it.
        text = np.empty(size + self._padding, dtype=np.uint8)
        if self.length:
            text[: self.length] = self.text[: self.length]
        self.text: UInt8Array = text
        self.size = size
        self.ids: Int32Array = np.empty(size // 2 + 1, dtype=np.int32)
        self.breaks: Int32Array = np.empty(size // 2 + 2, dtype=np.int32)


class ChunkReader:
    """Reads a file front to back; each call hands out the next chunk, to whichever thread calls.

    Reading into buffers, not mapping the file: a file that shrinks meanwhile is an error, not a crash.
    A chunk begins where a word may begin and ends where a word may end, so it is understood alone.

    Raises: TypeError for something that is no path; OSError as `open` does, and for a directory;
        ValueError for a pipe, a device and the like.
    """

    def __init__(self, library: Library, path: str | os.PathLike[str], chunk_bytes: int) -> None:
        self._ffi, self._lib = library
        self.name = file_name(path)
        self.total_bytes: int | None = None
        """Bytes to be read; None for a compressed file."""
        self.offset = 0
        """Of the next chunk, in bytes (of a compressed file: when decompressed)."""
        self._chunk_bytes = chunk_bytes
        self._number = 0
        self._carry: UInt8Array = np.empty(0, dtype=np.uint8)
        self._lock = threading.Lock()
        self._stopped = False
        self._stream = _opened(path)
        if compression_of(path) is None:
            self.total_bytes = os.fstat(self._stream.fileno()).st_size

    def next(self, chunk: Chunk) -> bool:
        """Read the next chunk into these buffers; False at the end of the file or after `stop`.

        Raises: OSError; FileFormatError for damaged compressed data or a word beyond 1 GiB; RuntimeError
            for a file that became shorter or longer. Nothing can be read after any of them.
        """
        with self._lock:
            if self._stopped:
                return False
            try:
                return self._fill(chunk)
            except BaseException:
                self._stopped = True
                raise

    @property
    def is_stopped(self) -> bool:
        """Whether nothing is handed out any more."""
        return self._stopped

    def stop(self) -> None:
        """Hand out nothing any more."""
        self._stopped = True

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def _fill(self, chunk: Chunk) -> bool:
        if chunk.size > self._chunk_bytes:
            chunk.length = 0
            chunk.grow(self._chunk_bytes)  # it was made larger for one long word
        chunk.length = 0
        if len(self._carry) >= chunk.size:
            chunk.grow(2 * len(self._carry))
        chunk.text[: len(self._carry)] = self._carry
        chunk.length = len(self._carry)
        boundary = 0
        while not boundary:
            is_full = self._read(chunk)
            if self._stopped:
                return False
            if not is_full:
                self._check_size(chunk)
                self._stopped = True
                boundary = chunk.length
                break
            text = self._ffi.from_buffer("uint8_t[]", chunk.text)
            boundary = self._lib.w2v_scan_boundary(text, chunk.length)
            if not boundary:  # not one space: all of it is one word
                self._make_room(chunk)
        self._carry = chunk.text[boundary : chunk.length].copy()
        chunk.number, chunk.offset, chunk.length = self._number, self.offset, boundary
        self._number += 1
        self.offset += boundary
        return boundary > 0

    def _read(self, chunk: Chunk) -> bool:
        """Fill the buffer; False if the file ended first, or all is to stop."""
        view = chunk.text.data[: chunk.size]
        while chunk.length < chunk.size:
            count = self._stream.readinto(view[chunk.length :])  # type: ignore[attr-defined]
            if not count or self._stopped:
                return False
            chunk.length += count
        return True

    def _make_room(self, chunk: Chunk) -> None:
        if 2 * chunk.size >= LONGEST_CHUNK:
            raise FileFormatError(
                f"{self.name}: the word at byte {self.offset} is longer than {chunk.size} bytes: "
                "a text has words with spaces between them; is this one?"
            )
        chunk.grow(2 * chunk.size)

    def _check_size(self, chunk: Chunk) -> None:
        read = self.offset + chunk.length
        if self.total_bytes is None:
            return
        now = os.fstat(self._stream.fileno()).st_size
        if read != self.total_bytes or now != self.total_bytes:
            raise RuntimeError(
                f"{self.name} changed while it was read: it had {self.total_bytes} bytes, now {now}, and "
                f"{read} were read; leave the file alone, or read a copy of it"
            )


def file_name(path: str | os.PathLike[str]) -> str:
    """Return the path as str.

    Raises: TypeError for something that is no path.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(
            f"corpus_file must be the path of a text file, got {type(path).__name__}; give an iterable of "
            "lists of str, or LineSentence of an open file, as sentences"
        )
    return os.fsdecode(path)


def check_regular_file(path: str | os.PathLike[str]) -> None:
    """Raise for what cannot be read as a corpus: nothing there, a directory, a pipe, a device.

    Raises: TypeError, OSError, ValueError.
    """
    name = file_name(path)
    mode = os.stat(path).st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(
            errno.EISDIR,
            "corpus_file is a directory; give one file, or sentences=PathLineSentences(...) for all in it",
            name,
        )
    if not stat.S_ISREG(mode):
        raise ValueError(
            f"corpus_file {name!r} is no regular file but a pipe, a device or a socket; open it and give "
            "its lines as sentences, for instance (line.split() for line in stream)"
        )


def _opened(path: str | os.PathLike[str]) -> IO[bytes]:
    check_regular_file(path)
    if compression_of(path) is None:
        return open(path, "rb", buffering=0)
    return open_binary(path)
