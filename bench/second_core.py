"""What a second core is worth on a machine, before any word2vec: the limit of two workers.

Two virtual processors may be two threads of one core, which share its arithmetic units and its caches. Code
that keeps these busy then gains little from the second, and the better it does so, the less. Or they may be
cores that share no cache: then what one has written takes long to reach the other. A virtual machine may be
moved from the one to the other at any time, and the other thread of a core may be somebody else's.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable

import numba
import numpy as np

from bench.compiled import compiled
from w2vref.backends.workers import available_cores

FLOATS = 512
"""2 kB, in the first-level cache: eight floats at a time, 64 sums are under way."""
TURNS = 3_000_000
LINE_TURNS = 100_000
WIDTH_TURNS = 50_000


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


def line_nanoseconds() -> float | None:
    """Return how long a cache line takes from one core to another, at this moment; None with one core.

    Two threads hand a number to and fro; half the time of a round.
    """
    if available_cores() < 2:
        return None
    ffi, library = compiled("line_turns", "void line_turns(int64_t *turn, int64_t first, int64_t count);")
    turn = np.zeros(32, dtype=np.int64)  # whole lines of its own
    pointer = ffi.from_buffer("int64_t[]", turn) + 16
    threads = [
        threading.Thread(target=library.line_turns, args=(pointer, first, LINE_TURNS)) for first in (0, 1)
    ]
    start = time.perf_counter_ns()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (time.perf_counter_ns() - start) / (2 * LINE_TURNS)


def instructions_per_cycle() -> float:
    """Return how many instructions the core starts in a cycle for this thread, at this moment.

    Where another thread of the same core is at work, somebody else's perhaps, it is about half of what it is
    otherwise. Takes a millisecond. A cycle is what an addition takes.
    """
    _, library = compiled("issue_width", "void additions(int64_t count); void instructions(int64_t count);")

    def nanoseconds(run: Callable[[int], None]) -> float:
        start = time.perf_counter_ns()
        run(WIDTH_TURNS)
        return (time.perf_counter_ns() - start) / WIDTH_TURNS

    cycle = min(nanoseconds(library.additions) for _ in range(3)) / 16  # interrupts only ever lengthen it
    return 64 * cycle / nanoseconds(library.instructions)
