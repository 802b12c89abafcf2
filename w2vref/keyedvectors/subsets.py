"""Other selections and orders of the same vectors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from w2vref._typing import Float32Array
from w2vref.keyedvectors.lookup import Lookup
from w2vref.reference.initialization import initial_vectors, vector_keys

Self = TypeVar("Self", bound="Subsets")


class Subsets(Lookup):
    """Some of the keys, in another order, or with rows for keys that have none."""

    def vectors_for_all(
        self: Self, keys: Iterable[Any], allow_inference: bool = True, copy_vecattrs: bool = False
    ) -> Self:
        """Return new KeyedVectors of those keys that are here, in the order given, without duplicates.

        Args:
            keys: keys; unknown ones are left out.
            allow_inference: whether vectors of unknown keys may be computed from their parts. Word vectors
                have no parts, so it makes no difference here.
            copy_vecattrs: copy the attributes too.
        """
        del allow_inference
        chosen = [key for key in dict.fromkeys(keys) if key in self.key_to_index]
        result = type(self)(self.vector_size, dtype=self._storage.dtype)
        rows = self._rows(chosen)
        extras = {}
        if copy_vecattrs:
            self.allocate_vecattrs()
            extras = {attr: column[rows] for attr, column in self.expandos.items()}
        result.add_vectors(chosen, self._storage.rows[rows], extras)
        return result

    def resize_vectors(self, seed: int = 0) -> None:
        """Make as many rows as there are keys; a new row is the initial vector of its key and the seed.

        Rows beyond the keys are dropped. Raises: ValueError if the vectors are read-only.
        """
        old, rows = len(self._storage), len(self.index_to_key)
        self._storage.resize(rows)
        if rows > old:
            fresh = pseudorandom_rows([str(key) for key in self.index_to_key[old:]], self.vector_size, seed)
            self._storage.write_many(np.arange(old, rows), fresh)

    def sort_by_descending_frequency(self) -> None:
        """Sort the keys by descending 'count'; vectors, attributes and locks go along. Ties keep their order.

        Raises: KeyError without counts; RuntimeError for the vectors of a model, whose other matrices would
            not go along; ValueError if the vectors are read-only.
        """
        if self._tables is not None:
            raise RuntimeError(
                "the rows of a model's vectors cannot be sorted: its output vectors and tree "
                "keep their order; sort a copy, kv.vectors_for_all(kv.index_to_key)"
            )
        if "count" not in self.expandos:
            raise KeyError("no attribute 'count': set it with set_vecattr, or load it with fvocab")
        self.allocate_vecattrs()
        order = np.argsort(-self.expandos["count"], kind="stable")
        self._storage.write_many(np.arange(len(order)), self._storage.rows[order])
        for attr, column in list(self.expandos.items()):
            self.expandos[attr] = column[order]
        if len(self.vectors_lockf) > 1:
            self.vectors_lockf = self.vectors_lockf[order]
        self.index_to_key = [self.index_to_key[row] for row in order.tolist()]
        self.key_to_index = {key: row for row, key in enumerate(self.index_to_key) if key is not None}


def pseudorandom_rows(strings: list[str], size: int, seed: int) -> Float32Array:
    """Return the initial vector of each string and the seed, float32 (len(strings), size)."""
    return initial_vectors(vector_keys((string + str(seed) for string in strings), None), size)


def pseudorandom_weak_vector(size: int, seed_string: str | None = None, hashfxn: Any = None) -> Float32Array:
    """Return a vector, float32 (size,), uniform in [-0.5, 0.5) / size.

    With a seed_string it is a function of that string alone (and of `hashfxn`, which replaces FNV-1a 64),
    and what `Word2Vec.seeded_vector` gives; without one it is different each time.
    """
    if seed_string is None:
        fresh: Float32Array = ((np.random.default_rng().random(size) - 0.5) / size).astype(np.float32)
        return fresh
    vector: Float32Array = initial_vectors(vector_keys([seed_string], hashfxn), size)[0]
    return vector


def prep_vectors(
    target_shape: tuple[int, int],
    prior_vectors: npt.NDArray[Any] | None = None,
    seed: int = 0,
    dtype: npt.DTypeLike = np.float32,
) -> npt.NDArray[Any]:
    """Return a matrix of this shape, (rows, size): the prior vectors, then rows drawn from the seed.

    Row i is the initial vector of the string str(i) + str(seed), uniform in [-0.5, 0.5) / size.

    Raises: ValueError if the prior vectors are more, or wider, than the matrix.
    """
    rows, size = target_shape
    prior = np.zeros((0, size)) if prior_vectors is None else prior_vectors
    if prior.ndim != 2 or prior.shape[1] != size or len(prior) > rows:
        raise ValueError(f"prior vectors of shape {prior.shape} do not fit into {target_shape}")
    matrix = np.empty(target_shape, dtype=dtype)
    matrix[: len(prior)] = prior
    matrix[len(prior) :] = pseudorandom_rows([str(row) for row in range(len(prior), rows)], size, seed)
    return matrix
