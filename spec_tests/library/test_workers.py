"""Worker threads: whatever ends the wait, every thread has returned before the caller hears of it."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from w2vref.backends.workers import run_threads


@pytest.fixture(autouse=True)
def _python_handles_ctrl_c() -> Iterator[None]:
    """A shell's background job is started with SIGINT ignored; these tests are about the usual case."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Spans:
    """Work that looks at the stop flag between spans, and says what it is doing."""

    def __init__(self, spans: int = 10_000) -> None:
        self.spans = spans
        self.stopped = threading.Event()
        self.inside = 0
        self.lock = threading.Lock()

    def __call__(self) -> int:
        for done in range(self.spans):
            if self.stopped.is_set():
                return done
            with self.lock:
                self.inside += 1
            time.sleep(0.01)
            with self.lock:
                self.inside -= 1
        return self.spans


def nothing() -> None:
    return None


def test_results_of_all_threads() -> None:
    for workers in (1, 3):
        assert run_threads(Spans(2), workers, stop=nothing, poll=nothing) == [2] * workers


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_ctrl_c_waits_for_the_spans_that_were_begun(workers: int) -> None:
    for _ in range(5):
        work = Spans()
        timer = threading.Timer(0.05, lambda: signal.raise_signal(signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            run_threads(work, workers, stop=work.stopped.set, poll=nothing)
        assert work.inside == 0
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        timer.join()


def raises_at(call: int, error: BaseException) -> Callable[[], None]:
    calls = iter(range(10_000))

    def function() -> None:
        if next(calls) == call:
            raise error

    return function


def test_an_error_of_the_hook_waits_for_the_threads() -> None:
    work = Spans()
    with pytest.raises(OSError, match="no space"):
        run_threads(work, 3, stop=work.stopped.set, poll=raises_at(1, OSError("no space")))
    assert work.inside == 0


def test_an_error_of_one_thread_stops_the_others() -> None:
    work = Spans()
    fail = raises_at(1, ZeroDivisionError("in a worker"))

    def worker() -> int:
        fail()
        return work()

    with pytest.raises(ZeroDivisionError, match="in a worker"):
        run_threads(worker, 3, stop=work.stopped.set, poll=nothing)
    assert work.inside == 0


def test_a_handler_of_the_user_stays_in_charge() -> None:
    seen: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
    try:
        timer = threading.Timer(0.03, lambda: signal.raise_signal(signal.SIGINT))
        timer.start()
        assert run_threads(Spans(10), 2, stop=nothing, poll=nothing) == [10, 10]
        timer.join()
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen == [signal.SIGINT]


def test_outside_the_main_thread() -> None:
    results: list[int] = []
    thread = threading.Thread(
        target=lambda: results.extend(run_threads(Spans(3), 2, stop=nothing, poll=nothing))
    )
    thread.start()
    thread.join()
    assert results == [3, 3]
