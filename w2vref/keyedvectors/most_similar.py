"""The nearest keys of a key, a vector, or a weighted sum of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from w2vref._typing import Float32Array, Float64Array, Int64Array
from w2vref.keyedvectors.byte_rows import ByteRows, library_for_bytes
from w2vref.keyedvectors.indexers import Indexer
from w2vref.keyedvectors.lookup import KEY_TYPES, Key, Lookup
from w2vref.keyedvectors.ranking import Ranked, cosines, exact_cosines, nearest, nearest_batch, unit

Item: TypeAlias = "Key | npt.NDArray[Any] | tuple[Key | npt.NDArray[Any], float] | Sequence[float]"
"""A key, a vector, or one of both with its weight."""
Items: TypeAlias = "Item | Sequence[Item] | npt.NDArray[Any]"
Similar: TypeAlias = "list[tuple[Any, float]]"
"""Keys and their similarities, best first."""

COSMUL_EPSILON = 1e-6
"""Keeps the denominator of 3CosMul from zero (Levy & Goldberg 2014, section 6: 0.001 there, 1e-6 in use)."""
COSMUL_SLACK = 1e-3
"""Relative slack within which 3CosMul scores from float32 cosines are ranked again in float64."""


class _Query(NamedTuple):
    """What a list of positive and negative items comes to."""

    vectors: list[Float64Array]
    """The vector of each item: of length 1 for a key, as given for an array."""
    weights: list[float]
    rows: list[int]
    """The rows of the keys: they are left out of the answer."""


class MostSimilar(Lookup):
    """Queries whose answer is a ranking of keys.

    Cosines are ranked in float64, ties by row number. A vector of zeros has similarity 0 with everything;
    a row that holds a NaN is never found.
    """

    def most_similar(
        self,
        positive: Items | None = None,
        negative: Items | None = None,
        topn: int | None = 10,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: Indexer | None = None,
    ) -> Similar | Float32Array:
        """Return the keys nearest by cosine to the weighted sum of the items.

        A key stands for its vector scaled to length 1 and is left out of the answer; an array is taken
        as it is. An item of `positive` counts 1, one of `negative` -1; `(item, weight)` counts as much as it
        says, on either side (so a weight of +1 in `negative` adds).

        Args:
            positive: a key, a vector, a matrix of vectors, or a list of items.
            negative: the same.
            topn: how many; 0 gives []; None or False gives the similarity of every row in the range,
                a float32 array in row order, the inputs included.
            clip_start: first row to look at.
            clip_end: the row after the last one to look at; None: to the end.
            restrict_vocab: look only at so many first rows; 0 gives [].
            indexer: an index to ask instead (see `w2vref.keyedvectors.indexers`); it covers all rows.

        Returns: list of (key, similarity), best first.
        Raises: KeyError for a key that is not there; ValueError without any input, for a vector of another
            size, a negative limit, or an indexer together with a range or `topn=None`.
        """
        count = check_topn(topn)
        query = self._query(positive, negative)
        target = self._target(query)
        if indexer is not None:
            if count is None or clip_start or clip_end is not None or restrict_vocab is not None:
                raise ValueError(
                    "an indexer answers for all keys: leave out clip_start, clip_end, "
                    "restrict_vocab, and give topn as a number"
                )
            return self._ask(indexer, target, count, query.rows)
        start, end = self._range(clip_start, clip_end, restrict_vocab)
        if count is None:
            return cosines(self._storage.rows[start:end], self._norms_of(start, end), target)
        excluded = self._excluded(query.rows, start, end)
        rows, norms = self._storage.rows[start:end], self._norms_of(start, end)
        best = nearest(rows, norms, target, count, excluded, self._in_bytes(1), start)
        return self._named(best, start)

    def most_similar_batch(
        self, keys: Sequence[Key | npt.NDArray[Any]] | npt.NDArray[Any], topn: int = 10
    ) -> list[Similar]:
        """Return `most_similar(key, topn=topn)` for each of keys, by a few large matrix products.

        Args:
            keys: keys, or vectors, or a matrix (queries, vector_size).
            topn: how many for each.

        Raises: KeyError for a key that is not there; ValueError for a vector of another size.
        """
        count = check_topn(topn)
        if count is None:
            raise ValueError(
                "most_similar_batch needs a number for topn: all similarities of many queries "
                "may not fit into memory; call most_similar(key, topn=None) for each"
            )
        if isinstance(keys, KEY_TYPES):
            raise TypeError(f"expected a list of keys, got one key, {keys!r}: write [{keys!r}]")
        queries = [self._query(key, None) for key in keys]
        targets = np.array([self._target(query) for query in queries]).reshape(-1, self.vector_size)
        end = self._usable_rows()
        excluded = [self._excluded(query.rows, 0, end) for query in queries]
        rows, norms = self._storage.rows[:end], self._norms_of(0, end)
        found = nearest_batch(rows, norms, targets, count, excluded, self._in_bytes(len(targets)))
        return [self._named(best, 0) for best in found]

    def most_similar_cosmul(
        self,
        positive: Items | None = None,
        negative: Items | None = None,
        topn: int | None = 10,
        restrict_vocab: int | None = None,
    ) -> Similar | Float64Array:
        """Return the best keys by 3CosMul (Levy & Goldberg 2014, eq. 4).

        The score of a row v is prod (1 + cos(v, p)) / 2 over the positive items, divided by the same product
        over the negative ones plus 1e-6. Keys stand for their vectors scaled to length 1 and are left out of
        the answer; an array is taken as it is, so scale it yourself. Items have no weights.

        Args: as `most_similar`. Returns: as `most_similar`; all scores are a float64 array.
        Raises: as `most_similar`; TypeError for a weight; ValueError without a positive item.
        """
        count = check_topn(topn)
        plus, minus = self._query(positive, None, weighted=False), self._query(negative, None, False, True)
        start, end = self._range(0, None, restrict_vocab)
        rows, norms = self._storage.rows[start:end], self._norms_of(start, end)
        scores = _cosmul(
            [cosines(rows, norms, vector).astype(np.float64) for vector in plus.vectors],
            [cosines(rows, norms, vector).astype(np.float64) for vector in minus.vectors],
        )
        if count is None:
            return scores
        excluded = self._excluded(plus.rows + minus.rows, start, end)
        scores[excluded] = -np.inf
        usable = np.flatnonzero(scores > -np.inf)
        if len(usable) > count > 0:
            values = scores[usable]
            floor = np.partition(values, len(values) - count)[len(values) - count]
            usable = usable[values >= floor - COSMUL_SLACK * abs(floor)]
        exact = _cosmul(
            [exact_cosines(rows[usable], vector) for vector in plus.vectors],
            [exact_cosines(rows[usable], vector) for vector in minus.vectors],
        )
        order = np.lexsort((usable, -exact))[:count]
        return self._named(Ranked(usable[order], exact[order]), start)

    def similar_by_word(
        self, word: Key, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Similar | Float32Array:
        """Return `most_similar([word])`."""
        return self.similar_by_key(word, topn, restrict_vocab)

    def similar_by_key(
        self, key: Key, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Similar | Float32Array:
        """Return `most_similar([key])`."""
        return self.most_similar([key], topn=topn, restrict_vocab=restrict_vocab)

    def similar_by_vector(
        self, vector: npt.ArrayLike, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Similar | Float32Array:
        """Return `most_similar` of a vector, (vector_size,); a list of numbers is a vector here."""
        return self.most_similar([np.asarray(vector)], topn=topn, restrict_vocab=restrict_vocab)

    # ---- parts ----

    def _query(
        self, positive: Items | None, negative: Items | None, weighted: bool = True, empty: bool = False
    ) -> _Query:
        query = _Query([], [], [])
        for items, sign in ((positive, 1.0), (negative, -1.0)):
            for item in self._items(items):
                self._take(item, sign, weighted, query)
        if not query.vectors and not empty:
            raise ValueError("cannot compute a similarity with no input: give at least one key or vector")
        return query

    def _items(self, items: Items | None) -> Sequence[Any]:
        """Return the items as a sequence: one key or one vector is an item itself."""
        if items is None:
            return []
        if isinstance(items, tuple) and len(items) == 2 and isinstance(items[1], float | np.floating):
            return [items]
        if isinstance(items, KEY_TYPES) or (
            isinstance(items, np.ndarray) and items.ndim == 1 and items.dtype.kind in "fiu"
        ):
            return [items]
        return list(items)

    def _take(self, item: Any, sign: float, weighted: bool, query: _Query) -> None:
        """Append the vector, the weight and the row of one item."""
        weight = sign
        if isinstance(item, tuple) and len(item) == 2:
            if not weighted:
                raise TypeError(f"most_similar_cosmul takes no weights, got {item!r}")
            item, given = item
            if isinstance(given, str):
                raise TypeError(f"the weight of {item!r} must be a number, got {given!r}")
            weight = float(given)
        if isinstance(item, KEY_TYPES) and not isinstance(item, bool):
            row = self._row(item)
            query.rows.append(row)
            query.vectors.append(unit(self._storage.row(row)))
        else:
            query.vectors.append(self._vector(item))
        query.weights.append(weight)

    def _vector(self, item: Any) -> Float64Array:
        """Return a vector that was given as numbers, in float64."""
        array = np.asarray(item)
        if array.dtype.kind not in "fiu":
            raise TypeError(f"expected a key, a vector, or (key or vector, weight), got {item!r}")
        if array.shape != (self.vector_size,):
            raise ValueError(f"a vector must have shape ({self.vector_size},), got {array.shape}")
        return array.astype(np.float64)

    def _target(self, query: _Query) -> Float64Array:
        total = np.zeros(self.vector_size)
        for vector, weight in zip(query.vectors, query.weights, strict=True):
            total += weight * vector
        return unit(total)

    def _range(self, clip_start: int, clip_end: int | None, restrict_vocab: int | None) -> tuple[int, int]:
        """Return the first row to look at and the one after the last."""
        for name, value in (
            ("clip_start", clip_start),
            ("clip_end", clip_end),
            ("restrict_vocab", restrict_vocab),
        ):
            if value is not None and value < 0:
                raise ValueError(f"{name} must not be negative, got {value}")
        end = self._usable_rows()
        for limit in (clip_end, restrict_vocab):
            end = end if limit is None else min(end, limit)
        return min(clip_start, end), end

    def _norms_of(self, start: int, end: int) -> Float32Array:
        return self._storage.norms()[start:end]

    def _in_bytes(self, queries: int) -> ByteRows | None:
        """Return the rows in bytes if they are worth making, for so many more queries, or made already."""
        if not self._storage.worth_bytes(queries):
            return None
        if self._storage.in_bytes is None:
            library = library_for_bytes()
            self._storage.in_bytes = ByteRows(library, self._storage.rows) if library else None
        return self._storage.in_bytes

    def _excluded(self, rows: list[int], start: int, end: int) -> Int64Array:
        """Return the rows of the range, counted from its start, that cannot be answers."""
        out = np.unique(np.array(rows, dtype=np.int64))
        if self.next_index < end:
            unnamed = [row for row in range(self.next_index, end) if self._index_to_key[row] is None]
            out = np.union1d(out, np.array(unnamed, dtype=np.int64))
        out = out[(out >= start) & (out < end)] - start
        return out

    def _named(self, best: Ranked, start: int) -> Similar:
        keys = self._index_to_key
        return [
            (keys[row + start], cosine)
            for row, cosine in zip(best.rows.tolist(), best.cosines.tolist(), strict=True)
        ]

    def _ask(self, indexer: Indexer, target: Float64Array, topn: int, rows: list[int]) -> Similar:
        """Ask an index for enough neighbours that topn remain without the inputs."""
        if topn == 0:
            return []
        inputs = {self._index_to_key[row] for row in rows}
        answer = indexer.most_similar(target.astype(np.float32), topn + len(inputs))
        return [(key, similarity) for key, similarity in answer if key not in inputs][:topn]


def check_topn(topn: int | None) -> int | None:
    """Return topn as a number, or None for all similarities.

    Raises: TypeError for what is no whole number, ValueError for a negative one.
    """
    if topn is None or topn is False:
        return None
    if not isinstance(topn, int | np.integer):
        raise TypeError(f"topn must be a whole number, or None for all similarities, got {topn!r}")
    if topn < 0:
        raise ValueError(f"topn must not be negative, got {topn}")
    return int(topn)


def _cosmul(positive: list[Float64Array], negative: list[Float64Array]) -> Float64Array:
    """Return the 3CosMul scores from the cosines with each item."""
    numerator = np.prod([(1 + cosine) / 2 for cosine in positive], axis=0)
    denominator = np.prod([(1 + cosine) / 2 for cosine in negative], axis=0) + COSMUL_EPSILON
    scores: Float64Array = numerator / denominator
    return scores
