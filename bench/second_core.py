"""What a second core is worth on a machine, before any word2vec: the limit of two workers.

Two virtual processors may be two threads of one core, which share its arithmetic units and its caches. Code
that keeps these busy then gains little from the second, and the better it does so, the less.
"""

from __future__ import annotations

import statistics
import threading
import time

import numba
import numpy as np

FLOATS = 512
"""2 kB, in the first-level cache: eight floats at a time, 64 sums are under way."""
TURNS = 3_000_000


@numba.njit(nogil=True)
def _work(values: np.ndarray, turns: int) -> None:
    for _ in range(turns):
        for i in range(len(values)):
            values[i] = values[i] * np.float32(0.5) + np.float32(1.0)


def arithmetic_speed_up(rounds: int) -> float:
    """Return how many times the work of one thread two do at the same time: 2.0 for two whole cores."""

    def seconds(threads: int) -> float:
        workers = [
            threading.Thread(target=_work, args=(np.zeros(FLOATS, dtype=np.float32), TURNS))
            for _ in range(threads)
        ]
        start = time.perf_counter()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return time.perf_counter() - start

    _work(np.zeros(FLOATS, dtype=np.float32), 1)  # compiled, before the first second is counted
    return statistics.median(2 * seconds(1) / seconds(2) for _ in range(rounds))
