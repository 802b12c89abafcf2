"""`corpus_file=`: a text file, one sentence a line, counted and encoded.

The sentences are those of `LineSentence(path)` with its defaults, whatever the number of workers: the
same words, counts, order and ids.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from w2vref.corpora.chunks import check_regular_file, file_name
from w2vref.corpora.encoded import encode
from w2vref.corpora.file_scan import FileScan, Progress, logger
from w2vref.corpora.native import native_library
from w2vref.corpora.readers import LineSentence
from w2vref.corpora.spool import MEMORY_LIMIT
from w2vref.records import EncodedCorpus
from w2vref.vocabulary.scan import Scan, check_max_vocab_size, scan
from w2vref.vocabulary.vocabulary import Vocabulary

__all__ = ["Progress", "encode_file", "scan_file"]

PROGRESS_SENTENCES = 1000
"""Sentences between two calls of `progress` where the C extension is missing."""


def scan_file(
    path: str | os.PathLike[str],
    *,
    workers: int = 1,
    max_vocab_size: int | None = None,
    memory_limit: int = MEMORY_LIMIT,
    progress: Callable[[Progress], None] | None = None,
) -> Scan:
    """Read a text file once; count its words and keep it as integers.

    The C extension does this without the GIL, with all workers. Without the extension (the log says so)
    it is done in Python by one: the same result.

    Args:
        path: UTF-8 text; decompressed if it is named .gz, .bz2, .xz or .zst. A byte order mark is part of
            the first word.
        workers: threads; each has a set of the words that it met.
        max_vocab_size: words held in memory, by all workers together; more are parked in a temporary
            database on disk and counted exactly. Bounds memory (up to the words of one chunk of text
            for each worker), and changes nothing else.
        memory_limit: bytes of ids that stay in memory; see `ArraySpool`.
        progress: called by this thread some twenty times a second; what it raises ends the scan.

    Raises: TypeError for a path that is none; ValueError for workers or max_vocab_size below 1, or for a
        pipe or a device; OSError for a file that cannot be read, or a temporary one that cannot be
        written; FileFormatError for bytes that are not UTF-8, with the offset of the first of them, and
        for damaged compressed data; RuntimeError for a file whose length changes meanwhile. Nothing is
        left behind in any case.
    """
    if workers < 1:
        raise ValueError(f"workers must be at least 1, got {workers}")
    check_max_vocab_size(max_vocab_size)
    check_regular_file(path)
    library = native_library()
    if library is None:
        sentences: Iterable[list[str]] = LineSentence(file_name(path))
        if progress is not None:
            sentences = _reporting(sentences, progress)
        return scan(sentences, max_vocab_size=max_vocab_size, memory_limit=memory_limit)
    with FileScan(
        library, path, workers=workers, max_vocab_size=max_vocab_size, memory_limit=memory_limit
    ) as file_scan:
        file_scan.run(progress)
        result = file_scan.finish()
    logger.info(
        "counted %d words in %d sentences: %d different words",
        result.words,
        result.sentences,
        len(result.raw_vocab),
    )
    return result


def encode_file(
    path: str | os.PathLike[str],
    vocabulary: Vocabulary,
    *,
    workers: int = 1,
    max_vocab_size: int | None = None,
    memory_limit: int = MEMORY_LIMIT,
    progress: Callable[[Progress], None] | None = None,
) -> EncodedCorpus:
    """Read a text file once, with a vocabulary that is already there.

    All words of the file are numbered, and the numbers then replaced by word ids: unlike a look-up in the
    vocabulary this takes memory for the unknown words too, which max_vocab_size bounds.

    Args, Raises: as `scan_file`.
    """
    scanned = scan_file(
        path, workers=workers, max_vocab_size=max_vocab_size, memory_limit=memory_limit, progress=progress
    )
    return encode(scanned, vocabulary, consume=True, workers=workers)


def _reporting(sentences: Iterable[list[str]], progress: Callable[[Progress], None]) -> Iterator[list[str]]:
    words = 0
    for number, sentence in enumerate(sentences):
        if number % PROGRESS_SENTENCES == 0:
            progress(Progress(words, number, None))
        words += len(sentence)
        yield sentence
