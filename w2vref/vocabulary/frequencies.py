"""A vocabulary from given counts, without a corpus."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import Any

from w2vref.vocabulary.scan import Scan

MAX_TOTAL = 2**63 - 1
"""Counts are int64, and so is their sum."""


def scan_frequencies(word_freq: Mapping[str, int], sentences: int = 0) -> Scan:
    """Return counts as if they had been scanned from a corpus; the order of the mapping is kept.

    Args:
        word_freq: word -> count.
        sentences: of the corpus that the counts come from, if known.

    Raises: TypeError if word_freq is no mapping, a word no str or a count no integer; ValueError for
        a count below 1 or a total beyond int64.
    """
    if not isinstance(word_freq, Mapping):
        raise TypeError(f"word_freq must map each word to its count, got {type(word_freq).__name__}")
    raw_vocab: dict[str, int] = {}
    for word, count in word_freq.items():
        raw_vocab[_checked_word(word)] = _checked_count(word, count)
    words = sum(raw_vocab.values())
    if words > MAX_TOTAL:
        raise ValueError(f"the counts in word_freq sum to {words}, more than 2^63 - 1: scale them down")
    return Scan(raw_vocab, sentences, words)


def _checked_word(word: Any) -> str:
    if not isinstance(word, str):
        raise TypeError(f"words must be str: word_freq has the key {word!r} of type {type(word).__name__}")
    return str.__str__(word)


def _checked_count(word: str, count: Any) -> int:
    if isinstance(count, bool) or not isinstance(count, Integral):
        raise TypeError(
            f"counts must be integers: word_freq[{word!r}] is {count!r} of type {type(count).__name__}; "
            "round it with int()"
        )
    if count < 1:
        raise ValueError(
            f"counts must be at least 1: word_freq[{word!r}] is {count}; leave out words that do not occur"
        )
    return int(count)
