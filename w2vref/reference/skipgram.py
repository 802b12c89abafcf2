"""Skip-gram: the context word's vector predicts the centre word (as word2vec.c and gensim)."""

from __future__ import annotations

import numpy as np

from w2vref._typing import Int64Array, WordId
from w2vref.config import TrainingConfig
from w2vref.records import Parameters, Step, Tables
from w2vref.reference.objectives import score_objectives, train_objectives


def train_sg_pair(
    config: TrainingConfig,
    parameters: Parameters,
    tables: Tables,
    input_id: WordId,
    target_id: WordId,
    negative_ids: Int64Array,
    alpha: float,
    learn_vectors: bool = True,
    learn_hidden: bool = True,
) -> Step:
    """Take one skip-gram step, in place.

    gather: hidden = input_vectors[input_id];  score, gradient: `train_objectives`;
    update: input_vectors[input_id] += lock * hidden_error.

    Args:
        parameters: row input_id of input_vectors changes if learn_vectors, rows of the target and
            the negatives (or of the target's path) if learn_hidden.
        negative_ids: int64 (negative,), in order; a repeat counts each time, the target is skipped.
        alpha: learning rate, rounded to float32.

    Returns: Step(loss, hidden_error), the error before the lock factor.
    """
    hidden = parameters.input_vectors[input_id]
    loss, hidden_error = train_objectives(
        config, parameters, tables, hidden, target_id, negative_ids, np.float32(alpha), learn_hidden
    )
    if learn_vectors:
        hidden += parameters.locks[input_id % len(parameters.locks)] * hidden_error
    return Step(loss, hidden_error)


def score_sg_pair(
    config: TrainingConfig, parameters: Parameters, tables: Tables, input_id: WordId, target_id: WordId
) -> float:
    """Return the score (`score_objectives`) of the target given the input word, float64 nats."""
    hidden = parameters.input_vectors[input_id]
    return score_objectives(config, parameters, tables, hidden, target_id)
