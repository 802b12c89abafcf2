"""Worker threads: started, waited for, stopped; the same for every backend.

Each worker is one Python thread in one long call that claims spans until none is left. The caller's
thread only waits, in short slices, so that Ctrl-C and the progress hook act at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
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

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            failure.append(error)
            stop()

    threads = [threading.Thread(target=run, name=f"w2vref-{i}", daemon=True) for i in range(workers)]
    waiting = list(threads)
    while waiting:
        try:
            while waiting:
                thread = waiting[0]
                if thread.ident is None and not failure:
                    for unstarted in threads:
                        unstarted.start()
                thread.join(POLL_SECONDS)
                if not thread.is_alive():
                    waiting.pop(0)
                if not failure:
                    poll()
        except BaseException as error:
            failure.append(error)
            stop()
            waiting = [thread for thread in waiting if thread.ident is not None]
    if failure:
        raise failure[0]
    return results


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
