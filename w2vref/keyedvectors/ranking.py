"""The nearest rows of a matrix: fast to find, exact to rank.

All rows are scored roughly: by a float32 matrix product, whose rounding depends on the BLAS library, its
threads and the place of a row, or by products of bytes. The scores only choose candidates, with a margin
that covers their worst error; these few are ranked by cosines computed in float64, ties by row number. The
answer is thus the same for a single query and for a batch, with floats or bytes, on every machine.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2vref._typing import Float32Array, Float64Array, Int64Array
from w2vref.keyedvectors.storage import FloatMatrix

if TYPE_CHECKING:
    from w2vref.keyedvectors.byte_rows import ByteRows

ROWS_AT_ONCE = 4096
"""Rows of one matrix product of a batch: with 300 components 5 MB, which stays in the cache."""
QUERIES_AT_ONCE = 512
MAX_KEPT = 4_000_000
"""Rows kept at a time for all queries of a batch together: it bounds the memory."""
BLOCK = 256
"""Scores whose maximum is taken together to bound the k-th best score from below."""


class Ranked(NamedTuple):
    """Rows from best to worst, and their cosines."""

    rows: Int64Array
    cosines: Float64Array


def unit(vector: npt.NDArray[Any]) -> Float64Array:
    """Return vector scaled to length 1 in float64; a vector of zeros stays zero."""
    exact = vector.astype(np.float64)
    largest = np.max(np.abs(exact), initial=0.0)
    if largest == 0:
        return exact
    exact /= largest  # squares of very small or very large components stay in range
    scaled: Float64Array = exact / np.sqrt(np.sum(exact * exact))
    return scaled


def margin(size: int) -> float:
    """Return twice the largest error of a float32 cosine of unit vectors of so many components.

    A dot product of n terms is off by at most n * 2^-24 * |a||b| (Higham 2002, section 3.1) in any order of
    summation; the norms and the roundings of the query add as much again.
    """
    return 2 * 2 * (size + 16) * 2.0**-24


def divisors(norms: Float32Array) -> Float32Array:
    """Return norms with 1 in the place of 0: a vector of zeros divided by it stays zero."""
    return np.where(norms != 0, norms, np.float32(1))


def cosines(rows: FloatMatrix, norms: Float32Array, query: Float64Array) -> Float32Array:
    """Return the cosine of the unit vector query with each row, float32 (rows,); 0 for a zero row."""
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        if rows.dtype == np.float16:  # NumPy has no fast product of float16
            dots = np.concatenate(
                [np.zeros(0, np.float32)]
                + [part.astype(np.float32) @ query.astype(np.float32) for part in blocks(rows)]
            )
        else:
            dots = rows @ query.astype(rows.dtype)
        scores: Float32Array = np.empty(len(rows), dtype=np.float32)
        np.divide(dots, divisors(norms), out=scores, casting="same_kind")
    return scores


def blocks(rows: FloatMatrix) -> Iterator[FloatMatrix]:
    """Yield the rows in blocks that fit the cache."""
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield rows[start : start + ROWS_AT_ONCE]


def exact_cosines(rows: FloatMatrix, query: Float64Array) -> Float64Array:
    """Return the cosine of the unit vector query with each row in float64; 0 for a zero row.

    Each row is summed alone and in the same order, so equal rows have equal cosines.
    """
    exact = rows.astype(np.float64)
    largest = np.max(np.abs(exact), axis=1, initial=0.0, keepdims=True)
    exact /= np.where(largest > 0, largest, 1.0)
    lengths = np.sqrt(np.sum(exact * exact, axis=1))
    result: Float64Array = np.sum(exact * query, axis=1) / np.where(lengths > 0, lengths, 1.0)
    return result


def lower_bound(scores: Float32Array, k: int) -> float:
    """Return a value that at least k of the scores reach, close to the k-th best; 1 <= k <= len(scores).

    Each of the k best block maxima is the score of another row.
    """
    whole = len(scores) // BLOCK * BLOCK
    maxima = scores[:whole].reshape(-1, BLOCK).max(axis=1)
    if len(maxima) < k:
        return float(np.partition(scores, len(scores) - k)[len(scores) - k])
    return float(np.partition(maxima, len(maxima) - k)[len(maxima) - k])


def candidates(scores: Float32Array, k: int, slack: float) -> Int64Array:
    """Return the places of all scores that may be among the k best if each is off by slack / 2.

    Scores of -inf or NaN are never chosen.
    """
    if k < len(scores):
        found = np.flatnonzero(scores >= lower_bound(scores, k) - slack)
        if len(found) > 2 * k:
            best = scores[found]
            found = found[best >= np.partition(best, len(best) - k)[len(best) - k] - slack]
    else:
        found = np.arange(len(scores))
    return found[scores[found] > -np.inf]


def ranked(rows: FloatMatrix, found: Int64Array, query: Float64Array, k: int) -> Ranked:
    """Return the k best of the rows found, ranked by their exact cosines, ties by row number."""
    exact = exact_cosines(rows[found], query)
    order = np.lexsort((found, -exact))[:k]
    return Ranked(found[order], exact[order])


def nearest(
    rows: FloatMatrix,
    norms: Float32Array,
    query: Float64Array,
    k: int,
    excluded: Int64Array,
    in_bytes: ByteRows | None = None,
    first: int = 0,
) -> Ranked:
    """Return the k rows nearest to the unit vector query by cosine, the excluded ones left out.

    Args:
        rows, norms: (n, size) and (n,).
        excluded: places in rows.
        in_bytes: the same rows in bytes, if there are such; its row `first` is rows[0].
        first: see there.
    """
    if k == 0 or len(rows) == 0:
        return Ranked(np.zeros(0, np.int64), np.zeros(0, np.float64))
    if in_bytes is not None and few(k + len(excluded), len(rows)):
        (found,) = in_bytes.candidates(query[np.newaxis], k + len(excluded), first, first + len(rows))
        found = np.setdiff1d(found - first, excluded, assume_unique=True)
    else:
        scores = cosines(rows, norms, query)
        scores[excluded] = -np.inf
        found = candidates(scores, k, margin(rows.shape[1]))
    return ranked(rows, found, query, k)


def few(wanted: int, rows: int) -> bool:
    """Tell whether so few rows are wanted that looking for candidates in bytes rules out most others."""
    return wanted * 64 <= rows


def nearest_batch(
    rows: FloatMatrix,
    norms: Float32Array,
    queries: Float64Array,
    k: int,
    excluded: list[Int64Array],
    in_bytes: ByteRows | None = None,
) -> list[Ranked]:
    """Return what `nearest` returns for each of the unit vectors queries, (n, size)."""
    if k == 0 or len(rows) == 0:
        return [Ranked(np.zeros(0, np.int64), np.zeros(0, np.float64)) for _ in excluded]
    # The inputs are left out afterwards: with so many candidates, k others are among them.
    wanted = k + max((len(out) for out in excluded), default=0)
    by_bytes = in_bytes if few(wanted, len(rows)) else None
    threads = 1 if by_bytes is None else os.cpu_count() or 1  # BLAS has threads of its own
    step = max(1, min(QUERIES_AT_ONCE, MAX_KEPT // k, -(-len(queries) // threads)))

    def answer(start: int) -> list[Ranked]:
        part = slice(start, start + step)
        if by_bytes is not None:
            found = by_bytes.candidates(queries[part], wanted, 0, len(rows))
        else:
            found = _float_candidates(rows, norms, queries[part], wanted)
        return [
            ranked(rows, np.setdiff1d(places, out, assume_unique=True), query, k)
            for query, out, places in zip(queries[part], excluded[part], found, strict=True)
        ]

    starts = range(0, len(queries), step)
    if threads == 1 or len(starts) <= 1:
        return [best for start in starts for best in answer(start)]
    with ThreadPoolExecutor(threads) as pool:
        return [best for bests in pool.map(answer, starts) for best in bests]


def _float_candidates(
    rows: FloatMatrix, norms: Float32Array, queries: Float64Array, wanted: int
) -> list[Int64Array]:
    """Return, for each query, rows that include the `wanted` with the largest cosines, by matrix products."""
    single = np.ascontiguousarray(queries, dtype=np.float32)
    lengths = divisors(norms)[:, np.newaxis]
    floors = _Floors(len(queries), wanted, np.float32(margin(rows.shape[1])))
    pieces: list[tuple[Int64Array, Int64Array, Float32Array]] = []
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[start : start + ROWS_AT_ONCE]
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            units = part / lengths[start : start + ROWS_AT_ONCE]
            scores = single @ units.astype(np.float32, copy=False).T
        floors.raise_by(scores)
        flat = np.flatnonzero(scores >= floors.values[:, np.newaxis])
        which, columns = np.divmod(flat, scores.shape[1])
        pieces.append((which, columns + start, scores.ravel()[flat]))
    which, places, values = (np.concatenate(arrays) for arrays in zip(*pieces, strict=True))
    stay = (values >= floors.values[which]) & (values > -np.inf)
    which, places = which[stay], places[stay]
    order = np.argsort(which, kind="stable")
    ends = np.searchsorted(which[order], np.arange(1, len(queries)))
    return np.split(places[order], ends)


class _Floors:
    """For each query a score that the best `wanted` rows seen so far reach, less the margin."""

    def __init__(self, queries: int, wanted: int, slack: np.float32) -> None:
        self.wanted, self.slack = wanted, slack
        # Small enough blocks that the first rows already give `wanted` maxima, if they can.
        self.block = max(1, 2 ** int(np.log2(max(1.0, ROWS_AT_ONCE / (4 * wanted)))))
        self.maxima = np.zeros((queries, 0), dtype=np.float32)
        self.values = np.full(queries, -np.inf, dtype=np.float32)

    def raise_by(self, scores: Float32Array) -> None:
        """Take the scores, (queries, rows), of further rows into account."""
        whole = scores.shape[1] // self.block * self.block
        fresh = scores[:, :whole].reshape(len(scores), -1, self.block).max(axis=2)
        fresh[np.isnan(fresh)] = -np.inf
        self.maxima = np.concatenate([self.maxima, fresh], axis=1)
        if self.maxima.shape[1] >= self.wanted:
            first = self.maxima.shape[1] - self.wanted
            self.maxima = np.partition(self.maxima, first, axis=1)[:, first:]
            self.values = self.maxima[:, 0] - self.slack
