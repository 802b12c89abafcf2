"""Worker threads: started, waited for, stopped; the same for every backend.

Each worker is one Python thread in one long call that claims spans until none is left. The caller's
thread only waits, in short slices, so that Ctrl-C and the progress hook act at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from w2vref.backends.base import Control, EpochResult

POLL_SECONDS = 0.05


def run_workers(work: Callable[[], EpochResult], workers: int, control: Control) -> EpochResult:
    """Run `work` in this many threads and return the sum of their results.

    The first exception, of a worker, of `control.poll` or Ctrl-C in this thread, sets
    `control.stop`; it is raised once every worker has returned, so that nothing changes the arrays
    afterwards and `control.next_token` is exact.
    """
    results: list[EpochResult] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            failure.append(error)
            control.stop[0] = 1

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
                    control.poll()
        except BaseException as error:
            failure.append(error)
            control.stop[0] = 1
            waiting = [thread for thread in waiting if thread.ident is not None]
    if failure:
        raise failure[0]
    return EpochResult(
        effective_words=sum(result.effective_words for result in results),
        loss=sum(result.loss for result in results),
    )
