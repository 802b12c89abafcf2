"""Opening a file for reading, decompressed by its name, and compressing what is written.

The end of a name decides: `.gz`, `.bz2` and `.xz` are read by the standard library, `.zst` by its module
of Python 3.14 or by the package backports.zstd (the extra `w2vref[zstd]`). Any other file is plain.
"""

from __future__ import annotations

import contextlib
import io
import os
import zlib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from w2vref.errors import FileFormatError

BUFFER_BYTES = 1 << 20
"""Bytes that are decompressed at once."""

_SUFFIXES = {".gz": "gzip", ".bz2": "bz2", ".xz": "lzma", ".zst": "zstd"}
"""What a file name ends in, and the module that reads it."""

PathLike = str | os.PathLike[str]


def compression_of(path: PathLike) -> str | None:
    """Return "gzip", "bz2", "lzma" or "zstd" by the end of the name (any case), or None for a plain file."""
    return _SUFFIXES.get(os.path.splitext(os.fspath(path))[1].lower())


def open_binary(path: PathLike) -> IO[bytes]:
    """Open a file for reading bytes, decompressed if its name says so.

    Raises: OSError as `open` does; ImportError, naming the package to install, if the library that
        reads this compression is missing. Reading a cut or damaged compressed file raises
        FileFormatError with the file and the offset in the decompressed data (damage inside a .zst
        file only where its writer stored checksums).
    """
    compression = compression_of(path)
    if compression is None:
        return open(path, "rb")
    module = _compression_module(compression, path)
    return io.BufferedReader(_Decompressed(module.open(path, "rb"), path, module), BUFFER_BYTES)


def open_text(path: PathLike, encoding: str = "utf-8", errors: str = "strict") -> IO[str]:
    """Open a file for reading text, decompressed if its name says so; lines end at newline characters only.

    Raises: as `open_binary`; UnicodeDecodeError while reading, for text in another encoding.
    """
    return io.TextIOWrapper(open_binary(path), encoding=encoding, errors=errors, newline="\n")


@contextlib.contextmanager
def compressing(stream: IO[bytes], path: PathLike) -> Iterator[IO[bytes]]:
    """Give a file whose bytes arrive in stream, compressed if the name of path says so.

    Neither a time nor a file name is stored: equal content gives equal files. The stream stays open.

    Raises: ImportError as `open_binary`.
    """
    compression = compression_of(path)
    if compression is None:
        yield stream
        return
    module = _compression_module(compression, path)
    if compression == "gzip":
        # Level 6 is what the program gzip uses; Python's 9 takes much longer for hardly less.
        compressed = module.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=stream, mtime=0)
    elif compression == "zstd":
        # Without the checksum, damage to the file would be read as if it were the content.
        compressed = module.open(stream, "wb", options={module.CompressionParameter.checksum_flag: 1})
    else:
        compressed = module.open(stream, "wb")
    with compressed:
        yield compressed


def _compression_module(compression: str, path: PathLike) -> Any:
    names = ("compression.zstd", "backports.zstd") if compression == "zstd" else (compression,)
    for name in names:
        try:
            return import_module(name)
        except ImportError:
            continue
    remedy = (
        "install it with pip install 'w2vref[zstd]'"
        if compression == "zstd"
        else "it belongs to the standard library, but this Python was built without it"
    )
    raise ImportError(
        f"{os.fspath(path)}: a {Path(path).suffix} file needs the module {names[-1]}: {remedy}, "
        "or decompress the file first"
    )


class _Decompressed(io.RawIOBase):
    """The bytes of a compressed file; what is wrong with them is a FileFormatError with file and offset.

    Each library reports damage in its own way (EOFError, OSError, zlib.error, LZMAError, ZstdError).
    """

    def __init__(self, source: IO[bytes], path: PathLike, module: Any) -> None:
        self._source = source
        self._path = path
        self._offset = 0
        names = ("LZMAError", "ZstdError", "BadGzipFile")
        own = tuple(getattr(module, name) for name in names if hasattr(module, name))
        self._damage: tuple[type[Exception], ...] = (EOFError, zlib.error, *own)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        try:
            data = self._source.read(len(view))
        except self._damage as error:
            raise self._damaged(error) from error
        except OSError as error:
            if error.errno is not None:  # the disk's trouble, not the file's
                raise
            raise self._damaged(error) from error
        view[: len(data)] = data
        self._offset += len(data)
        return len(data)

    def _damaged(self, error: Exception) -> FileFormatError:
        return FileFormatError(
            f"{os.fspath(self._path)}: the compressed data is damaged or cut short somewhere after byte "
            f"{self._offset} of the decompressed data ({error}); restore the file from its source"
        )

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()
