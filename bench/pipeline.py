"""Whole runs: counting and encoding, and from a text to a saved model, `python -m bench.pipeline`.

Each run is a process of its own, so that peak memory is comparable; implementations take turns. Compared are

    scan            build_vocab(corpus_file=...): gensim counts; w2vref counts and encodes
    scan-list       build_vocab(corpus_iterable=a list of lists of words), which is in memory before
    file-to-model   Word2Vec(corpus_file=...), then save
    list-to-model   Word2Vec(a list of lists of words), then save

Memory is RssAnon, sampled from before the task to its end, so that of a list has the list in it. The
reference (`numpy`) is left out: it needs hours. A backend without the reference's bits is refused.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.texts import text_file, text_parser
from bench.timing import PeakAnonymous, machine, print_table, write_json

SETTINGS: dict[str, Any] = dict(sg=1, hs=0, negative=5, window=5, min_count=5, sample=1e-3, seed=1)
TASKS = ("scan", "scan-list", "file-to-model", "list-to-model")
FIGURES = ("cpu", "wall", "peak_anonymous")
OF_THE_BLAS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""Set by some systems for their own sake; gensim is compared as its users run it."""


def run_one(name: str, task: str, path: str, workers: int, epochs: int, size: int) -> dict[str, float]:
    """Do one task in this process and return its seconds and peak anonymous memory.

    Args:
        name: "gensim", or a backend of w2vref.
    """
    logging.disable(logging.WARNING)
    settings = dict(SETTINGS, workers=workers, vector_size=size, epochs=epochs)
    if name == "gensim":
        from gensim.models import Word2Vec
    else:
        from w2vref import Word2Vec  # type: ignore[assignment]

        settings["backend"] = name
        Word2Vec([["a", "b"]] * 5, **settings)  # numba compiles on first use
    corpus: dict[str, Any] = {"corpus_file": path}
    if "list" in task:
        with open(path, encoding="utf-8") as lines:
            sentences = [line.split() for line in lines]
        corpus = {"sentences": sentences}
    with PeakAnonymous() as peak, tempfile.TemporaryDirectory() as folder:
        wall, cpu = time.perf_counter(), time.process_time()
        if task.startswith("scan"):
            model = Word2Vec(**settings)
            if "list" in task:
                corpus = {"corpus_iterable": corpus["sentences"]}
            model.build_vocab(**corpus)
        else:
            model = Word2Vec(**corpus, **settings)
            model.save(os.path.join(folder, "model"))
        return {
            "cpu": time.process_time() - cpu,
            "wall": time.perf_counter() - wall,
            "peak_anonymous": float(peak.bytes),
        }


def checked_backends(asked: list[str] | None) -> list[str]:
    """Return those of the backends asked for that are here; all but the reference if None.

    Raises: RuntimeError for one without the reference's bits.
    """
    from bench.training import refuse_wrong
    from w2vref.backends import available_backends

    status = available_backends()
    names = [name for name in asked or ("c", "numba") if status[name]]
    for name in names:
        refuse_wrong(name)
    return names


def measure(
    task: str, size: int, workers: int, names: list[str], path: Path, arguments: argparse.Namespace
) -> list[dict[str, Any]]:
    """Return a row of medians for each implementation, which take turns."""
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for _ in range(arguments.rounds):
        for name in names:
            runs[name].append(_in_process(name, task, path, workers, arguments.epochs, size))
    rows = []
    for name in names:
        row: dict[str, Any] = {"task": task, "size": size, "workers": workers, "implementation": name}
        row |= {figure: statistics.median(run[figure] for run in runs[name]) for figure in FIGURES}
        rows.append(row)
    for row in rows:
        row |= {f"{figure}_ratio": rows[0][figure] / row[figure] for figure in FIGURES}
        print(json.dumps(row), file=sys.stderr, flush=True)  # of use if the rest takes too long
    return rows


def main() -> None:
    """Measure and print."""
    parser = text_parser(__doc__, rounds=3)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 300])
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--backends", nargs="+", help="default: all that are available, but numpy")
    parser.add_argument("--one", nargs=3, metavar=("NAME", "TASK", "PATH"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        one = run_one(*arguments.one, arguments.workers[0], arguments.epochs, arguments.sizes[0])
        print(json.dumps(one))
        return
    logging.getLogger("w2vref").setLevel(logging.ERROR)
    path, text = text_file(arguments.folder, arguments.megabytes)
    backends = checked_backends(arguments.backends)
    what = f"{arguments.epochs} epochs of SG-NS, w2vref {version('w2vref')} and gensim {version('gensim')}"
    print(f"{text}; {what}; machine: {machine()}")
    rows = []
    for task in arguments.tasks:
        # Neither the size nor the backend is used in a scan.
        scan = task.startswith("scan")
        for size in arguments.sizes[:1] if scan else arguments.sizes:
            for workers in arguments.workers:
                names = ["gensim", *(backends[:1] if scan else backends)]
                rows += measure(task, size, workers, names, path, arguments)
    report(rows)
    write_json(arguments.json, {"text": text, "machine": machine(), "pipeline": rows})


def report(rows: list[dict[str, Any]]) -> None:
    """Print each figure beside gensim's: how many times faster, what part of the memory."""
    table = []
    for row in rows:
        size = "" if row["task"].startswith("scan") else row["size"]
        megabytes = f"{row['peak_anonymous'] / 1e6:.0f}"
        table.append(
            [
                *(row["task"], size, row["workers"], row["implementation"]),
                *(row["cpu"], row["cpu_ratio"], row["wall"], row["wall_ratio"]),
                *(megabytes, 1 / row["peak_anonymous_ratio"]),
            ]
        )
    print_table(
        "medians of runs in turn; gensim's seconds / these; peak anonymous memory, this / gensim's",
        ["task", "size", "workers", "", "CPU s", "ratio", "wall s", "ratio", "MB", "ratio"],
        table,
    )


def _in_process(name: str, task: str, path: Path, workers: int, epochs: int, size: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.pipeline", "--one", name, task, str(path)]
    command += ["--workers", str(workers), "--epochs", str(epochs), "--sizes", str(size)]
    environment = {key: value for key, value in os.environ.items() if key not in OF_THE_BLAS}
    process = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    result: dict[str, float] = json.loads(process.stdout.splitlines()[-1])
    return result


if __name__ == "__main__":
    main()
