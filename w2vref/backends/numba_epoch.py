"""The loops over tokens and sentences: `reference.epoch`, compiled.

span of the flat corpus -> its sentences -> kept tokens -> centres -> pairs
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2vref._typing import Float32Array, Float64Array, Int32Array, Int64Array, UInt64Array
from w2vref.backends.base import SPAN_TOKENS
from w2vref.backends.numba_arithmetic import (
    I0,
    I1,
    Int,
    Lookup,
    Schedule,
    draw,
    draw_negative,
    is_kept,
    learning_rate,
    sentence_key,
    window_radius,
)
from w2vref.backends.numba_objectives import (
    Rows,
    Scratch,
    Settings,
    project,
    score_objectives,
    train_cbow_pair,
    train_sg_pair,
)
from w2vref.backends.numba_primitives import (
    fetch_add,
    jit,
    load_flag,
    prefetch,
    row,
)

SPAN = SPAN_TOKENS
"""Tokens that a worker claims at once, and between two looks at the stop flag."""
SENTENCES = 64
"""Sentences that a worker claims at once when it scores."""


class Corpus(NamedTuple):
    """`records.EncodedCorpus` as a kernel takes it."""

    tokens: Int32Array
    words: int
    sentence_offsets: Int64Array
    sentences: int


class Shared(NamedTuple):
    """What all workers share: `base.Control`."""

    stop: Int32Array
    next_token: Int64Array


class Kept(NamedTuple):
    """The tokens that subsampling kept in and around a part of a sentence; the first `n` count."""

    positions: Int64Array
    words: Int32Array
    keys: UInt64Array


class Work(NamedTuple):
    """What one worker needs besides."""

    scratch: Scratch
    hidden: Float32Array
    """(stride,): the projection of CBOW."""
    hidden_error: Float32Array
    """(stride,)."""
    negative_ids: Int64Array
    """(2 * negative,): of the pair that is trained and of the next one."""


@jit
def keep(
    tables: Lookup, kept: Kept, n: Int, tokens: Int32Array, start: Int, position: Int, key: np.uint64
) -> Int:
    """Append the token at this position of the sentence if subsampling keeps it; return the new n."""
    word_id, d = tokens[start + position], draw(key, position)
    if is_kept(d, tables.sample_int[word_id]):
        kept.positions[n] = position
        kept.words[n] = word_id
        kept.keys[n] = d
        n += 1
    return n


@jit
def kept_tokens(
    settings: Settings,
    tables: Lookup,
    kept: Kept,
    tokens: Int32Array,
    start: Int,
    end: Int,
    key: np.uint64,
    first: Int,
    last: Int,
) -> tuple[Int, Int, Int]:
    """Fill kept with the kept tokens among positions first .. last and `window` on either side.

    The sentence is tokens[start:end]. Returns (before, stop, n): kept[before:stop] are those in
    first .. last - 1, kept[:n] all.
    """
    before, position = I0, first - 1
    while position >= 0 and before < settings.window:
        before = keep(tables, kept, before, tokens, start, position, key)
        position -= 1
    for i in range(before // 2):  # found from right to left
        j = before - 1 - i
        kept.positions[i], kept.positions[j] = kept.positions[j], kept.positions[i]
        kept.words[i], kept.words[j] = kept.words[j], kept.words[i]
        kept.keys[i], kept.keys[j] = kept.keys[j], kept.keys[i]
    n = before
    for inside in range(first, last):
        n = keep(tables, kept, n, tokens, start, inside, key)
    stop, position = n, last
    while start + position < end and n - stop < settings.window:
        n = keep(tables, kept, n, tokens, start, position, key)
        position += 1
    return before, stop, n


@jit
def draw_negatives(
    settings: Settings,
    parameters: Rows,
    tables: Lookup,
    key: np.uint64,
    start: Int,
    negative_ids: Int64Array,
    first: Int,
) -> None:
    """Fill `negative` elements of negative_ids, from `first` on, with the noise words of draws start, ..."""
    for k in range(settings.negative):
        negative_id = draw_negative(tables, key, start + k)
        negative_ids[first + k] = negative_id
        prefetch(row(parameters.output_vectors, negative_id, settings.blocks), settings.blocks)


@jit
def train_center(
    settings: Settings,
    parameters: Rows,
    tables: Lookup,
    kept: Kept,
    n: Int,
    center: Int,
    alpha: np.float32,
    work: Work,
) -> float:
    """Train one centre, an index into the n kept tokens, in place; return its loss."""
    target_id = np.int64(kept.words[center])
    key = np.uint64(kept.keys[center])
    next_draw, radius = I0, settings.window
    if settings.shrink_windows:
        next_draw, radius = I1, window_radius(draw(key, I0), settings.window)
    first, last = center - min(center, radius), center + 1 + min(n - 1 - center, radius)
    if last - first == 1:
        return 0.0
    hidden_error, negative_ids = work.hidden_error, work.negative_ids
    negative = settings.negative
    draw_negatives(settings, parameters, tables, key, next_draw, negative_ids, I0)
    if not settings.sg:
        hidden = work.hidden
        project(settings, parameters, hidden, kept.words, first, last, center)
        return train_cbow_pair(
            settings,
            parameters,
            tables,
            hidden,
            hidden_error,
            kept.words,
            first,
            last,
            center,
            target_id,
            negative_ids,
            I0,
            negative,
            alpha,
            work.scratch,
        )
    # The negatives of a pair are drawn, and their rows asked for, while the pair before is trained.
    loss, this, other = 0.0, I0, negative
    final = last - 1 if center < last - 1 else last - 2
    for p in range(first, last):
        if p != center:
            if p != final:
                next_draw += negative
                draw_negatives(settings, parameters, tables, key, next_draw, negative_ids, other)
            loss += train_sg_pair(
                settings,
                parameters,
                tables,
                hidden_error,
                np.int64(kept.words[p]),
                target_id,
                negative_ids,
                this,
                this + negative,
                alpha,
                work.scratch,
            )
            this, other = other, this
    return loss


@jit
def sentence_at(corpus: Corpus, first: Int) -> Int:
    """Return the last sentence that starts at or before this token: empty ones start there too."""
    low, high = 0, corpus.sentences
    while low < high:
        middle = (low + high + 1) >> 1
        if corpus.sentence_offsets[middle] <= first:
            low = middle
        else:
            high = middle - 1
    return low


@jit
def train_span(
    settings: Settings,
    parameters: Rows,
    tables: Lookup,
    corpus: Corpus,
    schedule: Schedule,
    epoch: Int,
    first: Int,
    last: Int,
    kept: Kept,
    work: Work,
) -> tuple[Int, float]:
    """Train the centres among corpus.tokens[first:last], in place; return how many, and the loss."""
    effective_words, loss = 0, 0.0
    sentence = sentence_at(corpus, first)
    while first < last:
        start, end = corpus.sentence_offsets[sentence], corpus.sentence_offsets[sentence + 1]
        key = sentence_key(settings.seed, epoch, sentence)
        stop = min(last, end)
        before, after, n = kept_tokens(
            settings, tables, kept, corpus.tokens, start, end, key, first - start, stop - start
        )
        for center in range(before, after):
            done = schedule.words_before + start + kept.positions[center]
            alpha = learning_rate(schedule, done)
            loss += train_center(settings, parameters, tables, kept, n, center, alpha, work)
        effective_words += after - before
        first = stop
        sentence += 1
    return effective_words, loss


@jit
def score_center(
    settings: Settings,
    parameters: Rows,
    tables: Lookup,
    corpus: Corpus,
    start: Int,
    end: Int,
    center: Int,
    projection: Float32Array,
) -> float:
    """Return the sum of the scores of one centre's pairs in tokens[start:end], with the full window."""
    target_id, score = np.int64(corpus.tokens[center]), 0.0
    first = center - min(center - start, settings.window)
    last = center + 1 + min(end - 1 - center, settings.window)
    if last - first == 1:
        return 0.0
    if settings.sg:
        for p in range(first, last):
            if p != center:
                hidden = row(parameters.input_vectors, np.int64(corpus.tokens[p]), settings.blocks)
                score += score_objectives(settings, parameters, tables, hidden, target_id)
        return score
    project(settings, parameters, projection, corpus.tokens, first, last, center)
    return score_objectives(settings, parameters, tables, projection, target_id)


