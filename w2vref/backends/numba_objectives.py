"""Logistic steps, objectives and pair functions: `reference.objectives`, `.skipgram`, `.cbow`.

Steps on distinct rows do not see each other's changes, so the scores of a group are computed first
and its sigmoids together; a repeated row starts a new group. The bits are those of one step at a time.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from w2vref._typing import Float32Array, Int32Array, Int64Array
from w2vref.backends.numba_arithmetic import I0, I1, Int, Lookup, log_sigmoid
from w2vref.backends.numba_primitives import (
    GROUP,
    add,
    add_scaled,
    dot,
    exchange,
    jit,
    multiply,
    row,
    set_zero,
    sigmoids,
)

ZERO = np.float32(0.0)
ONE = np.float32(1.0)


class Settings(NamedTuple):
    """`config.TrainingConfig` as a kernel takes it, and what one call adds."""

    window: int
    shrink_windows: bool
    sg: bool
    hs: bool
    negative: int
    cbow_mean: bool
    divides_error: bool
    seed: np.uint64
    blocks: int
    """Blocks of 16 floats in a row."""
    learn_vectors: bool
    learn_hidden: bool
    compute_loss: bool


class Rows(NamedTuple):
    """`records.Parameters` as a kernel takes them."""

    input_vectors: Float32Array
    output_vectors: Float32Array
    node_vectors: Float32Array
    locks: Float32Array
    n_locks: int
    """1, or one for each row."""


class Scratch(NamedTuple):
    """What one worker needs while it takes steps."""

    ids: Int64Array
    """(GROUP,): the rows of a group of steps, all different."""
    labels: Float32Array
    """(GROUP,): 1 or 0."""
    x: Float32Array
    """(GROUP,): the dots."""
    y: Float32Array
    """(GROUP,): their sigmoids."""


def make_scratch() -> Scratch:
    """Return scratch space for one worker."""
    floats = np.zeros((3, GROUP), dtype=np.float32)
    return Scratch(np.zeros(GROUP, dtype=np.int64), floats[0], floats[1], floats[2])


@jit
def logistic_steps(
    settings: Settings,
    matrix: Float32Array,
    hidden: Any,
    hidden_error: Any,
    alpha: np.float32,
    count: Int,
    scratch: Scratch,
) -> float:
    """Take the first `count` steps of scratch, on distinct rows of matrix, and return their loss.

    g = (label - sigmoid(hidden . row)) * alpha;  hidden_error += g * row;  row += g * hidden.
    """
    blocks, loss = settings.blocks, 0.0
    for k in range(count):
        scratch.x[k] = dot(hidden, row(matrix, scratch.ids[k], blocks), blocks)
    sigmoids(scratch.x, scratch.y)
    for k in range(count):
        g = (scratch.labels[k] - scratch.y[k]) * alpha
        if settings.learn_hidden:
            exchange(hidden_error, row(matrix, scratch.ids[k], blocks), g, hidden, blocks)
        else:
            add_scaled(hidden_error, g, row(matrix, scratch.ids[k], blocks), blocks)
    if settings.compute_loss:
        for k in range(count):
            x = np.float64(scratch.x[k])
            loss -= log_sigmoid(x if scratch.labels[k] != ZERO else -x)
    return loss


@jit
def hierarchical_softmax(
    settings: Settings,
    parameters: Rows,
    tables: Lookup,
    hidden: Any,
    hidden_error: Any,
    target_id: Int,
    alpha: np.float32,
    scratch: Scratch,
) -> float:
    """Take the steps of the target's Huffman path, from the root, and return their loss."""
    loss, count = 0.0, I0
    for i in range(tables.code_offsets[target_id], tables.code_offsets[target_id + 1]):
        scratch.ids[count] = np.int64(tables.points[i])
        scratch.labels[count] = ZERO if tables.codes[i] else ONE
        count += 1
        if count == GROUP:
            loss += logistic_steps(
                settings, parameters.node_vectors, hidden, hidden_error, alpha, count, scratch
            )
            count = I0
    if count:
        loss += logistic_steps(settings, parameters.node_vectors, hidden, hidden_error, alpha, count, scratch)
    return loss


@jit
def is_in_group(word_id: Int, count: Int, scratch: Scratch) -> bool:
    """Tell whether the group has a step on this row already."""
    found = False
    for k in range(count):
        found |= scratch.ids[k] == word_id
    return found


@jit
def negative_sampling(
    settings: Settings,
    parameters: Rows,
    hidden: Any,
    hidden_error: Any,
    target_id: Int,
    negative_ids: Int64Array,
    first_negative: Int,
    last_negative: Int,
    alpha: np.float32,
    scratch: Scratch,
) -> float:
    """Take the target's step and those of its negatives, in order, and return their loss."""
    loss, count = 0.0, I1
    scratch.ids[0] = target_id
    scratch.labels[0] = ONE
    for i in range(first_negative, last_negative):
        negative_id = negative_ids[i]
        if negative_id == target_id:
            continue
        if count == GROUP or is_in_group(negative_id, count, scratch):
            loss += logistic_steps(
                settings, parameters.output_vectors, hidden, hidden_error, alpha, count, scratch
            )
            count = I0
        scratch.ids[count] = negative_id
        scratch.labels[count] = ZERO
        count += 1
    return loss + logistic_steps(
        settings, parameters.output_vectors, hidden, hidden_error, alpha, count, scratch
    )


