"""Spans, several workers, stopping, and the floating-point mode."""

from __future__ import annotations

import ctypes
import platform
import sys
import threading
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from w2vref.backends.base import Control
from w2vref.backends.c.arguments import SPAN, span_of
from w2vref.config import TrainingConfig
from w2vref.records import EncodedCorpus


@pytest.mark.parametrize("sg", [True, False])
@pytest.mark.parametrize("mode", [{"negative": 5}, {"negative": 0, "hs": True}])
def test_spans_inside_a_sentence_change_no_bit(
    make_case: Any, train: Any, backend: Any, monkeypatch: pytest.MonkeyPatch, sg: bool, mode: Any
) -> None:
    case = make_case(lengths=(3, 150, 0, 40), sample=0.02, window=4, sg=sg, compute_loss=True, **mode)
    expected, expected_result = train(backend, case)
    for span in (1, 2, 7, 64):
        monkeypatch.setattr("w2vref.backends.c.arguments.SPAN", span)
        trained, result = train(backend, case)
        trained.assert_same_bits(expected, f"spans of {span}")
        assert result.effective_words == expected_result.effective_words
        assert result.loss == pytest.approx(expected_result.loss, rel=1e-9)


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_each_token_is_trained_once_for_any_number_of_workers(
    make_case: Any, train: Any, backend: Any, workers: int
) -> None:
    lengths = (30_000, 1, 0, 25_000, *[7] * 500)
    case = make_case(lengths=lengths, vector_size=8, window=1, negative=1, workers=workers)
    _, result = train(backend, case)
    assert result.effective_words == sum(lengths)


