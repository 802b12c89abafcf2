"""The loop of word2vec.c, one thread: everything is drawn from one LCG, in the order of the text.

    read a sentence -> thin it out -> for each centre: window, then the negatives of its pairs

Names in quotes are those of the program. Its corners are part of the dialect:

- The word </s> (id 0) ends a sentence. It is counted, and it has a row that is never trained as an input
  or as a centre; as a negative it never comes up, its share goes to the others, uniformly.
- A sentence ends after 1000 kept words, too.
- A sentence without a kept word draws a window all the same.
- The learning rate is looked at before each centre, but a sentence is read after that: its first centre
  has the rate of the sentence before.
- What follows the last </s> of the text is read, thinned out, and dropped.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from w2vref._typing import Int32Array, Position, UInt32Array, UInt64Array, WordId
from w2vref.config import TrainingConfig
from w2vref.records import EncodedCorpus, Parameters, Tables
from w2vref.reference.dialects.centers import train_center
from w2vref.reference.dialects.progress import Progress
from w2vref.reference.draws import MASK64
from w2vref.reference.epoch import Schedule
from w2vref.reference.sampling import ALWAYS
from w2vref.reference.windows import context_positions

MULTIPLIER, INCREMENT = 25214903917, 11
MAX_SENTENCE = 1000
"""MAX_SENTENCE_LENGTH, kept words."""
WORDS_BETWEEN_ALPHAS = 10_000
LEAST_ALPHA = 1e-4
"""As a share of the first learning rate."""
END = 0
"""The id of </s>."""


class Lcg:
    """The linear congruential generator mod 2^64, "next_random"."""

    def __init__(self, state: int) -> None:
        self.state = state

    def next(self) -> int:
        """Take a step, and return the new state."""
        self.state = (self.state * MULTIPLIER + INCREMENT) & MASK64
        return self.state


def new_generator() -> UInt64Array:
    """Return the state at the start of a `train()` call, uint64 (2,).

    "next_random" (at first the number of the thread, 0), and the words of the call that had been read
    when the learning rate was last set.
    """
    return np.zeros(2, dtype=np.uint64)


def train_sentences(
    config: TrainingConfig,
    parameters: Parameters,
    tables: Tables,
    corpus: EncodedCorpus,
    schedule: Schedule,
    epoch: int,
    generator: UInt64Array,
    first: Position,
) -> Iterator[Progress]:
    """Train the sentences from `first` on, in place, and yield after each; `generator` goes on."""
    del epoch
    lcg = Lcg(int(generator[0]))
    rate = LearningRate(schedule, int(generator[1]))
    while first < corpus.words:
        rate.look(first)
        kept, first, is_complete = read_sentence(corpus.tokens, first, tables.sample_int, lcg)
        loss = 0.0
        if is_complete:
            loss = train_centers(config, parameters, tables, kept, lcg, rate, first)
            if first == corpus.words:
                rate.look(first)  # once more before the end of the file is read
        generator[:] = lcg.state, rate.set_at
        yield Progress(first, len(kept) if is_complete else 0, loss)


def read_sentence(
    tokens: Int32Array, first: Position, sample_int: UInt64Array, lcg: Lcg
) -> tuple[list[WordId], Position, bool]:
    """Return the kept words of a sentence, where the next one begins, and whether this one has an end.

    A word is kept if the low 16 bits of a draw are below its `sample_int`, which is at most 2^16;
    without subsampling (2^32) nothing is drawn.
    """
    kept: list[WordId] = []
    for position in range(first, len(tokens)):
        word_id = int(tokens[position])
        if word_id == END:
            return kept, position + 1, True
        threshold = int(sample_int[word_id])
        if threshold != ALWAYS and lcg.next() & 0xFFFF >= threshold:
            continue
        kept.append(word_id)
        if len(kept) == MAX_SENTENCE:
            return kept, position + 1, True
    return kept, len(tokens), False


def negative_of(bits: int, ends: UInt32Array) -> WordId:
    """Return the noise word of a draw: the word of the table's entry, another one in the place of </s>.

    Args:
        ends: `tables.unigram_table_ends`.
    """
    word_id = int(np.searchsorted(ends, (bits >> 16) % int(ends[-1]), side="right"))
    return word_id if word_id != END else bits % (len(ends) - 1) + 1


def train_centers(
    config: TrainingConfig,
    parameters: Parameters,
    tables: Tables,
    kept: list[WordId],
    lcg: Lcg,
    rate: LearningRate,
    words_read: int,
) -> float:
    """Train all centres of a sentence, in place; return their loss."""
    if not kept:
        lcg.next()
        return 0.0

    def draw_negative() -> WordId:
        return negative_of(lcg.next(), tables.cum_table)

    loss = 0.0
    for center, center_id in enumerate(kept):
        if center:
            rate.look(words_read)
        radius = config.window - lcg.next() % config.window
        context = [kept[p] for p in context_positions(center, len(kept), radius)]
        if context:
            context_ids = np.array(context, dtype=np.int64)
            loss += train_center(
                config, parameters, tables, context_ids, center_id, draw_negative, float(rate.alpha)
            )
    return loss


class LearningRate:
    """The learning rate in float32, set again when more than 10,000 words were read since.

    Args:
        set_at: words of the call that were read when it was last set; 0 if it never was.
    """

    def __init__(self, schedule: Schedule, set_at: int) -> None:
        self.schedule = schedule
        self.set_at = set_at
        self.alpha = self._alpha()

    def look(self, words_read: int) -> None:
        """Set the rate if it is time.

        Args:
            words_read: in this epoch, words </s> and words that were thinned out included.
        """
        # At the end of an epoch the words read since are added up, but no rate is set.
        since = max(self.set_at, self.schedule.words_before)
        if self.schedule.words_before + words_read - since > WORDS_BETWEEN_ALPHAS:
            self.set_at = self.schedule.words_before + words_read
            self.alpha = self._alpha()

    def _alpha(self) -> np.float32:
        start = np.float32(self.schedule.start_alpha)
        if not self.set_at:
            return start
        share = np.float32(self.set_at) / np.float32(self.schedule.total_words + 1)
        alpha = start * (np.float32(1) - share)
        least = float(start) * LEAST_ALPHA
        return np.float32(least) if float(alpha) < least else alpha
