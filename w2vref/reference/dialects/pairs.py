"""One pair, one step of every axis of level "pair"; `pair_functions` says where to look."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from w2vref._typing import Float32Array, Int64Array, WordId
from w2vref.config import TrainingConfig
from w2vref.dialects import AXES, W2VREF, Dialect
from w2vref.records import Parameters, Step, Tables
from w2vref.reference import cbow, skipgram
from w2vref.reference.arithmetic import log_sigmoid
from w2vref.reference.dialects.arithmetic import DOTS, sigmoid_of
from w2vref.reference.objectives import huffman_path

PAIR_AXES = tuple(axis for axis, details in AXES.items() if details.level == "pair")


class PairFunctions(NamedTuple):
    """The functions of one dialect, with the signatures of `skipgram` and `cbow`."""

    train_sg_pair: Callable[..., Step]
    train_cbow_pair: Callable[..., Step]
    project: Callable[[TrainingConfig, Parameters, Int64Array], Float32Array]


def pair_functions(dialect: Dialect) -> PairFunctions:
    """Return the pair functions of a dialect: the default reference's unless its pairs differ."""
    # The gradient is a field of the config, which the default functions follow as well.
    same = all(
        getattr(dialect, axis) == getattr(W2VREF, axis)
        for axis in PAIR_AXES
        if axis not in ("cbow_gradient", "direction")
    )
    if same:
        return PairFunctions(skipgram.train_sg_pair, cbow.train_cbow_pair, cbow.project)
    return PairFunctions(train_sg_pair, train_cbow_pair, project)


def logistic_step(
    config: TrainingConfig,
    out_of_range: str,
    hidden: Float32Array,
    row: Float32Array,
    label: int,
    alpha: np.float32,
    hidden_error: Float32Array,
    learn_hidden: bool,
) -> float:
    """Take one step of logistic regression, in place, and return its loss.

    As `objectives.logistic_step`, with the dialect's dot product and sigmoid; the loss has the exact
    one, and counts a step that is not taken.
    """
    dialect = config.dialect
    x = DOTS[dialect.arithmetic](hidden, row, config.vector_size)
    sigmoid = sigmoid_of(dialect.sigmoid)(x, out_of_range)
    if sigmoid is not None:
        g = (np.float32(label) - sigmoid) * alpha
        hidden_error += g * row
        if learn_hidden:
            row += g * hidden
    return -log_sigmoid(float(x) if label else -float(x))


def train_path(
    config: TrainingConfig,
    parameters: Parameters,
    tables: Tables,
    hidden: Float32Array,
    target_id: WordId,
    alpha: np.float32,
    hidden_error: Float32Array,
    learn_hidden: bool,
) -> float:
    """Take the steps of hierarchical softmax, and return their loss."""
    loss = 0.0
    rule = config.dialect.out_of_range_hs
    for code, point in huffman_path(tables, target_id):
        row = parameters.node_vectors[point]
        loss += logistic_step(config, rule, hidden, row, 1 - code, alpha, hidden_error, learn_hidden)
    return loss


def train_negatives(
    config: TrainingConfig,
    parameters: Parameters,
    hidden: Float32Array,
    target_id: WordId,
    negative_ids: Int64Array,
    alpha: np.float32,
    hidden_error: Float32Array,
    learn_hidden: bool,
) -> float:
    """Take the steps of negative sampling, and return their loss.

    Raises: ValueError for a negative that is the target where the dialect draws another.
    """
    dialect, loss = config.dialect, 0.0
    for label, word_id in [(1, target_id), *((0, int(negative_id)) for negative_id in negative_ids)]:
        if not label and word_id == target_id:
            if dialect.collision == "skip":
                continue
            if dialect.collision == "redraw":
                raise ValueError(
                    f"dialect {dialect.name!r} draws until a negative differs from the target, so "
                    f"negative_ids cannot have the target {target_id}"
                )
        row = parameters.output_vectors[word_id]
        rule = dialect.out_of_range_negative
        loss += logistic_step(config, rule, hidden, row, label, alpha, hidden_error, learn_hidden)
    return loss


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
    """Take one skip-gram step, in place; as `skipgram.train_sg_pair`."""
    hidden = parameters.input_vectors[input_id]
    lock = parameters.locks[input_id % len(parameters.locks)]

    def update(error: Float32Array) -> Float32Array:
        if learn_vectors:
            parameters.input_vectors[input_id] += lock * error
        return error

    return _train(
        config,
        parameters,
        tables,
        lambda: hidden,
        target_id,
        negative_ids,
        np.float32(alpha),
        update,
        learn_hidden,
    )


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
    """Take one CBOW step, in place; as `cbow.train_cbow_pair`.

    With objectives="in_turn", `hidden` is what the first objective sees; the second projects the
    updated rows again.
    """
    projections = iter([hidden])

    def gather() -> Float32Array:
        first = next(projections, None)
        return project(config, parameters, context_ids) if first is None else first

    def update(error: Float32Array) -> Float32Array:
        if config.divides_error():
            error *= cbow.reciprocal(len(context_ids))
        if learn_vectors:
            for context_id in context_ids:
                lock = parameters.locks[context_id % len(parameters.locks)]
                parameters.input_vectors[context_id] += lock * error
        return error

    return _train(
        config,
        parameters,
        tables,
        gather,
        target_id,
        negative_ids,
        np.float32(alpha),
        update,
        learn_hidden,
    )


def project(config: TrainingConfig, parameters: Parameters, context_ids: Int64Array) -> Float32Array:
    """Return the projection; a sequential mean is divided, not multiplied by 1/n."""
    if config.dialect.arithmetic != "sequential" or not config.cbow_mean:
        return cbow.project(config, parameters, context_ids)
    hidden = np.zeros(parameters.input_vectors.shape[1], dtype=np.float32)
    for context_id in context_ids:
        hidden += parameters.input_vectors[context_id]
    return hidden / np.float32(len(context_ids))


def _train(
    config: TrainingConfig,
    parameters: Parameters,
    tables: Tables,
    gather: Callable[[], Float32Array],
    target_id: WordId,
    negative_ids: Int64Array,
    alpha: np.float32,
    update: Callable[[Float32Array], Float32Array],
    learn_hidden: bool,
) -> Step:
    """Gather, take the steps of both objectives, update: once, or in turn for each objective.

    Args:
        gather: returns the projection.
        update: adds an error to the input rows and returns it as it was added.
    """
    hidden = gather()
    error = np.zeros_like(hidden)
    loss = 0.0
    if config.hs:
        loss += train_path(config, parameters, tables, hidden, target_id, alpha, error, learn_hidden)
        if config.negative and config.dialect.objectives == "in_turn":
            first = update(error)
            hidden, error = gather(), np.zeros_like(hidden)
            loss += train_negatives(
                config, parameters, hidden, target_id, negative_ids, alpha, error, learn_hidden
            )
            return Step(loss, first + update(error))
    if config.negative:
        loss += train_negatives(
            config, parameters, hidden, target_id, negative_ids, alpha, error, learn_hidden
        )
    return Step(loss, update(error))
