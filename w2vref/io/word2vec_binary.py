"""The rows of the word2vec binary format: the word, a space, `size` little-endian float32."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from w2vref._typing import Int64Array
from w2vref.io.rows_kernel import RowsKernel, load_kernel
from w2vref.io.source import BLOCK_BYTES, MAX_WORD_BYTES, GrowingRows, Source
from w2vref.io.words import Decoder, blocks, encode_words, in_order, join_words

NEWLINE = 10


def minimal_bytes(rows: int, size: int) -> int:
    """Return the least number of bytes of so many rows: empty words."""
    return rows * (1 + 4 * size)


def read_binary_rows(source: Source, store: GrowingRows, wanted: int, decode: Decoder) -> list[str]:
    """Read rows into store until there are `wanted`; return their words.

    Newlines before a word are skipped: word2vec.c writes one after each vector, gensim none.

    Raises: TruncatedFileError if the file ends before; FileFormatError for a word that does not end;
        UnicodeDecodeError.
    """
    words: list[str] = []
    row_bytes = 4 * store.size
    library = load_kernel() if store.dtype == np.float32 else None
    kernel = None if library is None else RowsKernel(library)
    while len(words) < wanted:
        if kernel is not None:
            words += decode.many(source, *kernel.read_binary(source, store))
            if len(words) == wanted:
                break
        bounds = _rows_at_hand(source, min(store.room(), wanted - len(words)), row_bytes)
        if bounds:
            words += decode.many(source, np.array(bounds, dtype=np.int64))
            _copy_rows(source, store, bounds)
            source.position = bounds[-1][1] + 1 + row_bytes
        else:
            _need_a_row(source, store.row_number, row_bytes)
    return words


def _rows_at_hand(source: Source, most: int, row_bytes: int) -> list[tuple[int, int]]:
    """Return start and end of the word of each row that is whole in the window."""
    window, position = source.window, source.position
    last = source.end - row_bytes - 1
    bounds: list[tuple[int, int]] = []
    find = window.find
    while len(bounds) < most:
        space = find(b" ", position, min(source.end, position + MAX_WORD_BYTES))
        if space < 0 or space > last:
            break
        if window[position] == NEWLINE:
            while window[position] == NEWLINE:
                position += 1
        bounds.append((position, space))
        position = space + 1 + row_bytes
    return bounds


def _copy_rows(source: Source, store: GrowingRows, bounds: list[tuple[int, int]]) -> None:
    size, window = store.size, source.window
    for row, (_, space) in enumerate(bounds, start=store.count):
        store.block[row, :size] = np.frombuffer(window, "<f4", size, space + 1)
    store.count += len(bounds)


def _need_a_row(source: Source, row: int, row_bytes: int) -> None:
    """Read on until a whole row is at hand.

    Raises: TruncatedFileError, FileFormatError.
    """
    space = source.find(b" ", MAX_WORD_BYTES)
    if space < 0:
        if source.at_hand() >= MAX_WORD_BYTES:
            raise source.error(
                f"no space after the word of row {row} within {MAX_WORD_BYTES} bytes: "
                "the file is damaged, or is not a binary word2vec file"
            )
        part = "in the word" if source.at_hand() else "before the word"
        raise source.truncated(f"the file ends {part} of row {row}")
    word_bytes = space + 1 - source.position
    while source.at_hand() < word_bytes + row_bytes:
        if not source.more():
            raise source.truncated(
                f"the file ends in the vector of row {row}: {source.at_hand() - word_bytes} of "
                f"{row_bytes} bytes are there"
            )


def write_binary_rows(
    stream: IO[bytes],
    words: Sequence[str],
    vectors: npt.NDArray[Any],
    order: Int64Array | None,
    newline: bool,
) -> None:
    """Write rows (in `order`): the word, a space, little-endian float32; then a newline if wished."""
    library = load_kernel()
    kernel = None if library is None else RowsKernel(library)
    step = max(1, BLOCK_BYTES // (4 * vectors.shape[1]))
    names = in_order(words, order)
    joined = None if kernel is None else join_words(names)
    for where, rows in blocks(vectors, order, step):
        data = None
        if kernel is not None and joined is not None:
            data = kernel.binary(joined, where.start, rows, newline)
        stream.write(_binary(names[where], rows, newline) if data is None else data)


def _binary(words: Sequence[str], vectors: npt.NDArray[Any], newline: bool) -> bytes:
    end = b"\n" if newline else b""
    with np.errstate(over="ignore"):
        rows = np.ascontiguousarray(vectors, dtype="<f4")
    data, row_bytes = rows.tobytes(), 4 * rows.shape[1]
    places = range(0, len(data), row_bytes)
    parts = zip(encode_words(words), places, strict=True)
    return b"".join(b"%b %b%b" % (word, data[place : place + row_bytes], end) for word, place in parts)
