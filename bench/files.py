"""Reading and writing vectors, w2vref and gensim in turn: `python -m bench.files`.

The page cache is warm for both. w2vref's writes include the fsync that makes them safe; gensim does none.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.timing import Seconds, interleaved, machine, print_table, write_json

TARGET = 3.0
"""Each of the four must be at least so many times as fast as gensim."""


def vectors(words: int, size: int) -> Any:
    """Return w2vref's KeyedVectors with random rows of the size that training makes."""
    from w2vref.keyedvectors import KeyedVectors

    kv = KeyedVectors(size)
    rows = np.random.default_rng(1).normal(0, 0.1, (words, size)).astype(np.float32)
    kv.add_vectors([f"w{i}" for i in range(words)], rows, extras={"count": np.arange(words, 0, -1)})
    return kv


def tasks(folder: Path, kv: Any) -> dict[str, dict[str, Callable[[], object]]]:
    """Return measurement -> implementation -> what to run; writes come before the reads of their files."""
    from gensim.models import KeyedVectors as Gensim

    from w2vref.keyedvectors import KeyedVectors

    paths = {binary: str(folder / ("binary" if binary else "text")) for binary in (True, False)}
    native, theirs = str(folder / "native"), str(folder / "gensim")
    for binary, path in paths.items():
        kv.save_word2vec_format(path, binary=binary)
    gensim = Gensim.load_word2vec_format(paths[True], binary=True)
    assert gensim.vectors.tobytes() == kv.vectors.tobytes()
    kv.save(native)
    gensim.save(theirs)
    result: dict[str, dict[str, Callable[[], object]]] = {}
    for binary, kind in ((True, "binary"), (False, "text")):
        path = paths[binary]
        result[f"write {kind}"] = {
            "w2vref": lambda path=path, binary=binary: kv.save_word2vec_format(path, binary=binary),
            "gensim": lambda path=path, binary=binary: gensim.save_word2vec_format(path + "2", binary=binary),
        }
        result[f"read {kind}"] = {
            "w2vref": lambda path=path, binary=binary: KeyedVectors.load_word2vec_format(path, binary=binary),
            "gensim": lambda path=path, binary=binary: Gensim.load_word2vec_format(path, binary=binary),
        }
    result["save (native)"] = {"w2vref": lambda: kv.save(native), "gensim": lambda: gensim.save(theirs)}
    result["load (native)"] = {
        "w2vref": lambda: KeyedVectors.load(native),
        "gensim": lambda: Gensim.load(theirs),
    }
    result["load (native, mapped)"] = {
        "w2vref": lambda: KeyedVectors.load(native, mmap="r"),
        "gensim": lambda: Gensim.load(theirs, mmap="r"),
    }
    return result


def main() -> None:
    """Measure, print a table, write JSON if asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", nargs="?", help="as for the other benches; not used by this one")
    parser.add_argument("--words", type=int, default=400_000)
    parser.add_argument("--size", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", help="measurements whose names contain this")
    parser.add_argument("--json", help="write the figures to this file")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, pair in tasks(Path(folder), vectors(options.words, options.size)).items():
            if options.only and options.only not in name:
                continue
            seconds = interleaved(pair, options.rounds)
            figures[name] = _figures(seconds)
            print(name, figures[name], flush=True)
    print_table(
        f"Files of {options.words} x {options.size}: seconds, medians of {options.rounds} interleaved rounds",
        ("", "w2vref, wall", "gensim, wall", "times as fast", "times, CPU", f"target {TARGET:g}"),
        (
            (
                name,
                row["w2vref"]["wall"],
                row["gensim"]["wall"],
                row["ratio_wall"],
                row["ratio_cpu"],
                "" if "native" in name else "met" if row["ratio_wall"] >= TARGET else "MISSED",
            )
            for name, row in figures.items()
        ),
    )
    settings = {"words": options.words, "size": options.size, "rounds": options.rounds}
    write_json(options.json, {"machine": machine(), "settings": settings, "figures": figures})


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
