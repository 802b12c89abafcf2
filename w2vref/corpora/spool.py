"""Arrays that grow cheaply: in memory first, then in an unlinked temporary file.

A corpus is read once and kept as integers, so that a one-shot generator can be trained for many
epochs. Nothing here knows what the integers mean.
"""

from __future__ import annotations

import array
import mmap
import tempfile
from contextlib import suppress
from types import TracebackType
from typing import IO, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from w2vref._typing import Int32Array, Int64Array

MEMORY_LIMIT = 64 << 20
"""Bytes that one spooled array may hold in memory before it moves to a temporary file."""
CHUNK = 1 << 20
"""Elements that are read or converted at a time."""

Number = TypeVar("Number", np.int32, np.int64)


class Spool(NamedTuple):
    """A corpus as integers: the ids of all sentences, one after the other, and where each begins."""

    tokens: Int32Array
    """(words,)."""
    sentence_offsets: Int64Array
    """(sentences + 1,): sentence s is tokens[sentence_offsets[s]:sentence_offsets[s + 1]]."""


class ArraySpool(Generic[Number]):
    """An array that is written from front to back and of unknown length.

    Up to memory_limit bytes stay in memory; more go to a temporary file that has no name, so that
    no end of the process can leave it behind. The folder is that of `tempfile` (TMPDIR).
    """

    def __init__(self, dtype: type[Number], memory_limit: int = MEMORY_LIMIT) -> None:
        self.dtype: np.dtype[Number] = np.dtype(dtype)
        self.length = 0
        self._memory_limit = memory_limit
        self._memory = array.array("B")
        self._file: IO[bytes] | None = None

    def append(self, values: npt.NDArray[Number]) -> None:
        """Add values at the end.

        Raises: OSError if the temporary file cannot be written; the spool is closed then.
        """
        if not len(values):
            return  # an empty memoryview cannot be cast
        data = np.ascontiguousarray(values, dtype=self.dtype).data.cast("B")
        if self._file is None and len(self._memory) + len(data) > self._memory_limit:
            self._open_file()
        if self._file is None:
            self._memory.frombytes(data)
        else:
            self._write(data)
        self.length += len(values)

    def finish(self) -> npt.NDArray[Number]:
        """Return all values as one writable array (length,), memory-mapped if they are in a file.

        The array alone keeps the file's space; the spool is empty afterwards.
        """
        if self._file is None:
            values = np.frombuffer(self._memory, dtype=self.dtype) if self.length else np.empty(0, self.dtype)
        else:
            # A shared mapping of a file that nobody else can open: memory is borrowed, never owned.
            mapping = mmap.mmap(self._file.fileno(), self.length * self.dtype.itemsize)
            values = np.frombuffer(mapping, dtype=self.dtype)
        self._memory = array.array("B")
        self.close()
        return values

    def close(self) -> None:
        """Forget everything that is not yet handed out."""
        self._memory = array.array("B")
        self.length = 0
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None

    def _open_file(self) -> None:
        try:
            # Unbuffered: each append is large, and a failed write shows where it happens.
            self._file = tempfile.TemporaryFile(prefix="w2vref-", buffering=0)  # noqa: SIM115 - closed by close()
        except OSError as error:
            raise _spool_error(error) from error
        self._write(memoryview(self._memory).cast("B"))
        self._memory = array.array("B")

    def _write(self, data: memoryview) -> None:
        assert self._file is not None
        try:
            while len(data):
                data = data[self._file.write(data) :]
        except OSError as error:
            self.close()
            raise _spool_error(error) from error


def _spool_error(error: OSError) -> OSError:
    """Return the same error with a message that says what was written, where, and what helps."""
    return OSError(
        error.errno,
        f"cannot keep the encoded corpus in a temporary file in {tempfile.gettempdir()!r}: {error.strerror}; "
        "free some space there, or point the environment variable TMPDIR to a folder on a larger disk",
    )


class SpoolWriter:
    """Writes a `Spool`. As a context manager it leaves nothing behind when an exception passes."""

    def __init__(self, memory_limit: int = MEMORY_LIMIT) -> None:
        self.tokens: ArraySpool[np.int32] = ArraySpool(np.int32, memory_limit)
        self.ends: ArraySpool[np.int64] = ArraySpool(np.int64, memory_limit)
        self.ends.append(np.zeros(1, dtype=np.int64))

    def append(self, tokens: Int32Array, ends: Int64Array) -> None:
        """Add whole or partial sentences.

        Args:
            tokens: int32 (n,).
            ends: int64 (m,), non-decreasing, in 0 .. n: where sentences end, counted in this call's
                tokens. Tokens after the last end belong to a sentence that a later call ends.
        """
        self.ends.append(np.asarray(ends, dtype=np.int64) + self.tokens.length)
        self.tokens.append(tokens)

    def finish(self) -> Spool:
        """Return what was written; the writer is empty afterwards."""
        return Spool(self.tokens.finish(), self.ends.finish())

    def close(self) -> None:
        """Forget everything that is not yet handed out."""
        self.tokens.close()
        self.ends.close()

    def __enter__(self) -> SpoolWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
