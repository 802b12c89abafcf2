"""The constants of block training where the caller names none.

    corpus -> trigrams of up to 64 stretches of it -> does it repeat itself? -> BlockRule

docs/semantics/block.md, "The constants"; what speaks for them is in docs/quality.md.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2vref.config import MOST_TILE, BlockRule
from w2vref.records import EncodedCorpus

STRETCH = 512
"""Tokens of a stretch."""
STRETCHES = 64
ONE_IN = 32
"""A text repeats itself if one in so many of its trigrams, or more, has come up before in its stretch."""


class Repetition(NamedTuple):
    """The trigrams of a corpus that were looked at."""

    repeated: int
    """Those that stand earlier in the same stretch as well."""
    trigrams: int

    @property
    def is_high(self) -> bool:
        """Whether the text repeats itself."""
        return 0 < self.trigrams <= ONE_IN * self.repeated


def repetition(corpus: EncodedCorpus) -> Repetition:
    """Count the trigrams that repeat themselves in up to 64 stretches of 512 tokens, evenly spaced.

    A trigram is three in-vocabulary tokens in a row, wherever sentences end.
    """
    stretches = min(STRETCHES, max(1, corpus.words // STRETCH))
    last = max(0, corpus.words - STRETCH)
    repeated = trigrams = 0
    for k in range(stretches):
        start = last * k // max(1, stretches - 1)
        tokens = np.asarray(corpus.tokens[start : start + STRETCH])
        if len(tokens) >= 3:
            rows = np.lib.stride_tricks.sliding_window_view(tokens, 3)
            trigrams += len(rows)
            repeated += len(rows) - len(np.unique(rows, axis=0))
    return Repetition(repeated, trigrams)


def rule_for(found: Repetition, negative: int, window: int) -> BlockRule:
    """Return the constants for a text: `BlockRule()`, or what follows sequential training more closely.

    Where a text repeats itself, the pairs of a long block are too much alike: it gets blocks of 512 words,
    shorter ones if the steps of a word are more than with negative = 5 and window = 5, twice the noise words
    and half the cap.
    """
    usual = BlockRule()
    if not found.is_high:
        return usual
    words = 512 * 25 // (max(5, negative) * max(5, window))
    return BlockRule(
        words=max(128, words), draws=min(MOST_TILE, 2 * usual.draws_for(negative)), cap=usual.cap / 2
    )
