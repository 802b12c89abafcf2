"""Approximate search: an index that answers `most_similar` in a fraction of the time.

An index is a snapshot. It does not follow later changes of the vectors: make a new one after training.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from w2vref.keyedvectors.ranking import divisors, ranked, unit

if TYPE_CHECKING:
    from w2vref.keyedvectors.lookup import Lookup

ROWS_AT_ONCE = 65536


@runtime_checkable
class Indexer(Protocol):
    """What `most_similar(indexer=...)` asks: the same method as the Annoy and NMSLIB indexers of gensim."""

    def most_similar(self, vector: npt.NDArray[Any], num_neighbors: int) -> list[tuple[Any, float]]:
        """Return about num_neighbors keys near to vector, (vector_size,), with their similarities."""
        ...


class UsearchIndexer:
    """A graph of neighbours (HNSW, Malkov & Yashunin 2018) over the rows, by the library usearch.

    The rows are stored scaled to length 1; the similarities of an answer are those of the vectors
    themselves. Recall, the share of the true nearest keys that are found, rises with
    `expansion_search` and with the time of a query; `python -m bench.queries` measures both.

    Args:
        kv: the vectors; rows without a key are left out.
        connectivity: links of each node.
        expansion_add: candidates looked at when a row is added.
        expansion_search: candidates looked at in a query.
        dtype: how components are stored: "f32", "f16", "bf16" or "i8".
        threads: threads that build the index; 0: all.

    Raises: ImportError without usearch; ValueError if there is nothing to index.
    """

    def __init__(
        self,
        kv: Lookup,
        connectivity: int = 16,
        expansion_add: int = 128,
        expansion_search: int = 64,
        dtype: str = "f16",
        threads: int = 0,
    ) -> None:
        rows, norms = kv.frozen_rows()
        if not kv.next_index:
            raise ValueError("cannot index KeyedVectors without keys")
        self._kv = kv
        self._index = _usearch_index(kv.vector_size, connectivity, expansion_add, expansion_search, dtype)
        for start in range(0, kv.next_index, ROWS_AT_ONCE):
            end = min(start + ROWS_AT_ONCE, kv.next_index)
            units = rows[start:end] / divisors(norms[start:end])[:, np.newaxis]
            labels = np.arange(start, end, dtype=np.uint64)
            self._index.add(labels, units.astype(np.float32, copy=False), threads=threads)

    @classmethod
    def load(cls, path: str | os.PathLike[str], kv: Lookup) -> UsearchIndexer:
        """Open an index written by `save`, memory-mapped, for the vectors it was made from.

        Raises: ImportError without usearch; ValueError if its size does not fit kv.
        """
        indexer = cls.__new__(cls)
        indexer._kv = kv
        index = _usearch().Index.restore(os.fspath(path), view=True)
        if index is None:
            raise ValueError(f"{os.fspath(path)!r} is not an index of usearch")
        if len(index) != kv.next_index or index.ndim != kv.vector_size:
            raise ValueError(
                f"{os.fspath(path)!r} holds {len(index)} vectors of size {index.ndim}, not the "
                f"{kv.next_index} of size {kv.vector_size} given: make the index again"
            )
        indexer._index = index
        return indexer

    @property
    def expansion_search(self) -> int:
        """Candidates looked at in a query; may be set, the index need not be made again for it."""
        return int(self._index.expansion_search)

    @expansion_search.setter
    def expansion_search(self, candidates: int) -> None:
        self._index.expansion_search = candidates

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the index (without the keys) to a file."""
        self._index.save(os.fspath(path))

    def most_similar(self, vector: npt.NDArray[Any], num_neighbors: int) -> list[tuple[Any, float]]:
        """Return about num_neighbors nearest keys and their cosines, best first."""
        query = np.ascontiguousarray(vector, dtype=np.float32)
        matches = self._index.search(query, min(num_neighbors, len(self._index)))
        rows, _ = self._kv.frozen_rows()
        # Components may be stored in few bits: what was found is ranked by the vectors themselves.
        best = ranked(rows, matches.keys.astype(np.int64), unit(query), num_neighbors)
        keys = self._kv.index_to_key
        return [
            (keys[row], cosine) for row, cosine in zip(best.rows.tolist(), best.cosines.tolist(), strict=True)
        ]


def _usearch() -> Any:
    try:
        import usearch.index  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ImportError("UsearchIndexer needs usearch: pip install 'w2vref[index]'") from error
    return usearch.index


def _usearch_index(
    size: int, connectivity: int, expansion_add: int, expansion_search: int, dtype: str
) -> Any:
    # Of rows of length 1 the inner product is the cosine; usearch's own cosine takes longer.
    return _usearch().Index(
        ndim=size,
        metric="ip",
        dtype=dtype,
        connectivity=connectivity,
        expansion_add=expansion_add,
        expansion_search=expansion_search,
    )
