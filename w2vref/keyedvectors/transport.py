"""Word Mover's Distance (Kusner et al. 2015)."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from w2vref._typing import Float64Array
from w2vref.keyedvectors.ranking import unit
from w2vref.keyedvectors.similarity import Similarity, word_list

logger = logging.getLogger(__name__)


class Transport(Similarity):
    """Distances of documents."""

    def wmdistance(self, document1: Iterable[Any], document2: Iterable[Any], norm: bool = True) -> float:
        """Return the Word Mover's Distance: the least cost of moving the words of one document to the other.

        The words of a document weigh as often as they occur, together 1; moving weight costs the Euclidean
        distance of the vectors, of length 1 (`norm`) or as they are. Words without a vector are left out.

        Args:
            document1: list of words.
            document2: list of words.
            norm: scale the vectors to length 1 first.

        Returns: the distance; inf, with a warning, if a document has no word with a vector.
        Raises: ImportError without the extra `wmd` (POT); TypeError for a str.
        """
        counts = [
            Counter(word for word in word_list(text) if word in self) for text in (document1, document2)
        ]
        if not all(counts):
            logger.warning(
                "at least one of the documents has no word with a vector: the distance is infinite"
            )
            return float("inf")
        if set(counts[0]) == set(counts[1]) and len(counts[0]) == 1:
            return 0.0
        emd2 = _optimal_transport()
        weights, points = [], []
        for count in counts:
            weights.append(np.array(list(count.values()), dtype=np.float64) / sum(count.values()))
            vectors = self._storage.rows[self._rows(count)].astype(np.float64)
            points.append(np.array([unit(vector) for vector in vectors]) if norm else vectors)
        return float(emd2(*weights, _euclidean(*points)))


def _euclidean(first: Float64Array, second: Float64Array) -> Float64Array:
    """Return the distance of each row of first from each row of second, float64 (n, m)."""
    # One row at a time: differences, unlike expanded squares, are exactly 0 for equal vectors.
    return np.array([np.sqrt(np.sum((row - second) ** 2, axis=1)) for row in first])


def _optimal_transport() -> Any:
    try:
        from ot import emd2  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ImportError("wmdistance needs POT: pip install 'w2vref[wmd]'") from error
    return emd2
