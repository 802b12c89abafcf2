"""Reading and writing vectors, w2vref and gensim in turn: `python -m bench.files`.

The page cache is warm for both, and what the one has left to be written is on the disk (os.sync) before the
other is timed. Nor does either pay for memory that the machine has taken back: a virtual machine may return
what has lain idle for a while to its host, and the next to ask for it waits. So as much as a task needs is
used and freed before each. w2vref's writes include the fsync that
makes them safe; gensim does none, so the wall time of a write on a slow disk says more of the disk:
`--folder /dev/shm` leaves that out.
"""

from __future__ import annotations

import argparse
import functools
import gc
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.timing import Seconds, interleaved, machine, print_table, write_json

TARGET = 3.0
"""Reading and writing the word2vec formats, not compressed, must be at least so many times as fast."""
KINDS = ("binary", "text", "native")
Tasks = dict[str, dict[str, Callable[[], object]]]


def vectors(words: int, size: int) -> Any:
    """Return w2vref's KeyedVectors with random rows of the size that training makes."""
    from w2vref.keyedvectors import KeyedVectors

    kv = KeyedVectors(size)
    rows = np.random.default_rng(1).normal(0, 0.1, (words, size)).astype(np.float32)
    kv.add_vectors([f"w{i}" for i in range(words)], rows, extras={"count": np.arange(words, 0, -1)})
    return kv


def word2vec_tasks(folder: Path, kind: str, suffix: str, ours: Any, theirs: Any) -> Tasks:
    """Return the writing and the reading of a word2vec format; both read what w2vref has written."""
    path, other = str(folder / f"ours{suffix}"), str(folder / f"theirs{suffix}")
    options = {"binary": kind == "binary"}
    return {
        f"write {kind}{suffix}": {
            "w2vref": lambda: ours.save_word2vec_format(path, **options),
            "gensim": lambda: theirs.save_word2vec_format(other, **options),
        },
        f"read {kind}{suffix}": {
            "w2vref": lambda: type(ours).load_word2vec_format(path, **options),
            "gensim": lambda: type(theirs).load_word2vec_format(path, **options),
        },
    }


def native_tasks(folder: Path, suffix: str, ours: Any, theirs: Any) -> Tasks:
    """Return `save` and `load`, each in its own format; the last, mapped, reads no vector."""
    path, other = str(folder / f"ours{suffix}"), str(folder / f"theirs{suffix}")
    result: Tasks = {
        f"save (native){suffix}": {"w2vref": lambda: ours.save(path), "gensim": lambda: theirs.save(other)},
        f"load (native){suffix}": {
            "w2vref": lambda: type(ours).load(path),
            "gensim": lambda: type(theirs).load(other),
        },
    }
    if not suffix:  # nothing compressed can be mapped
        result["load (native, mapped)"] = {
            "w2vref": lambda: type(ours).load(path, mmap="r"),
            "gensim": lambda: type(theirs).load(other, mmap="r"),
        }
    return result


def settle(needed: int) -> None:
    """Leave nothing of the last task to be done in the time of the next, which needs so many bytes."""
    gc.collect()
    os.sync()
    np.empty(needed, dtype=np.uint8).fill(1)  # freed at once, and still the machine's


def gensim_vectors(folder: Path, kv: Any) -> Any:
    """Return gensim's KeyedVectors with the same rows, read from a file."""
    from gensim.models import KeyedVectors

    path = str(folder / "start")
    kv.save_word2vec_format(path, binary=True)
    result = KeyedVectors.load_word2vec_format(path, binary=True)
    os.unlink(path)
    assert result.vectors.tobytes() == kv.vectors.tobytes()
    return result


def main() -> None:
    """Measure, print a table, write JSON if asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", nargs="?", help="as for the other benches; not used by this one")
    parser.add_argument("--words", type=int, default=400_000)
    parser.add_argument("--size", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--suffix", default="", help="of the files: .gz measures compressed ones")
    parser.add_argument("--folder", help="where the files are made; default: the system's temporary folder")
    parser.add_argument("--json", help="write the figures to this file")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    figures: dict[str, Any] = {}
    for kind in options.kinds:
        with tempfile.TemporaryDirectory(dir=options.folder) as name:
            folder = Path(name)
            kv = vectors(options.words, options.size)
            pair = (kv, gensim_vectors(folder, kv))
            if kind == "native":
                tasks = native_tasks(folder, options.suffix, *pair)
            else:
                tasks = word2vec_tasks(folder, kind, options.suffix, *pair)
            for what, implementations in tasks.items():
                needed = (
                    3 * kv.vectors.nbytes
                )  # the rows, the cache of the file, room for what is made on the way
                before = functools.partial(settle, needed)
                figures[what] = _figures(interleaved(implementations, options.rounds, before))
                print(what, figures[what], flush=True)
    print_table(
        f"Files of {options.words} x {options.size}: seconds, medians of {options.rounds} interleaved rounds",
        ("", "w2vref, wall", "gensim, wall", "times as fast", "times, CPU", f"target {TARGET:g}"),
        (
            (
                what,
                row["w2vref"]["wall"],
                row["gensim"]["wall"],
                row["ratio_wall"],
                row["ratio_cpu"],
                _verdict(row["ratio_wall"]) if "native" not in what and not options.suffix else "",
            )
            for what, row in figures.items()
        ),
    )
    settings = {name: getattr(options, name) for name in ("words", "size", "rounds", "suffix", "folder")}
    write_json(options.json, {"machine": machine(), "settings": settings, "figures": figures})


def _verdict(ratio: float) -> str:
    return "met" if ratio >= TARGET else "MISSED"


def _figures(seconds: dict[str, Seconds]) -> dict[str, Any]:
    medians = {
        name: {clock: values.median(clock) for clock in ("wall", "cpu")} for name, values in seconds.items()
    }
    return {
        **medians,
        "ratio_wall": medians["gensim"]["wall"] / medians["w2vref"]["wall"],
        "ratio_cpu": medians["gensim"]["cpu"] / medians["w2vref"]["cpu"],
    }


if __name__ == "__main__":
    main()
