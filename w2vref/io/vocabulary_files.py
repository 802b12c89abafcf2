"""Vocabulary files: one `word count` line for each word, as word2vec.c's -save-vocab writes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

from w2vref._typing import Int64Array
from w2vref.io.source import MAX_WORD_BYTES, Source, Target, open_source
from w2vref.io.words import BLANKS, Decoder, encode_words

MAX_DIGITS = 18
"""Of a count: what fits 64 bits."""
ROWS_AT_ONCE = 1 << 14


def read_vocabulary(
    path: Target, *, encoding: str = "utf8", unicode_errors: str = "strict"
) -> dict[str, int]:
    """Return the counts of a vocabulary file; of a word that comes twice the last count is kept.

    A word may have any character but a newline: the count is what stands after the last blank.

    Raises: FileFormatError for a line that is not a word and a count; UnicodeDecodeError; OSError.
    """
    decode = Decoder(encoding, unicode_errors)
    counts: dict[str, int] = {}
    with open_source(path) as source:
        line = 0
        while (end := _end_of_line(source)) > source.position:
            line += 1
            text = bytes(source.window[source.position : end]).rstrip(BLANKS)
            word = text[: max(text.rfind(b" "), text.rfind(b"\t"), 0)]
            count = text[len(word) + 1 :]
            if len(word) == len(text) or not count.isdigit() or len(count) > MAX_DIGITS:
                raise source.error(f"line {line} is not a word, a space and a count")
            start = source.position
            counts[decode.one(source, start, start + len(word.rstrip(b" ")))] = int(count)
            source.position = min(end + 1, source.end)  # the last line may lack its newline
        if source.at_hand() and not source.rest_is_blank(BLANKS):
            raise source.error(f"line {line + 1} is empty, but more lines follow")
    return counts


def _end_of_line(source: Source) -> int:
    end = source.find(b"\n", MAX_WORD_BYTES)
    if end < 0 and source.at_hand() >= MAX_WORD_BYTES:
        raise source.error(f"no end of line within {MAX_WORD_BYTES} bytes: this is not a vocabulary file")
    return source.end if end < 0 else end


def write_vocabulary(stream: IO[bytes], words: Sequence[str], counts: Int64Array | Sequence[Any]) -> None:
    """Write `word count` lines.

    Raises: ValueError as `encode_words`, or if there are not as many counts as words.
    """
    for start in range(0, len(words), ROWS_AT_ONCE):
        encoded = encode_words(words[start : start + ROWS_AT_ONCE])
        numbers = counts[start : start + ROWS_AT_ONCE]
        stream.write(b"".join(b"%b %d\n" % pair for pair in zip(encoded, numbers, strict=True)))
