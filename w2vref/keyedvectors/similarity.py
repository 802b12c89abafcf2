"""Similarities and distances of given keys."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from w2vref._typing import Float32Array, Float64Array, Int64Array
from w2vref.keyedvectors.lookup import KEY_TYPES, Key
from w2vref.keyedvectors.most_similar import MostSimilar, check_topn
from w2vref.keyedvectors.ranking import cosines, exact_cosines, margin, unit
from w2vref.keyedvectors.storage import FloatVector

logger = logging.getLogger(__name__)


class Similarity(MostSimilar):
    """Similarities of pairs and of groups of keys. A vector of zeros has similarity 0 with everything."""

    def similarity(self, w1: Key, w2: Key) -> float:
        """Return the cosine of the vectors of two keys. Raises: KeyError."""
        first, second = (self._unit_of(key) for key in (w1, w2))
        return float(exact_cosines(second[np.newaxis], first)[0])

    def n_similarity(self, ws1: Sequence[Key], ws2: Sequence[Key]) -> float:
        """Return the cosine between the means of the (unscaled) vectors of two lists of keys.

        Raises: KeyError for a key that is not there; ZeroDivisionError if a list is empty; TypeError for a
            str, which would be read as a list of letters.
        """
        groups = [word_list(ws1), word_list(ws2)]
        if not all(groups):
            raise ZeroDivisionError("n_similarity needs at least one key on each side")
        means = [self._storage.rows[self._rows(keys)].astype(np.float64).mean(axis=0) for keys in groups]
        return float(np.sum(unit(means[0]) * unit(means[1])))

    def doesnt_match(self, words: Iterable[Key]) -> Any:
        """Return the word whose vector is farthest, by cosine, from the mean of all scaled to length 1.

        Words that are not there are left out with a warning; of equals the first in alphabetical order.

        Raises: ValueError if no word is left; TypeError for a str, which would be read as letters.
        """
        used = self._known(word_list(words))
        units = np.array([self._unit_of(word) for word in used])
        scores = exact_cosines(units, unit(units.mean(axis=0)))
        return min(zip(scores.tolist(), used, strict=True), key=lambda pair: (pair[0], str(pair[1])))[1]

    def rank_by_centrality(self, words: Iterable[Key], use_norm: bool = True) -> list[tuple[float, Any]]:
        """Return (similarity to the centre, word), the most central first.

        The centre is the mean of the words' vectors, scaled to length 1; the similarity is the dot product
        with it, of the vector scaled to length 1 (`use_norm`) or as it is.

        Raises: as `doesnt_match`.
        """
        used = self._known(word_list(words))
        vectors = self._storage.rows[self._rows(used)].astype(np.float64)
        if use_norm:
            vectors = np.array([unit(vector) for vector in vectors])
        scores = np.sum(vectors * unit(vectors.mean(axis=0)), axis=1)
        ranking = sorted(zip(scores.tolist(), used, strict=True), key=lambda pair: str(pair[1]))
        return sorted(ranking, key=lambda pair: -pair[0])

    def most_similar_to_given(self, key1: Key, keys_list: Sequence[Key]) -> Any:
        """Return the key of keys_list that is most similar to key1, the first of equals.

        Raises: KeyError; ValueError for an empty list.
        """
        if not len(keys_list):
            raise ValueError("keys_list is empty: there is nothing to choose from")
        return keys_list[int(np.argmax([self.similarity(key1, key) for key in keys_list]))]

    def relative_cosine_similarity(self, wa: Key, wb: Key, topn: int = 10) -> float:
        """Return the similarity of wa and wb over the sum of wa's topn best similarities (Leeuwenberg 2016).

        Raises: KeyError; ValueError if there is no similar key or the sum is 0.
        """
        count = check_topn(topn)
        if not count:
            raise ValueError("topn must be at least 1: the similarity is relative to that of so many keys")
        total = sum(similarity for _, similarity in self.similar_by_key(wa, count))
        if total == 0:
            raise ValueError(f"the nearest keys of {wa!r} have no similarity to relate to")
        return self.similarity(wa, wb) / total

    def get_mean_vector(
        self,
        keys: Key | Sequence[Any] | npt.NDArray[Any],
        weights: Sequence[float] | npt.NDArray[Any] | None = None,
        pre_normalize: bool = True,
        post_normalize: bool = False,
        ignore_missing: bool = True,
    ) -> FloatVector:
        """Return the weighted mean of the vectors of keys, divided by the sum of the weights' magnitudes.

        Args:
            keys: keys, or vectors, which are taken as they are.
            weights: one for each; 1 for all if not given.
            pre_normalize: scale the vectors of keys to length 1 first.
            post_normalize: scale the mean to length 1.
            ignore_missing: leave out keys that are not there; if none is, the mean is zero.

        Returns: (vector_size,), in the dtype of the vectors.
        Raises: ValueError without keys, or if the lengths differ; KeyError with ignore_missing=False.
        """
        items = self._items(keys)
        if len(items) == 0:
            raise ValueError("cannot compute a mean with no input")
        factors = [1.0] * len(items) if weights is None else [float(weight) for weight in weights]
        if len(factors) != len(items):
            raise ValueError(f"{len(items)} keys but {len(factors)} weights")
        mean, total = np.zeros(self.vector_size), 0.0
        for item, factor in zip(items, factors, strict=True):
            if not isinstance(item, KEY_TYPES):
                vector = self._vector(item)
            elif item in self:
                vector = self._unit_of(item) if pre_normalize else self.get_vector(item).astype(np.float64)
            elif ignore_missing:
                continue
            else:
                raise KeyError(f"key {item!r} not present in the vocabulary")
            mean += factor * vector
            total += abs(factor)
        mean = mean / total if total > 0 else mean
        return (unit(mean) if post_normalize else mean).astype(self._storage.dtype)

    # ---- distances ----

    def distance(self, w1: Key, w2: Key) -> float:
        """Return 1 - similarity. Raises: KeyError."""
        return 1 - self.similarity(w1, w2)

    def distances(self, word_or_vector: Key | npt.ArrayLike, other_words: Sequence[Key] = ()) -> Float32Array:
        """Return 1 - cosine with each of other_words, or with every row if there are none: float32.

        Raises: KeyError; ValueError for a vector of another size.
        """
        if isinstance(word_or_vector, KEY_TYPES):
            target = self._unit_of(word_or_vector)
        else:
            target = unit(self._vector(word_or_vector))
        if len(other_words) == 0:
            end = self._usable_rows()
            return 1 - cosines(self._storage.rows[:end], self._norms_of(0, end), target)
        return (1 - exact_cosines(self._storage.rows[self._rows(other_words)], target)).astype(np.float32)

    def rank(self, key1: Key, key2: Key) -> int:
        """Return 1 + the number of keys that are strictly closer to key1 than key2 is. Raises: KeyError."""
        return len(self._closer(key1, key2)) + 1

    def closer_than(self, key1: Key, key2: Key) -> list[Any]:
        """Return the keys that are strictly closer to key1 than key2 is, in row order. Raises: KeyError."""
        return [self._index_to_key[row] for row in self._closer(key1, key2).tolist()]

    def words_closer_than(self, word1: Key, word2: Key) -> list[Any]:
        """Return `closer_than(word1, word2)`, under its older name."""
        return self.closer_than(word1, word2)

    def _closer(self, key1: Key, key2: Key) -> Int64Array:
        """Return the rows strictly closer to key1 than key2, without key1; decided in float64 where close."""
        own, other, end = self._row(key1), self._row(key2), self._usable_rows()
        rows, target = self._storage.rows[:end], self._unit_of(key1)
        limit = exact_cosines(rows[other : other + 1], target)[0]
        scores = cosines(rows, self._norms_of(0, end), target)
        slack = margin(self.vector_size)
        scores[self._excluded([own], 0, end)] = -np.inf
        near = np.flatnonzero(np.abs(scores - limit) <= slack)
        sure = np.flatnonzero(scores > limit + slack)
        return np.union1d(sure, near[exact_cosines(rows[near], target) > limit])

    @staticmethod
    def cosine_similarities(vector_1: npt.ArrayLike, vectors_all: npt.ArrayLike) -> Float64Array:
        """Return the cosine of a vector, (size,), with each row of a matrix, (n, size), in float64."""
        return exact_cosines(np.asarray(vectors_all), unit(np.asarray(vector_1)))

    # ---- parts ----

    def _unit_of(self, key: Key) -> Float64Array:
        """Return the vector of key scaled to length 1, in float64."""
        return unit(self._storage.row(self._row(key)))

    def _known(self, words: list[Any]) -> list[Any]:
        """Return the words that are there; the others are named in a warning."""
        used = [word for word in words if word in self]
        if len(used) != len(words):
            missing = sorted({str(word) for word in words if word not in self})
            logger.warning("vectors for words %s are not present in the model, ignoring these words", missing)
        if not used:
            raise ValueError("cannot select a word from an empty list: none of the words has a vector")
        return used


def word_list(words: Iterable[Any]) -> list[Any]:
    """Return words as a list. Raises: TypeError for a str, which would be read as a list of letters."""
    if isinstance(words, str):
        raise TypeError(f"expected a list of words, got the string {words!r}: split it first")
    return list(words)
