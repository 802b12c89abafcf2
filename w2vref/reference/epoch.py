"""The loops over tokens and sentences, around the pair functions.

    span of the flat corpus -> its sentences -> kept tokens -> centres -> pairs

Every draw and every learning rate is a function of a token's place, so a span may start and end
anywhere: the neighbours that its windows need outside it are looked up, not trained.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2vref._typing import Float64Array, Int32Array, Int64Array, Position, WordId
from w2vref.config import TrainingConfig
from w2vref.records import EncodedCorpus, Parameters, Tables
from w2vref.reference.cbow import project, score_cbow_pair, train_cbow_pair
from w2vref.reference.draws import draw, sentence_key, token_key
from w2vref.reference.sampling import draw_negatives, is_kept
from w2vref.reference.schedule import learning_rate
from w2vref.reference.skipgram import score_sg_pair, train_sg_pair
from w2vref.reference.windows import context_positions, window_radius


class Kept(NamedTuple):
    """A token that subsampling kept."""

    position: Position
    """Among the sentence's in-vocabulary tokens."""
    word_id: WordId
    key: int


class SpanResult(NamedTuple):
    """What `train_span` counted."""

    effective_words: int
    loss: float


class Schedule(NamedTuple):
    """The learning rate of a `train()` call, and where in the call the epoch stands."""

    start_alpha: float
    end_alpha: float
    words_before: int
    total_words: int


def train_span(
    config: TrainingConfig,
    parameters: Parameters,
    tables: Tables,
    corpus: EncodedCorpus,
    schedule: Schedule,
    epoch: int,
    first: Position,
    last: Position,
) -> SpanResult:
    """Train the centres among corpus.tokens[first:last], in place."""
    effective_words, loss = 0, 0.0
    # The last sentence that starts at or before `first`: an empty one before it starts there too.
    sentence = int(np.searchsorted(corpus.sentence_offsets, first, side="right")) - 1
    while first < last:
        start, end = (int(offset) for offset in corpus.sentence_offsets[sentence : sentence + 2])
        key = sentence_key(config.seed, epoch, sentence)
        stop = min(last, end)
        kept = kept_tokens(config, tables, corpus.tokens[start:end], key, first - start, stop - start)
        for center, (position, _, _) in enumerate(kept):
            if first <= start + position < stop:
                done = schedule.words_before + start + position
                alpha = float(
                    learning_rate(schedule.start_alpha, schedule.end_alpha, done, schedule.total_words)
                )
                effective_words += 1
                loss += train_center(config, parameters, tables, kept, center, alpha)
        first = stop
        sentence += 1
    return SpanResult(effective_words, loss)


def kept_tokens(
    config: TrainingConfig,
    tables: Tables,
    sentence: Int32Array,
    key: int,
    first: Position,
    last: Position,
) -> list[Kept]:
    """Return the kept tokens among sentence[first:last] and `window` kept ones on either side."""

    def token(position: Position) -> Kept | None:
        word_id, d = int(sentence[position]), token_key(key, position)
        return Kept(position, word_id, d) if is_kept(d, int(tables.sample_int[word_id])) else None

    def neighbours(positions: range) -> list[Kept]:
        found: list[Kept] = []
        for position in positions:
            if len(found) == config.window:
                break
            if kept := token(position):
                found.append(kept)
        return found

    before = neighbours(range(first - 1, -1, -1))[::-1]
    after = neighbours(range(last, len(sentence)))
    return before + [kept for p in range(first, last) if (kept := token(p))] + after


def train_center(
    config: TrainingConfig,
    parameters: Parameters,
    tables: Tables,
    kept: list[Kept],
    center: Position,
    alpha: float,
) -> float:
    """Train one centre, an index into `kept`, in place; return its loss.

    Draws of its own stream, in order: the reduced window, then the negatives, `negative` for each
    skip-gram pair or CBOW step.
    """
    _, target_id, key = kept[center]
    next_draw, radius = 0, config.window
    if config.shrink_windows:
        next_draw, radius = 1, window_radius(draw(key, 0), config.window)
    context = [kept[p].word_id for p in context_positions(center, len(kept), radius)]
    if not context:
        return 0.0
    steps = len(context) if config.sg else 1
    negatives = np.zeros((steps, config.negative), dtype=np.int64)
    if config.negative:
        drawn = draw_negatives(tables.cum_table, key, negatives.size, next_draw)
        negatives = drawn.reshape(steps, config.negative)
    if config.sg:
        loss = 0.0
        for input_id, negative_ids in zip(context, negatives, strict=True):
            loss += train_sg_pair(config, parameters, tables, input_id, target_id, negative_ids, alpha).loss
        return loss
    context_ids = np.array(context, dtype=np.int64)
    hidden = project(config, parameters, context_ids)
    return train_cbow_pair(
        config, parameters, tables, context_ids, hidden, target_id, negatives[0], alpha
    ).loss


def score_sentences(
    config: TrainingConfig, parameters: Parameters, tables: Tables, corpus: EncodedCorpus
) -> Float64Array:
    """Return the score of each sentence, float64 (sentences,): full windows, no subsampling.

    The sum over the pairs that training would form (Taddy 2015, eq. 2, for hierarchical softmax); a
    sentence without a pair has 0.0.
    """
    scores = np.zeros(corpus.sentences, dtype=np.float64)
    for sentence in range(corpus.sentences):
        start, end = corpus.sentence_offsets[sentence : sentence + 2]
        words = corpus.tokens[start:end]
        for center in range(len(words)):
            positions = context_positions(center, len(words), config.window)
            scores[sentence] += score_center(
                config, parameters, tables, words[positions].astype(np.int64), int(words[center])
            )
    return scores


def score_center(
    config: TrainingConfig,
    parameters: Parameters,
    tables: Tables,
    context_ids: Int64Array,
    target_id: WordId,
) -> float:
    """Return the sum of the scores of one centre's pairs."""
    if not len(context_ids):
        return 0.0
    if config.sg:
        return sum(
            score_sg_pair(config, parameters, tables, int(input_id), target_id) for input_id in context_ids
        )
    hidden = project(config, parameters, context_ids)
    return score_cbow_pair(config, parameters, tables, hidden, target_id)
