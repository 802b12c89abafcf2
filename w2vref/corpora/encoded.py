"""From a corpus to word ids: what training reads, epoch after epoch."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator, Mapping
from itertools import repeat

import numpy as np
import numpy.typing as npt

from w2vref._typing import Int32Array, Int64Array, WordId
from w2vref.corpora.checks import LISTS, Sentences, as_tokens, check_tokens, iterate
from w2vref.corpora.native import encode_in_place, native_library
from w2vref.corpora.spool import CHUNK, MEMORY_LIMIT, Spool, SpoolWriter
from w2vref.records import EncodedCorpus, once_for_a_corpus
from w2vref.vocabulary.scan import PENDING_TOKENS, Scan
from w2vref.vocabulary.vocabulary import Vocabulary

UNKNOWN = -1
"""The id of a word that is not in the vocabulary."""
UNKNOWN_UNSIGNED = 2**32 - 1
"""The same as uint32: an array takes unsigned ints several times faster."""
DIGEST_BYTES = 16


def encode(
    scan: Scan,
    vocabulary: Vocabulary,
    *,
    consume: bool = False,
    memory_limit: int = MEMORY_LIMIT,
    workers: int = 1,
) -> EncodedCorpus:
    """Turn the provisional ids of a scan into word ids; words out of vocabulary are left out.

    Args:
        consume: write over the (writable) arrays of scan.spool, which is useless afterwards: no
            second copy of the corpus is made, in memory or on disk.
        memory_limit: bytes of each array that stay in memory (without consume); see `ArraySpool`.
        workers: threads, of which only the C extension uses more than one, and only with consume.

    Raises: ValueError if the scan did not keep the ids; OSError if a temporary file cannot be
        written.
    """
    if scan.spool is None:
        raise ValueError("the corpus was counted without being kept: scan it with keep_ids=True")
    word_ids = _word_ids(scan, vocabulary.key_to_index)
    library = native_library()
    if consume and library is not None:
        return EncodedCorpus(*encode_in_place(library, scan.spool, word_ids, workers), raw_words=scan.words)
    chunks = _known_chunks(scan.spool, word_ids)
    if consume:
        tokens, offsets = scan.spool
        words, sentences = 0, 1  # the first offset is 0 already
        for known, ends in chunks:
            # Behind the part that is still to be read: nothing grows by leaving words out.
            tokens[words : words + len(known)] = known
            offsets[sentences : sentences + len(ends)] = ends + words
            words += len(known)
            sentences += len(ends)
        return EncodedCorpus(tokens[:words], offsets, raw_words=scan.words)
    with SpoolWriter(memory_limit) as writer:
        for known, ends in chunks:
            writer.append(known, ends)
        return EncodedCorpus(*writer.finish(), raw_words=scan.words)


def encode_corpus(
    sentences: Sentences, vocabulary: Vocabulary, *, memory_limit: int = MEMORY_LIMIT
) -> EncodedCorpus:
    """Read a corpus once, with a vocabulary that is already there.

    Args:
        sentences: any iterable of lists of str; a generator is read to its end.
        memory_limit: bytes of each array that stay in memory; see `ArraySpool`.

    Raises: TypeError for a corpus, sentence or token of the wrong type; OSError if a temporary file
        cannot be written. What the corpus itself raises passes through. Nothing is left behind.
    """
    lookup = vocabulary.key_to_index.get
    pending: list[int] = []
    ends = array("q")
    unknown = repeat(UNKNOWN_UNSIGNED)
    raw_words = 0
    with SpoolWriter(memory_limit) as writer:
        for number, sentence in enumerate(iterate(sentences)):
            tokens = sentence if isinstance(sentence, LISTS) else as_tokens(sentence, number)
            try:
                ids = list(map(lookup, tokens, unknown))
            except TypeError:
                check_tokens(tokens, number)  # what has no hash is no str
                raise
            # What is equal to a known word is a str; only the others need a look.
            if UNKNOWN_UNSIGNED in ids and set(map(type, tokens)) != {str}:
                check_tokens(tokens, number)
            pending += ids
            ends.append(len(pending))
            if len(pending) >= PENDING_TOKENS:
                raw_words += _take(pending, ends, writer)
        raw_words += _take(pending, ends, writer)
        return EncodedCorpus(*writer.finish(), raw_words=raw_words)


@once_for_a_corpus
def digest(corpus: EncodedCorpus) -> str:
    """Return a hash of the tokens and of the sentence boundaries, 32 hexadecimal digits.

    BLAKE2b over int64 (words, sentences), the tokens as int32 and the offsets as int64 (where they are
    kept, those among the raw words too), all little endian: the same on every machine.
    """
    sizes = np.array([corpus.words, corpus.sentences], dtype="<i8")
    state = hashlib.blake2b(sizes.tobytes(), digest_size=DIGEST_BYTES)
    arrays: tuple[tuple[npt.NDArray[np.signedinteger], str], ...] = (
        (corpus.tokens, "<i4"),
        (corpus.sentence_offsets, "<i8"),
    )
    if corpus.raw_offsets is not None:
        arrays += ((corpus.raw_offsets, "<i8"),)
    for values, dtype in arrays:
        for start in range(0, len(values), CHUNK):
            state.update(values[start : start + CHUNK].astype(dtype).tobytes())
    return state.hexdigest()


def _word_ids(scan: Scan, key_to_index: Mapping[str, WordId]) -> Int32Array:
    """Return the word id, or UNKNOWN, of each provisional id: int32 (provisional ids,)."""
    by_rank = np.fromiter(
        map(key_to_index.get, scan.raw_vocab, repeat(UNKNOWN)), dtype=np.int32, count=len(scan.raw_vocab)
    )
    return by_rank if scan.ranks is None else by_rank[scan.ranks]


def _known_chunks(spool: Spool, word_ids: Int32Array) -> Iterator[tuple[Int32Array, Int64Array]]:
    """Encode a spool piece by piece; yield what `SpoolWriter.append` takes.

    What is yielded may be written over the part of the spool that was read.
    """
    tokens, offsets = spool
    first = 1
    for start in range(0, max(1, len(tokens)), CHUNK):
        stop = min(start + CHUNK, len(tokens))
        # Rewritten offsets only get smaller, so that the array stays sorted.
        last = int(np.searchsorted(offsets, stop, side="right"))
        yield _known(word_ids[tokens[start:stop]], offsets[first:last] - start)
        first = last


def _known(ids: Int32Array, ends: Int64Array) -> tuple[Int32Array, Int64Array]:
    """Return the known ids, and the ends of sentences counted in them."""
    is_known = ids != UNKNOWN
    known_before = np.zeros(len(ids) + 1, dtype=np.int64)
    np.cumsum(is_known, out=known_before[1:])
    return ids[is_known], known_before[ends]


def _take(pending: list[int], ends: array[int], writer: SpoolWriter) -> int:
    """Write the known ones of the pending ids, empty the buffers, and return how many there were."""
    words = len(pending)
    ids = np.array(array("I", pending), dtype=np.uint32).view(np.int32)
    writer.append(*_known(ids, np.array(ends, dtype=np.int64)))
    pending.clear()
    del ends[:]
    return words
