"""Reading and writing the word2vec formats, text and binary, as plain data; see docs/formats.md."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Generator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2vref._typing import Float32Array, Int64Array
from w2vref.errors import TruncatedFileError
from w2vref.io import word2vec_binary, word2vec_text
from w2vref.io.source import MAX_HEADER_BYTES, GrowingRows, Source, Target, open_source, writing
from w2vref.io.vocabulary_files import read_vocabulary, write_vocabulary
from w2vref.io.words import BLANKS, Decoder, drop_duplicates

logger = logging.getLogger("w2vref.io")

PIECE_BYTES = 1 << 22
"""Of vectors that `iterate_word2vec` gives at once."""
_HEADER = re.compile(rb"[ \t]*([0-9]{1,18})[ \t]+([0-9]{1,18})[ \t\r\v\f]*")


class WordVectors(NamedTuple):
    """The content of a file of vectors."""

    words: list[str]
    """No word twice."""
    places: dict[str, int]
    """Where each stands in `words`."""
    vectors: npt.NDArray[Any]
    """(words, size). float32: a view `[:, :size]` of rows padded as `records.padded_zeros` makes them."""
    counts: Int64Array | None
    """(words,), from the vocabulary file; None if none was given."""
    block: npt.NDArray[Any]
    """The array behind `vectors`, which is block[:, :size]."""


def read_word2vec(
    path: Target,
    *,
    fvocab: Target | None = None,
    binary: bool = False,
    encoding: str = "utf8",
    unicode_errors: str = "strict",
    limit: int | None = None,
    datatype: npt.DTypeLike = np.float32,
    no_header: bool = False,
    spaced_words: bool = False,
) -> WordVectors:
    """Read a file of the word2vec format.

    Numbers of text are rounded once to float32. A word that comes again is dropped, its first vector kept.
    Memory is taken as the file bears out what its header promises.

    Args:
        path: see `Target`.
        fvocab: a vocabulary file with the counts; a word missing there gets the count 0.
        limit: read only the first rows; None or 0 reads all.
        datatype: of the vectors: float16, float32 or float64. Binary files hold float32.
        no_header: the text starts with the first row (GloVe); its size is that of the first row.
        spaced_words: only without a header: a word may have spaces, all that comes before the last `size`
            numbers is the word (some of GloVe's are ". . ." and the like).

    Raises: FileFormatError naming file and offset; its subclass TruncatedFileError (an EOFError too) if the
        file ends too soon; UnicodeDecodeError for words in another encoding; NotImplementedError for a
        binary file without a header, whose size nobody could know; ValueError, TypeError for arguments.
    """
    if binary and no_header:
        raise NotImplementedError("a binary file needs its header: nothing else says how long a vector is")
    if spaced_words and not no_header:
        raise ValueError("spaced_words is for text without a header: give no_header=True, too")
    if limit is not None and limit < 0:
        raise ValueError(f"limit must be None or at least 0, got {limit}")
    if np.dtype(datatype).kind != "f":
        raise TypeError(f"datatype must be a floating-point type, got {np.dtype(datatype)}")
    decode = Decoder(encoding, unicode_errors)
    table = None
    if fvocab is not None:
        table = read_vocabulary(fvocab, encoding=encoding, unicode_errors=unicode_errors)
    with open_source(path) as source:
        if no_header:
            words, store = _read_headless(source, datatype, limit or None, decode, spaced_words)
        else:
            words, store = _read_with_header(source, datatype, limit or None, decode, binary)
        places, again = drop_duplicates(words, store)
        words = list(places)
        if again:
            logger.warning(
                "%s: %d words come more than once (such as %r); the first vector of each was kept",
                source.name,
                len(again),
                again[0],
            )
        counts = None if table is None else _counts(table, words, source.name)
    return WordVectors(words, places, store.rows(), counts, store.block[: store.count])


def iterate_word2vec(
    path: Target, *, binary: bool = False, encoding: str = "utf8", unicode_errors: str = "strict"
) -> Generator[tuple[list[str], Float32Array], None, None]:
    """Give the rows of a file piece by piece, as (words, vectors), without holding all of them.

    The first piece is empty, (0, size): the size is known before a row is read. The vectors are valid until
    the next piece. A word may come again. Raises as `read_word2vec`.
    """
    decode = Decoder(encoding, unicode_errors)
    read = word2vec_binary.read_binary_rows if binary else word2vec_text.read_text_rows
    with open_source(path) as source:
        promised, size = _read_promise(source, None, binary)
        step = max(1, PIECE_BYTES // (4 * size))
        store = GrowingRows(size, np.float32, min(step, promised), certain=True)
        yield [], store.rows()
        while store.before < promised:
            wanted = min(step, promised - store.before)
            words = read(source, store, wanted, decode)
            if len(words) < wanted:
                raise _too_few(source, store.before + len(words), promised)
            yield words, store.rows()
            store.clear()


def _read_with_header(
    source: Source, datatype: npt.DTypeLike, limit: int | None, decode: Decoder, binary: bool
) -> tuple[list[str], GrowingRows]:
    promised, size = _read_promise(source, limit, binary)
    wanted = promised if limit is None else min(limit, promised)
    store = GrowingRows(size, datatype, wanted, certain=source.available() is not None)
    if binary:
        words = word2vec_binary.read_binary_rows(source, store, wanted, decode)
    else:
        words = word2vec_text.read_text_rows(source, store, wanted, decode)
    if len(words) < wanted:
        raise _too_few(source, len(words), promised)
    if wanted == promised and not source.rest_is_blank(BLANKS):
        logger.warning(
            "%s: what follows the %d rows of the header, from byte offset %d, was ignored",
            source.name,
            promised,
            source.offset,
        )
    return words, store


def _read_promise(source: Source, limit: int | None, binary: bool) -> tuple[int, int]:
    """Read the header and check what it promises against the bytes there are; return (words, size)."""
    promised, size = read_header(source)
    wanted = promised if limit is None else min(limit, promised)
    layout = word2vec_binary if binary else word2vec_text
    available = source.available()
    if available is not None and available < layout.minimal_bytes(wanted, size):
        raise source.truncated_before(
            f"the header promises {promised} vectors of {size} numbers, of which {wanted} need at least "
            f"{layout.minimal_bytes(wanted, size)} bytes, but only {available} follow"
        )
    if wanted and not source.holds(layout.minimal_bytes(1, size)):
        raise source.truncated(f"the file ends in the first of {promised} vectors of {size} numbers")
    return promised, size


def _too_few(source: Source, rows: int, promised: int) -> TruncatedFileError:
    return source.truncated(f"the file ends after {rows} of the {promised} rows of its header")


def _read_headless(
    source: Source, datatype: npt.DTypeLike, limit: int | None, decode: Decoder, spaced_words: bool
) -> tuple[list[str], GrowingRows]:
    size = word2vec_text.count_numbers(source)
    store = GrowingRows(size, datatype, limit, certain=False)
    if size == 0:
        return [], store
    return word2vec_text.read_text_rows(source, store, limit, decode, spaced_words), store


def read_header(source: Source) -> tuple[int, int]:
    """Read the first line, `words size`; return both.

    Raises: FileFormatError if it is something else, or size is 0.
    """
    end = source.find(b"\n", MAX_HEADER_BYTES)
    end = min(source.end, source.position + MAX_HEADER_BYTES) if end < 0 else end
    match = _HEADER.fullmatch(source.window, source.position, end)
    if match is None or int(match[2]) == 0:
        line = bytes(source.window[source.position : min(end, source.position + 60)])
        raise source.error(
            f"the first line must be two whole numbers, the words and the size of a vector, but is {line!r}: "
            "this is no word2vec file, or it has no header (no_header=True reads such text)"
        )
    source.position = min(end + 1, source.end)
    return int(match[1]), int(match[2])


def _counts(table: dict[str, int], words: list[str], name: str) -> Int64Array:
    missing = [word for word in words if word not in table]
    if missing:
        logger.warning(
            "%s: %d words are not in the vocabulary file (such as %r); their count is 0",
            name,
            len(missing),
            missing[0],
        )
    return np.fromiter((table.get(word, 0) for word in words), dtype=np.int64, count=len(words))


def write_word2vec(
    path: Target,
    words: Sequence[str],
    vectors: npt.NDArray[Any],
    counts: Int64Array | Sequence[int] | None = None,
    *,
    fvocab: Target | None = None,
    binary: bool = False,
    order: Int64Array | None = None,
    total_vec: int | None = None,
    write_header: bool = True,
    prefix: str = "",
    append: bool = False,
    newline: bool = False,
) -> None:
    """Write a file of the word2vec format, atomically.

    Args:
        words: what names the rows; a key that is not a str is written as its str.
        vectors: (words, size) of floats. Binary files hold float32; text has the shortest digits that
            read back exactly (in float64 for a float64 array, else in float32).
        counts: (words,), for the vocabulary file.
        fvocab: write `word count` lines there too.
        order: the rows to write, in this order; None writes all as they stand.
        total_vec: the number of words in the header, if it is not len(words): more rows will be appended.
        prefix: put before each word, in the vocabulary file too.
        append: add to the file that is there; a compressed one grows by a member of its own.
        newline: end each binary row with a newline, as word2vec.c does and gensim does not. Both read both.

    Raises: ValueError if a word has a space or newline, or shapes do not fit; OSError. Whatever is raised,
        the files that were there are unchanged.
    """
    if vectors.ndim != 2 or len(vectors) != len(words) or vectors.dtype.kind != "f":
        raise ValueError(
            f"expected a float vector for each of {len(words)} words, "
            f"got {vectors.dtype} of shape {vectors.shape}"
        )
    if vectors.shape[1] == 0:
        raise ValueError("vectors of size 0 cannot be written: no reader could tell them from damage")
    names = [f"{prefix}{word}" for word in words] if prefix else list(map(str, words))
    with contextlib.ExitStack() as files:
        stream = files.enter_context(writing(path, append))
        if fvocab is not None:
            if counts is None:
                raise ValueError("a vocabulary file needs counts")
            listed = range(len(names)) if order is None else order.tolist()
            write_vocabulary(
                files.enter_context(writing(fvocab)),
                [names[row] for row in listed],
                [counts[row] for row in listed],
            )
        if write_header:
            rows = len(names) if order is None else len(order)
            total = rows if total_vec is None else total_vec
            stream.write(f"{total} {vectors.shape[1]}\n".encode("ascii"))
        if binary:
            word2vec_binary.write_binary_rows(stream, names, vectors, order, newline)
        else:
            word2vec_text.write_text_rows(stream, names, vectors, order)
