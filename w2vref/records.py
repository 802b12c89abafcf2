"""The plain-array records that the model, the reference and the backends exchange.

A kernel sees nothing but these arrays and a frozen `TrainingConfig`: no words, no Python objects.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

import numpy as np

from w2vref._typing import (
    Float32Array,
    Int32Array,
    Int64Array,
    UInt8Array,
    UInt32Array,
    UInt64Array,
)
from w2vref.memory import zeroed_bytes

Options = ParamSpec("Options")
Found = TypeVar("Found")

LANES = 16
"""Floats in one block of the dot product; every row is padded to a multiple of it."""
ALIGNMENT = 64
"""Bytes to which the first row (and so, with the padding, every row) is aligned."""


def padded_size(size: int) -> int:
    """Return the smallest multiple of `LANES` that is at least size: the stride of a row, in floats."""
    return -(-size // LANES) * LANES


def padded_zeros(rows: int, size: int) -> Float32Array:
    """Return a zeroed float32 array (rows, padded_size(size)), C order, aligned to `ALIGNMENT` bytes."""
    stride = padded_size(size)
    return zeroed_bytes(rows * stride * 4, ALIGNMENT).view(np.float32).reshape(rows, stride)


def is_padded(array: Float32Array, size: int) -> bool:
    """Tell whether array is fit to be handed to a backend as rows of `size` components."""
    return bool(
        array.ndim == 2
        and array.dtype == np.float32
        and array.shape[1] == padded_size(size)
        and array.flags.c_contiguous
        and array.flags.writeable
        and array.ctypes.data % ALIGNMENT == 0
    )


@dataclass(frozen=True, slots=True)
class Parameters:
    """The trained arrays. Training changes them in place; the record itself is frozen.

    Rows are padded: `vector_size` components, then +0 up to the stride (`padded_size`).
    """

    vector_size: int
    input_vectors: Float32Array
    """(vocab_size, stride); syn0 of word2vec.c."""
    output_vectors: Float32Array
    """(vocab_size, stride), or (0, stride) when negative = 0; syn1neg of word2vec.c."""
    node_vectors: Float32Array
    """(vocab_size, stride), the last row unused, or (0, stride) when hs = 0; syn1 of word2vec.c."""
    locks: Float32Array
    """(vocab_size,) or (1,): the factor of each input row's change; 1 learns, 0 keeps the row."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What training looks up by word id; made once from the vocabulary by `w2vref.reference`."""

    sample_int: UInt64Array
    """(vocab_size,): a token is kept if 32 bits of its key are below this; 2^32: always."""
    cum_table: UInt32Array
    """(vocab_size,): running sums of the noise distribution, or (0,) when negative = 0."""
    codes: UInt8Array
    """(code_offsets[-1],): the Huffman codes of all words, one after the other, each from the root."""
    points: UInt32Array
    """Same length: the inner node (row of `node_vectors`) at which each code digit is decided."""
    code_offsets: Int64Array
    """(vocab_size + 1,): word w has codes[code_offsets[w]:code_offsets[w + 1]]; (1,) when hs = 0."""


@dataclass(frozen=True, slots=True)
class EncodedCorpus:
    """A corpus as word ids, in memory or memory-mapped; words out of vocabulary are left out."""

    tokens: Int32Array
    """(words,): word ids, sentence after sentence."""
    sentence_offsets: Int64Array
    """(sentences + 1,): sentence s is tokens[sentence_offsets[s]:sentence_offsets[s + 1]].

    Every sentence that the reader yields has a number, one without a known word too."""
    raw_words: int
    """Words in the corpus, those out of vocabulary included."""
    raw_offsets: Int64Array | None = None
    """(sentences + 1,): where each sentence begins among the raw words; only for a dialect with jobs."""
    _known: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What `once_for_a_corpus` has found out: the arrays above are not written to."""

    @property
    def words(self) -> int:
        """In-vocabulary tokens of one epoch, before subsampling."""
        return len(self.tokens)

    @property
    def sentences(self) -> int:
        """Sentences the reader yielded."""
        return len(self.sentence_offsets) - 1


def once_for_a_corpus(
    function: Callable[Concatenate[EncodedCorpus, Options], Found],
) -> Callable[Concatenate[EncodedCorpus, Options], Found]:
    """Decorate a function of a corpus so that it is called once for each corpus and options.

    Every call to train, and every epoch, asks the same of its corpus. The result is kept as long as the
    corpus is.
    """

    @wraps(function)
    def known(corpus: EncodedCorpus, /, *options: Options.args, **names: Options.kwargs) -> Found:
        # Named, not the function itself: a corpus, and a model with it, can be pickled.
        key = (function.__module__, function.__qualname__, options, tuple(sorted(names.items())))
        if key not in corpus._known:
            corpus._known[key] = function(corpus, *options, **names)
        found: Found = corpus._known[key]
        return found

    return known


class Step(NamedTuple):
    """What one pair function gives back."""

    loss: float
    """Nats, float64: minus the log-sigmoid of each logistic step, taken before its row is updated."""
    hidden_error: Float32Array
    """(stride,): what is added to the input row or rows, before any lock factor."""
