"""What a second worker is worth, `python -m bench.two_workers`: near and far apart cores told apart.

Epochs of one worker and of two take turns. How long a cache line takes from core to core is measured before
and after each; on a virtual machine it may change from one second to the next, and decides more than anything
else. An epoch during which it changed counts for nothing. The fastest epochs are those that nobody else
disturbed.
"""

from __future__ import annotations

import logging
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from bench.second_core import arithmetic_speed_up, line_nanoseconds
from bench.texts import text_file, text_parser
from bench.timing import machine, print_table, write_json
from bench.training import MODES, w2vref_task

NEAR = 100.0
"""Nanoseconds: cores are near if a line takes less, far if it takes more."""
WORKERS = (1, 2)


class Epochs(NamedTuple):
    """Wall seconds of epochs of one worker and of two, all with cores as far apart."""

    by_workers: dict[int, list[float]]
    lines: list[float]
    """What a line took before and after them."""

    def of_each(self, statistic: Callable[[list[float]], float]) -> list[float]:
        """Return a statistic of the seconds of one worker and of two, and their ratio."""
        one, two = (statistic(self.by_workers[workers]) for workers in WORKERS)
        return [one, two, one / two]


def distance_of(before: float | None, after: float | None) -> str | None:
    """Return "near" or "far", or None where it changed or cannot be told."""
    if before is None or after is None:
        return None
    if (before < NEAR) != (after < NEAR):
        return None
    return "near" if before < NEAR else "far"


def by_distance(tasks: Mapping[int, Callable[[], object]], rounds: int) -> dict[str, Epochs]:
    """Run the tasks of each number of workers in turn; return their seconds by how far apart cores were."""
    found = {name: Epochs({workers: [] for workers in tasks}, []) for name in ("near", "far")}
    for _ in range(rounds):
        for workers, task in tasks.items():
            before, start = line_nanoseconds(), time.perf_counter()
            task()
            seconds, after = time.perf_counter() - start, line_nanoseconds()
            distance = distance_of(before, after)
            if distance is not None and before is not None and after is not None:
                found[distance].by_workers[workers].append(seconds)
                found[distance].lines.extend((before, after))
    return found


def main() -> None:
    """Measure and print."""
    parser = text_parser(__doc__, rounds=20)
    parser.add_argument("--size", type=int, default=100)
    parser.add_argument("--modes", nargs="+", choices=MODES, default=list(MODES))
    arguments = parser.parse_args()
    logging.getLogger("w2vref").setLevel(logging.ERROR)
    path, text = text_file(arguments.folder, arguments.megabytes)
    print(f"one epoch over {text}; machine: {machine()}")
    figures: list[dict[str, Any]] = []
    for mode in arguments.modes:
        tasks = {n: w2vref_task(path, MODES[mode], arguments.size, n, "c") for n in WORKERS}
        for distance, epochs in by_distance(tasks, arguments.rounds).items():
            if all(epochs.by_workers.values()):
                figures.append(
                    {
                        "mode": mode,
                        "cores": distance,
                        "a line, ns": round(statistics.median(epochs.lines)),
                        "epochs": [len(taken) for taken in epochs.by_workers.values()],
                        "median": epochs.of_each(statistics.median),
                        "fastest": epochs.of_each(min),
                    }
                )
    for statistic in ("median", "fastest"):
        print_table(
            f"size {arguments.size}, wall seconds of an epoch, {statistic}",
            ["mode", "cores", "a line, ns", "epochs", "one worker", "two workers", "speed-up"],
            [
                [f["mode"], f["cores"], f["a line, ns"], "{}, {}".format(*f["epochs"]), *f[statistic]]
                for f in figures
            ],
        )
    limit = arithmetic_speed_up(rounds=3)
    print(f"\ntwo threads of plain float32 arithmetic do {limit:.2f} times the work of one on this machine")
    write_json(arguments.json, {"text": text, "machine": machine(), "two workers": figures})


if __name__ == "__main__":
    main()