def disjoint_case(make_case: Any, sg: bool) -> Any:
    """Return a case whose sentence k = 1, 2, ... has the words 2k and 2k + 1 to itself.

    The only noise word is word 0, and it changes nothing: the dot of its row with every input row is
    below -87, the gradient some 1e-39, and a row of ordinary numbers does not change by it.
    """
    pairs, length = 30, 200
    case = make_case(lengths=(length,) * (pairs - 1), vocab_size=2 * pairs, sg=sg, negative=2, window=2)
    first = np.repeat(np.arange(2, 2 * pairs, 2), length)
    tokens = (first + np.tile([0, 1], len(first) // 2)).astype(np.int32)
    case = case.copy(
        corpus=EncodedCorpus(tokens, case.job.corpus.sentence_offsets, len(tokens)),
        tables=replace(case.job.tables, cum_table=np.full(2 * pairs, 2**31 - 1, dtype=np.uint32)),
    )
    case.job.parameters.input_vectors[:, 0] = 10.0
    case.job.parameters.output_vectors[0, :20] = -10.0
    return case


@pytest.mark.parametrize("workers", [2, 4])
@pytest.mark.parametrize("sg", [True, False])
def test_workers_that_share_no_row_give_the_bits_of_one(
    make_case: Any, train: Any, backend: Any, workers: int, sg: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = disjoint_case(make_case, sg)
    monkeypatch.setattr("w2vref.backends.c.arguments.SPAN", 200)  # one sentence
    expected, _ = train(backend, case)
    assert (expected.job.parameters.output_vectors[2:] != case.job.parameters.output_vectors[2:]).any()
    trained, _ = train(backend, case.copy(workers=workers))
    trained.assert_same_bits(expected, f"{workers} workers")


def heavy_case(make_case: Any, workers: int) -> Any:
    return make_case(
        lengths=(300_000,), vocab_size=50, vector_size=300, window=20, negative=20, sg=True, workers=workers
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stop_acts_at_once_and_the_position_is_exact(make_case: Any, backend: Any, workers: int) -> None:
    case = heavy_case(make_case, workers)
    control = Control()
    stopped_at = []

    def stop() -> None:
        stopped_at.append(time.perf_counter())
        control.stop[0] = 1

    timer = threading.Timer(0.1, stop)
    timer.start()
    result = backend.train(case.job, control)
    delay = time.perf_counter() - stopped_at[0]
    # 0.1 s is the aim on an idle machine; a test may share its processor with others.
    assert delay < 0.5
    assert 0 < control.position(case.job.corpus) < case.job.corpus.words
    assert result.effective_words == control.position(case.job.corpus)


def test_a_stopped_training_goes_on_where_it_was(make_case: Any, train: Any, backend: Any) -> None:
    case = make_case(lengths=(4000, 9000), sg=True, window=3)
    expected, _ = train(backend, case)
    stopped, control = case.copy(), Control()
    words = case.job.corpus.words

    def poll() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backend.train(stopped.job, replace(control, poll=poll))
    first = control.position(case.job.corpus)
    assert first % SPAN == 0 or first == words
    train_again, _ = train(backend, stopped, first)
    train_again.assert_same_bits(expected, f"stopped at {first}")


def test_an_interrupt_in_the_callers_thread_ends_the_training(make_case: Any, backend: Any) -> None:
    case, control = heavy_case(make_case, 2), Control()
    start = time.perf_counter()

    def poll() -> None:
        if time.perf_counter() - start > 0.1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backend.train(case.job, replace(control, poll=poll))
    assert time.perf_counter() - start < 1.0
    assert control.position(case.job.corpus) < case.job.corpus.words


def test_claims_are_smaller_where_a_token_is_more_work() -> None:
    usual = TrainingConfig(vector_size=100, sg=True)
    assert span_of(usual, 112, 0) == SPAN
    heavy = TrainingConfig(vector_size=1000, sg=True, negative=100, window=100)
    assert 1 <= span_of(heavy, 1008, 0) < 10


def test_nothing_is_left_to_train(make_case: Any, train: Any, backend: Any) -> None:
    for lengths in ((), (0,), (0, 0, 0)):
        trained, result = train(backend, make_case(lengths=lengths))
        assert result == (0, 0.0)
        trained.assert_same_bits(make_case(lengths=lengths), "no token")


def test_a_vocabulary_of_one_word(make_case: Any, train: Any, reference: Any, backend: Any) -> None:
    # Every negative is the target and is skipped.
    for sg in (True, False):
        case = make_case(vocab_size=1, sg=sg, negative=5)
        train(backend, case)[0].assert_same_bits(train(reference, case)[0], "one word")


@pytest.mark.skipif(
    platform.machine() != "x86_64" or sys.platform != "linux", reason="knows the layout of one fenv_t"
)
@pytest.mark.parametrize("bits", [0x8040, 0x4000], ids=["flush denormals", "round up"])
def test_the_callers_floating_point_mode_is_neither_used_nor_changed(
    make_case: Any, backend: Any, bits: int
) -> None:
    libm = ctypes.CDLL("libm.so.6")
    usual, changed, after = (ctypes.create_string_buffer(32) for _ in range(3))
    # The products of a learning rate of 1e-30 and rows of 1e-10, which hidden_error shows, are denormal.
    case = make_case(sg=True, scale=1e-10)
    ids = np.array([3, 4], dtype=np.int64)

    def step(mine: Any) -> Any:
        job = mine.job
        return backend.train_sg_pair(job.config, job.parameters, job.tables, 1, 2, ids, 1e-30)

    expected = case.copy()
    expected_step = step(expected)
    libm.fegetenv(usual)
    changed.raw = usual.raw[:28] + (int.from_bytes(usual.raw[28:], "little") | bits).to_bytes(4, "little")
    mine = case.copy()
    try:
        libm.fesetenv(changed)
        mine_step = step(mine)
        libm.fegetenv(after)
    finally:
        libm.fesetenv(usual)
    mine.assert_same_bits(expected, "another mode")
    assert expected_step.hidden_error.any()
    assert mine_step.hidden_error.tobytes() == expected_step.hidden_error.tobytes()
    assert after.raw[28:] == changed.raw[28:]
