"""Words in files: bytes to str and back, with errors that say which word of which file."""

from __future__ import annotations

import codecs
import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2vref._typing import Int64Array
from w2vref.io.source import GrowingRows, Source

BLANKS = b" \t\n\r\v\f"
"""What may stand at the end of a line; word2vec.c writes a space after the last number."""
SEPARATORS = " \n"
"""Neither can be part of a word in the word2vec formats: the one ends a word, the other a row."""


class Decoder:
    """Decodes words of a file.

    Raises: LookupError for an unknown encoding or error handler, at once.
    """

    def __init__(self, encoding: str, errors: str) -> None:
        self._is_utf8 = codecs.lookup(encoding).name == "utf-8"
        codecs.lookup_error(errors)
        self._encoding = encoding
        self._errors = errors

    def one(self, source: Source, start: int, end: int) -> str:
        """Return the word at window[start:end].

        Raises: UnicodeDecodeError naming file, offset and the remedy.
        """
        word = source.window[start:end]
        try:
            return word.decode(self._encoding, self._errors)
        except UnicodeDecodeError as error:
            reason = (
                f"{error.reason}; {source.name}: a word that starts at byte offset {source.offset_of(start)} "
                f"is not {self._encoding}; unicode_errors='ignore' or 'replace' reads what can be read, "
                "encoding= another encoding"
            )
            raise UnicodeDecodeError(error.encoding, error.object, error.start, error.end, reason) from None

    def many(self, source: Source, bounds: npt.NDArray[np.int64], lines: bytes = b"") -> list[str]:
        """Return the words at window[start:end] for each (start, end) of bounds, (words, 2).

        lines: the same words, each with a newline behind it, if the caller has them so: quicker.
        """
        if len(bounds) == 0:
            return []
        if lines and self._is_utf8:  # a newline is never a part of another character
            with contextlib.suppress(UnicodeDecodeError):
                words = lines.decode("utf-8").split("\n")
                if len(words) == len(bounds) + 1:  # no word has a newline in it
                    return words[:-1]
        first, last = int(bounds[0, 0]), int(bounds[-1, 1])
        data, encoding, errors = bytes(source.window[first:last]), self._encoding, self._errors
        starts, ends = (bounds - first).T.tolist()  # two lists: one of pairs takes longer than the decoding
        try:  # slices of bytes, not of the window: half the time
            return [data[start:end].decode(encoding, errors) for start, end in zip(starts, ends, strict=True)]
        except UnicodeDecodeError:
            return [self.one(source, start, end) for start, end in bounds.tolist()]


def encode_words(words: Sequence[Any]) -> list[bytes]:
    """Return the words as UTF-8; a key that is not a str is written as its str.

    Raises: ValueError for a word that could not be read back: it has a space or newline, or a lone
        surrogate, which UTF-8 cannot say.
    """
    texts = [str(word) for word in words]
    try:
        encoded = [text.encode("utf-8") for text in texts]
    except UnicodeEncodeError:
        wrong = next(text for text in texts if not _encodable(text))
        raise ValueError(f"the word {wrong!r} cannot be written as UTF-8: it has a lone surrogate") from None
    joined = "".join(texts)
    if any(separator in joined for separator in SEPARATORS):
        wrong = next(text for text in texts if any(separator in text for separator in SEPARATORS))
        raise ValueError(
            f"the word {wrong!r} cannot be written in a word2vec format, which separates words by spaces and "
            "newlines: rename the key (with another delimiter), or use save()"
        )
    return encoded


class JoinedWords(NamedTuple):
    """Words as UTF-8, one after the other."""

    data: bytes
    offsets: Int64Array
    """(words + 1,): where each begins, and the last ends."""


def join_words(words: Sequence[Any]) -> JoinedWords:
    """Return the words as UTF-8; a key that is not a str is written as its str.

    Raises: ValueError, as `encode_words`.
    """
    texts = list(map(str, words))
    if not texts:
        return JoinedWords(b"", np.zeros(1, dtype=np.int64))
    try:
        lines = "\n".join(texts).encode("utf-8")
    except UnicodeEncodeError:
        lines = b" "
    # Newlines are found all at once: a loop over words would take longer than writing their vectors.
    ends = np.flatnonzero(np.frombuffer(lines, dtype=np.uint8) == ord("\n"))
    if len(ends) != len(texts) - 1 or b" " in lines:
        encode_words(texts)  # says which word it is
    bounds = np.zeros(len(texts) + 1, dtype=np.int64)
    bounds[1:-1] = ends - np.arange(len(ends))
    bounds[-1] = len(lines) - len(ends)
    return JoinedWords(lines.replace(b"\n", b""), bounds)


def in_order(words: Sequence[str], order: Int64Array | None) -> Sequence[str]:
    """Return the words of these rows; None: all, as they stand."""
    return words if order is None else [words[row] for row in order.tolist()]


def blocks(
    vectors: npt.NDArray[Any], order: Int64Array | None, step: int
) -> Iterator[tuple[slice, npt.NDArray[Any]]]:
    """Give the rows in this order (None: as they stand) in pieces of `step`, each with its place there."""
    for start in range(0, len(vectors) if order is None else len(order), step):
        where = slice(start, start + step)
        yield where, vectors[where] if order is None else vectors[order[where]]


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def drop_duplicates(words: list[str], store: GrowingRows) -> tuple[dict[str, int], list[str]]:
    """Keep the first row of each word; return the rows of the words left, and the words that came again."""
    rows = dict(zip(words, range(len(words)), strict=True))
    if len(rows) == len(words):
        return rows, []
    first: dict[str, int] = {}
    again: list[str] = []
    for row, word in enumerate(words):
        if first.setdefault(word, row) != row:
            again.append(word)
    store.keep(np.fromiter(first.values(), dtype=np.int64, count=len(first)))
    return dict(zip(first, range(len(first)), strict=True)), again
