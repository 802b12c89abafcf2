"""Worker threads: started, waited for, stopped; the same for every backend.

Each worker is one Python thread in one long call that claims spans until none is left. The caller's
thread only waits, in short slices, so that Ctrl-C and the progress hook act at once.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from types import FrameType
from typing import TypeVar

from w2vref.backends.base import Control, EpochResult

POLL_SECONDS = 0.05

Result = TypeVar("Result")


def run_threads(
    work: Callable[[], Result], workers: int, *, stop: Callable[[], None], poll: Callable[[], None]
) -> list[Result]:
    """Run `work` in this many threads and return their results, in no particular order.

    Args:
        stop: asks the threads to return soon; called when one of them fails, when poll does, and at
            Ctrl-C in this thread, perhaps several times.
        poll: called by this thread about every `POLL_SECONDS`.

    Raises: the first of these exceptions, once every thread has returned, so that nothing they work
        on changes afterwards.
    """
    results: list[Result] = []
    failure: list[BaseException] = []
    # A thread's last act is to put something here. Thread.join() will not do: interrupted by an
    # exception of a signal handler it marks a running thread as ended (CPython before 3.13).
    ended: SimpleQueue[None] = SimpleQueue()

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            failure.append(error)
            stop()
        finally:
            ended.put(None)

    with _interrupts_stop(stop):
        running = 0
        for number in range(workers):
            threading.Thread(target=run, name=f"w2vref-{number}", daemon=True).start()
            running += 1
        while running:
            try:
                with suppress(Empty):
                    ended.get(timeout=POLL_SECONDS)
                    running -= 1
                if not failure:
                    poll()
            except BaseException as error:
                failure.append(error)
                stop()
    if failure:
        raise failure[0]
    return results


@contextmanager
def _interrupts_stop(stop: Callable[[], None]) -> Iterator[None]:
    """While active, Ctrl-C calls `stop`; KeyboardInterrupt is raised at the end.

    So it cannot come between two steps of the book-keeping of threads. Only the main thread receives
    signals, and only Python's own handler is replaced: a user's handler stays in charge.
    """
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    interrupts: list[int] = []

    def on_interrupt(number: int, _: FrameType | None) -> None:
        interrupts.append(number)
        stop()

    signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if interrupts:
        raise KeyboardInterrupt


def available_cores() -> int:
    """Return how many processors this process may use at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_workers(work: Callable[[], EpochResult], workers: int, control: Control) -> EpochResult:
    """Run `work` in this many threads and return the sum of their results.

    The first exception, of a worker, of `control.poll` or Ctrl-C in this thread, sets
    `control.stop`; it is raised once every worker has returned, so that nothing changes the arrays
    afterwards and `control.next_token` is exact.
    """

    def stop() -> None:
        control.stop[0] = 1

    results = run_threads(work, workers, stop=stop, poll=control.poll)
    return EpochResult(
        effective_words=sum(result.effective_words for result in results),
        loss=sum(result.loss for result in results),
    )
