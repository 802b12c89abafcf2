"""Turns the library's records into the structs of include/w2vref.h.

A struct holds bare pointers, so each is kept together with the buffers that it points into.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2vref._typing import UInt32Array
from w2vref.backends.base import SPAN_TOKENS, Control, TrainingJob
from w2vref.backends.c.library import Library
from w2vref.config import TrainingConfig
from w2vref.errors import UnsupportedOptionError
from w2vref.memory import well_placed
from w2vref.records import EncodedCorpus, Parameters, Tables, is_padded, padded_zeros
from w2vref.reference.block_layout import bounds_from

LARGEST_WINDOW = 1 << 30
LARGEST_NEGATIVE = (1 << 31) - 1
GUIDE_BITS = 18
"""At most 2^18 entries, 1 MB, but where that is fewer than words."""
MANY_WORDS = 1 << 31
SPAN = SPAN_TOKENS
"""Tokens of one claim at most: some 0.01 s of training with the default settings."""
SPAN_FLOATS = 100_000_000
"""Components that a claim may touch at most, some 0.05 s, so that a stop acts in 0.1 s."""


class Struct(NamedTuple):
    """A C struct, and what has to live as long as it does."""

    pointer: Any
    owners: list[Any]


class NoiseIndex(NamedTuple):
    """The noise table and the guide into it, as src/kernel/sampling.c reads them."""

    cum_table: UInt32Array
    guide: UInt32Array
    total: int
    shift: int
    steps: int


def index_noise(cum_table: UInt32Array, guide_bits: int | None = None) -> NoiseIndex:
    """Return a guide over the upper bits of r, from which no or few steps of bisection find any r.

    guide_bits: of r, whose buckets have an entry each; at least as many as number the words.

    guide[k] is that of the bucket r >> shift == k: bisect_left of its smallest r, above `shift` bits with the
    last place in the bucket that belongs to that word. MANY_WORDS is set where the bucket has others than the
    next word; from the first, any is less than 2^steps entries on.
    """
    total, words = int(cum_table[-1]), len(cum_table)
    if guide_bits is None:
        guide_bits = min(GUIDE_BITS, words.bit_length() + 2)
    guide_bits = max(guide_bits, (words - 1).bit_length())
    shift = max(0, total.bit_length() - guide_bits)
    places = np.uint32((1 << shift) - 1)
    buckets = (total >> shift) + 1
    smallest = np.arange(buckets, dtype=np.uint32) << np.uint32(shift)
    # Insertion points of the smallest and the last r of each bucket; counting takes less time than searching.
    bucket = (cum_table >> np.uint32(shift)).astype(np.int64)
    edges = np.bincount(bucket, minlength=buckets)
    behind = np.cumsum(edges)
    first = behind - edges
    last = behind - np.bincount(bucket[cum_table & places == places], minlength=buckets)
    last[-1] = np.searchsorted(cum_table, total, side="left")
    widest = int((last - first).max())
    guide = first.astype(np.uint32) << np.uint32(shift) | np.minimum(cum_table[first] - smallest, places)
    guide[last - first > 1] |= np.uint32(MANY_WORDS)
    padding = np.full(1 << widest.bit_length(), np.iinfo(np.uint32).max, dtype=np.uint32)
    padded = np.concatenate((cum_table, padding))
    return NoiseIndex(well_placed(padded), well_placed(guide), total, shift, widest.bit_length())


def buffer(
    library: Library, array: npt.NDArray[Any], dtype: npt.DTypeLike, name: str, writable: bool = False
) -> Any:
    """Return the array's memory as a C array.

    Raises: ValueError if it is not C-contiguous or of another dtype.
    """
    if array.dtype != dtype or not array.flags.c_contiguous:
        raise ValueError(f"{name} must be a C-contiguous {np.dtype(dtype).name} array, got {array.dtype}")
    ctype = {
        "float32": "float[]",
        "float64": "double[]",
        "int32": "int32_t[]",
        "int64": "int64_t[]",
        "uint8": "uint8_t[]",
        "uint32": "uint32_t[]",
        "uint64": "uint64_t[]",
    }[np.dtype(dtype).name]
    return library.ffi.from_buffer(ctype, array, require_writable=writable)


def _rows(library: Library, array: npt.NDArray[np.float32], size: int, name: str) -> Any:
    if not is_padded(array, size):
        raise ValueError(
            f"{name} must be a writable float32 array of rows padded to a multiple of 16 and aligned to "
            "64 bytes: make it with w2vref.records.padded_zeros"
        )
    return buffer(library, array, np.float32, name, writable=True)


def model_struct(
    library: Library,
    config: TrainingConfig,
    parameters: Parameters,
    tables: Tables,
    trains_corpus: bool = False,
) -> Struct:
    """Return the w2v_model of these records.

    Args:
        trains_corpus: also place the tables that training from a corpus reads, and index the noise table.

    Raises: ValueError for arrays of another layout; UnsupportedOptionError for a window or a number
        of negatives beyond 2^30.
    """
    if config.window > LARGEST_WINDOW or config.negative > LARGEST_NEGATIVE:
        raise UnsupportedOptionError(
            f"backend 'c' takes windows up to {LARGEST_WINDOW} and negative up to {LARGEST_NEGATIVE}, got "
            f"window={config.window}, negative={config.negative}: use smaller ones or backend='numpy'"
        )
    owners: list[Any] = []

    def keep(array: npt.NDArray[Any], dtype: npt.DTypeLike, name: str) -> Any:
        owners.append(buffer(library, array, dtype, name))
        return owners[-1]

    def rows(array: npt.NDArray[np.float32], name: str) -> Any:
        owners.append(_rows(library, array, config.vector_size, name))
        return owners[-1]

    model = library.ffi.new("w2v_model *")
    model.input_vectors = rows(parameters.input_vectors, "input_vectors")
    model.vocab_size, model.stride = parameters.input_vectors.shape
    model.size = config.vector_size
    if config.negative:
        model.output_vectors = rows(parameters.output_vectors, "output_vectors")
    if config.hs:
        model.node_vectors = rows(parameters.node_vectors, "node_vectors")
        model.codes = keep(tables.codes, np.uint8, "codes")
        model.points = keep(tables.points, np.uint32, "points")
        model.code_offsets = keep(tables.code_offsets, np.int64, "code_offsets")
        model.longest_code = int(np.diff(tables.code_offsets).max(initial=0))
    model.locks = keep(parameters.locks, np.float32, "locks")
    # A product with 1 changes no bit, so where every factor is 1 none is taken.
    model.lock_count = 0 if bool((parameters.locks == 1.0).all()) else len(parameters.locks)
    # Not for a single pair: a large table would be copied for each.
    thresholds = well_placed(tables.sample_int) if trains_corpus else tables.sample_int
    model.sample_int = keep(thresholds, np.uint64, "sample_int")
    if trains_corpus and config.negative:
        noise = index_noise(tables.cum_table)
        model.cum_table = keep(noise.cum_table, np.uint32, "cum_table")
        model.noise_guide = keep(noise.guide, np.uint32, "noise_guide")
        model.noise_total, model.noise_shift, model.noise_steps = noise.total, noise.shift, noise.steps
    model.seed, model.window, model.negative = config.seed, config.window, config.negative
    model.shrink_windows, model.sg, model.hs = config.shrink_windows, config.sg, config.hs
    model.cbow_mean, model.divides_error = config.cbow_mean, config.divides_error()
    return Struct(model, owners)


def corpus_struct(library: Library, corpus: EncodedCorpus) -> Struct:
    """Return the w2v_corpus of an encoded corpus, in memory or memory-mapped."""
    tokens = buffer(library, corpus.tokens, np.int32, "tokens")
    offsets = buffer(library, corpus.sentence_offsets, np.int64, "sentence_offsets")
    struct = library.ffi.new("w2v_corpus *", (tokens, offsets, corpus.words, corpus.sentences))
    return Struct(struct, [tokens, offsets])


def span_of(config: TrainingConfig, stride: int, longest_code: int) -> int:
    """Return the tokens of one claim: SPAN, or fewer where a token is so much work that a stop would wait."""
    steps = longest_code + config.negative + 1
    pairs = 2 * config.window if config.sg else 1
    floats = stride * (pairs * steps + 2 * config.window)
    return max(1, min(SPAN, SPAN_FLOATS // floats))


def run_struct(library: Library, job: TrainingJob, control: Control, longest_code: int) -> Struct:
    """Return the w2v_run that all workers of a job share."""
    stop = buffer(library, control.stop, np.int32, "control.stop", writable=True)
    next_token = buffer(library, control.next_token, np.int64, "control.next_token", writable=True)
    stride = job.parameters.input_vectors.shape[1]
    run = library.ffi.new("w2v_run *")
    run.epoch, run.words_before, run.total_words = job.epoch, job.words_before, job.total_words
    run.start_alpha, run.end_alpha = job.start_alpha, job.end_alpha
    run.compute_loss, run.workers = job.compute_loss, job.workers
    run.span = span_of(job.config, stride, longest_code)
    run.stop, run.next_token = stop, next_token
    return Struct(run, [stop, next_token])


def block_struct(library: Library, job: TrainingJob, control: Control) -> Struct:
    """Return the w2v_block_rule of a job of block training.

    Raises: ValueError if training does not start where a block begins.
    """
    rule = job.config.block
    bounds = bounds_from(job.config, job.corpus, int(control.next_token[0]))
    struct = library.ffi.new("w2v_block_rule *")
    struct.words = job.config.block_words(job.corpus.words)
    struct.tile, struct.draws = rule.tile, rule.draws
    struct.cap, struct.input_cap = rule.cap, rule.cap_of_inputs()
    struct.bounds, struct.blocks = buffer(library, bounds, np.int64, "bounds"), len(bounds) - 1
    room = int(np.diff(bounds).max(initial=0))
    # For as many positions as blocks have tokens: only what is written to takes memory.
    per_position = 2 if job.config.sg else 3
    rows = padded_zeros(per_position * room + -(-room // rule.tile) * rule.draws, job.config.vector_size)
    struct.workers = job.workers
    struct.room, struct.contributions = (
        room,
        buffer(library, rows, np.float32, "contributions", writable=True),
    )
    return Struct(struct, [bounds, struct.bounds, rows, struct.contributions])
