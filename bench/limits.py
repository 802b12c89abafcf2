"""What a machine could do at best with skip-gram's pairs, beside the C kernel: `python -m bench.limits`.

A pair reads and writes its rows: that of the context word, of the target and of the negatives. Here these
rows are passed over once, with the arithmetic of the update alone: no draws, which are made beforehand, no
dots, no sigmoid. That is the least that any kernel takes that does one pair after the other, from this
memory. A second figure has as many rows, but always the same few: arithmetic without memory.
"""

from __future__ import annotations

import argparse
import logging
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import cffi
import numpy as np

from bench.scaling import job_of, train
from bench.texts import text_file
from bench.timing import interleaved, machine, write_json
from w2vref import Word2Vec
from w2vref.records import padded_zeros

PAIRS = 2_000_000


def compiled(folder: str) -> Any:
    """Return the library of row_pass.c, compiled for this machine into the folder."""
    ffi = cffi.FFI()
    ffi.cdef(
        "void row_pass(float *inputs, float *outputs, int64_t stride, const int32_t *contexts,"
        " const int32_t *rows, int64_t pairs, int64_t count);"
    )
    source = Path(__file__).with_name("row_pass.c")
    library = Path(folder) / "row_pass.so"
    command = [os.environ.get("CC", "cc"), "-O3", "-march=native", "-funroll-loops", "-shared", "-fPIC"]
    subprocess.run([*command, str(source), "-o", str(library)], check=True)
    return ffi, ffi.dlopen(str(library))


def pairs_of(model: Word2Vec, count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return context words (count,) and target and negatives (count, 1 + negative) as training meets them.

    Drawn from the distributions of the contract, not its draws: the time does not hang on which.
    """
    rng, corpus = np.random.default_rng(seed), model._corpus
    assert corpus is not None
    state = model.step_state()
    sentence_of = np.repeat(np.arange(corpus.sentences), np.diff(corpus.sentence_offsets))
    kept = (
        rng.integers(0, 1 << 32, size=corpus.words, dtype=np.uint64) < state.tables.sample_int[corpus.tokens]
    )
    tokens, sentence_of = corpus.tokens[kept], sentence_of[kept]
    radius = rng.integers(1, model.window + 1, size=len(tokens))
    centers, contexts = [], []
    for distance in range(1, model.window + 1):
        same = sentence_of[distance:] == sentence_of[:-distance]
        for center in (slice(distance, None), slice(None, -distance)):
            other = slice(None, -distance) if center.start else slice(distance, None)
            places = np.flatnonzero(same & (radius[center] >= distance))
            centers.append(places + (distance if center.start else 0))
            contexts.append(tokens[other][places])
    order = np.argsort(np.concatenate(centers), kind="stable")[:count]
    center = np.concatenate(centers)[order]
    rows = np.empty((len(order), 1 + model.negative), dtype=np.int32)
    rows[:, 0] = tokens[center]
    cum_table = state.tables.cum_table
    rows[:, 1:] = np.searchsorted(
        cum_table, rng.integers(1, int(cum_table[-1]), size=(len(order), model.negative))
    )
    return np.concatenate(contexts)[order], rows


def padded_copy(array: np.ndarray) -> np.ndarray:
    """Return a copy whose rows are aligned as those of training are."""
    copy = padded_zeros(*array.shape)
    copy[:] = array
    return copy


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", nargs="?", help="folder with novels.txt(.xz); default: W2VREF_DATA")
    parser.add_argument("--megabytes", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 300])
    parser.add_argument("--json")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    path, what = text_file(options.folder, options.megabytes)
    print(f"skip-gram, 5 negatives, one worker, {what}; machine: {machine()}\n")
    print("nanoseconds of CPU for a pair, medians\n")
    print("| size | rows of the text's words | rows of a few words | the C kernel, with all else |")
    print("|---|---|---|---|")
    figures = []
    folder = tempfile.TemporaryDirectory(prefix="w2vref-bench-")
    ffi, library = compiled(folder.name)
    for size in options.sizes:
        model = Word2Vec(backend="c", sg=1, vector_size=size, workers=1)
        model.build_vocab(corpus_file=path)
        contexts, rows = pairs_of(model, PAIRS)
        every = pairs_of(model, 1 << 60)
        state, job = model.step_state(), job_of(model, 1)
        inputs, outputs = (
            padded_copy(getattr(state.parameters, n)) for n in ("input_vectors", "output_vectors")
        )
        few = np.tile(np.arange(rows.shape[1], dtype=np.int32), (len(rows), 1))

        arrays = (inputs, outputs)

        def passed(contexts: np.ndarray, rows: np.ndarray, arrays: tuple[np.ndarray, ...] = arrays) -> None:
            pointers = [ffi.from_buffer("float[]", a) for a in arrays]
            ids = [ffi.from_buffer("int32_t[]", a) for a in (contexts, rows)]
            library.row_pass(*pointers, arrays[0].shape[1], *ids, *rows.shape)

        tasks = {
            "text": lambda contexts=contexts, rows=rows, passed=passed: passed(contexts, rows),
            "few": lambda few=few, passed=passed: passed(np.ascontiguousarray(few[:, 0]), few),
            "kernel": lambda job=job: train(job),
        }
        seconds = interleaved(tasks, options.rounds)
        per_pair = {
            name: seconds[name].median("cpu") * 1e9 / (len(every[0]) if name == "kernel" else len(rows))
            for name in tasks
        }
        print(f"| {size} | {per_pair['text']:.0f} | {per_pair['few']:.0f} | {per_pair['kernel']:.0f} |")
        figures.append({"size": size, **per_pair})
    write_json(options.json, {"machine": machine(), "text": what, "nanoseconds": figures})


if __name__ == "__main__":
    main()
