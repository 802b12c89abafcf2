"""One logistic step; hierarchical softmax and negative sampling are lists of such steps."""

from __future__ import annotations

import numpy as np

from w2vref._typing import Float32Array, Int64Array, WordId
from w2vref.config import TrainingConfig
from w2vref.records import Parameters, Tables
from w2vref.reference.arithmetic import dot, log_sigmoid, sigmoid


def logistic_step(
    hidden: Float32Array,
    row: Float32Array,
    label: int,
    alpha: np.float32,
    hidden_error: Float32Array,
    learn_hidden: bool,
) -> float:
    """Take one step of logistic regression, in place, and return its loss.

    g = (label - sigmoid(hidden . row)) * alpha;  hidden_error += g * row;  row += g * hidden.

    Args:
        hidden: float32 (stride,), the projection; not changed.
        row: float32 (stride,), an output or node vector; changes if learn_hidden.
        label: 1 if the row should answer yes to this projection, else 0.
        hidden_error: float32 (stride,), accumulates what flows back.

    Returns: loss in nats, float64, of the state before the step.
    """
    x = dot(hidden, row)
    g = (np.float32(label) - sigmoid(x)) * alpha
    hidden_error += g * row
    if learn_hidden:
        row += g * hidden
    return -log_sigmoid(float(x) if label else -float(x))


def train_objectives(
    config: TrainingConfig,
    parameters: Parameters,
    tables: Tables,
    hidden: Float32Array,
    target_id: WordId,
    negative_ids: Int64Array,
    alpha: np.float32,
    learn_hidden: bool,
) -> tuple[float, Float32Array]:
    """Take all steps of one pair: the target's Huffman path, then the target and its negatives.

    Ascends log p(target | hidden) for hierarchical softmax (Mikolov et al. 2013b, eq. 3) and
    log s(u_t . h) + sum_k log s(-u_k . h) for negative sampling (eq. 4), into one hidden_error.

    Returns: (loss in nats, hidden_error float32 (stride,)).
    """
    hidden_error = np.zeros_like(hidden)
    loss = 0.0
    if config.hs:
        for code, point in huffman_path(tables, target_id):
            row = parameters.node_vectors[point]
            loss += logistic_step(hidden, row, 1 - code, alpha, hidden_error, learn_hidden)
    if config.negative:
        row = parameters.output_vectors[target_id]
        loss += logistic_step(hidden, row, 1, alpha, hidden_error, learn_hidden)
        # A loop, not fancy indexing: `rows[ids] += d` would drop all but one of a repeated negative.
        for negative_id in negative_ids:
            if negative_id != target_id:
                row = parameters.output_vectors[negative_id]
                loss += logistic_step(hidden, row, 0, alpha, hidden_error, learn_hidden)
    return loss, hidden_error


def score_objectives(
    config: TrainingConfig,
    parameters: Parameters,
    tables: Tables,
    hidden: Float32Array,
    target_id: WordId,
) -> float:
    """Return log p(target | hidden) by hierarchical softmax, or log s(u_t . h) without it.

    The second is the positive term of the negative-sampling objective and not normalised: it ranks,
    but it is no probability. With both objectives the first is returned.
    """
    if not config.hs:
        return log_sigmoid(float(dot(hidden, parameters.output_vectors[target_id])))
    score = 0.0
    for code, point in huffman_path(tables, target_id):
        x = float(dot(hidden, parameters.node_vectors[point]))
        score += log_sigmoid(-x if code else x)
    return score


def huffman_path(tables: Tables, word_id: WordId) -> list[tuple[int, int]]:
    """Return (code, point) of each inner node from the root to the word."""
    path = slice(int(tables.code_offsets[word_id]), int(tables.code_offsets[word_id + 1]))
    return list(zip(tables.codes[path].tolist(), tables.points[path].tolist(), strict=True))
