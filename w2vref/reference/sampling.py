"""The noise distribution, draws from it, and the subsampling of frequent words."""

from __future__ import annotations

import math

import numpy as np

from w2vref._typing import Float64Array, Int64Array, UInt32Array, UInt64Array
from w2vref.reference.draws import draws, high32

DOMAIN = 2**31 - 1
"""Last entry of the noise table, as in gensim."""
ALWAYS = 1 << 32
"""A `sample_int` that keeps every token."""
MIN_SAMPLE, MAX_SAMPLE = 1e-100, 1e100
EXPONENT_DIGITS = 32
MAX_EXPONENT = 1024.0
"""Beyond it, 2 ** exponent is no float64."""


def power(base: Float64Array, exponent: float) -> Float64Array:
    """Return base ** exponent from multiplications and square roots only.

    Both are correctly rounded everywhere, which no library's pow() is: the integer part of
    |exponent| by repeated multiplication, 32 binary digits of its fraction by repeated square roots
    from the largest digit (x ** 0.75 = sqrt(x) * sqrt(sqrt(x))), the reciprocal if negative.

    Raises: ValueError for an exponent that is not finite or beyond +-1024.
    """
    if not abs(exponent) <= MAX_EXPONENT:
        raise ValueError(f"the exponent of the noise distribution must be within +-1024, got {exponent}")
    whole = math.floor(abs(exponent))
    digits = int((abs(exponent) - whole) * 2**EXPONENT_DIGITS)
    result = np.ones_like(base, dtype=np.float64)
    with np.errstate(over="ignore"):
        for _ in range(whole):
            result *= base
        root = base.astype(np.float64)
        for digit in range(EXPONENT_DIGITS - 1, -1, -1):
            root = np.sqrt(root)
            if digits >> digit & 1:
                result *= root
    return result if exponent >= 0 else 1.0 / result


def make_cum_table(counts: Int64Array, exponent: float = 0.75, domain: int = DOMAIN) -> UInt32Array:
    """Return the cumulative noise distribution: P(word) proportional to count ** exponent.

    cum_table[i] = rint(S_i / S_last * domain), S the running sum in id order (Mikolov et al. 2013b,
    section 2.2; the table form is gensim's). A word with count 0 has no width and is never drawn.

    Args:
        counts: int64 (vocab_size,).
        exponent: 0.75 in the paper; may be 0 (uniform) or negative.
        domain: last entry, 1 .. 2^32 - 1.

    Returns: uint32 (vocab_size,), monotone, ending on domain.
    Raises: ValueError if all counts are 0 or the sums overflow.
    """
    if not 1 <= domain < 2**32:
        raise ValueError(f"domain must be in 1 .. 2^32 - 1, got {domain}")
    if not len(counts):
        raise ValueError("a noise distribution needs at least one word: the vocabulary is empty")
    drawn = counts > 0
    weights = np.zeros(len(counts), dtype=np.float64)
    weights[drawn] = power(counts[drawn].astype(np.float64), exponent)
    sums = np.add.accumulate(weights)
    if not (math.isfinite(sums[-1]) and sums[-1] > 0.0):
        raise ValueError(
            f"the noise distribution cannot be normalised with ns_exponent={exponent}: the sum of "
            f"count ** exponent is {sums[-1]}; choose an exponent nearer to 0"
        )
    table: UInt32Array = np.rint(sums / sums[-1] * domain).astype(np.uint32)
    return table


def draw_negatives(cum_table: UInt32Array, key: int, count: int, start: int) -> Int64Array:
    """Return the noise words of draws start .. start + count - 1 of a stream, int64 (count,).

    r = 1 + floor(high32 * cum_table[-1] / 2^32) is in 1 .. cum_table[-1]; the word is the insertion
    point of r as by bisect_left, so each word comes up in exact proportion to its width.
    """
    bits = draws(key, count, start) >> np.uint64(32)
    r = np.uint64(1) + (bits * np.uint64(cum_table[-1]) >> np.uint64(32))
    return np.searchsorted(cum_table, r.astype(np.uint32), side="left").astype(np.int64)


def make_sample_int(counts: Int64Array, sample: float) -> UInt64Array:
    """Return the subsampling threshold of each word: keep if 32 random bits are below it.

    p = (sqrt(v / T) + 1) * (T / v) with v the count and T = sample * total words, as word2vec.c
    computes it (not the formula of the paper). Thinning starts at v = T * (3 + sqrt(5)) / 2. For
    sample >= 1, T = floor(sample * (3 + sqrt(5)) / 2) does not depend on the corpus, as in gensim; so
    thinning starts at a count of 6.85 * sample.

    Args:
        counts: int64 (vocab_size,); a count of 0 is in no total and never kept.
        sample: 0 keeps everything; otherwise within 1e-100 .. 1e100, so that no step overflows.

    Returns: uint64 (vocab_size,), rint(min(1, p) * 2^32); 2^32 means always.
    Raises: ValueError for any other sample.
    """
    if not (sample == 0.0 or MIN_SAMPLE <= sample <= MAX_SAMPLE):
        raise ValueError(f"sample must be 0 (off) or within {MIN_SAMPLE} .. {MAX_SAMPLE}, got {sample}")
    thresholds = np.zeros(len(counts), dtype=np.uint64)
    known = counts > 0
    if sample == 0:
        thresholds[known] = ALWAYS
        return thresholds
    v = counts[known].astype(np.float64)
    if sample < 1.0:
        t = np.float64(sample * float(counts.sum()))
    else:
        t = np.float64(math.floor(sample * (3.0 + math.sqrt(5.0)) / 2.0))
    probability = (np.sqrt(v / t) + 1.0) * (t / v)
    thresholds[known] = np.rint(np.minimum(1.0, probability) * ALWAYS).astype(np.uint64)
    return thresholds


def is_kept(d: int, sample_int: int) -> bool:
    """Tell whether subsampling keeps the token with key d."""
    return high32(d) < sample_int
