"""The loop of the default dialect, sentence by sentence, for dialects whose pairs differ from it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import count

import numpy as np

from w2vref._typing import Position, UInt64Array, WordId
from w2vref.config import TrainingConfig
from w2vref.records import EncodedCorpus, Parameters, Tables
from w2vref.reference.dialects.centers import DrawNegative, check_redraw, train_center
from w2vref.reference.dialects.progress import Progress
from w2vref.reference.draws import draw, high32, sentence_key
from w2vref.reference.epoch import Schedule, kept_tokens
from w2vref.reference.schedule import learning_rate
from w2vref.reference.windows import context_positions, window_radius


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
    """Train the tokens from `first` on, in place, and yield after each sentence.

    Draws as `epoch.train_center`; where a negative is drawn again, it is the next draw of the centre.
    There is no generator that goes on from sentence to sentence.
    """
    del generator
    check_redraw(config, tables)
    sentence = int(np.searchsorted(corpus.sentence_offsets, first, side="right")) - 1
    while first < corpus.words:
        start, end = (int(offset) for offset in corpus.sentence_offsets[sentence : sentence + 2])
        key = sentence_key(config.seed, epoch, sentence)
        kept = kept_tokens(config, tables, corpus.tokens[start:end], key, first - start, end - start)
        effective_words, loss = 0, 0.0
        for center, (position, center_id, token) in enumerate(kept):
            # A span of another backend may have ended inside the sentence.
            if start + position < first:
                continue
            effective_words += 1
            done = schedule.words_before + start + position
            alpha = float(learning_rate(schedule.start_alpha, schedule.end_alpha, done, schedule.total_words))
            radius = window_radius(draw(token, 0), config.window) if config.shrink_windows else config.window
            context = [kept[p].word_id for p in context_positions(center, len(kept), radius)]
            if context:
                negatives = stream_of_negatives(tables, token, int(config.shrink_windows))
                context_ids = np.array(context, dtype=np.int64)
                loss += train_center(config, parameters, tables, context_ids, center_id, negatives, alpha)
        first = end
        sentence += 1
        yield Progress(first, effective_words, loss)


def stream_of_negatives(tables: Tables, key: int, start: int) -> DrawNegative:
    """Return a function that draws the negatives of a centre, from draw `start` of its stream."""
    cum_table = tables.cum_table.tolist()
    places = count(start)

    def draw_negative() -> WordId:
        return bisect_left(cum_table, 1 + (high32(draw(key, next(places))) * cum_table[-1] >> 32))

    return draw_negative
