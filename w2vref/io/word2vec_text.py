"""The rows of the word2vec text format: `word number number ...`, one space before each number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from w2vref._typing import Int64Array
from w2vref.io.numbers import format_row, parse_float32, parse_numbers
from w2vref.io.rows_kernel import NUMBER_BYTES, RowsKernel, load_kernel
from w2vref.io.source import BLOCK_BYTES, GrowingRows, Source
from w2vref.io.words import BLANKS, Decoder, blocks, encode_words, in_order, join_words


def minimal_bytes(rows: int, size: int) -> int:
    """Return the least number of bytes of so many rows: empty words, numbers of one digit."""
    return max(0, rows * (2 * size + 1) - 1)


def read_text_rows(
    source: Source, store: GrowingRows, wanted: int | None, decode: Decoder, spaced_words: bool = False
) -> list[str]:
    """Read rows into store until there are `wanted`, or to the end of the file; return their words.

    With spaced_words the word is all that comes before the last `size` numbers of a row.

    Raises: FileFormatError for a row that is not a word and `size` numbers; UnicodeDecodeError.
    """
    words: list[str] = []
    library = load_kernel() if store.dtype == np.float32 else None
    kernel = None if library is None else RowsKernel(library)
    while wanted is None or len(words) < wanted:
        end = source.window.rfind(b"\n", source.position, source.end) + 1
        if not end:
            if source.more():
                continue
            if not source.at_hand():
                break
            source.end_line()
            continue
        while source.position < end and store.room():
            if kernel is not None:
                words += decode.many(source, *kernel.read_text(source, end, store))
            if source.position < end and store.room():
                words.append(_read_row(source, store, decode, spaced_words))
    return words


def _read_row(source: Source, store: GrowingRows, decode: Decoder, spaced_words: bool) -> str:
    """Read one row exactly; the window has its newline."""
    end = source.window.index(b"\n", source.position)
    line = bytes(source.window[source.position : end]).rstrip(BLANKS)
    word, *numbers = line.rsplit(b" ", store.size) if spaced_words else line.split(b" ")
    if len(numbers) != store.size:
        found = f"row {store.row_number} has {len(numbers)} numbers instead of {store.size}"
        if source.is_unfinished(end):
            raise source.truncated(f"the file ends too soon: {found}")
        raise source.error(f"{found}: expected a word and then one space before each number")
    try:
        if store.dtype == np.float32:
            store.block[store.count, : store.size] = parse_float32(numbers)
        else:
            with np.errstate(over="ignore"):
                store.block[store.count, : store.size] = parse_numbers(numbers)
    except ValueError as error:
        raise source.error(f"row {store.row_number}: {error}") from error
    text = decode.one(source, source.position, source.position + len(word))
    store.count += 1
    source.position = end + 1
    return text


def count_numbers(source: Source) -> int:
    """Return how many numbers the first row has, without reading it; 0 for an empty file.

    Raises: FileFormatError if it has none.
    """
    searched = 0
    while (end := source.window.find(b"\n", source.position + searched, source.end)) < 0:
        searched = source.at_hand()
        if not source.more():
            end = source.end
            break
    row = source.window[source.position : end].rstrip(BLANKS)
    if not row and source.rest_is_blank(BLANKS):
        return 0
    size = row.count(b" ")
    if size == 0:
        raise source.error("the first row has no numbers: expected a word and one space before each number")
    return size


def write_text_rows(
    stream: IO[bytes], words: Sequence[str], vectors: npt.NDArray[Any], order: Int64Array | None
) -> None:
    """Write rows (in `order`): the word, the shortest digits that read back exactly, a newline."""
    library = load_kernel() if vectors.dtype != np.float64 else None
    kernel = None if library is None else RowsKernel(library)
    step = max(1, BLOCK_BYTES // (NUMBER_BYTES * vectors.shape[1]))
    names = in_order(words, order)
    joined = None if kernel is None else join_words(names)
    for where, rows in blocks(vectors, order, step):
        if kernel is not None and joined is not None:
            stream.write(kernel.text(joined, where.start, rows))
        else:
            stream.write(_text(names[where], rows))


def _text(words: Sequence[str], vectors: npt.NDArray[Any]) -> bytes:
    rows = zip(encode_words(words), vectors, strict=True)
    return b"".join(word + format_row(row).encode("ascii") + b"\n" for word, row in rows)
