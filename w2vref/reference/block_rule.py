"""The constants of block training where the caller names none.

    corpus -> trigrams of up to 64 stretches of it -> does it repeat itself? -> BlockRule

docs/semantics/block.md, "The constants"; what speaks for them is in docs/quality.md.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2vref.config import MOST_DRAWS, BlockRule
from w2vref.records import EncodedCorpus, once_for_a_corpus

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


@once_for_a_corpus
def repetition(corpus: EncodedCorpus) -> Repetition:
    """Count the trigrams that repeat themselves in up to 64 stretches of 512 tokens, evenly spaced.

    A trigram is three in-vocabulary tokens in a row, wherever sentences end.
    """
    stretches, length = min(STRETCHES, max(1, corpus.words // STRETCH)), min(STRETCH, corpus.words)
    starts = (corpus.words - length) * np.arange(stretches) // max(1, stretches - 1)
    tokens = np.stack([corpus.tokens[start : start + length] for start in starts.tolist()]).astype(np.int64)
    # A number below 2^15 for each word of each stretch: three of them are one number, the trigram.
    words = np.unique(tokens * STRETCHES + np.arange(stretches)[:, None], return_inverse=True)[1]
    words = words.reshape(tokens.shape).astype(np.int64)
    trigrams = words[:, :-2] << 30 | words[:, 1:-1] << 15 | words[:, 2:]
    return Repetition(trigrams.size - len(np.unique(trigrams)), trigrams.size)


def rule_for(found: Repetition, *, negative: int, window: int, sg: bool) -> BlockRule:
    """Return the constants for a text: `BlockRule()`, or what follows sequential training more closely.

    Where a text repeats itself, the pairs of a long block are too much alike: it gets blocks of 512 words,
    shorter ones if the steps of a word are more than with negative = 5 and window = 5, smaller tiles, four
    times the noise words and half the cap.
    """
    usual = BlockRule()
    if not found.is_high:
        return usual
    return BlockRule(
        words=max(32, 512 * 125 // (max(5, negative) ** 2 * max(5, window))),
        tile=16,
        draws=min(MOST_DRAWS, 4 * usual.draws_for(negative, window if sg else 1)),
        cap=usual.cap / 2,
    )
