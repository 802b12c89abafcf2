"""The parts of scanning and encoding that the C extension does, seen from Python.

Without the extension the same is done in Python, with the same results: `native_library` says so once.
"""

from __future__ import annotations

import logging
import secrets
import threading
from functools import cache

import numpy as np

from w2vref._typing import Int32Array, Int64Array
from w2vref.backends.c.library import Library, load_library
from w2vref.backends.workers import run_threads
from w2vref.corpora.spool import CHUNK, Spool
from w2vref.errors import BackendUnavailableError

logger = logging.getLogger(__name__)


@cache
def native_library() -> Library | None:
    """Return the C extension, or None if it is not there; the log says so, once."""
    try:
        return load_library()
    except BackendUnavailableError as error:
        logger.info("corpora are read and encoded in Python, with the same results but slower: %s", error)
        return None


class WordSet:
    """Distinct words with counts, numbered in the order in which they came; it lives in C.

    Used by one thread at a time. `pointer` is what C functions take.
    """

    def __init__(self, library: Library) -> None:
        self._ffi, self._lib = library
        # The seed changes no result; nobody can write a text whose words all collide.
        self.pointer = self._lib.w2v_words_new(secrets.randbits(64))
        if not self.pointer:
            raise MemoryError("out of memory before the first word was counted")

    def __len__(self) -> int:
        return int(self._lib.w2v_words_size(self.pointer))

    def counts(self) -> Int64Array:
        """Return the count of each word: int64 (len(self),)."""
        counts = np.zeros(len(self), dtype=np.int64)
        self._lib.w2v_words_counts(self.pointer, self._ffi.from_buffer("int64_t[]", counts))
        return counts

    def firsts(self) -> Int64Array:
        """Return where in the file each word first stood, in bytes: int64 (len(self),)."""
        firsts = np.zeros(len(self), dtype=np.int64)
        self._lib.w2v_words_firsts(self.pointer, self._ffi.from_buffer("int64_t[]", firsts))
        return firsts

    def take_words(self) -> list[str]:
        """Return the words in order; nothing can be added or asked for afterwards."""
        self._lib.w2v_words_seal(self.pointer)
        size = self._lib.w2v_words_bytes(self.pointer)
        if not size:
            return []
        # Each is followed by a newline, which no word contains: one decoding, one split for all.
        text = str(self._ffi.buffer(self._lib.w2v_words_text(self.pointer), size - 1), "utf-8")
        self.close()
        return text.split("\n")

    def merge(self, parts: list[WordSet]) -> list[Int32Array]:
        """Fill this empty set with the words of others, in order of their first place in the file.

        Returns: for each part an int32 array (len(part),), the number here of each of its words.
        Raises: MemoryError.
        """
        ffi = self._ffi
        counts = [part.counts() for part in parts]
        maps = [np.zeros(len(part), dtype=np.int32) for part in parts]
        code = self._lib.w2v_words_merge(
            self.pointer,
            ffi.new("w2v_words *[]", [part.pointer for part in parts]),
            ffi.new("int64_t *[]", [ffi.from_buffer("int64_t[]", array) for array in counts]),
            ffi.new("int32_t *[]", [ffi.from_buffer("int32_t[]", array) for array in maps]),
            len(parts),
        )
        if code != self._lib.W2V_SCAN_OK:
            raise MemoryError(f"out of memory while merging the words of {len(parts)} workers")
        return maps

    def close(self) -> None:
        """Give the memory back."""
        if self.pointer:
            self._lib.w2v_words_free(self.pointer)
            self.pointer = self._ffi.NULL

    def __del__(self) -> None:
        self.close()


def encode_chunk(
    library: Library,
    ids: Int32Array,
    ends: Int64Array,
    before: int,
    word_ids: Int32Array,
    known: Int32Array,
    known_ends: Int64Array,
) -> int:
    """Turn provisional ids into word ids, leaving out the negative ones; return how many stay.

    Args:
        ids: int32 (n,), part of a corpus, with `before` ids before them.
        ends: int64 (m,), non-decreasing, in before .. before + n: where sentences end.
        word_ids: int32, the word id of each provisional id, negative if it has none.
        known: int32 (n,), written from the front; may be ids.
        known_ends: int64 (m,), written: ends as counted in what stays; may be ends.
    """
    ffi, lib = library
    kept: int = lib.w2v_encode_ids(
        ffi.from_buffer("int32_t[]", ids),
        len(ids),
        ffi.from_buffer("int64_t[]", ends),
        len(ends),
        before,
        ffi.from_buffer("int32_t[]", word_ids),
        ffi.from_buffer("int32_t[]", known, require_writable=True),
        ffi.from_buffer("int64_t[]", known_ends, require_writable=True),
    )
    return kept


def encode_in_place(library: Library, spool: Spool, word_ids: Int32Array, workers: int = 1) -> Spool:
    """Write over the arrays of a spool: provisional ids become word ids, the negative ones go.

    Args:
        word_ids: int32, the word id of each provisional id, negative if it has none.
        workers: threads; each encodes pieces of `CHUNK` ids where they stand, and the gaps between
            pieces are closed afterwards.

    Returns: the same arrays, the first one shortened.
    """
    tokens, offsets = spool
    starts = np.arange(0, max(1, len(tokens)), CHUNK, dtype=np.int64)
    # The offsets before the first one that is not 0 belong to the first piece.
    lasts = np.searchsorted(offsets, starts + CHUNK, side="right")
    firsts = np.concatenate([[1], lasts[:-1]])
    kept = np.zeros(len(starts), dtype=np.int64)
    claims = iter(range(len(starts)))
    lock = threading.Lock()
    stopped = threading.Event()

    def work() -> None:
        while not stopped.is_set():
            with lock:
                piece = next(claims, None)
            if piece is None:
                return
            start, ends = int(starts[piece]), offsets[firsts[piece] : lasts[piece]]
            ids = tokens[start : start + CHUNK]
            kept[piece] = encode_chunk(library, ids, ends, start, word_ids, ids, ends)

    run_threads(work, max(1, min(workers, len(starts))), stop=stopped.set, poll=_nothing)
    written = 0
    for piece, size in enumerate(kept.tolist()):
        if written != starts[piece]:
            _move_down(library, tokens, int(starts[piece]), written, size)
        offsets[firsts[piece] : lasts[piece]] += written
        written += size
    return Spool(tokens[:written], offsets)


def translate(library: Library, ids: Int32Array, words: Int32Array) -> None:
    """Set ids[i] = words[ids[i]] for all i, in place."""
    ffi, lib = library
    lib.w2v_translate_ids(
        ffi.from_buffer("int32_t[]", ids, require_writable=True),
        len(ids),
        ffi.from_buffer("int32_t[]", words),
    )


def _move_down(library: Library, tokens: Int32Array, source: int, target: int, size: int) -> None:
    # memmove: NumPy would make a copy of overlapping slices first.
    width = tokens.itemsize
    data = library.ffi.from_buffer("char[]", tokens, require_writable=True)
    library.ffi.memmove(data + target * width, data + source * width, size * width)


def _nothing() -> None:
    return None
