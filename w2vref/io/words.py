"""Words in files: bytes to str and back, with errors that say which word of which file."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from typing import Any

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
        codecs.lookup(encoding)
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

    def many(self, source: Source, bounds: npt.NDArray[np.int64]) -> list[str]:
        """Return the words at window[start:end] for each (start, end) of bounds, (words, 2)."""
        if len(bounds) == 0:
            return []
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


def join_words(words: Sequence[Any]) -> tuple[bytes, Int64Array]:
    """Return the words as UTF-8, one after the other, and where each begins and the last ends (words + 1,).

    Raises: ValueError, as `encode_words`.
    """
    texts = list(map(str, words))
    if not texts:
        return b"", np.zeros(1, dtype=np.int64)
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
    return lines.replace(b"\n", b""), bounds


def blocks(
    words: Sequence[str], vectors: npt.NDArray[Any], order: Int64Array | None, step: int
) -> Iterator[tuple[Sequence[str], npt.NDArray[Any]]]:
    """Give words and rows in pieces of `step`, in this order of rows (None: as they stand)."""
    for start in range(0, len(words) if order is None else len(order), step):
        if order is None:
            yield words[start : start + step], vectors[start : start + step]
        else:
            chosen = order[start : start + step]
            yield [words[row] for row in chosen.tolist()], vectors[chosen]


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def drop_duplicates(words: list[str], store: GrowingRows) -> tuple[list[str], list[str]]:
    """Keep the first row of each word; return the words left, and those that came again."""
    if len(set(words)) == len(words):
        return words, []
    first: dict[str, int] = {}
    again: list[str] = []
    for row, word in enumerate(words):
        if first.setdefault(word, row) != row:
            again.append(word)
    store.keep(np.fromiter(first.values(), dtype=np.int64, count=len(first)))
    return list(first), again
