"""Several workers have copies of the rows that all write most (src/kernel/copies.c): no step is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from w2vref import Word2Vec
from w2vref.backends.base import Control
from w2vref.backends.workers import run_workers

WORDS = 33_000
"""Of a corpus: eight of its words have copies."""
MODES = [
    dict(sg=True, negative=5),
    dict(sg=True, negative=0, hs=True),
    dict(sg=True, negative=3, hs=True),
    dict(sg=False, negative=5),
    dict(sg=False, negative=0, hs=True, cbow_mean=False),
    dict(sg=False, negative=9, cbow_gradient="exact"),
]
TABLES = ["input_vectors", "output_vectors", "node_vectors"]


@pytest.fixture
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a single thread do the work of all workers."""
    monkeypatch.setattr(
        "w2vref.backends.c.run_workers", lambda work, workers, control: run_workers(work, 1, control)
    )


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("mode", MODES, ids=str)
@pytest.mark.parametrize("locks", ["one", "each"])
def test_copies_that_nobody_else_joins_change_no_bit(
    make_case: Any, train: Any, backend: Any, mode: Any, locks: str
) -> None:
    case = make_case(lengths=(WORDS, 700), vocab_size=300, locks=locks, window=4, sample=0.01, **mode)
    expected, expected_result = train(backend, case)
    for workers in (2, 9):
        trained, result = train(backend, case.copy(workers=workers))
        trained.assert_same_bits(expected, f"copies for {workers} workers")
        assert result == expected_result


@pytest.mark.usefixtures("one_thread")
def test_a_vocabulary_of_few_words_is_copied_whole(make_case: Any, train: Any, backend: Any) -> None:
    for vocab_size in (2, 5):
        case = make_case(lengths=(WORDS,), vocab_size=vocab_size, sg=True, hs=True, negative=2)
        expected, _ = train(backend, case)
        trained, _ = train(backend, case.copy(workers=4))
        trained.assert_same_bits(expected, f"{vocab_size} words")


def train_and_meddle(backend: Any, case: Any, change: Any) -> Any:
    """Train a copy of the case; return its parameters, which `change` changes once a quarter is claimed."""
    words = case.job.corpus.words
    for _ in range(10):  # a busy machine may let the other thread wait for too long
        trained, control = case.copy(), Control()
        changed_at = []

        def meddle(parameters: Any, next_token: Any, changed_at: list[int]) -> None:
            while next_token[0] < words // 4:
                time.sleep(0.0005)
            change(parameters)
            changed_at.append(int(next_token[0]))

        thread = threading.Thread(
            target=meddle, args=(trained.job.parameters, control.next_token, changed_at)
        )
        thread.start()
        backend.train(trained.job, control)
        thread.join()
        if changed_at[0] < words * 0.9:
            return trained.job.parameters
    raise AssertionError("the training was over before the change each time: make it longer")


def case_with_a_word_at(make_case: Any, alpha: float, *spans: tuple[int, int, int]) -> Any:
    """Return a long case whose word 1 is no noise, and stands at range(*span) of the corpus alone."""
    case = make_case(lengths=(600_000,), vocab_size=40, sg=True, negative=2, workers=2)
    tokens, cum_table = case.job.corpus.tokens, case.job.tables.cum_table.copy()
    tokens[tokens == 1] = 0
    for span in spans:
        tokens[range(*span)] = 1
    cum_table[1] = cum_table[0]
    tables = replace(case.job.tables, cum_table=cum_table)
    return case.copy(tables=tables, start_alpha=alpha, end_alpha=alpha)


def add(table: str, row: int, change: Any) -> Callable[[Any], None]:
    def changed(parameters: Any) -> None:
        getattr(parameters, table)[row, : parameters.vector_size] += np.float32(change)

    return changed


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("table", TABLES[:2])
def test_what_others_add_to_a_row_without_steps_stays(make_case: Any, backend: Any, table: str) -> None:
    case = case_with_a_word_at(make_case, 0.05)
    expected = getattr(case.job.parameters, table)[1].copy()
    expected[: case.job.config.vector_size] += np.float32(1.0)
    trained = train_and_meddle(backend, case, add(table, 1, 1.0))
    np.testing.assert_array_equal(getattr(trained, table)[1], expected)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("table", TABLES[:2])
def test_what_others_add_comes_on_top_of_own_steps(
    make_case: Any, train: Any, backend: Any, table: str
) -> None:
    """Too few steps to be joined before the end, all of them before the others' step."""
    case = case_with_a_word_at(make_case, 0.002, (1_000, 3_000, 100))
    alone, _ = train(backend, case)
    own = getattr(alone.job.parameters, table)[1] - getattr(case.job.parameters, table)[1]
    trained = train_and_meddle(backend, case, add(table, 1, 1.0))
    moved = getattr(trained, table)[1] - getattr(case.job.parameters, table)[1]
    size = case.job.config.vector_size
    assert np.abs(own).max() > 0.01
    np.testing.assert_allclose(moved[:size], own[:size] + 1.0, atol=1e-6)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("table", TABLES[:2])
def test_what_others_add_is_not_taken_back(make_case: Any, train: Any, backend: Any, table: str) -> None:
    """The row is joined again and again after the others' step."""
    case = case_with_a_word_at(make_case, 1e-5, (550_000, 599_000, 7))
    alone, _ = train(backend, case)
    trained = train_and_meddle(backend, case, add(table, 1, 0.1))
    added = getattr(trained, table)[1] - getattr(alone.job.parameters, table)[1]
    size = case.job.config.vector_size
    np.testing.assert_allclose(added[:size], 0.1, atol=0.03)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize(("table", "words"), [*((table, 40) for table in TABLES), ("node_vectors", 1)])
def test_what_others_add_is_seen_while_training(
    make_case: Any, train: Any, backend: Any, table: str, words: int
) -> None:
    """A row moved far away is moved back by the steps that see it there, in a text of one word too."""
    hs = table == "node_vectors"
    case = make_case(lengths=(600_000,), vocab_size=40, sg=True, hs=hs, negative=0 if hs else 3, workers=2)
    case.job.corpus.tokens[:] %= words
    row = -2 if hs else 0  # the root's, or that of the most frequent word
    alone, _ = train(backend, case)
    before = getattr(alone.job.parameters, table)[row].copy()
    direction = before / np.linalg.norm(before)
    trained = train_and_meddle(
        backend, case, add(table, row, -8.0 * direction[: case.job.config.vector_size])
    )
    assert abs(float((getattr(trained, table)[row] - before) @ direction)) < 7.0


@pytest.mark.parametrize("seed", range(4))
def test_at_a_high_rate_workers_stay_as_finite_as_one(seed: int) -> None:
    """With copies that are joined after two steps or four, rows of most such texts grew without end."""
    words = np.minimum(np.random.default_rng(seed).zipf(1.3, size=(6000, 20)), 20)
    sentences = [[f"w{word}" for word in sentence] for sentence in words.tolist()]
    for workers in (1, 4):
        model = Word2Vec(
            sentences, size=100, min_count=1, sg=1, alpha=0.5, sample=0, iter=2, seed=seed, workers=workers,
            backend="c",
        )  # fmt: skip
        assert np.abs(model.wv.vectors).max() < 2.0
