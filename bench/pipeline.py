"""Whole runs: counting and encoding, and from a text to a saved model, `python -m bench.pipeline`.

Each run is a process of its own, so that peak memory is comparable; implementations take turns.
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
from pathlib import Path
from typing import Any

from bench.texts import text_file
from bench.timing import PeakAnonymous, machine, print_table, write_json

SETTINGS: dict[str, Any] = dict(sg=1, hs=0, negative=5, window=5, min_count=5, sample=1e-3, seed=1)
TASKS = ("scan", "scan-list", "file-to-model", "list-to-model")
NAMES = ("gensim", "w2vref")


def run_one(name: str, task: str, path: str, workers: int, epochs: int, size: int) -> dict[str, float]:
    """Do one task in this process and return its seconds and peak anonymous memory."""
    logging.disable(logging.WARNING)
    if name == "gensim":
        from gensim.models import Word2Vec
    else:
        from w2vref import Word2Vec  # type: ignore[assignment]
        from w2vref.backends import get_backend

        get_backend("auto")
    corpus: dict[str, Any] = {"corpus_file": path}
    if "list" in task:
        with open(path, encoding="utf-8") as lines:
            sentences = [line.split() for line in lines]
        corpus = {"sentences": sentences}
    settings = dict(SETTINGS, workers=workers, vector_size=size, epochs=epochs)
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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", nargs="?", help="folder with novels.txt(.xz); default: W2VREF_DATA")
    parser.add_argument("--megabytes", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--size", type=int, default=100)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--json")
    parser.add_argument("--one", nargs=3, metavar=("NAME", "TASK", "PATH"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        result = run_one(*arguments.one, arguments.workers[0], arguments.epochs, arguments.size)
        print(json.dumps(result))
        return
    path, text = text_file(arguments.folder, arguments.megabytes)
    print(f"{text}; {arguments.epochs} epochs of SG-NS, size {arguments.size}; machine: {machine()}")
    figures = []
    for task in arguments.tasks:
        for workers in arguments.workers:
            runs: dict[str, list[dict[str, float]]] = {name: [] for name in NAMES}
            for _ in range(arguments.rounds):
                for name in NAMES:
                    runs[name].append(_in_process(name, task, path, workers, arguments))
            row: dict[str, Any] = {"task": task, "workers": workers}
            for name in NAMES:
                for figure in ("cpu", "wall", "peak_anonymous"):
                    row[f"{name}_{figure}"] = statistics.median(run[figure] for run in runs[name])
            figures.append(row)
    print_table(
        "median of runs in turn; seconds, peak anonymous memory in MB",
        ["task", "workers"]
        + [column for clock in ("cpu", "wall") for column in (f"gensim {clock}", f"w2vref {clock}", "ratio")]
        + ["gensim MB", "w2vref MB"],
        [
            [f["task"], f["workers"]]
            + [f["gensim_cpu"], f["w2vref_cpu"], f["gensim_cpu"] / f["w2vref_cpu"]]
            + [f["gensim_wall"], f["w2vref_wall"], f["gensim_wall"] / f["w2vref_wall"]]
            + [f"{f[name + '_peak_anonymous'] / 1e6:.0f}" for name in NAMES]
            for f in figures
        ],
    )
    write_json(arguments.json, {"text": text, "machine": machine(), "pipeline": figures})


def _in_process(
    name: str, task: str, path: Path, workers: int, arguments: argparse.Namespace
) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.pipeline", "--one", name, task, str(path)]
    command += ["--workers", str(workers), "--epochs", str(arguments.epochs), "--size", str(arguments.size)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    result: dict[str, float] = json.loads(output.splitlines()[-1])
    return result


if __name__ == "__main__":
    main()
