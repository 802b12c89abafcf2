"""Training speed: w2vref's backends and gensim side by side, `python -m bench.training`.

Every round trains one epoch with each implementation in turn; the table has the medians and the ratio
to gensim of the same run. One worker is compared by CPU time, more by wall time. A backend that does
not give the reference's bits on a small corpus is refused.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench.second_core import instructions_per_cycle, line_nanoseconds
from bench.texts import text_file, text_parser
from bench.timing import interleaved, machine, print_table, write_json
from w2vref import Word2Vec
from w2vref.backends import Backend, available_backends, get_backend, register_backend

MODES: dict[str, dict[str, Any]] = {
    "SG-NS": dict(sg=1, hs=0, negative=5),
    "CBOW-NS": dict(sg=0, hs=0, negative=5),
    "SG-HS": dict(sg=1, hs=1, negative=0),
    "CBOW-HS": dict(sg=0, hs=1, negative=0),
    "SG-NS block": dict(sg=1, hs=0, negative=5, algorithm="block"),
    "CBOW-NS block": dict(sg=0, hs=0, negative=5, algorithm="block"),
}
"""Block training is compared with gensim's sequential training in the same mode."""
COMMON: dict[str, Any] = dict(window=5, min_count=5, sample=1e-3, seed=1)
LINE = "a line between cores, ns"
WIDTH = "instructions a cycle"


def register_instruction_sets() -> list[str]:
    """Register the C backend once for each instruction set that works here; return the names."""
    if not available_backends()["c"]:
        return []
    from w2vref.backends.c.library import available_simd, load_library

    names = []
    for simd in reversed(available_simd(load_library())):
        name = f"c-{simd}"
        register_backend(name, partial(_c_backend, name, simd))
        names.append(name)
    return names


def _c_backend(name: str, simd: str) -> Backend:
    from w2vref.backends.c import CBackend

    backend = CBackend(simd=simd)
    backend.name = name
    return backend


def has_algorithm(backend: str, options: dict[str, Any]) -> bool:
    """Tell whether a backend has the algorithm of a mode."""
    return options.get("algorithm", "sequential") in get_backend(backend).capabilities.algorithms


def refuse_wrong(name: str) -> None:
    """Raise RuntimeError unless the backend gives the reference's bits on a small corpus."""
    rng = np.random.default_rng(5)
    sentences = [[f"w{i}" for i in rng.zipf(1.5, size=12) % 40] for _ in range(60)]
    for mode, options in MODES.items():
        if not has_algorithm(name, options):
            continue
        models = [
            Word2Vec(sentences, size=100, min_count=1, iter=1, workers=1, backend=backend, **options)
            for backend in ("numpy", name)
        ]
        if not np.array_equal(models[0].wv.vectors, models[1].wv.vectors):
            raise RuntimeError(f"backend {name!r} differs from the reference in {mode}: it is not measured")


def gensim_task(path: Path, options: dict[str, Any], size: int, workers: int) -> Callable[[], object]:
    """Return a function that trains gensim one epoch from the file; its vocabulary is built here."""
    import gensim

    options = {name: value for name, value in options.items() if name != "algorithm"}
    model = gensim.models.Word2Vec(vector_size=size, workers=workers, **(COMMON | options))
    model.build_vocab(corpus_file=str(path))
    totals = dict(total_examples=model.corpus_count, total_words=model.corpus_total_words)
    return lambda: model.train(corpus_file=str(path), epochs=1, **totals)


def w2vref_task(
    path: Path, options: dict[str, Any], size: int, workers: int, backend: str
) -> Callable[[], object]:
    """Return a function that trains w2vref one epoch; vocabulary and encoding are made here, once."""
    model = Word2Vec(size=size, workers=workers, backend=backend, **(COMMON | options))
    model.build_vocab(corpus_file=path)
    model.train(epochs=1)  # compiles what is compiled on first use
    return lambda: model.train(epochs=1)


