"""Which of the counted words make up the vocabulary, and what that choice would mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, compress
from typing import TYPE_CHECKING, Any

import numpy as np

from w2vref._typing import Int64Array
from w2vref.reference.sampling import ALWAYS, make_sample_int
from w2vref.vocabulary.rules import TrimRule, is_retained

if TYPE_CHECKING:
    from w2vref.vocabulary.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Selection:
    """The words that stay, in order of first appearance, and what was dropped."""

    words: list[str]
    counts: Int64Array
    """(len(words),): in the scanned corpus alone."""
    effective_min_count: int
    """min_count, or what max_final_vocab made of it."""
    drop_unique: int
    """Different words dropped."""
    drop_total: int
    """Tokens dropped."""

    @property
    def retain_total(self) -> int:
        """Tokens that stay."""
        return int(self.counts.sum())


def select(
    raw_vocab: Mapping[str, int],
    *,
    min_count: int,
    max_final_vocab: int | None = None,
    trim_rule: TrimRule | None = None,
    known: Vocabulary | None = None,
) -> Selection:
    """Choose the words of the vocabulary.

    A word stays if its count is at least min_count, unless trim_rule decides otherwise. With
    max_final_vocab, min_count is raised to the smallest value that leaves at most so many words;
    words that share a count stay or go together. The trim rule is given the raised value.

    Args:
        raw_vocab: word -> count, in order of first appearance.
        min_count: 0 and 1 keep all words.
        known: the vocabulary that is updated, if any. Its words stay whatever their count in
            raw_vocab and whatever the rule says, because they have rows; every other word,
            dropped earlier or never seen, is judged by its count in raw_vocab alone.
            max_final_vocab limits known and new words together, and can only turn away new ones.

    Raises: TypeError if trim_rule cannot be called; ValueError for max_final_vocab < 1, or if
        trim_rule keeps more words than max_final_vocab whatever min_count is. What the rule raises
        passes through.
    """
    if trim_rule is not None and not callable(trim_rule):
        raise TypeError(f"trim_rule must be a function f(word, count, min_count), got {trim_rule!r}")
    known_words: Container[str] = known.key_to_index if known is not None else ()
    if max_final_vocab is not None:
        if max_final_vocab < 1:
            raise ValueError(f"max_final_vocab must be None (no limit) or at least 1, got {max_final_vocab}")
        room = max(0, max_final_vocab - (known.word_count if known is not None else 0))
        candidates = _Candidates(raw_vocab, known_words, trim_rule)
        min_count = candidates.smallest_min_count(min_count, room)
    if trim_rule is None and known is None:
        return _select_by_count(raw_vocab, min_count)
    words: list[str] = []
    counts: list[int] = []
    drop_unique = drop_total = 0
    for word, count in raw_vocab.items():
        if word in known_words or is_retained(word, count, min_count, trim_rule):
            words.append(word)
            counts.append(count)
        else:
            drop_unique += 1
            drop_total += count
    return Selection(words, np.array(counts, dtype=np.int64), min_count, drop_unique, drop_total)


def _select_by_count(raw_vocab: Mapping[str, int], min_count: int) -> Selection:
    """Choose the words that occur min_count times: the same as `select`, without a step for each word."""
    counts = np.fromiter(raw_vocab.values(), dtype=np.int64, count=len(raw_vocab))
    stays = counts >= min_count
    words = list(compress(raw_vocab, stays.tolist()))
    drop_unique = len(counts) - len(words)
    return Selection(words, counts[stays], min_count, drop_unique, int(counts[~stays].sum()))


@dataclass(frozen=True, slots=True)
class _Candidates:
    """The words that compete for the room that max_final_vocab leaves."""

    raw_vocab: Mapping[str, int]
    known_words: Container[str]
    trim_rule: TrimRule | None

    def items(self) -> Iterator[tuple[str, int]]:
        return (item for item in self.raw_vocab.items() if item[0] not in self.known_words)

    def retained(self, min_count: int) -> int:
        """Return how many stay at this min_count."""
        return sum(is_retained(word, count, min_count, self.trim_rule) for word, count in self.items())

    def smallest_min_count(self, min_count: int, room: int) -> int:
        """Return the smallest value from min_count on at which at most `room` words stay."""
        frequency = Counter(count for _, count in self.items() if count >= min_count)
        if self.trim_rule is None:
            return _threshold(frequency, min_count, room)
        # Which words a rule keeps is known only by asking it; the number falls as min_count rises.
        steps = [min_count, *(count + 1 for count in sorted(frequency))]
        low, high = 0, len(steps) - 1
        if self.retained(steps[high]) > room:
            raise ValueError(
                f"trim_rule keeps more words than max_final_vocab leaves room for ({room}), whatever "
                "min_count is: raise max_final_vocab, or let the rule keep fewer words"
            )
        while low < high:
            middle = (low + high) // 2
            if self.retained(steps[middle]) <= room:
                high = middle
            else:
                low = middle + 1
        return steps[low]


def _threshold(frequency: Mapping[int, int], min_count: int, room: int) -> int:
    """Return the smallest value from min_count on with at most `room` words of that count or more.

    Args:
        frequency: count -> number of words with it.
    """
    descending = sorted(frequency, reverse=True)
    for count, words in zip(descending, accumulate(frequency[count] for count in descending), strict=True):
        if words > room:
            return max(min_count, count + 1)
    return min_count


def selection_report(
    counts: Int64Array, *, drop_unique: int, sample: float, memory: Mapping[str, int]
) -> dict[str, Any]:
    """Return what `scale_vocab` tells of a vocabulary before it is built.

    Args:
        counts: int64 (words,), of the words that would stay; merged counts for an update.
        drop_unique: different words that would be dropped.
        sample: the subsampling setting.
        memory: the result of `estimate_memory` for so many words.

    Returns: `drop_unique`; `retain_total`, the tokens that stay; `downsample_unique`, the words that
        subsampling thins out; `downsample_total`, the tokens expected after it; `memory`;
        `num_retained_words`.
    Raises: ValueError for a sample that is no positive number or 0.
    """
    thresholds = make_sample_int(counts, sample)
    expected = float(np.sum(counts * (thresholds / ALWAYS)))
    return {
        "drop_unique": drop_unique,
        "retain_total": int(counts.sum()),
        "downsample_unique": int(np.count_nonzero(thresholds < ALWAYS)),
        "downsample_total": int(expected),
        "memory": dict(memory),
        "num_retained_words": len(counts),
    }
