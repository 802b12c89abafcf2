"""Fair timing on a noisy machine: interleaved rounds, medians, ratios within one run."""

from __future__ import annotations

import json
import os
import platform
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Seconds:
    """CPU and wall seconds of the rounds of one measurement."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def median(self, clock: str) -> float:
        """Return the median of "cpu" or "wall"."""
        return statistics.median(getattr(self, clock))

    def spread(self, clock: str) -> tuple[float, float]:
        """Return the smallest and the largest of "cpu" or "wall"."""
        values = getattr(self, clock)
        return min(values), max(values)


def interleaved(
    tasks: Mapping[str, Callable[[], object]], rounds: int, before: Callable[[], object] | None = None
) -> dict[str, Seconds]:
    """Run all tasks in turn, `rounds` times, and return their seconds (CPU: of the whole process).

    Args: before: is called before each task, and not timed.
    """
    result = {name: Seconds() for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            if before is not None:
                before()
            wall, cpu = time.perf_counter(), time.process_time()
            task()
            result[name].cpu.append(time.process_time() - cpu)
            result[name].wall.append(time.perf_counter() - wall)
    return result


class PeakAnonymous:
    """Samples RssAnon of /proc/self/status every 5 ms while active: `with PeakAnonymous() as peak`."""

    def __init__(self) -> None:
        self.bytes = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> PeakAnonymous:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while True:
            with open("/proc/self/status", encoding="ascii") as status:
                for line in status:
                    if line.startswith("RssAnon"):
                        self.bytes = max(self.bytes, int(line.split()[1]) * 1024)
            if self._stop.wait(0.005):
                return


def machine() -> dict[str, Any]:
    """Return what the figures depend on besides the code."""
    model = platform.processor()
    if os.path.exists("/proc/cpuinfo"):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return {"processor": model, "cores": os.cpu_count(), "python": platform.python_version()}


def print_table(title: str, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print a Markdown table."""
    print(f"\n{title}\n")
    header = list(header)
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        cells = [f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in row]
        print("| " + " | ".join(cells) + " |")


def write_json(path: str | None, figures: Mapping[str, Any]) -> None:
    """Write all figures to a file, if one was asked for."""
    if path:
        Path(path).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        print(f"\nfigures written to {path}")
