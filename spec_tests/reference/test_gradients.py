"""The update is the step of steepest ascent: -alpha times the gradient of the loss, by central differences.

The pair functions run unchanged, on float64 rows and with the exact sigmoid and dot in place of the
float32 ones; the loss that is differentiated is written here a second time, from the papers' formulas.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from w2vref.records import Parameters, Tables
from w2vref.reference import objectives
from w2vref.reference.cbow import project, score_cbow_pair, train_cbow_pair
from w2vref.reference.objectives import huffman_path, logistic_step, score_objectives
from w2vref.reference.skipgram import score_sg_pair, train_sg_pair

Rows = npt.NDArray[np.float64]
ALPHA = 0.25
OBJECTIVES = [(False, 3), (True, 0), (True, 3)]
OBJECTIVE_IDS = ["ns", "hs", "hs+ns"]
TARGET = 2
NEGATIVES = np.array([0, 5, 7], dtype=np.int64)  # distinct rows: each is stepped once


def exact_sigmoid(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the float32 operations by exact ones."""
    monkeypatch.setattr(objectives, "sigmoid", exact_sigmoid)
    monkeypatch.setattr(objectives, "dot", lambda a, b: float(np.dot(a, b)))


def in_float64(parameters: Parameters) -> Any:
    """Return the parameters with float64 rows."""
    return replace(
        parameters,
        input_vectors=parameters.input_vectors.astype(np.float64),
        output_vectors=parameters.output_vectors.astype(np.float64),
        node_vectors=parameters.node_vectors.astype(np.float64),
    )


def pair_loss(parameters: Any, tables: Tables, hidden: Rows, hs: bool, negative: bool) -> float:
    """Return the loss of one pair in nats: eq. 3 and 4 of Mikolov et al. (2013b), with minus signs."""
    loss = 0.0
    if hs:
        for code, point in huffman_path(tables, TARGET):
            sign = -1.0 if code else 1.0
            loss -= math.log(exact_sigmoid(sign * float(parameters.node_vectors[point] @ hidden)))
    if negative:
        loss -= math.log(exact_sigmoid(float(parameters.output_vectors[TARGET] @ hidden)))
        for k in NEGATIVES:
            loss -= math.log(exact_sigmoid(-float(parameters.output_vectors[k] @ hidden)))
    return loss


def gradient(loss: Callable[[], float], array: Rows, step: float = 1e-5) -> Rows:
    """Return d loss / d array by central differences; array is changed and put back."""
    result = np.zeros_like(array)
    for place in np.ndindex(*array.shape):
        kept = array[place]
        array[place] = kept + step
        above = loss()
        array[place] = kept - step
        result[place] = (above - loss()) / (2 * step)
        array[place] = kept
    return result


def copy(parameters: Any) -> Any:
    return replace(
        parameters,
        input_vectors=parameters.input_vectors.copy(),
        output_vectors=parameters.output_vectors.copy(),
        node_vectors=parameters.node_vectors.copy(),
    )


def assert_ascends(before: Any, after: Any, loss: Callable[[], float], input_factor: float) -> None:
    """Check every array's change; input rows may carry the factor of a declared variant."""
    for name in ("input_vectors", "output_vectors", "node_vectors"):
        array = getattr(before, name)
        if array.size:
            factor = input_factor if name == "input_vectors" else 1.0
            expected = -ALPHA * factor * gradient(loss, array)
            change = getattr(after, name) - array
            np.testing.assert_allclose(change, expected, rtol=1e-6, atol=1e-9, err_msg=name)
            assert np.abs(change).max() > 1e-3, f"{name} did not move"


@pytest.mark.usefixtures("exact")
@pytest.mark.parametrize(("hs", "negative"), OBJECTIVES, ids=OBJECTIVE_IDS)
def test_skipgram_follows_the_gradient(build_model: Any, hs: bool, negative: int) -> None:
    config, parameters, tables = build_model(sg=True, hs=hs, negative=negative, vector_size=5)
    before = in_float64(parameters)
    after = copy(before)
    step = train_sg_pair(config, after, tables, 4, TARGET, NEGATIVES, ALPHA)

    def loss() -> float:
        return pair_loss(before, tables, before.input_vectors[4], hs, bool(negative))

    assert step.loss == pytest.approx(loss(), rel=1e-12)
    assert_ascends(before, after, loss, 1.0)


@pytest.mark.usefixtures("exact")
@pytest.mark.parametrize(("hs", "negative"), OBJECTIVES, ids=OBJECTIVE_IDS)
@pytest.mark.parametrize(
    ("cbow_gradient", "mean", "factor"),
    [
        ("exact", True, lambda n: 1),
        ("exact", False, lambda n: 1),
        ("word2vec", True, lambda n: n),  # the mean's error goes undivided to each of n rows
        ("word2vec", False, lambda n: 1),
        ("gensim", True, lambda n: n),
        ("gensim", False, lambda n: 1 / n),
    ],
)
@pytest.mark.parametrize("context", [[4], [4, 1], [4, 1, 9], [4, 1, 9, 11]], ids=len)
def test_cbow_follows_the_gradient_up_to_its_declared_factor(
    build_model: Any,
    hs: bool,
    negative: int,
    cbow_gradient: str,
    mean: bool,
    factor: Callable[[int], float],
    context: list[int],
) -> None:
    config, parameters, tables = build_model(
        hs=hs, negative=negative, vector_size=3, cbow_mean=mean, cbow_gradient=cbow_gradient
    )
    before = in_float64(parameters)
    after = copy(before)

    def hidden() -> Rows:
        total: Rows = before.input_vectors[context].sum(axis=0)
        return total / len(context) if mean else total

    def loss() -> float:
        return pair_loss(before, tables, hidden(), hs, bool(negative))

    ids = np.array(context, dtype=np.int64)
    step = train_cbow_pair(config, after, tables, ids, hidden(), TARGET, NEGATIVES, ALPHA)  # type: ignore[arg-type]
    assert step.loss == pytest.approx(loss(), rel=1e-12)
    assert_ascends(before, after, loss, factor(len(context)))


