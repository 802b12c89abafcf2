"""The loop of gensim 4.4, one worker and a sequence of sentences: jobs, each with draws of its own.

    job -> 48-bit LCG from NumPy's generator -> its tokens thinned out -> all its windows from NumPy
        -> for each centre the negatives of its pairs, from the LCG

All of it was found by watching the program: what it draws and what it writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from w2vref._typing import Int64Array, Position, UInt32Array, UInt64Array, WordId
from w2vref.config import TrainingConfig
from w2vref.records import EncodedCorpus, Parameters, Tables
from w2vref.reference.dialects.centers import negatives_for, train_center
from w2vref.reference.dialects.progress import Progress
from w2vref.reference.epoch import Schedule
from w2vref.reference.sampling import ALWAYS
from w2vref.reference.windows import context_positions

MULTIPLIER, INCREMENT, MASK48 = 25214903917, 11, (1 << 48) - 1
MAX_KEPT = 10_000
"""Kept words of a job that are trained; the rest of the job is not."""
MT_WORDS = 624
POSITION, LCG, SENTENCE = MT_WORDS, MT_WORDS + 1, MT_WORDS + 2
"""Places in the state, after the words of the Mersenne twister as they were before the current job."""


class Lcg:
    """The linear congruential generator mod 2^48; a draw is the high 32 bits of the state before a step."""

    def __init__(self, state: int) -> None:
        self.state = state

    def next(self) -> int:
        """Return 32 bits, and take a step."""
        bits = self.state >> 16
        self.state = (self.state * MULTIPLIER + INCREMENT) & MASK48
        return bits


def new_generator(seed: int) -> UInt64Array:
    """Return the state of a new model: RandomState(seed), the LCG, and the next sentence.

    Raises: ValueError for a seed beyond 32 bits, which RandomState does not take.
    """
    if not 0 <= seed < 1 << 32:
        raise ValueError(f"dialect 'gensim' takes a seed of 32 bits, 0 .. 2^32 - 1, got {seed}")
    state = np.zeros(MT_WORDS + 3, dtype=np.uint64)
    _store(state, np.random.RandomState(seed))
    return state


def start_call(generator: UInt64Array) -> None:
    """Begin a `train()` call with its first sentence, whatever an earlier call left undone."""
    generator[SENTENCE] = 0


def _store(state: UInt64Array, numpy_state: np.random.RandomState) -> None:
    _, words, position, *_ = numpy_state.get_state(legacy=True)
    state[:MT_WORDS] = words
    state[POSITION] = position


def _restored(state: UInt64Array) -> np.random.RandomState:
    numpy_state = np.random.RandomState(0)
    numpy_state.set_state(("MT19937", state[:MT_WORDS].astype(np.uint32), int(state[POSITION]), 0, 0.0))
    return numpy_state


class Job(NamedTuple):
    """The kept words of a job, sentence by sentence."""

    words: list[list[WordId]]
    radii: list[list[int]]
    """The reduced window of each."""


def job_bounds(raw_offsets: Int64Array, batch_words: int) -> list[int]:
    """Return the first sentence of each job, and the number of sentences.

    A job takes whole sentences while their raw words add up to at most batch_words. A first sentence
    that is longer closes a job without sentences.
    """
    bounds = [0]
    size = 0
    for sentence, words in enumerate(np.diff(raw_offsets).tolist()):
        if size + words > batch_words:
            bounds.append(sentence)
            size = 0
        size += words
    return [*bounds, len(raw_offsets) - 1]


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
    """Train the rest of an epoch, in place, and yield after each sentence.

    `generator` knows where the rest begins; at a yield it is what a later call needs to go on.
    """
    del epoch, first
    if corpus.raw_offsets is None:
        raise ValueError("dialect 'gensim' needs corpus.raw_offsets: its jobs are counted in raw words")
    bounds = job_bounds(corpus.raw_offsets, config.batch_words)
    begun = int(generator[SENTENCE])
    for start, end in pairwise(bounds):
        if end < begun or (end == begun and begun):
            continue
        numpy_state = _restored(generator)
        job, lcg = draw_job(config, tables, corpus, start, end, numpy_state)
        if begun > start:
            lcg.state = int(generator[LCG])
        alpha = job_alpha(schedule, corpus, start)
        for sentence in range(max(begun, start), end):
            words, radii = job.words[sentence - start], job.radii[sentence - start]
            loss = train_centers(config, parameters, tables, words, radii, lcg, alpha)
            generator[LCG] = lcg.state
            generator[SENTENCE] = sentence + 1
            if sentence + 1 == end:
                _store(generator, numpy_state)
            if sentence + 1 == corpus.sentences:
                generator[SENTENCE] = 0
            yield Progress(int(corpus.sentence_offsets[sentence + 1]), len(words), loss)
        if start == end:
            _store(generator, numpy_state)


def draw_job(
    config: TrainingConfig,
    tables: Tables,
    corpus: EncodedCorpus,
    start: int,
    end: int,
    numpy_state: np.random.RandomState,
) -> tuple[Job, Lcg]:
    """Draw what a job of the sentences start .. end - 1 draws before it trains.

    A word is kept if 32 bits of the LCG are not above its `sample_int`; without subsampling (2^32)
    nothing is drawn. Once `MAX_KEPT` words are kept, the rest of the job is left out. The LCG is seeded
    only if something will be drawn from it.
    """
    lcg = Lcg(0)
    if config.negative or (tables.sample_int != ALWAYS).any():
        high, low = (int(numpy_state.randint(0, 1 << 24)) for _ in range(2))
        lcg.state = (high << 24) + low
    words: list[list[WordId]] = []
    total = 0
    for sentence in range(start, end):
        kept: list[WordId] = []
        first, last = corpus.sentence_offsets[sentence : sentence + 2]
        for word_id in corpus.tokens[first:last].tolist():
            if total == MAX_KEPT:
                break
            threshold = int(tables.sample_int[word_id])
            if threshold == ALWAYS or lcg.next() <= threshold:
                kept.append(word_id)
                total += 1
        words.append(kept)
    reduced = [0] * total
    if config.shrink_windows:
        reduced = numpy_state.randint(0, config.window, total).tolist()
    radii = iter(config.window - b for b in reduced)
    return Job(words, [[next(radii) for _ in kept] for kept in words]), lcg


def job_alpha(schedule: Schedule, corpus: EncodedCorpus, first_sentence: int) -> float:
    """Return the learning rate of a job, from the epochs and sentences of the call before it."""
    epochs = schedule.total_words // corpus.words
    epoch = schedule.words_before // corpus.words
    progress = (epoch + first_sentence / corpus.sentences) / epochs
    start, end = schedule.start_alpha, schedule.end_alpha
    return float(np.float32(max(end, start - (start - end) * progress)))


def negative_of(bits: int, cum_table: UInt32Array) -> WordId:
    """Return the noise word of 32 bits: the insertion point, as by bisect_left, of bits mod the last entry.

    So the first word has one entry more than its share, and the last word one less.
    """
    return int(np.searchsorted(cum_table, bits % int(cum_table[-1]), side="left"))


def train_centers(
    config: TrainingConfig,
    parameters: Parameters,
    tables: Tables,
    words: list[WordId],
    radii: list[int],
    lcg: Lcg,
    alpha: float,
) -> float:
    """Train all centres of a sentence, in place; return their loss."""

    def draw_negative() -> WordId:
        return negative_of(lcg.next(), tables.cum_table)

    loss = 0.0
    for center, (center_id, radius) in enumerate(zip(words, radii, strict=True)):
        context = [words[p] for p in context_positions(center, len(words), radius)]
        if context:
            context_ids = np.array(context, dtype=np.int64)
            loss += train_center(config, parameters, tables, context_ids, center_id, draw_negative, alpha)
        elif not config.sg:
            # A centre of CBOW without a context draws its negatives, and changes nothing.
            negatives_for(config, center_id, draw_negative)
    return loss