@jit
def train_spans(
    settings: Settings,
    parameters: Rows,
    tables: Lookup,
    corpus: Corpus,
    schedule: Schedule,
    epoch: Int,
    shared: Shared,
    kept: Kept,
    work: Work,
) -> tuple[Int, float]:
    """Claim spans and train them until none is left or a stop is asked for."""
    effective_words, loss = 0, 0.0
    while load_flag(shared.stop) == 0:
        first = fetch_add(shared.next_token, SPAN)
        if first >= corpus.words:
            break
        last = min(first + SPAN, corpus.words)
        words, nats = train_span(
            settings, parameters, tables, corpus, schedule, epoch, first, last, kept, work
        )
        effective_words += words
        loss += nats
    return effective_words, loss


@jit
def score_spans(
    settings: Settings,
    parameters: Rows,
    tables: Lookup,
    corpus: Corpus,
    shared: Shared,
    scores: Float64Array,
    projection: Float32Array,
) -> None:
    """Claim sentences and fill in their scores until none is left or a stop is asked for."""
    first = fetch_add(shared.next_token, SENTENCES)
    while first < corpus.sentences:
        for sentence in range(first, min(first + SENTENCES, corpus.sentences)):
            start, end = corpus.sentence_offsets[sentence], corpus.sentence_offsets[sentence + 1]
            score = 0.0
            for center in range(start, end):
                if (center - start) % SPAN == 0 and load_flag(shared.stop):
                    return
                score += score_center(settings, parameters, tables, corpus, start, end, center, projection)
            scores[sentence] = score
        first = fetch_add(shared.next_token, SENTENCES)
