"""Kills a process that saves, over and over: `python spec_tests/faults/kill_saves.py --saves 200`.

A child saves two models in turn under one name. After each kill (SIGKILL, at a random moment of a save) the
file must be one of the two, to the byte.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from w2vref.io.word2vec_format import write_word2vec
from w2vref.keyedvectors import KeyedVectors

WORDS, SIZE = 2000, 64
"""A file of half a megabyte: a save takes long enough to be hit in the middle."""


def vectors(value: float) -> KeyedVectors:
    """Return vectors that are all this number."""
    kv = KeyedVectors(SIZE)
    kv.add_vectors([f"w{i}" for i in range(WORDS)], np.full((WORDS, SIZE), value, np.float32))
    return kv


def save(kv: KeyedVectors, target: object, kind: str) -> None:
    """Write in one of the formats."""
    if kind == "native":
        kv.save(target)  # type: ignore[arg-type]
    else:
        write_word2vec(target, kv.index_to_key, kv.vectors, binary=kind == "binary")  # type: ignore[arg-type]


def content(kv: KeyedVectors, kind: str) -> bytes:
    """Return the bytes of a whole file."""
    stream = io.BytesIO()
    save(kv, stream, kind)
    return stream.getvalue()


def main() -> int:
    """Kill, look, repeat; return 1 if a file was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--saves", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    models = [vectors(1.5), vectors(-0.25)]
    broken, temporaries, seen = 0, 0, [0, 0]
    for kind in ("native", "text", "binary"):
        whole = [content(model, kind) for model in models]
        started = time.perf_counter()
        content(models[0], kind)
        typical = time.perf_counter() - started
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "vectors"
            save(models[0], path, kind)
            for _ in range(-(-options.saves // 3)):
                child = os.fork()
                if child == 0:
                    while True:
                        for model in models:
                            save(model, path, kind)
                time.sleep(chance.uniform(0, 6 * typical))
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                found = path.read_bytes()
                if found in whole:
                    seen[whole.index(found)] += 1
                else:
                    broken += 1
                for left in Path(folder).glob(".vectors.*.tmp"):
                    temporaries += 1
                    left.unlink()
            names = sorted(os.listdir(folder))
            if names != ["vectors"]:
                print(f"unexpected files: {names}")
                broken += 1
    print(
        f"{sum(seen) + broken} kills: {broken} broken files, {seen[0]} times the one and {seen[1]} times the "
        f"other model; {temporaries} saves were hit in the middle and left a temporary file"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
