"""CBOW: the mean (or the sum) of the context's vectors predicts the centre word."""

from __future__ import annotations

import numpy as np

from w2vref._typing import Float32Array, Int64Array, WordId
from w2vref.config import TrainingConfig
from w2vref.records import Parameters, Step, Tables
from w2vref.reference.objectives import score_objectives, train_objectives


def reciprocal(n: int) -> np.float32:
    """Return float32(1) / float32(n), the one factor 1/n of CBOW."""
    return np.float32(1.0) / np.float32(n)


def project(config: TrainingConfig, parameters: Parameters, context_ids: Int64Array) -> Float32Array:
    """Return the projection: the context rows added left to right, times 1/n for the mean."""
    hidden = np.zeros(parameters.input_vectors.shape[1], dtype=np.float32)
    for context_id in context_ids:
        hidden += parameters.input_vectors[context_id]
    if config.cbow_mean:
        hidden *= reciprocal(len(context_ids))
    return hidden


def train_cbow_pair(
    config: TrainingConfig,
    parameters: Parameters,
    tables: Tables,
    context_ids: Int64Array,
    hidden: Float32Array,
    target_id: WordId,
    negative_ids: Int64Array,
    alpha: float,
    learn_vectors: bool = True,
    learn_hidden: bool = True,
) -> Step:
    """Take one CBOW step, in place.

    update: input_vectors[c] += lock_c * hidden_error for each context word c in turn (a repeated
    word changes twice). `cbow_gradient` says whether the error is first multiplied by 1/n:
    "word2vec" never, "exact" for the mean (the true gradient: Irsoy, Benton & Stratos 2021, eq. 3),
    "gensim" for the sum.

    Args:
        context_ids: int64 (n,), n >= 1.
        hidden: float32 (stride,), as from `project`; not changed.
        negative_ids, alpha: as in `train_sg_pair`.

    Returns: Step(loss, hidden_error), the error as it is added, before the lock factors.
    """
    loss, hidden_error = train_objectives(
        config, parameters, tables, hidden, target_id, negative_ids, np.float32(alpha), learn_hidden
    )
    if config.divides_error():
        hidden_error *= reciprocal(len(context_ids))
    if learn_vectors:
        for context_id in context_ids:
            lock = parameters.locks[context_id % len(parameters.locks)]
            parameters.input_vectors[context_id] += lock * hidden_error
    return Step(loss, hidden_error)


def score_cbow_pair(
    config: TrainingConfig, parameters: Parameters, tables: Tables, hidden: Float32Array, target_id: WordId
) -> float:
    """Return the score (`score_objectives`) of the target given the projection, float64 nats."""
    return score_objectives(config, parameters, tables, hidden, target_id)
