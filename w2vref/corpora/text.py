"""From a file to the tokens of its lines: blocks of bytes, text, lines, pieces of bounded length."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any, TypeAlias

from w2vref.errors import FileFormatError
from w2vref.io.opening import open_binary

Source: TypeAlias = str | os.PathLike[str] | IO[bytes] | IO[str]
"""A path, or a file object that can be read again from its start."""

BLOCK = 1 << 16
"""Bytes (of a text file object: characters) read at once: a block and its words fit the cache."""


def check_source(source: Any) -> None:
    """Raise TypeError unless source is a path or a file object with `read` and `seek`."""
    if isinstance(source, (str, os.PathLike)) or (hasattr(source, "read") and hasattr(source, "seek")):
        return
    raise TypeError(
        f"the source must be a path or an open file with read() and seek(), got {type(source).__name__}; "
        "a list of sentences needs no reader: it is a corpus already"
    )


def name_of(source: Source) -> str:
    """Return the name of a source for messages."""
    if isinstance(source, (str, os.PathLike)):
        return str(os.fspath(source))
    return str(getattr(source, "name", repr(source)))


@contextmanager
def _opened(source: Source) -> Iterator[IO[bytes] | IO[str]]:
    """Give the file, opened by name or taken from its start; only the former is closed."""
    if isinstance(source, (str, os.PathLike)):
        with open_binary(source) as stream:
            yield stream
    else:
        source.seek(0)
        yield source


def text_blocks(source: Source) -> Iterator[str]:
    """Yield the text of a source in blocks, none cut inside a character.

    Raises: FileFormatError, with file and byte offset, for bytes that are not UTF-8, after the text
        before them was yielded.
    """
    with _opened(source) as stream:
        decoder = codecs.getincrementaldecoder("utf-8")()
        done = 0
        while True:
            block = stream.read(BLOCK)
            if isinstance(block, str):
                text = block
            else:
                kept_back = len(decoder.getstate()[0])
                try:
                    text = decoder.decode(block, final=not block)
                except UnicodeDecodeError as error:
                    yield error.object[: error.start].decode("utf-8")
                    raise not_utf8(error, source, done - kept_back) from error
            if not block:
                return
            done += len(block)
            yield text


def not_utf8(error: UnicodeDecodeError, source: Source, start: int) -> FileFormatError:
    """Return the error for bad bytes in a block that starts at byte `start` of the file."""
    return FileFormatError(
        f"{name_of(source)}: byte {start + error.start} (0x{error.object[error.start]:02x}) is not UTF-8: "
        f"{error.reason}; convert the file to UTF-8, or open it yourself with its encoding and give the "
        "open text file"
    )


def token_lines(source: Source, by_line: bool = True) -> Iterator[tuple[list[str], bool]]:
    r"""Yield (tokens, whether the line ends here) for each line of a source.

    Lines end at \n only; tokens are those of `str.split()`. A line longer than a block comes in
    several parts, the last one marked, so memory does not grow with its length.

    Args:
        by_line: False takes the whole source for one line.
    """
    # Text since the last newline that is not yet split; its length; the length at which to split it.
    parts: list[str] = []
    held, hold = 0, BLOCK
    for text in text_blocks(source):
        parts.append(text)
        if by_line and "\n" in text:
            *lines, rest = "".join(parts).split("\n")
            for line in lines:
                yield line.split(), True
            parts, held, hold = [rest], len(rest), BLOCK
            continue
        held += len(text)
        if held >= hold:
            line = "".join(parts)
            tokens = line.split()
            # The last token may go on in the next block.
            rest = "" if line[-1].isspace() else tokens.pop()
            yield tokens, False
            # A token longer than a block is split again only when twice as much has been read.
            parts, held, hold = [rest], len(rest), max(BLOCK, 2 * len(rest))
    yield "".join(parts).split(), True


def sentences_of_lines(
    lines: Iterable[tuple[list[str], bool]], max_length: int, limit: int | None
) -> Iterator[list[str]]:
    """Yield the sentences of the first `limit` lines, in pieces of at most max_length tokens."""
    if limit == 0:
        return
    begun: list[str] = []  # the tokens of a line's earlier parts that fill no whole piece
    for tokens, is_end in lines:
        if is_end and not begun and len(tokens) <= max_length:
            if tokens:
                yield tokens
        else:
            begun += tokens
            cut = len(begun) if is_end else len(begun) - len(begun) % max_length
            for start in range(0, cut, max_length):
                yield begun[start : min(start + max_length, cut)]
            del begun[:cut]
        if is_end and limit is not None:
            limit -= 1
            if limit == 0:
                return
