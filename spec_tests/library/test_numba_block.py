"""Block training in numba: its own operations, its tasks, and what happens to a run that is stopped."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from w2vref.backends import Control, TrainingJob, get_backend
from w2vref.config import BlockRule, TrainingConfig
from w2vref.records import EncodedCorpus, Parameters, Tables, padded_zeros
from w2vref.reference import huffman, sampling
from w2vref.reference.arithmetic import dot
from w2vref.reference.block_layout import block_bounds

pytest.importorskip("numba", reason="numba is an optional extra")

import numba

from w2vref.backends import numba_block_memory, numba_twins
from w2vref.backends.numba_block_layout import TASK_TILES
from w2vref.backends.numba_block_rows import TASK_ENTRIES
from w2vref.backends.numba_kernels import ENTRY_POINTS
from w2vref.backends.numba_primitives import (
    GROUP,
    JITTED,
    TARGETS,
    add_outer_products,
    add_products,
    compare_and_swap,
    dots,
    exchange_products,
    let_go,
    load_word,
    nap,
    part,
    pause,
    pointer,
    store_word,
)

NUMBA = get_backend("numba")
NUMPY = get_backend("numpy")
jitted = pytest.mark.skipif(not JITTED, reason="needs machine code")
# Not kept on disk, as the kernels' own entry points are: numba would see changes of this file only.
compiled = numba.njit(nogil=True, error_model="numpy")


# --- Groups of rows -----------------------------------------------------------------------------


@compiled
def call_dots(x, a, matrix, ids, count, blocks):  # type: ignore[no-untyped-def]
    dots(pointer(x), pointer(a), pointer(matrix), pointer(ids), count, blocks)


@compiled
def call_add_products(y, g, matrix, ids, count, blocks):  # type: ignore[no-untyped-def]
    add_products(pointer(y), pointer(g), pointer(matrix), pointer(ids), count, blocks)


@compiled
def call_exchange(y, g, x, matrix, ids, to_matrix, to_ids, count, blocks):  # type: ignore[no-untyped-def]
    exchange_products(
        pointer(y),
        pointer(g),
        pointer(x),
        pointer(matrix),
        pointer(ids),
        pointer(to_matrix),
        pointer(to_ids),
        count,
        blocks,
    )


@compiled
def call_outer(to_matrix, to_ids, g, target_step, row_step, matrix, ids, count, blocks):  # type: ignore[no-untyped-def]
    add_outer_products(
        pointer(to_matrix),
        pointer(to_ids),
        pointer(g),
        target_step,
        row_step,
        pointer(matrix),
        pointer(ids),
        count,
        blocks,
    )


def rows(rng: np.random.Generator, count: int, blocks: int) -> np.ndarray:
    matrix = padded_zeros(count, 16 * blocks)
    matrix[:] = rng.normal(size=matrix.shape)
    return matrix


def assert_same(got: np.ndarray, wanted: np.ndarray) -> None:
    assert np.array_equal(got.view(np.uint32), wanted.view(np.uint32))


@pytest.mark.parametrize("blocks", [1, 2, 7])
@pytest.mark.parametrize("count", range(1, GROUP + 1))
def test_groups_of_rows_equal_one_row_after_the_other(count: int, blocks: int) -> None:
    rng = np.random.default_rng(count)
    matrix, a, y = rows(rng, 20, blocks), rows(rng, 1, blocks)[0], rows(rng, 1, blocks)[0]
    ids = rng.integers(0, 20, GROUP)
    g = rng.normal(size=GROUP).astype(np.float32)

    x = np.full(GROUP, 7.0, dtype=np.float32)
    call_dots(x, a, matrix, ids, count, blocks)
    assert_same(x[:count], np.array([dot(a, matrix[i]) for i in ids[:count]]))
    assert not x[count:].any()

    expected = y.copy()
    for k in range(count):
        expected += g[k] * matrix[ids[k]]
    summed = y.copy()
    call_add_products(summed, g, matrix, ids, count, blocks)
    assert_same(summed, expected)

    # Places repeat: the row that takes what nobody needs does.
    to_ids, to_matrix = np.array([3, 1, 3, 0, 2, 5, 3, 4]), rows(rng, 6, blocks)
    expected_rows = to_matrix.copy()
    for k in range(count):
        expected_rows[to_ids[k]] += g[k] * a
    flow = y.copy()
    call_exchange(flow, g, a, matrix, ids, to_matrix, to_ids, count, blocks)
    assert_same(flow, expected)
    assert_same(to_matrix, expected_rows)


@pytest.mark.parametrize("steps", ["by target", "by row"])
@pytest.mark.parametrize("count", [0, 1, 16, 64])
def test_outer_products_equal_one_row_after_the_other(count: int, steps: str) -> None:
    rng = np.random.default_rng(count)
    matrix, sums = rows(rng, 10, 3), rows(rng, 9, 3)
    ids, to_ids = rng.integers(0, 10, 64), np.array([8, 0, 3, 2])
    g = rng.normal(size=(TARGETS, 64) if steps == "by target" else (64, TARGETS)).astype(np.float32)
    by_target = g if steps == "by target" else g.T
    expected = sums.copy()
    for k in range(TARGETS):
        for r in range(count):
            expected[to_ids[k]] += by_target[k, r] * matrix[ids[r]]
    strides = (64, 1) if steps == "by target" else (1, TARGETS)
    call_outer(sums, to_ids, g.ravel(), *strides, matrix, ids, count, 3)
    assert_same(sums, expected)


# --- Shared words -------------------------------------------------------------------------------


@compiled
def claim_all(cells, claimed):  # type: ignore[no-untyped-def]
    """Claim what is left in cells[1] one by one until it is 0, and count; wait in every way."""
    cell = part(pointer(cells), 1)
    while True:
        left = load_word(cell)
        if left == 0:
            break
        if compare_and_swap(cell, left, left - 1):
            claimed[0] += 1
        pause()
        let_go()
        if left % 1000 == 0:
            nap()
    store_word(part(pointer(cells), 2), 5)


def test_what_is_claimed_is_claimed_once() -> None:
    cells, total = np.array([9, 2000, 9, 9], dtype=np.int64), 2000
    claimed = [np.zeros(1, dtype=np.int64) for _ in range(3)]
    threads = [threading.Thread(target=claim_all, args=(cells, own)) for own in claimed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(int(own[0]) for own in claimed) == total
    assert cells.tolist() == [9, 0, 5, 9]


@compiled
def call_swap(cell, expected, value, swapped):  # type: ignore[no-untyped-def]
    swapped[0] = compare_and_swap(pointer(cell), expected, value)


def swap_twin(cell: np.ndarray, expected: int, value: int, swapped: np.ndarray) -> None:
    swapped[0] = numba_twins.compare_and_swap(cell, expected, value)


@pytest.mark.parametrize("swap", [call_swap, swap_twin], ids=["kernels", "twin"])
def test_a_swap_that_expects_something_else_changes_nothing(swap: Callable[..., None]) -> None:
    cell, swapped = np.array([3], dtype=np.int64), np.array([9], dtype=np.int64)
    for expected, done, after in ((2, 0, 3), (3, 1, 8), (3, 0, 8)):
        swap(cell, expected, 8, swapped)
        assert (swapped[0], cell[0]) == (done, after)


# --- Training -----------------------------------------------------------------------------------


def make_job(
    words: int,
    rule: BlockRule,
    *,
    sg: bool = True,
    size: int = 17,
    vocab_size: int = 300,
    workers: int = 1,
    window: int = 5,
) -> TrainingJob:
    """Return a job over long and short sentences, with frequent and rare words."""
    rng = np.random.default_rng(words)
    counts = (3 * words // np.arange(1, vocab_size + 1)).astype(np.int64)
    tokens = rng.choice(vocab_size, words, p=counts / counts.sum()).astype(np.int32)
    cuts = np.sort(rng.integers(0, words + 1, 1 + words // 30))
    # The last sentence has two thirds of all tokens, more than a block.
    offsets = np.unique(np.concatenate(([0], cuts[cuts < words // 3], [words])))
    vectors = [padded_zeros(vocab_size, size) for _ in range(3)]
    for array in vectors[:2]:
        array[:, :size] = rng.normal(size=(vocab_size, size)) * 0.3
    locks = np.ones(vocab_size, dtype=np.float32)
    locks[3] = 0.25
    return TrainingJob(
        TrainingConfig(
            vector_size=size, window=window, sg=sg, algorithm="block", block=rule, cbow_gradient="exact"
        ),
        Parameters(size, *vectors, locks),
        Tables(
            sampling.make_sample_int(counts, 0.02),
            sampling.make_cum_table(counts),
            *huffman.huffman_codes(counts),
        ),
        EncodedCorpus(tokens, offsets.astype(np.int64), len(offsets) - 1),
        epoch=2,
        words_before=words,
        total_words=3 * words,
        start_alpha=0.05,
        end_alpha=0.0001,
        compute_loss=True,
        workers=workers,
    )


def trained(job: TrainingJob, backend: object = NUMBA, **changes: object) -> tuple[list[bytes], float, int]:
    """Train a copy; return the bits of the vectors, the loss, and the effective words."""
    parameters = Parameters(
        job.parameters.vector_size,
        *(
            np.copy(array)
            for array in (
                job.parameters.input_vectors,
                job.parameters.output_vectors,
                job.parameters.node_vectors,
            )
        ),
        job.parameters.locks,
    )
    control = Control()
    result = backend.train(replace(job, parameters=parameters, **changes), control)  # type: ignore[attr-defined]
    assert control.next_token[0] == job.corpus.words
    return (
        [parameters.input_vectors.tobytes(), parameters.output_vectors.tobytes()],
        result.loss,
        result.effective_words,
    )


@jitted
@pytest.mark.parametrize("sg", [True, False])
@pytest.mark.parametrize(
    "rule",
    [
        BlockRule(words=1024),  # several tasks of each kind
        BlockRule(words=5000, tile=3, draws=12),  # the last tile of a task and of the block are short
        BlockRule(words=700, tile=64, draws=128, cap=0.05, input_cap=2.0),
    ],
)
def test_many_tasks_and_any_number_of_workers_give_the_reference(rule: BlockRule, sg: bool) -> None:
    job = make_job(12_000, rule, sg=sg)
    wanted, loss, words = trained(job, NUMPY)
    assert 2_000 < words < 12_000
    if rule.words == 5000:
        assert words > 2 * 5000 / 3 > TASK_TILES * rule.tile
        assert words > TASK_ENTRIES
    exact = []
    for workers in (1, 2, 3, 8):
        got = trained(job, workers=workers)
        assert got[0] == wanted, f"{workers} workers"
        assert got[1] == pytest.approx(loss, rel=1e-9)
        assert got[2] == words
        exact.append(got[1])
    assert len(set(exact)) == 1, "the loss depends on the number of workers"
    assert trained(job, compute_loss=False) == (wanted, 0.0, words)


@pytest.mark.parametrize("sg", [True, False])
# Of the first a block is several tasks of tiles and of rows; of the second every sentence is cut.
@pytest.mark.parametrize(
    "rule", [BlockRule(words=100, tile=1), BlockRule(words=10, tile=3, cap=4.0, input_cap=1.0)]
)
def test_blocks_of_few_words_equal_the_reference(rule: BlockRule, sg: bool) -> None:
    job = make_job(150, rule, sg=sg)
    wanted = trained(job, NUMPY)
    for workers in (1, 3):
        got = trained(job, workers=workers)
        assert got[0] == wanted[0]
        assert got[1] == pytest.approx(wanted[1], rel=1e-9)


def test_window_wider_than_any_sentence() -> None:
    job = make_job(200, BlockRule(words=100), window=1 << 33)
    assert trained(job, workers=2)[0] == trained(job, NUMPY)[0]


@jitted
@pytest.mark.parametrize("workers", [1, 3])
def test_a_stopped_run_stands_at_a_block_and_goes_on_with_the_same_bits(workers: int) -> None:
    job = make_job(300_000, BlockRule(words=2000), workers=workers, size=100)
    wanted, _, words = trained(job)
    control = Control()

    def stop_soon() -> None:
        if control.next_token[0]:
            control.stop[0] = 1

    first = NUMBA.train(job, Control(control.stop, control.next_token, stop_soon))
    stopped_at = int(control.next_token[0])
    assert stopped_at in block_bounds(job.config, job.corpus)
    assert 0 < stopped_at < job.corpus.words
    control.stop[0] = 0
    second = NUMBA.train(job, control)
    assert control.next_token[0] == job.corpus.words
    assert first.effective_words + second.effective_words == words
    assert [a.tobytes() for a in (job.parameters.input_vectors, job.parameters.output_vectors)] == wanted


@jitted
@pytest.mark.parametrize("workers", [1, 4])
def test_an_error_while_blocks_are_trained_reaches_the_caller(workers: int) -> None:
    job = make_job(300_000, BlockRule(), workers=workers, size=100)
    start, control = time.perf_counter(), Control()

    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        NUMBA.train(job, replace(control, poll=fail))
    assert time.perf_counter() - start < 5.0
    assert control.next_token[0] in block_bounds(job.config, job.corpus)


@jitted
def test_a_worker_without_memory_ends_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    job = make_job(300_000, BlockRule(), workers=4, size=100)
    make, calls = numba_block_memory.make_block_work, []

    def fail_once(*arguments: object) -> object:
        calls.append(1)
        if len(calls) == 3:  # the first is for the compiler
            raise MemoryError("no memory for a worker")
        return make(*arguments)

    monkeypatch.setattr("w2vref.backends.numba_backend.make_block_work", fail_once)
    with pytest.raises(MemoryError, match="no memory for a worker"):
        NUMBA.train(job, Control())


def test_a_stop_asked_for_before_the_start_trains_nothing() -> None:
    job, control = make_job(100, BlockRule(words=50)), Control()
    before = job.parameters.input_vectors.tobytes()
    control.stop[0] = 1
    assert NUMBA.train(job, control) == (0, 0.0)
    assert control.next_token[0] == 0
    assert job.parameters.input_vectors.tobytes() == before


def test_training_must_begin_where_a_block_does() -> None:
    job, control = make_job(600, BlockRule(words=50)), Control()
    control.next_token[0] = 1
    before = job.parameters.input_vectors.tobytes()
    with pytest.raises(ValueError, match="no block begins at token 1"):
        NUMBA.train(job, control)
    control.next_token[0] = job.corpus.words
    assert NUMBA.train(job, control) == (0, 0.0)
    assert job.parameters.input_vectors.tobytes() == before


@jitted
def test_one_compilation_serves_all_rules_and_sizes() -> None:
    NUMBA.prepare(TrainingConfig(vector_size=3, algorithm="block"))
    for job in (make_job(300, BlockRule()), make_job(300, BlockRule(tile=2, draws=4), sg=False, size=3)):
        NUMBA.train(job, Control())
    assert len(ENTRY_POINTS.train_blocks.signatures) == 1


@jitted
def test_more_workers_than_cores_do_not_take_each_others_time() -> None:
    job = make_job(200_000, BlockRule(), size=100)
    trained(job)
    seconds = []
    for workers in (1, 16):
        start = time.process_time()
        trained(job, workers=workers)
        seconds.append(time.process_time() - start)
    # Waiting workers sleep: spinning ones would use several times the processor time of one.
    assert seconds[1] < 2.0 * seconds[0]


@jitted
def test_without_the_compiler_blocks_are_the_same() -> None:
    names = "asked_for or one_row_after_the_other or of_few or wider_than or claimed_once or must_begin"
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", __file__, "-k", names],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:]
    assert "skipped" not in run.stdout
