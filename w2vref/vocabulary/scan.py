"""Counting the words of a corpus and keeping it as integers, in one pass.

sentence -> provisional ids (order of first appearance) -> spool, and counts by `bincount`
"""

from __future__ import annotations

import logging
from array import array
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count, islice
from types import TracebackType

import numpy as np

from w2vref._typing import Int32Array, Int64Array
from w2vref.corpora.checks import LISTS, Sentences, as_tokens, check_tokens, iterate, reject_token
from w2vref.corpora.spool import MEMORY_LIMIT, Spool, SpoolWriter
from w2vref.vocabulary.store import WordStore

logger = logging.getLogger(__name__)

PROVISIONAL_IDS = 2**31
"""A provisional id is an int32."""
PENDING_TOKENS = 1 << 9
"""Ids that are collected in a list before they become an array: few enough to stay in the cache."""
BATCH_TOKENS = 1 << 18
"""Ids that are counted together: enough for the counts of all words to be touched rarely."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What one pass over a corpus found."""

    raw_vocab: Mapping[str, int]
    """Word -> count, in order of first appearance: a dict, or a read-only mapping
    (`CountedWords`, `StoredCounts`)."""
    sentences: int
    """Sentences the reader yielded, empty ones included."""
    words: int
    """Tokens, before anything is dropped."""
    spool: Spool | None = None
    """The corpus as provisional ids, or None if it was not kept."""
    ranks: Int32Array | None = None
    """(provisional ids,): the place of each id's word in `raw_vocab`; None: the id is the place."""


def scan(
    sentences: Sentences,
    *,
    progress_per: int = 10000,
    max_vocab_size: int | None = None,
    keep_ids: bool = True,
    memory_limit: int = MEMORY_LIMIT,
) -> Scan:
    """Read a corpus once; count its words and keep it as integers.

    A trim rule and min_count have no say here: nothing is dropped before all is counted.

    Args:
        sentences: any iterable of lists of str; a generator is read to its end.
        progress_per: sentences between two progress messages of the log.
        max_vocab_size: words held in memory; more are parked in a temporary database on disk and
            counted exactly, so this bounds memory (up to the words of one sentence) and changes
            nothing else.
        keep_ids: False only counts.
        memory_limit: bytes of ids that stay in memory; see `ArraySpool`.

    Raises: TypeError for a corpus, sentence or token of the wrong type; ValueError for a
        progress_per or max_vocab_size below 1; OSError if a temporary file cannot be written. What
        the corpus itself raises passes through. Nothing is left behind in any case.
    """
    if progress_per < 1:
        raise ValueError(f"progress_per must be at least 1 sentence, got {progress_per}")
    check_max_vocab_size(max_vocab_size)
    with _Scanner(max_vocab_size, keep_ids, memory_limit) as scanner:
        scanner.read(sentences, progress_per)
        result = scanner.finish()
    logger.info(
        "counted %d words in %d sentences: %d different words",
        result.words,
        result.sentences,
        len(result.raw_vocab),
    )
    return result


def check_max_vocab_size(max_vocab_size: int | None) -> None:
    """Raise ValueError for a limit that leaves no room for a word."""
    if max_vocab_size is not None and max_vocab_size < 1:
        raise ValueError(f"max_vocab_size must be None (no limit) or at least 1 word, got {max_vocab_size}")


def too_many_ids() -> ValueError:
    """Return the error for a corpus whose words cannot be numbered by int32."""
    return ValueError(
        "the corpus needs more than 2^31 provisional word ids: raise max_vocab_size, "
        "so that fewer words have to be parked and numbered anew"
    )


