"""Norms and vectors of length 1."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from w2vref._typing import Float32Array
from w2vref.keyedvectors.lookup import Lookup
from w2vref.keyedvectors.storage import FloatMatrix


class Normalized(Lookup):
    """Norms, which always follow the vectors, and copies of the vectors scaled to length 1."""

    @property
    def norms(self) -> Float32Array:
        """The Euclidean norm of each vector, float32 (keys,), read-only; computed when needed.

        Assigning None frees them; nothing else can be assigned, for norms follow the vectors.
        """
        norms = self._storage.norms().view()
        norms.flags.writeable = False
        return norms

    @norms.setter
    def norms(self, value: None) -> None:
        if value is not None:
            raise ValueError("norms are computed from the vectors: change those, or assign None to free them")
        self._storage.changed()

    def fill_norms(self, force: bool = False) -> None:
        """Compute the norms now, with `force` even if they are known. No query needs this."""
        if force:
            self._storage.changed()
        self._storage.norms()

    def get_normed_vectors(self) -> FloatMatrix:
        """Return a copy of all vectors scaled to length 1, (keys, vector_size); zeros stay zeros."""
        norms = self._storage.norms()
        scaled: FloatMatrix = self._storage.rows / np.where(norms > 0, norms, 1)[:, np.newaxis]
        return scaled.astype(self._storage.dtype, copy=False)

    def unit_normalize_all(self) -> None:
        """Scale all vectors to length 1 in place; zeros stay zeros. Raises: ValueError if read-only."""
        self._storage.scale_to_unit()

    def init_sims(self, replace: bool = False) -> None:
        """Compute the norms, or with `replace` scale all vectors to length 1 in place.

        The classic way to prepare for queries; none needs it.
        """
        if replace:
            self.unit_normalize_all()
        else:
            self.fill_norms()

    def clear_sims(self) -> None:
        """Free the norms and `syn0norm`; they come back when needed."""
        self._storage.changed()

    @property
    def syn0norm(self) -> FloatMatrix:
        """All vectors scaled to length 1, (keys, vector_size), read-only; kept until the vectors change.

        It needs as much memory as the vectors; no query of this library uses it. Assigning None or
        deleting frees it; anything but the scaled vectors is refused.
        """
        return self._storage.normed()

    @syn0norm.setter
    def syn0norm(self, value: npt.ArrayLike | None) -> None:
        if value is not None and not _same(np.asarray(value), self.syn0norm):
            raise ValueError("syn0norm is the vectors scaled to length 1: assign syn0 to change both")
        if value is None:
            self.clear_sims()

    @syn0norm.deleter
    def syn0norm(self) -> None:
        self.clear_sims()

    @property
    def vectors_norm(self) -> FloatMatrix:
        """`syn0norm` under its middle name."""
        return self.syn0norm


def _same(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> bool:
    return first.shape == second.shape and bool(np.allclose(first, second, rtol=0, atol=1e-6))
