"""What the pair functions touch, in which order: collisions, repeats, locks, the learn switches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from w2vref.records import Parameters, Tables
from w2vref.reference.arithmetic import dot, sigmoid
from w2vref.reference.cbow import project, reciprocal, train_cbow_pair
from w2vref.reference.skipgram import train_sg_pair

ALPHA = np.float32(0.05)
ARRAYS = ("input_vectors", "output_vectors", "node_vectors")


def copy(parameters: Parameters) -> Parameters:
    return replace(parameters, **{name: getattr(parameters, name).copy() for name in ARRAYS})


def changed_rows(before: Any, after: Any, name: str) -> set[int]:
    different = (getattr(before, name) != getattr(after, name)).any(axis=1)
    return set(np.flatnonzero(different).tolist())


def ids(*values: int) -> Any:
    return np.array(values, dtype=np.int64)


def expected_sg(parameters: Parameters, input_id: int, target_id: int, negative_ids: list[int]) -> Parameters:
    """Return the parameters after a skip-gram step, written out as the text of the contract."""
    result = copy(parameters)
    hidden = parameters.input_vectors[input_id]
    error = np.zeros_like(hidden)
    for row_id, label in [(target_id, 1), *((n, 0) for n in negative_ids if n != target_id)]:
        row = result.output_vectors[row_id].copy()
        g = (np.float32(label) - sigmoid(dot(hidden, row))) * ALPHA
        error = error + g * row
        result.output_vectors[row_id] = row + g * hidden
    result.input_vectors[input_id] = hidden + error
    return result


def assert_same_bits(got: Parameters, expected: Parameters) -> None:
    for name in ARRAYS:
        a, b = getattr(got, name), getattr(expected, name)
        assert a.tobytes() == b.tobytes(), f"{name}: got {a}, expected {b}"


@pytest.mark.parametrize(
    "negative_ids",
    [[1, 6, 3], [6, 6, 6], [5, 5, 1], [4, 1, 4], []],
    ids=["distinct", "repeated", "all or some are the target", "one is the input word", "none"],
)
def test_skipgram_steps_in_order(build_model: Any, negative_ids: list[int]) -> None:
    config, parameters, tables = build_model(sg=True)
    expected = expected_sg(parameters, 4, 5, negative_ids)
    train_sg_pair(config, parameters, tables, 4, 5, ids(*negative_ids), float(ALPHA))
    assert_same_bits(parameters, expected)


def test_a_repeated_negative_counts_each_time(build_model: Any) -> None:
    config, once, tables = build_model(sg=True)
    before, twice = copy(once), copy(once)
    train_sg_pair(config, once, tables, 4, 5, ids(6), float(ALPHA))
    train_sg_pair(config, twice, tables, 4, 5, ids(6, 6), float(ALPHA))
    change_once = (once.output_vectors - before.output_vectors)[6]
    change_twice = (twice.output_vectors - before.output_vectors)[6]
    np.testing.assert_allclose(change_twice, 2 * change_once, rtol=0.1)


def test_rows_that_change(build_model: Any) -> None:
    config, parameters, tables = build_model(sg=True, hs=True)
    before = copy(parameters)
    train_sg_pair(config, parameters, tables, 4, 5, ids(1, 6), float(ALPHA))
    path = tables.points[tables.code_offsets[5] : tables.code_offsets[6]]
    assert changed_rows(before, parameters, "input_vectors") == {4}
    assert changed_rows(before, parameters, "output_vectors") == {5, 1, 6}
    assert changed_rows(before, parameters, "node_vectors") == set(path.tolist())


@pytest.mark.parametrize("sg", [True, False], ids=["sg", "cbow"])
def test_switches_leave_rows_and_compute_alike(build_model: Any, sg: bool) -> None:
    config, parameters, tables = build_model(sg=sg, hs=True)

    def step(p: Parameters, **switches: bool) -> Any:
        if sg:
            return train_sg_pair(config, p, tables, 4, 5, ids(1, 6), float(ALPHA), **switches)
        hidden = project(config, p, ids(4, 2))
        return train_cbow_pair(config, p, tables, ids(4, 2), hidden, 5, ids(1, 6), float(ALPHA), **switches)

    both, vectors_only, hidden_only = copy(parameters), copy(parameters), copy(parameters)
    steps = [step(both), step(vectors_only, learn_hidden=False), step(hidden_only, learn_vectors=False)]
    assert len({s.loss for s in steps}) == 1
    assert len({s.hidden_error.tobytes() for s in steps}) == 1
    assert_same_bits(vectors_only, replace(parameters, input_vectors=both.input_vectors))
    assert_same_bits(hidden_only, replace(both, input_vectors=parameters.input_vectors))


@pytest.mark.parametrize("sg", [True, False], ids=["sg", "cbow"])
def test_locks_multiply_the_error_row_by_row(build_model: Any, sg: bool) -> None:
    config, free, tables = build_model(sg=sg)
    locks = np.ones(12, dtype=np.float32)
    locks[4], locks[2] = 0.0, 0.3
    locked = replace(copy(free), locks=locks)
    before = copy(free)
    for p in (free, locked):
        if sg:
            error = train_sg_pair(config, p, tables, 2, 5, ids(1), float(ALPHA)).hidden_error
            train_sg_pair(config, p, tables, 4, 5, ids(1), float(ALPHA))
        else:
            hidden = project(config, p, ids(4, 2))
            error = train_cbow_pair(
                config, p, tables, ids(4, 2), hidden, 5, ids(1), float(ALPHA)
            ).hidden_error
    assert np.array_equal(locked.input_vectors[4], before.input_vectors[4])
    product = np.float32(0.3) * error
    assert np.array_equal(locked.input_vectors[2], before.input_vectors[2] + product)
    assert not np.array_equal(free.input_vectors[4], before.input_vectors[4])


def test_cbow_adds_left_to_right_and_multiplies_once(build_model: Any) -> None:
    config, parameters, _ = build_model()
    rows = parameters.input_vectors
    expected = ((rows[3] + rows[7]) + rows[3]) * (np.float32(1) / np.float32(3))
    assert np.array_equal(project(config, parameters, ids(3, 7, 3)), expected)
    total = project(replace(config, cbow_mean=False), parameters, ids(3, 7, 3))
    assert np.array_equal(total, (rows[3] + rows[7]) + rows[3])
    assert reciprocal(3) == np.float32(1) / np.float32(3)


def test_a_repeated_context_word_changes_twice(build_model: Any) -> None:
    config, parameters, tables = build_model()
    before = copy(parameters)
    hidden = project(config, parameters, ids(3, 7, 3))
    error = train_cbow_pair(
        config, parameters, tables, ids(3, 7, 3), hidden, 5, ids(1), float(ALPHA)
    ).hidden_error
    assert np.array_equal(parameters.input_vectors[3], (before.input_vectors[3] + error) + error)
    assert np.array_equal(parameters.input_vectors[7], before.input_vectors[7] + error)


def test_both_objectives_feed_one_error_in_order(build_model: Any) -> None:
    config, parameters, tables = build_model(sg=True, hs=True)
    hs_only, ns_only, both = copy(parameters), copy(parameters), copy(parameters)
    train_sg_pair(replace(config, negative=0), hs_only, tables, 4, 5, ids(), float(ALPHA))
    train_sg_pair(replace(config, hs=False), ns_only, tables, 4, 5, ids(1, 6), float(ALPHA))
    loss, error = train_sg_pair(config, both, tables, 4, 5, ids(1, 6), float(ALPHA))
    # The hidden row does not change before the end, so the objectives do not see each other.
    assert np.array_equal(both.node_vectors, hs_only.node_vectors)
    assert np.array_equal(both.output_vectors, ns_only.output_vectors)
    assert np.array_equal(both.input_vectors[4], parameters.input_vectors[4] + error)
    assert loss > 0.0


def test_padding_stays_zero(build_model: Any) -> None:
    config, parameters, tables = build_model(sg=True, hs=True, vector_size=17)
    for target in range(12):
        train_sg_pair(config, parameters, tables, 4, target, ids(1, 6), float(ALPHA))
    for name in ARRAYS:
        assert not getattr(parameters, name)[:, 17:].any(), name


def test_an_empty_tree_is_not_needed_without_hierarchical_softmax(build_model: Any) -> None:
    config, parameters, tables = build_model(sg=True)
    assert isinstance(tables, Tables)
    assert tables.codes.size == 0
    train_sg_pair(config, parameters, tables, 4, 5, ids(1), float(ALPHA))
