"""What a machine could do at best with skip-gram's pairs, beside the C kernel: `python -m bench.limits`.

A pair reads and writes its rows: that of the context word, of the target and of the negatives. Here these
rows are passed over once, with the arithmetic of the update alone: no draws, which are made beforehand, no
dots, no sigmoid. That is the least that any kernel takes that does one pair after the other, from this
memory. A second figure has as many rows, but always the same few: arithmetic without memory.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

import numpy as np

from bench.compiled import compiled
from bench.scaling import job_of
from bench.texts import text_file, text_parser
from bench.timing import interleaved, machine, print_table, write_json
from w2vref import Word2Vec
from w2vref.backends.base import Control
from w2vref.backends.c import CBackend
from w2vref.records import padded_zeros


def compiled_pass() -> Callable[..., None]:
    """Return row_pass of row_pass.c as a function of arrays."""
    ffi, library = compiled(
        "row_pass",
        "void row_pass(float *inputs, float *outputs, int64_t stride, int64_t size, const int32_t *contexts,"
        " const int32_t *rows, int64_t pairs);",
    )

    def row_pass(
        inputs: np.ndarray, outputs: np.ndarray, size: int, contexts: np.ndarray, rows: np.ndarray
    ) -> None:
        assert rows.shape[1] == 6  # as row_pass.c is compiled
        floats = [ffi.from_buffer("float[]", array) for array in (inputs, outputs)]
        ids = [ffi.from_buffer("int32_t[]", array) for array in (contexts, rows)]
        library.row_pass(*floats, inputs.shape[1], size, *ids, len(rows))

    return row_pass


def pairs_of(model: Word2Vec, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return context words (pairs,), and target and negatives (pairs, 1 + negative), as an epoch has them.

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
    order = np.argsort(np.concatenate(centers), kind="stable")
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
    parser = text_parser(__doc__, rounds=5)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 300])
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    path, what = text_file(options.folder, options.megabytes)
    print(f"skip-gram, 5 negatives, one worker, {what}; machine: {machine()}")
    figures = []
    row_pass = compiled_pass()
    for size in options.sizes:
        model = Word2Vec(backend="c", sg=1, vector_size=size, workers=1)
        model.build_vocab(corpus_file=path)
        contexts, rows = pairs_of(model)
        parameters = model.step_state().parameters
        arrays = padded_copy(parameters.input_vectors), padded_copy(parameters.output_vectors)
        few = np.tile(np.arange(rows.shape[1], dtype=np.int32), (len(rows), 1))
        few_contexts = np.zeros_like(contexts)
        tasks = {
            "rows of the text's words": partial(row_pass, *arrays, size, contexts, rows),
            "rows of a few words": partial(row_pass, *arrays, size, few_contexts, few),
            "the C kernel, with all else": lambda model=model: CBackend().train(job_of(model, 1), Control()),
        }
        seconds = interleaved(tasks, options.rounds)
        per_pair = {name: seconds[name].median("cpu") * 1e9 / len(rows) for name in tasks}
        figures.append({"size": size, **per_pair})
    print_table(
        "nanoseconds of CPU for a pair, medians",
        figures[0],
        ([round(value) for value in figure.values()] for figure in figures),
    )
    write_json(options.json, {"machine": machine(), "text": what, "nanoseconds": figures})


if __name__ == "__main__":
    main()
