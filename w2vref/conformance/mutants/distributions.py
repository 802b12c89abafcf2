"""Mistakes in what is drawn from and how: N1 .. N9, G8, W6, W11 .. W13, L2 .. L10, I1 .. I6."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from w2vref.conformance.mutants.mistake import Answer, Mistake, Right
from w2vref.reference import initialization, sampling, schedule
from w2vref.reference.dialects.initial import lcg_rows

MAKE_CUM_TABLE, MAKE_SAMPLE_INT = sampling.make_cum_table, sampling.make_sample_int
DRAW_NEGATIVES, LEARNING_RATE = sampling.draw_negatives, schedule.learning_rate
CUM_TABLE, SAMPLE_INT = (
    "w2vref.reference.sampling.make_cum_table",
    "w2vref.reference.sampling.make_sample_int",
)
DRAWS, KEPT = "w2vref.reference.sampling.draw_negatives", "w2vref.reference.sampling.is_kept"
RATE = "w2vref.reference.schedule.learning_rate"
DOMAIN = sampling.DOMAIN


def cum_table_in_float32(counts: Any, exponent: float = 0.75, domain: int = DOMAIN) -> Any:
    """Add up in float32."""
    sums = np.add.accumulate(np.power(counts.astype(np.float32), np.float32(exponent)))
    return (sums.astype(np.float64) / float(sums[-1]) * domain).astype(np.uint32)


def cum_table_of_rounded_shares(counts: Any, exponent: float = 0.75, domain: int = DOMAIN) -> Any:
    """Add up shares that were rounded before."""
    weights = sampling.power(counts.astype(np.float64), exponent)
    return np.add.accumulate((weights / weights.sum() * domain).astype(np.int64)).astype(np.uint32)


def cum_table_of_integers(counts: Any, exponent: float = 0.75, domain: int = DOMAIN) -> Any:
    """Raise integers to the power, which a negative one does not allow."""
    if exponent < 0:
        raise ValueError("Integers to negative integer powers are not allowed.")
    return MAKE_CUM_TABLE(counts, exponent, domain)


def cum_table_by_rank(counts: Any, exponent: float = 0.75, domain: int = DOMAIN) -> Any:
    """Take ids for ranks of Zipf's law."""
    return MAKE_CUM_TABLE((10**6 / np.arange(1, len(counts) + 1)).astype(np.int64), exponent, domain)


def uniform_cum_table(counts: Any, _exponent: float = 0.75, domain: int = DOMAIN) -> Any:
    """Take all words for equally likely."""
    return MAKE_CUM_TABLE(np.ones_like(counts), 1.0, domain)


def cum_table_of_roots(counts: Any, exponent: float = 0.75, domain: int = DOMAIN) -> Any:
    """Take 1/2 for 3/4."""
    return MAKE_CUM_TABLE(counts, exponent * 2 / 3, domain)


def draws_without_word_0(cum_table: Any, key: int, count: int, start: int) -> Any:
    """Replace word 0 by another, uniformly."""
    ids = DRAW_NEGATIVES(cum_table, key, count, start)
    others = max(1, len(cum_table) - 1)
    return np.where(ids == 0, 1 + (key + np.arange(len(ids)).astype(np.uint64)) % others, ids).astype(
        np.int64
    )


def uniform_draws(cum_table: Any, key: int, count: int, start: int) -> Any:
    """Draw every word with the same chance."""
    table = MAKE_CUM_TABLE(np.ones(len(cum_table), dtype=np.int64), 1.0)
    return DRAW_NEGATIVES(table, key, count, start)


class Lcg:
    """The generator of word2vec.c."""

    def __init__(self) -> None:
        self.state = 1

    def next(self) -> int:
        """Take a step and return all bits."""
        self.state = (self.state * 25214903917 + 11) % 2**64
        return self.state


def low_bits_of_a_window() -> Callable[[int, int], int]:
    """Return window_radius that takes an LCG modulo the window."""
    lcg = Lcg()
    return lambda _d, window: window - lcg.next() % window


def low_bits_of_a_keep() -> Callable[[int, int], bool]:
    """Return is_kept that takes 16 low bits of an LCG."""
    lcg = Lcg()
    return lambda _d, threshold: (lcg.next() & 0xFFFF) << 16 < threshold


def paper_formula(counts: Any, sample: float) -> Any:
    """Keep with the chance of the paper, sqrt(T / v)."""
    if sample == 0:
        return MAKE_SAMPLE_INT(counts, sample)
    p = np.minimum(1.0, np.sqrt(sample * counts.sum() / counts))
    return np.rint(p * 2**32).astype(np.uint64)


def zero_drops_all(counts: Any, sample: float) -> Any:
    """Take a threshold of 0 for a number."""
    return MAKE_SAMPLE_INT(counts, sample or 1e-100)


