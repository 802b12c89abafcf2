"""One pass over a text file with all workers: chunks -> words in C -> ids in the order of the file.

    ChunkReader -> worker: w2v_scan_chunk into its own WordSet -> Assembly: ids and sentence ends, in order
                -> the WordSets are merged in order of first appearance, the ids renumbered in place

Each worker numbers the words that it meets in its own way, so that no two wait for each other. What the
merge makes of that depends on the file alone: not on the workers, nor on where chunks were cut.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from array import array
from collections.abc import Callable
from types import TracebackType
from typing import NamedTuple

import numpy as np

from w2vref._typing import Int32Array
from w2vref.backends.c.library import Library
from w2vref.backends.workers import POLL_SECONDS, run_threads
from w2vref.corpora.chunks import CHUNK_BYTES, Chunk, ChunkReader
from w2vref.corpora.native import WordSet, translate
from w2vref.corpora.readers import MAX_SENTENCE_LENGTH
from w2vref.corpora.spool import Spool, SpoolWriter
from w2vref.corpora.text import not_utf8
from w2vref.vocabulary.counted import CountedWords
from w2vref.vocabulary.scan import PROVISIONAL_IDS, Scan, too_many_ids
from w2vref.vocabulary.store import WordStore

logger = logging.getLogger(__name__)

LOG_SECONDS = 2.0
"""Between two progress messages of the log."""
CHUNKS_PER_WORKER = 3
"""One being worked on, others waiting until those before them are finished."""
SMALLEST_CHUNK = 1 << 12
"""Bytes; only a small max_vocab_size makes chunks smaller than CHUNK_BYTES."""


class Progress(NamedTuple):
    """How far a scan has come."""

    words: int
    sentences: int
    fraction: float | None
    """Of the file, 0 to 1; None if its length is not known, as for a compressed one."""


class Assembly:
    """Puts chunks back into the order of the file; finds sentences; spools ids."""

    def __init__(self, library: Library, writer: SpoolWriter) -> None:
        self._ffi, self._lib = library
        self._writer = writer
        self._lock = threading.Lock()
        self._waiting: dict[int, tuple[Chunk, int]] = {}
        self._next = 0
        self._last_end = self._ffi.new("int64_t *")
        self.words = 0
        self.sentences = 0
        self.run_starts = array("q")
        """Words before each run of chunks that were numbered by the same part; and that part:"""
        self.run_parts = array("q")

    def put(self, chunk: Chunk, part: int) -> list[Chunk]:
        """Take the result of a chunk, numbered by this part; return those whose buffers are free again."""
        free = []
        with self._lock:
            self._waiting[chunk.number] = chunk, part
            while (ready := self._waiting.pop(self._next, None)) is not None:
                self._append(*ready)
                self._next += 1
                free.append(ready[0])
        return free

    def _append(self, chunk: Chunk, part: int) -> None:
        if not self.run_parts or self.run_parts[-1] != part:
            self.run_starts.append(self.words)
            self.run_parts.append(part)
        ends = np.empty(chunk.break_count + chunk.words // MAX_SENTENCE_LENGTH + 2, dtype=np.int64)
        count = self._lib.w2v_scan_sentences(
            self._ffi.from_buffer("int32_t[]", chunk.breaks),
            chunk.break_count,
            self.words,
            chunk.words,
            MAX_SENTENCE_LENGTH,
            self._last_end,
            self._ffi.from_buffer("int64_t[]", ends),
        )
        self._writer.append(chunk.ids[: chunk.words], ends[:count] - self.words)
        self.words += chunk.words
        self.sentences += count

    def finish(self) -> Spool:
        """Return all ids, as the parts numbered them, and the sentences."""
        if self.words > self._last_end[0]:  # the last line has no newline
            self._writer.append(np.empty(0, dtype=np.int32), np.zeros(1, dtype=np.int64))
            self.sentences += 1
        return self._writer.finish()


class FileScan:
    """The state of one pass; see `scan_file`. As a context manager it leaves nothing behind."""

    def __init__(
        self,
        library: Library,
        path: str | os.PathLike[str],
        *,
        workers: int,
        max_vocab_size: int | None,
        memory_limit: int,
        chunk_bytes: int = CHUNK_BYTES,
    ) -> None:
        self.library = library
        self.workers = workers
        self.part_limit: int | None = None
        if max_vocab_size is not None:
            self.part_limit = max(1, max_vocab_size // workers)
            # The limit is looked at after each chunk: what one adds to it should be of its size.
            chunk_bytes = min(chunk_bytes, max(SMALLEST_CHUNK, 4 * self.part_limit))
        self.chunk_bytes = chunk_bytes
        self.reader = ChunkReader(library, path, chunk_bytes)
        if self.reader.total_bytes is not None:
            self.workers = max(1, min(workers, -(-self.reader.total_bytes // chunk_bytes)))
        self.writer = SpoolWriter(memory_limit)
        self.assembly = Assembly(library, self.writer)
        self.parts: list[WordSet | None] = []
        """Each numbered by one worker; None once it is parked."""
        self.bases: dict[int, int] = {}
        """Part -> the provisional id of its first word, for those that are parked."""
        self.store: WordStore | None = None
        self.next_base = 0
        self._lock = threading.Lock()
        self._free: queue.SimpleQueue[Chunk] = queue.SimpleQueue()
        self._chunks = 0
        self._errors: list[tuple[int, Exception]] = []

    def run(self, progress: Callable[[Progress], None] | None) -> None:
        """Read the file to its end.

        Raises: what `scan_file` says; of several errors in the file, the first one in it.
        """
        started = last_log = time.monotonic()

        def poll() -> None:
            nonlocal last_log
            if progress is not None:
                progress(self.progress())
            if time.monotonic() - last_log >= LOG_SECONDS:
                last_log = time.monotonic()
                logger.info("read %d words, %d sentences", self.assembly.words, self.assembly.sentences)

        run_threads(self._work, self.workers, stop=self.reader.stop, poll=poll)
        if self._errors:
            raise min(self._errors, key=lambda located: located[0])[1]
        logger.debug("read %s in %.3f s", self.reader.name, time.monotonic() - started)

    def progress(self) -> Progress:
        """Return how far the scan has come."""
        total = self.reader.total_bytes
        fraction = None if total is None else self.reader.offset / total if total else 1.0
        return Progress(self.assembly.words, self.assembly.sentences, fraction)

    def _work(self) -> None:
        """Scan chunks until none is left: one worker."""
        part, words = self._new_part()
        while (chunk := self._free_chunk()) is not None:
            position = None
            try:
                if not self.reader.next(chunk):
                    return
                position = chunk.offset
                self._scan(chunk, words)
            except Exception as error:
                # Others may still find an error that stands before this one.
                self._errors.append((self.reader.offset if position is None else position, error))
                self.reader.stop()
                return
            for free in self.assembly.put(chunk, part):
                self._free.put(free)
            if self.part_limit is not None and len(words) > self.part_limit:
                self._park(part)
                part, words = self._new_part()

    def _new_part(self) -> tuple[int, WordSet]:
        words = WordSet(self.library)
        with self._lock:
            self.parts.append(words)
            return len(self.parts) - 1, words

    def _free_chunk(self) -> Chunk | None:
        """Return buffers, waiting until some are free; None when all is to stop."""
        while not self.reader.is_stopped:
            with self._lock:
                may_add = self._free.empty() and self._chunks < CHUNKS_PER_WORKER * self.workers
                self._chunks += may_add
            if may_add:
                return Chunk(self.library, self.chunk_bytes)
            try:
                return self._free.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue
        return None

    def _scan(self, chunk: Chunk, words: WordSet) -> None:
        """Count the words of a chunk and write their ids and line ends into its buffers."""
        ffi, lib = self.library
        found = ffi.new("w2v_scan_found *")
        code = lib.w2v_scan_chunk(
            words.pointer,
            ffi.from_buffer("uint8_t[]", chunk.text),
            chunk.length,
            chunk.offset,
            ffi.from_buffer("int32_t[]", chunk.ids),
            ffi.from_buffer("int32_t[]", chunk.breaks),
            found,
        )
        if code == lib.W2V_SCAN_INVALID_UTF8:
            self._raise_not_utf8(chunk, found.invalid)
        if code != lib.W2V_SCAN_OK:
            raise MemoryError(
                f"{self.reader.name}: no memory for more than the {len(words)} different words before byte "
                f"{chunk.offset + chunk.length}: set max_vocab_size, so that rare ones are kept on disk"
            )
        chunk.words, chunk.break_count = found.words, found.breaks

    def _raise_not_utf8(self, chunk: Chunk, invalid: int) -> None:
        try:
            chunk.text[invalid - chunk.offset : chunk.length][:4].tobytes().decode("utf-8")
        except UnicodeDecodeError as error:
            raise not_utf8(error, self.reader.name, invalid) from error
        raise AssertionError("the bytes are UTF-8 after all")

    def _park(self, part: int) -> None:
        """Move all words of a part to disk."""
        words = self.parts[part]
        assert words is not None
        counts, firsts = words.counts(), words.firsts()
        with self._lock:
            if self.store is None:
                self.store = WordStore()
            base = self.bases[part] = self.next_base
            self.next_base += len(words)
            if self.next_base > PROVISIONAL_IDS:
                raise too_many_ids()
            ids = range(base, self.next_base)
            self.store.add(zip(words.take_words(), ids, counts.tolist(), firsts.tolist(), strict=True))
            self.parts[part] = None

    def finish(self) -> Scan:
        """Return what was found."""
        spool = self.assembly.finish()
        sentences, words = self.assembly.sentences, self.assembly.words
        if self.store is not None:
            for number, words_left in enumerate(self.parts):
                if words_left is not None:
                    self._park(number)
            self._renumber(spool.tokens, None)
            raw_vocab, ranks = self.store.finish()
            return Scan(raw_vocab, sentences, words, spool, ranks)
        parts = [part for part in self.parts if part is not None]
        merged = parts[0]
        if len(parts) > 1:
            merged = WordSet(self.library)
            self._renumber(spool.tokens, merged.merge(parts))
            for part in parts:
                part.close()
        counts = merged.counts()
        return Scan(CountedWords(merged.take_words(), counts), sentences, words, spool)

    def _renumber(self, tokens: Int32Array, maps: list[Int32Array] | None) -> None:
        """Turn the numbers that the parts gave into provisional ids, in place, with all workers.

        Args:
            maps: the provisional id of each number of each part; None: add the part's base.
        """
        assembly = self.assembly
        stops = [*assembly.run_starts[1:], len(tokens)]
        runs = iter(list(zip(assembly.run_starts, stops, assembly.run_parts, strict=True)))
        lock = threading.Lock()
        stopped = threading.Event()

        def work() -> None:
            while not stopped.is_set():
                with lock:
                    run = next(runs, None)
                if run is None:
                    return
                start, stop, part = run
                if maps is None:
                    tokens[start:stop] += np.int32(self.bases[part])
                elif stop > start:
                    translate(self.library, tokens[start:stop], maps[part])

        run_threads(work, self.workers, stop=stopped.set, poll=_nothing)

    def __enter__(self) -> FileScan:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.reader.close()
        self.writer.close()
        for part in self.parts:
            if part is not None:
                part.close()
        if kind is not None and self.store is not None:
            self.store.close()


def _nothing() -> None:
    return None