def main() -> None:
    """Measure and print."""
    parser = text_parser(__doc__, rounds=5)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 300])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--modes", nargs="+", choices=MODES, default=list(MODES))
    parser.add_argument("--backends", nargs="+", help="default: all that are available, but numpy")
    parser.add_argument("--no-gensim", action="store_true")
    parser.add_argument("--vocabulary", type=int, help="train on a synthetic text of so many words")
    arguments = parser.parse_args()
    logging.getLogger("w2vref").setLevel(logging.ERROR)
    logging.getLogger("gensim").setLevel(logging.ERROR)

    path, text = text_file(arguments.folder, arguments.megabytes, arguments.vocabulary)
    backends = arguments.backends
    instruction_sets = register_instruction_sets()
    if backends is None:
        numba = [n for n, status in available_backends().items() if status and n == "numba"]
        backends = instruction_sets + numba
    for name in backends:
        refuse_wrong(name)
    print(f"one epoch over {text}; machine: {machine()}")
    print("gensim: train(corpus_file=...); w2vref: train() on the ids that build_vocab encoded")
    figures: dict[str, Any] = {"text": text, "machine": machine(), "training": []}
    for size in arguments.sizes:
        for workers in arguments.workers:
            clock = "cpu" if workers == 1 else "wall"
            for mode in arguments.modes:
                options = MODES[mode] | (dict(min_count=1) if arguments.vocabulary else {})
                tasks: dict[str, Callable[[], object]] = {}
                if not arguments.no_gensim:
                    tasks["gensim"] = gensim_task(path, options, size, workers)
                for name in backends:
                    threads = get_backend(name).capabilities.threads
                    if (workers == 1 or threads) and has_algorithm(name, options):
                        tasks[name] = w2vref_task(path, options, size, workers, name)
                line = [line_nanoseconds()] if workers > 1 else []
                widths: list[float] = []
                seconds = interleaved(
                    tasks, arguments.rounds, lambda widths=widths: widths.append(instructions_per_cycle())
                )
                line += [line_nanoseconds()] if workers > 1 else []
                for name, measured in seconds.items():
                    figures["training"].append(
                        {
                            "mode": mode,
                            "size": size,
                            "workers": workers,
                            "implementation": name,
                            "clock": clock,
                            "seconds": measured.median(clock),
                            "range": measured.spread(clock),
                            "ratio": seconds["gensim"].median(clock) / measured.median(clock)
                            if "gensim" in seconds
                            else None,
                            LINE: line,
                            WIDTH: (min(widths), median(widths), max(widths)),
                        }
                    )
    report(figures["training"])
    write_json(arguments.json, figures)


def line_of(row: dict[str, Any]) -> str:
    """Return what a cache line took from core to core before and after these measurements."""
    return ", ".join("" if value is None else f"{value:.0f}" for value in row[LINE])


def width_of(row: dict[str, Any]) -> str:
    """Return how many instructions a cycle there were before these measurements: least, median, most."""
    return "{:.1f}, {:.1f}, {:.1f}".format(*row[WIDTH])


def report(rows: list[dict[str, Any]]) -> None:
    """Print one table for each size and number of workers: ratio to gensim and seconds.

    Below it what the machine had to give: instructions of one thread in a cycle before each measurement, the
    least, the median and the most; of two workers also how long a line took from core to core, before and
    after.
    """
    for size, workers in sorted({(row["size"], row["workers"]) for row in rows}):
        chosen = [row for row in rows if (row["size"], row["workers"]) == (size, workers)]
        modes = list(dict.fromkeys(row["mode"] for row in chosen))
        names = list(dict.fromkeys(row["implementation"] for row in chosen))
        cells = {(row["implementation"], row["mode"]): row for row in chosen}
        first_rows = [next(row for row in chosen if row["mode"] == mode) for mode in modes]

        def cell(name: str, mode: str, cells: dict[tuple[str, str], dict[str, Any]] = cells) -> str:
            row = cells.get((name, mode))
            if row is None:
                return ""
            ratio = f"{row['ratio']:.2f}x, " if row["ratio"] else ""
            return f"{ratio}{row['seconds']:.2f} s"

        print_table(
            f"size {size}, {workers} worker(s), median {chosen[0]['clock']} time of an epoch, "
            "ratio to gensim",
            ["", *modes],
            [
                *([name, *(cell(name, mode) for mode in modes)] for name in names),
                [WIDTH, *(width_of(row) for row in first_rows)],
                *([[LINE, *(line_of(row) for row in first_rows)]] if chosen[0][LINE] else []),
            ],
        )


if __name__ == "__main__":
    main()
