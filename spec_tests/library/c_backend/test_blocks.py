"""Block training in C: many workers, stops, wrong ids."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from w2vref.backends.base import Control
from w2vref.backends.c.arguments import block_struct, corpus_struct, model_struct, run_struct
from w2vref.backends.numpy_backend import NumpyBackend
from w2vref.config import BlockRule
from w2vref.reference.block_layout import block_bounds


@pytest.mark.parametrize("sg", [True, False])
@pytest.mark.parametrize("words", [1, 50, 10_000])
def test_more_workers_than_cores_change_no_bit_and_end(
    make_case: Any, train: Any, backend: Any, words: int, sg: bool
) -> None:
    """Thousands of phases of a few tasks each: a task lost, or done twice, would show."""
    lengths = (40, 1, 0, *[9] * 30) if words == 1 else (400, 1, 0, *[9] * 200, 1500)
    case = make_case(
        lengths=lengths, vocab_size=200, vector_size=33, sg=sg, sample=0.05,
        compute_loss=True, algorithm="block",
        block=BlockRule(words=words, cap=20.0),  # nearly every row is capped: its mass shows
    )  # fmt: skip
    expected, expected_result = train(NumpyBackend(), case)
    for workers in (1, 2, 16):
        trained, result = train(backend, case.copy(workers=workers))
        trained.assert_same_bits(expected, f"{workers} workers, blocks of {words}")
        assert result.effective_words == expected_result.effective_words
        assert result.loss == pytest.approx(expected_result.loss, rel=1e-9)


@pytest.mark.parametrize("sg", [True, False])
@pytest.mark.parametrize("workers", [1, 3])
def test_rows_of_words_that_stand_once_in_a_block_have_their_bits(
    make_case: Any, train: Any, backend: Any, sg: bool, workers: int
) -> None:
    """Their steps are taken by the tile itself: most rows here, but for those whose windows cross tasks."""
    case = make_case(
        lengths=[*[7, 90, 1] * 20, 300], vocab_size=4000, vector_size=20, sg=sg, window=7, locks="each",
        compute_loss=True, workers=workers, algorithm="block",
        block=BlockRule(words=400, draws=28, cap=20.0, input_cap=10.0),
    )  # fmt: skip
    expected, expected_result = train(NumpyBackend(), case)
    trained, result = train(backend, case)
    trained.assert_same_bits(expected, "words that stand once")
    assert result.loss == pytest.approx(expected_result.loss, rel=1e-9)


@pytest.mark.parametrize("sg", [True, False])
@pytest.mark.parametrize("vector_size", [57, 100, 113, 200, 230, 460])
def test_rows_longer_than_the_registers_hold_have_the_bits_of_the_reference(
    make_case: Any, train: Any, backend: Any, vector_size: int, sg: bool
) -> None:
    """Fourteen vectors of four, eight or sixteen components are summed at a time, the rest in one or two."""
    case = make_case(
        lengths=[40, 3, 25], vocab_size=60, vector_size=vector_size, sg=sg, algorithm="block",
        block=BlockRule(words=50),
    )  # fmt: skip
    expected = train(NumpyBackend(), case)[0]
    train(backend, case)[0].assert_same_bits(expected, f"size {vector_size}")


def long_block(make_case: Any, sg: bool = True) -> Any:
    """Return a case of one block, which takes so long that it is left on a stop (W2V_MOST_UNSTOPPED)."""
    return make_case(
        lengths=[50] * 1600, vocab_size=9000, vector_size=48, sg=sg, window=10, workers=2,
        algorithm="block", block=BlockRule(words=80_000, draws=64),
    )  # fmt: skip


@pytest.mark.parametrize("sg", [True, False])
def test_a_long_block_has_the_bits_of_the_reference(
    make_case: Any, train: Any, backend: Any, sg: bool
) -> None:
    case = long_block(make_case, sg)
    train(backend, case)[0].assert_same_bits(train(NumpyBackend(), case)[0], "a block of 80,000 words")


def test_a_long_block_is_left_on_a_stop_and_nothing_of_it_applied(make_case: Any, backend: Any) -> None:
    """Stopped while tiles are worked on, after it is prepared and before anything is applied."""
    case = long_block(make_case)
    whole = []
    for _ in range(2):
        job, started = case.copy().job, time.perf_counter()
        backend.train(job, Control())
        whole.append(time.perf_counter() - started)
    for _ in range(5):  # on a busy machine the moment may be missed
        stopped, control = case.copy(), Control()
        timer = threading.Timer(0.4 * min(whole), control.stop.fill, (1,))
        timer.start()
        backend.train(stopped.job, control)
        timer.join()
        if control.next_token[0] == 0:
            break
    assert control.next_token[0] == 0
    stopped.assert_same_bits(case, "a block that was left")


@pytest.mark.parametrize("sg", [True, False])
@pytest.mark.parametrize(("cap", "input_cap"), [(4.0, 0.5), (0.5, 4.0), (2.0, None)])
def test_each_side_of_a_row_has_its_cap(
    make_case: Any, train: Any, backend: Any, sg: bool, cap: float, input_cap: float | None
) -> None:
    def trained(by: Any, cap: float, input_cap: float | None) -> Any:
        rule = BlockRule(words=300, cap=cap, input_cap=input_cap)
        case = make_case(lengths=[30] * 30, sg=sg, locks="each", algorithm="block", block=rule)
        return train(by, case)[0]

    expected = trained(NumpyBackend(), cap, input_cap)
    trained(backend, cap, input_cap).assert_same_bits(expected, f"cap {cap}, of input rows {input_cap}")
    if input_cap is not None:
        other = trained(NumpyBackend(), input_cap, cap)
        assert (other.arrays()[0] != expected.arrays()[0]).any()  # the caps were at work


@pytest.mark.parametrize("sg", [True, False])
def test_a_stop_leaves_whole_blocks(make_case: Any, backend: Any, sg: bool) -> None:
    case = make_case(
        lengths=[20] * 40_000, vocab_size=300, vector_size=64, sg=sg, workers=3, algorithm="block",
        block=BlockRule(words=5000),
    )  # fmt: skip
    bounds = block_bounds(case.job.config, case.job.corpus)
    stopped, control = case.copy(), Control()

    def stop() -> None:
        while control.next_token[0] < bounds[3]:
            time.sleep(0.001)
        control.stop[0] = 1

    thread = threading.Thread(target=stop)
    thread.start()
    result = backend.train(stopped.job, control)
    thread.join()
    end = int(control.next_token[0])
    assert bounds[3] <= end < bounds[-1]
    assert end in bounds
    # The same as training only the blocks before: nothing of the next block has been applied.
    again, again_control = case.copy(), Control()
    numbers = []
    while int(again_control.next_token[0]) < end:
        numbers.append(_train_one_block(backend, replace(again.job, workers=1), again_control, bounds))
    again.assert_same_bits(stopped, "the blocks before the stop")
    assert sum(numbers) == result.effective_words


def _train_one_block(backend: Any, job: Any, control: Control, bounds: Any) -> int:
    """Train the block that begins at the position, through a corpus that ends with it."""
    first = int(control.next_token[0])
    last = int(bounds[np.searchsorted(bounds, first) + 1])
    offsets = job.corpus.sentence_offsets
    corpus = replace(
        job.corpus, tokens=job.corpus.tokens[:last], sentence_offsets=offsets[offsets <= last].copy()
    )
    result = backend.train(replace(job, corpus=corpus), control)
    assert int(control.next_token[0]) == last
    return int(result.effective_words)


def test_the_kernel_counts_blocks_and_the_time_of_each_kind_of_task(make_case: Any, backend: Any) -> None:
    library = backend._library
    job = make_case(lengths=[30] * 1000, sg=True, algorithm="block", block=BlockRule(words=600)).job
    control = Control()
    structs = (
        model_struct(library, job.config, job.parameters, job.tables, trains_corpus=True),
        corpus_struct(library, job.corpus),
        run_struct(library, job, control, 0),
        block_struct(library, job, control),
    )
    blocks = library.lib.w2v_blocks_new(*(struct.pointer for struct in structs))
    started = time.perf_counter_ns()
    assert library.lib.w2v_blocks_train(backend._simd_number, blocks) == library.lib.W2V_OK
    elapsed = time.perf_counter_ns() - started
    figures = np.zeros(4, dtype=np.int64)
    library.lib.w2v_blocks_times(blocks, library.ffi.from_buffer("int64_t[]", figures))
    library.lib.w2v_blocks_free(blocks)
    assert figures[3] == 50
    assert (figures[:3] > 0).all()
    assert figures[:3].sum() <= elapsed * 1.01


def test_a_word_id_outside_the_vocabulary_is_an_error_and_no_hang(make_case: Any, backend: Any) -> None:
    case = make_case(lengths=[30] * 100, workers=4, algorithm="block", block=BlockRule(words=300))
    tokens = case.job.corpus.tokens.copy()
    tokens[2000] = 12
    broken = case.copy(corpus=replace(case.job.corpus, tokens=tokens))
    control = Control()
    with pytest.raises(IndexError, match="outside the vocabulary"):
        backend.train(broken.job, control)
    # The blocks before the one with the wrong id are trained; that one is not.
    assert int(control.next_token[0]) == 1800


def test_a_worker_without_memory_ends_the_others(
    make_case: Any, backend: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case(lengths=[30] * 3000, workers=3, algorithm="block", block=BlockRule(words=300))
    library, calls = backend._library, []

    class Lib:
        def __getattr__(self, name: str) -> Any:
            return getattr(library.lib, name)

        def w2v_blocks_train(self, simd: int, blocks: Any) -> int:
            calls.append(simd)
            if len(calls) == 1:
                return int(library.lib.W2V_NO_MEMORY)
            return int(library.lib.w2v_blocks_train(simd, blocks))

    monkeypatch.setattr(backend, "_library", library._replace(lib=Lib()))
    control = Control()
    with pytest.raises(MemoryError, match="scratch"):
        backend.train(case.job, control)
    assert control.stop[0] == 1
    assert int(control.next_token[0]) in block_bounds(case.job.config, case.job.corpus)