@pytest.mark.parametrize(("hs", "negative"), OBJECTIVES, ids=OBJECTIVE_IDS)
@pytest.mark.parametrize("sg", [True, False], ids=["sg", "cbow"])
def test_float32_takes_the_same_step_up_to_rounding(
    build_model: Any, sg: bool, hs: bool, negative: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, parameters, tables = build_model(sg=sg, hs=hs, negative=negative, vector_size=33)

    def step(p: Any) -> float:
        if sg:
            return train_sg_pair(config, p, tables, 4, TARGET, NEGATIVES, ALPHA).loss
        ids = np.array([4, 1, 4], dtype=np.int64)
        hidden = p.input_vectors[ids].sum(axis=0) / 3
        return train_cbow_pair(config, p, tables, ids, hidden, TARGET, NEGATIVES, ALPHA).loss

    rounded, wide = copy(parameters), in_float64(parameters)
    rounded_loss = step(rounded)
    monkeypatch.setattr(objectives, "sigmoid", exact_sigmoid)
    monkeypatch.setattr(objectives, "dot", lambda a, b: float(np.dot(a, b)))
    assert rounded_loss == pytest.approx(step(wide), rel=1e-6)
    for name in ("input_vectors", "output_vectors", "node_vectors"):
        assert getattr(rounded, name).dtype == np.float32
        np.testing.assert_allclose(getattr(rounded, name), getattr(wide, name), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("vocab_size", [2, 3, 12, 50])
def test_probabilities_of_hierarchical_softmax_sum_to_one(build_model: Any, vocab_size: int) -> None:
    config, parameters, tables = build_model(hs=True, negative=0, vocab_size=vocab_size, scale=1.0)
    for hidden in parameters.input_vectors[:5]:
        probabilities = [
            math.exp(score_objectives(config, parameters, tables, hidden, word)) for word in range(vocab_size)
        ]
        assert math.fsum(probabilities) == pytest.approx(1.0, abs=1e-13)
        assert min(probabilities) > 0.0


def test_loss_of_hierarchical_softmax_is_minus_the_score(build_model: Any) -> None:
    config, parameters, tables = build_model(sg=True, hs=True, negative=0)
    none = np.zeros(0, dtype=np.int64)
    for input_id, target_id in itertools.product(range(4), range(12)):
        score = score_sg_pair(config, parameters, tables, input_id, target_id)
        assert train_sg_pair(config, parameters, tables, input_id, target_id, none, 0.05).loss == -score
        context_ids = np.array([input_id, 7, 7], dtype=np.int64)
        hidden = project(config, parameters, context_ids)
        score = score_cbow_pair(config, parameters, tables, hidden, target_id)
        step = train_cbow_pair(config, parameters, tables, context_ids, hidden, target_id, none, 0.05)
        assert step.loss == -score


def test_score_without_hierarchical_softmax_is_the_positive_term(build_model: Any) -> None:
    config, parameters, tables = build_model(sg=True)
    x = float(parameters.input_vectors[3] @ parameters.output_vectors[5])
    score = score_sg_pair(config, parameters, tables, 3, 5)
    assert score == pytest.approx(math.log(exact_sigmoid(x)), rel=1e-5)


def row_of(*values: float) -> Any:
    row = np.zeros(16, dtype=np.float32)
    row[: len(values)] = values
    return row


@pytest.mark.parametrize(("label", "sign"), [(1, 1), (0, -1)])
def test_a_logistic_step_by_hand(label: int, sign: int) -> None:
    # hidden . row = 2 * 3 + (-6) * 1 = 0, so sigmoid is 1/2 and g = (label - 1/2) * 1/2 = +-1/4.
    hidden, row, error = row_of(2, -6), row_of(3, 1), row_of(10, 20)
    loss = logistic_step(hidden, row, label, np.float32(0.5), error, learn_hidden=True)
    assert loss == math.log(2)
    assert np.array_equal(error, row_of(10 + sign * 0.75, 20 + sign * 0.25))  # += g * row before its update
    assert np.array_equal(row, row_of(3 + sign * 0.5, 1 - sign * 1.5))  # += g * hidden
    assert np.array_equal(hidden, row_of(2, -6))


def test_a_logistic_step_that_may_not_learn_leaves_the_row() -> None:
    hidden, row, error = row_of(2, -6), row_of(3, 1), row_of()
    logistic_step(hidden, row, 1, np.float32(0.5), error, learn_hidden=False)
    assert np.array_equal(row, row_of(3, 1))
    assert np.array_equal(error, row_of(0.75, 0.25))
