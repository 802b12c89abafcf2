"""Writing a file so that nobody ever sees half of it.

The bytes go to a temporary file in the folder of the target, which is flushed to the disk and then
renamed over the target: at every moment the name leads to the whole old file or to the whole new
one, whatever kills the process or the machine. An exception leaves the old file and removes the
temporary one; only a kill (SIGKILL, power) can leave a file `.NAME.HEX.tmp` behind, which nothing
reads and anybody may delete.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, TypeGuard, cast

BUFFER_BYTES = 1 << 20
"""Size of the write buffer; large, since model files are written in one sweep."""
EARLY_BYTES = 1 << 25
"""So many bytes are passed on to the disk at a time, while the next are being made."""
SYNC_FILE_RANGE_WRITE = 2
"""Of linux/fs.h: begin to write, wait for nothing."""


def is_open_file(target: object) -> TypeGuard[IO[bytes]]:
    """Tell whether target is an open file (anything with `write` or `read`), not a path."""
    return hasattr(target, "write") or hasattr(target, "read")


@contextlib.contextmanager
def atomic_write(target: str | os.PathLike[str] | IO[bytes], *, append: bool = False) -> Iterator[IO[bytes]]:
    """Give a binary file to write to, and put it in the place of `target` when the block ends well.

    A symbolic link is followed: the file it points to is replaced. The new file has the old file's
    permission bits, or those of the umask. Something that is not a regular file (a pipe, /dev/null)
    cannot be replaced and is written to directly, as is an open file object, which is flushed and
    left open.

    Args:
        target: a path, or a file object open for writing bytes.
        append: start from a copy of the old file, if there is one: the bytes come after its own.

    Raises: OSError, with the file's name and what became of the old file, when a write fails (no
        space, a quota, a file size limit); TypeError for a file opened for text; whatever the block
        raises. The old file is then intact.
    """
    if is_open_file(target):
        if isinstance(target, io.TextIOBase):
            raise TypeError("expected a path, or a file opened for writing bytes (mode 'wb'), not text")
        yield target
        target.flush()
        return
    path = Path(os.path.realpath(cast("str | os.PathLike[str]", target)))
    old = _status(path)
    if old is not None and not stat.S_ISREG(old.st_mode):
        with open(path, "ab" if append else "wb") as direct:
            yield direct
        return
    temporary, stream = _open_temporary(path)
    try:
        with stream:
            if old is not None:
                _take_over(path, old, stream, append)
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError) and error.errno is not None and error.filename is None:
            kept = "the old file is unchanged" if old is not None else "no file was left behind"
            # The errno chooses the subclass, as it did for the error without a name.
            raise OSError(error.errno, f"{error.strerror} while writing; {kept}", str(path)) from error
        raise
    _sync_folder(path.parent)


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _open_temporary(path: Path) -> tuple[Path, IO[bytes]]:
    """Create a new file beside path. os.open, unlike tempfile, leaves the permissions to the umask."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    # A name of 255 bytes is the limit of most file systems: keep only the start of a long one.
    start = os.fsdecode(os.fsencode(path.name)[:200])
    temporary = path.with_name(f".{start}.{secrets.token_hex(8)}.tmp")
    try:
        descriptor = os.open(temporary, flags, 0o666)
    except OSError as error:  # of the folder: the name that the caller knows says where
        raise OSError(error.errno, error.strerror, str(path)) from error
    return temporary, io.BufferedWriter(_EarlyFile(descriptor), BUFFER_BYTES)


class _EarlyFile(io.FileIO):
    """A file whose bytes start for the disk as they come: the fsync at the end then waits for little."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "wb")
        self._written = self._passed_on = 0

    def write(self, data: Any) -> int:
        written = super().write(data)
        self._written += written
        if self._written - self._passed_on >= EARLY_BYTES:
            _begin_writing(self.fileno(), self._passed_on, self._written - self._passed_on)
            self._passed_on = self._written
        return written


def _begin_writing(descriptor: int, start: int, length: int) -> None:
    """Have the system begin to write these bytes to the disk, where it has a call for it (Linux).

    Python has none; posix_fadvise(POSIX_FADV_DONTNEED) begins it too, but takes bytes from the cache that a
    reader will want.
    """
    if _sync_file_range is not None:  # an error is for the fsync to report
        _sync_file_range(descriptor, start, length, SYNC_FILE_RANGE_WRITE)


def _find_sync_file_range() -> Callable[[int, int, int, int], int] | None:
    try:
        function = ctypes.CDLL(None).sync_file_range
    except (AttributeError, OSError, TypeError):  # another system
        return None
    function.argtypes = [ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint]
    return cast("Callable[[int, int, int, int], int]", function)


_sync_file_range = _find_sync_file_range()


def _take_over(path: Path, old: os.stat_result, stream: IO[Any], append: bool) -> None:
    """Give the new file the permission bits of the old one, and its bytes if they are to stay."""
    if hasattr(os, "fchmod"):
        with contextlib.suppress(PermissionError):
            os.fchmod(stream.fileno(), stat.S_IMODE(old.st_mode))
    if append:
        with open(path, "rb") as source:
            shutil.copyfileobj(source, stream, BUFFER_BYTES)


def _sync_folder(folder: Path) -> None:
    """Flush the folder, so that the rename survives a power cut; not every system lets one do it."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