def rate_within_an_epoch(right: Right, **inputs: Any) -> Answer:
    """Forget how many epochs there are."""
    words = sum(inputs["sentence_lengths"])
    inputs["tokens"] = [token % words for token in inputs["tokens"]]
    return right("schedule.alpha", **{**inputs, "epochs": 1})


def rate_of_a_job(start: float, end: float, done: int, total: int) -> Any:
    """Set the rate every 10,000 words."""
    return LEARNING_RATE(start, end, done // 10_000 * 10_000, total)


def relative_floor(start: float, end: float, done: int, total: int) -> Any:
    """Take min_alpha for a share of alpha."""
    return LEARNING_RATE(start, end * start, done, total)


def rate_of_32_bits(start: float, end: float, done: int, total: int) -> Any:
    """Count words in 32 bits."""
    return LEARNING_RATE(start, end, (done + 2**31) % 2**32 - 2**31, total)


def initial(change: Callable[[Any], Any]) -> dict[str, Callable[..., Answer]]:
    """Return `initialize` with changed vectors."""

    def initialize(right: Right, **inputs: Any) -> Answer:
        return {"vectors": change(right("initialize", **inputs)["vectors"])}

    return {"initialize": initialize}


def initial_rows_of_an_lcg(_right: Right, words: list[str], size: int, seed: int) -> Answer:
    """Initialise from 16 low bits."""
    return {"vectors": lcg_rows(len(words), size, seed)}


def first_tenth(vectors: Any) -> Any:
    """Leave nine tenths zero."""
    return np.where(np.arange(len(vectors))[:, None] < len(vectors) // 10, vectors, np.float32(0))


def initial_by_hash(_right: Right, words: list[str], size: int, seed: int) -> Answer:
    """Key the vectors by Python's hash, which differs from process to process."""
    keys = initialization.vector_keys([word + str(seed) for word in words], hash)
    return {"vectors": initialization.initial_vectors(keys, size)}


DISTRIBUTIONS: Mapping[str, Mistake] = {
    "G8": Mistake(
        "word 0 is never a negative", "generator.noise.exponent-usual", {DRAWS: draws_without_word_0}
    ),
    "N1": Mistake(
        "the table is summed in float32",
        "tables.noise.rare-after-frequent.usual-exponent",
        {CUM_TABLE: cum_table_in_float32},
    ),
    "N2": Mistake(
        "rounded shares are summed",
        "tables.cum-table.ends-on-its-total",
        {CUM_TABLE: cum_table_of_rounded_shares},
    ),
    "N3": Mistake(
        "integers to a negative power", "tables.noise.exponent-minus-one", {CUM_TABLE: cum_table_of_integers}
    ),
    "N5": Mistake("the exponent is 0.5", "tables.noise.exponent-usual", {CUM_TABLE: cum_table_of_roots}),
    "N7": Mistake("noise follows the ids", "tables.noise.not-sorted", {CUM_TABLE: cum_table_by_rank}),
    "N8": Mistake("noise is uniform", "tables.noise.exponent-usual", {CUM_TABLE: uniform_cum_table}),
    "N9": Mistake("draws are uniform", "generator.noise.exponent-usual", {DRAWS: uniform_draws}),
    "W6": Mistake(
        "windows are an LCG modulo the window",
        "generator.windows.window-8-negative-25",
        {"w2vref.reference.windows.window_radius": low_bits_of_a_window()},
    ),
    "W11": Mistake("the formula of the paper", "tables.keep.sample-usual", {SAMPLE_INT: paper_formula}),
    "W12": Mistake("a threshold of 0 drops all", "tables.keep.off", {SAMPLE_INT: zero_drops_all}),
    "W13": Mistake(
        "16 low bits of an LCG decide", "generator.keep.independent", {KEPT: low_bits_of_a_keep()}
    ),
    "L2": Mistake(
        "the rate falls within each epoch",
        "schedule.five-epochs",
        operations={"schedule.alpha": rate_within_an_epoch},
    ),
    "L4": Mistake("the rate is that of a job of 10,000 words", "schedule.short-text", {RATE: rate_of_a_job}),
    "L6": Mistake("min_alpha is a share of alpha", "schedule.floor-relative", {RATE: relative_floor}),
    "L10": Mistake("words are counted in 32 bits", "schedule.beyond-31-bits", {RATE: rate_of_32_bits}),
    "I1": Mistake(
        "vectors come from 16 low bits of an LCG",
        "generator.initial.distinct.300x512",
        operations={"initialize": initial_rows_of_an_lcg},
    ),
    "I2": Mistake(
        "a tenth of the vectors is initialised",
        "generator.initial.distinct.200x4",
        operations=initial(first_tenth),
    ),
    "I3": Mistake(
        "vectors are twice as large",
        "generator.initial.spread.word-hash",
        operations=initial(lambda vectors: vectors * np.float32(2)),
    ),
    "I6": Mistake(
        "vectors depend on the process's hash",
        "generator.initial.process",
        operations={"initialize": initial_by_hash},
        process=True,
    ),
}