class _Scanner:
    """The state of one pass: the ids of the words in memory, their counts, and the spool."""

    def __init__(self, max_vocab_size: int | None, keep_ids: bool, memory_limit: int) -> None:
        # An unknown word gets the next id without a line of Python being run.
        self.ids: defaultdict[str, int] = defaultdict(count().__next__)
        self.counts: Int64Array = np.zeros(0, dtype=np.int64)
        # Parking leaves gaps: below first_new only the ids of `stayed` are still in memory.
        self.stayed: Int64Array = np.zeros(0, dtype=np.int64)
        self.first_new = 0
        self.max_vocab_size = max_vocab_size
        self.writer = SpoolWriter(memory_limit) if keep_ids else None
        self.store: WordStore | None = None
        # Unsigned, because an array takes ints of that kind several times faster; they are below 2^31.
        self.batch = array("I")
        self.ends = array("q")
        self.sentences = 0
        self.words = 0
        self.plain_str = True

    def read(self, sentences: Sentences, progress_per: int) -> None:
        """Read the corpus to its end."""
        ids, lookup = self.ids, self.ids.__getitem__
        limit = self.max_vocab_size if self.max_vocab_size is not None else PROVISIONAL_IDS
        pending: list[int] = []
        end_sentence = self.ends.append
        taken = 0
        next_report = progress_per - 1
        for number, sentence in enumerate(iterate(sentences)):
            tokens = sentence if isinstance(sentence, LISTS) else as_tokens(sentence, number)
            try:
                pending += map(lookup, tokens)
            except TypeError:
                check_tokens(tokens, number)  # what has no hash is no str
                raise
            end_sentence(taken + len(pending))
            if len(pending) >= PENDING_TOKENS or len(ids) > limit:
                taken = self._take(pending)
                if len(ids) > limit:
                    self._park(limit)
                    taken = 0
            if number == next_report:
                next_report += progress_per
                logger.info("read %d sentences; %d different words in memory", number + 1, len(ids))
        self._take(pending)
        self._count()

    def _take(self, pending: list[int]) -> int:
        """Move the pending ids into the batch; return how many ids wait there to be counted."""
        self.batch.fromlist(pending)
        pending.clear()
        if len(self.batch) >= max(BATCH_TOKENS, len(self.counts)):
            self._count()
        return len(self.batch)

    def _count(self) -> None:
        """Count the batch, spool it, and start another."""
        tokens = np.array(self.batch, dtype=np.int64)
        self._check_new_words(tokens)
        places = tokens
        if self.first_new:
            new_places = tokens - self.first_new + len(self.stayed)
            places = np.where(tokens < self.first_new, np.searchsorted(self.stayed, tokens), new_places)
        self.counts = _added(self.counts, np.bincount(places, minlength=len(self.counts)))
        if self.writer is not None:
            self.writer.append(tokens.astype(np.int32), np.array(self.ends, dtype=np.int64))
        self.words += len(self.batch)
        self.sentences += len(self.ends)
        del self.batch[:], self.ends[:]

    def _check_new_words(self, tokens: Int64Array) -> None:
        """Check the words that came up first in this batch: all others are equal to a str."""
        others: list[str] = []
        for word in islice(reversed(self.ids), len(self.ids) - len(self.counts)):
            if type(word) is not str:
                self.plain_str = False
                if not isinstance(word, str):  # whatever the caller's types promise
                    others.append(word)
        if others:
            first = others[-1]
            index = int(np.flatnonzero(tokens == self.ids[first])[0])
            sentence = int(np.searchsorted(self.ends, index, side="right"))
            position = index - (self.ends[sentence - 1] if sentence else 0)
            reject_token(first, position, self.sentences + sentence)
        if len(tokens) and int(tokens.max()) >= PROVISIONAL_IDS:
            raise too_many_ids()

    def _park(self, limit: int) -> None:
        """Move all but the limit // 2 most frequent words to disk.

        Half of the room stays free, so that parking is rare. A parked word that comes again gets
        another id; the store brings them together.
        """
        self._count()
        if self.store is None:
            self.store = WordStore()
        order = np.argsort(-self.counts, kind="stable")
        kept = np.zeros(len(order), dtype=bool)
        kept[order[: limit // 2]] = True
        self.store.add(
            (word, word_id, word_count, word_id)
            for (word, word_id), word_count, stays in zip(
                self.ids.items(), self.counts.tolist(), kept.tolist(), strict=True
            )
            if not stays
        )
        self.first_new = next(reversed(self.ids.values())) + 1
        staying = [item for item, stays in zip(self.ids.items(), kept.tolist(), strict=True) if stays]
        self.ids.clear()
        self.ids.update(staying)
        # Ascending, since ids are given in order and the dict keeps that order.
        self.stayed = np.fromiter(self.ids.values(), dtype=np.int64, count=len(self.ids))
        self.counts = self.counts[kept]

    def finish(self) -> Scan:
        """Return what was found."""
        spool = self.writer.finish() if self.writer is not None else None
        if self.store is None:
            return Scan(self._raw_vocab(), self.sentences, self.words, spool)
        ids = self.ids.values()  # given in order, so an id tells when its word first came
        self.store.add(zip(self.ids, ids, self.counts.tolist(), ids, strict=True))
        self.ids.clear()
        raw_vocab, ranks = self.store.finish()
        return Scan(raw_vocab, self.sentences, self.words, spool, ranks)

    def _raw_vocab(self) -> dict[str, int]:
        """Turn the dict of ids into one of counts, in place: there is no room for two."""
        raw_vocab = self.ids
        raw_vocab.default_factory = None
        raw_vocab.update(zip(list(raw_vocab), self.counts.tolist(), strict=True))
        if self.plain_str:
            return raw_vocab
        # Subclasses such as numpy.str_ would show in every list of words and every message.
        return {str.__str__(word): word_count for word, word_count in raw_vocab.items()}

    def __enter__(self) -> _Scanner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.writer is not None:
            self.writer.close()
        if kind is not None and self.store is not None:
            self.store.close()


def _added(counts: Int64Array, more: Int64Array) -> Int64Array:
    """Return the sum of two arrays of counts, the first of which may be shorter."""
    more[: len(counts)] += counts
    return more
