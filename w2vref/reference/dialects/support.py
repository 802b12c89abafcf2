"""Which choices of a dialect the reference has, and the loop and the generator that go with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from w2vref._typing import UInt64Array
from w2vref.dialects import AXES, Dialect
from w2vref.reference.dialects import counter, gensim, word2vec_c
from w2vref.reference.dialects.progress import Progress

LOOPS: Mapping[str, Callable[..., Iterator[Progress]]] = {
    "counter": counter.train_sentences,
    "lcg64": word2vec_c.train_sentences,
    "numpy_lcg48": gensim.train_sentences,
}
"""Choice of `generator` -> the loop that draws from it, and with it the axes that follow."""

LACKING = frozenset(
    [("vocabulary", "arbitrary"), ("huffman", "none")]
    + [("initialization", choice) for choice in ("minstd_rows", "libc_rows")]
    + [("generator", choice) for choice in ("minstd", "mt19937")]
    + [("window_draw", choice) for choice in ("uniform_int", "modulo")]
    + [("negative_draw", choice) for choice in ("shuffled_table", "alias")]
    + [("subsampling", "uniform_real")]
    + [("schedule", choice) for choice in ("per_100_words", "per_sentence")]
    + [("sentences", "split_1025")]
)
"""Choices that are named but not had: those of the tables and loops of fastText and koan."""
CHOICES = frozenset((axis, choice) for axis in AXES for choice in AXES[axis].choices) - LACKING
"""(axis, choice) of everything the reference computes."""


def new_generator(dialect: Dialect, seed: int) -> UInt64Array:
    """Return the state of the dialect's own generator at the start of a model, uint64; (0,) if none.

    Raises: ValueError for a seed that the generator does not take.
    """
    if dialect.generator == "lcg64":
        return word2vec_c.new_generator()
    if dialect.generator == "numpy_lcg48":
        return gensim.new_generator(seed)
    return np.zeros(0, dtype=np.uint64)


def start_call(dialect: Dialect, generator: UInt64Array) -> None:
    """Set the state to the start of a `train()` call: word2vec.c begins again, gensim goes on."""
    if dialect.generator == "lcg64":
        generator[:] = word2vec_c.new_generator()
    elif dialect.generator == "numpy_lcg48":
        gensim.start_call(generator)