@jit
def train_objectives(
    settings: Settings,
    parameters: Rows,
    tables: Lookup,
    hidden: Any,
    hidden_error: Any,
    target_id: Int,
    negative_ids: Int64Array,
    first_negative: Int,
    last_negative: Int,
    alpha: np.float32,
    scratch: Scratch,
) -> float:
    """Take all steps of one pair into one hidden_error, which starts at 0, and return the loss."""
    loss = 0.0
    set_zero(hidden_error, settings.blocks)
    if settings.hs:
        loss += hierarchical_softmax(
            settings, parameters, tables, hidden, hidden_error, target_id, alpha, scratch
        )
    if settings.negative:
        loss += negative_sampling(
            settings,
            parameters,
            hidden,
            hidden_error,
            target_id,
            negative_ids,
            first_negative,
            last_negative,
            alpha,
            scratch,
        )
    return loss


@jit
def learn_input(settings: Settings, parameters: Rows, input_id: Int, hidden_error: Any) -> None:
    """input_vectors[input_id] += lock * hidden_error."""
    lock = parameters.locks[input_id % parameters.n_locks]
    add_scaled(row(parameters.input_vectors, input_id, settings.blocks), lock, hidden_error, settings.blocks)


@jit
def train_sg_pair(
    settings: Settings,
    parameters: Rows,
    tables: Lookup,
    hidden_error: Any,
    input_id: Int,
    target_id: Int,
    negative_ids: Int64Array,
    first_negative: Int,
    last_negative: Int,
    alpha: np.float32,
    scratch: Scratch,
) -> float:
    """Take one skip-gram step, in place, and return its loss."""
    hidden = row(parameters.input_vectors, input_id, settings.blocks)
    loss = train_objectives(
        settings,
        parameters,
        tables,
        hidden,
        hidden_error,
        target_id,
        negative_ids,
        first_negative,
        last_negative,
        alpha,
        scratch,
    )
    if settings.learn_vectors:
        learn_input(settings, parameters, input_id, hidden_error)
    return loss


@jit
def project(
    settings: Settings, parameters: Rows, hidden: Any, words: Int32Array, first: Int, last: Int, center: Int
) -> Int:
    """Make hidden the projection of words[first:last] without words[center]; return how many."""
    set_zero(hidden, settings.blocks)
    for p in range(first, last):
        if p != center:
            add(hidden, row(parameters.input_vectors, np.int64(words[p]), settings.blocks), settings.blocks)
    n = last - first - (1 if first <= center < last else 0)
    if settings.cbow_mean:
        multiply(hidden, ONE / np.float32(n), settings.blocks)
    return n


@jit
def train_cbow_pair(
    settings: Settings,
    parameters: Rows,
    tables: Lookup,
    hidden: Any,
    hidden_error: Any,
    words: Int32Array,
    first: Int,
    last: Int,
    center: Int,
    target_id: Int,
    negative_ids: Int64Array,
    first_negative: Int,
    last_negative: Int,
    alpha: np.float32,
    scratch: Scratch,
) -> float:
    """Take one CBOW step from words[first:last] without words[center], in place; return its loss."""
    loss = train_objectives(
        settings,
        parameters,
        tables,
        hidden,
        hidden_error,
        target_id,
        negative_ids,
        first_negative,
        last_negative,
        alpha,
        scratch,
    )
    if settings.divides_error:
        n = last - first - (1 if first <= center < last else 0)
        multiply(hidden_error, ONE / np.float32(n), settings.blocks)
    if settings.learn_vectors:
        for p in range(first, last):
            if p != center:
                learn_input(settings, parameters, np.int64(words[p]), hidden_error)
    return loss


@jit
def score_objectives(
    settings: Settings, parameters: Rows, tables: Lookup, hidden: Any, target_id: Int
) -> float:
    """Return log p(target | hidden) by hierarchical softmax, or log s(u_t . h) without it."""
    if not settings.hs:
        return log_sigmoid(
            np.float64(
                dot(hidden, row(parameters.output_vectors, target_id, settings.blocks), settings.blocks)
            )
        )
    score = 0.0
    for i in range(tables.code_offsets[target_id], tables.code_offsets[target_id + 1]):
        node = row(parameters.node_vectors, np.int64(tables.points[i]), settings.blocks)
        x = np.float64(dot(hidden, node, settings.blocks))
        score += log_sigmoid(-x if tables.codes[i] else x)
    return score
