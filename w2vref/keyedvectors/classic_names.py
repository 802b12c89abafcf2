"""The classic names of the data of KeyedVectors: syn0, index2word, vocab."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from w2vref.keyedvectors.lookup import Key, Lookup
from w2vref.keyedvectors.storage import FloatMatrix, FloatVector
from w2vref.vocabulary.entry import Vocab


class VocabView(Mapping[Any, Vocab]):
    """The vocabulary as the classic mapping from word to `Vocab`, made when asked for.

    Entries are copies: to change an attribute use `set_vecattr`.
    """

    def __init__(self, kv: Lookup) -> None:
        self._kv = kv

    def __len__(self) -> int:
        return len(self._kv.key_to_index)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._kv.key_to_index)

    def __contains__(self, key: object) -> bool:
        return key in self._kv.key_to_index

    def __getitem__(self, key: Any) -> Vocab:
        row = self._kv.key_to_index[key]
        entry: dict[str, Any] = {"count": 0}
        for attr in self._kv.vecattrs():
            value = self._kv.get_vecattr(key, attr)
            entry[attr] = value.item() if isinstance(value, np.generic) else value
        entry["index"] = row
        return Vocab(**entry)

    def __repr__(self) -> str:
        return f"<vocabulary of {len(self)} words>"


class ClassicNames(Lookup):
    """Every array and list under the name it had in word2vec.c or in earlier releases of gensim."""

    @property
    def syn0(self) -> FloatMatrix:
        """`vectors`; deleting frees them and leaves the keys."""
        return self.vectors

    @syn0.setter
    def syn0(self, array: npt.ArrayLike) -> None:
        self.vectors = array

    @syn0.deleter
    def syn0(self) -> None:
        self.vectors = np.zeros((0, self.vector_size), dtype=np.float32)

    @property
    def index2word(self) -> list[Any]:
        """`index_to_key`."""
        return self.index_to_key

    @index2word.setter
    def index2word(self, keys: list[Any]) -> None:
        self.index_to_key = keys

    @index2word.deleter
    def index2word(self) -> None:
        self.index_to_key = []

    index2entity = index2word

    @property
    def vocab(self) -> VocabView:
        """Mapping from word to `Vocab`: count, index, and in a model sample_int, code, point.

        Assigning a mapping of entries sets the rows of the keys and their counts; deleting leaves none.
        """
        return VocabView(self)

    @vocab.setter
    def vocab(self, entries: Mapping[Any, Any]) -> None:
        self.key_to_index = {key: int(entry.index) for key, entry in entries.items()}
        rows = max(len(self), 1 + max(self.key_to_index.values(), default=-1))
        counts = np.zeros(rows, dtype=np.int64)
        for key, entry in entries.items():
            counts[self.key_to_index[key]] = entry.count or 0
        self.expandos["count"] = counts

    @vocab.deleter
    def vocab(self) -> None:
        self.key_to_index = {}

    def word_vec(self, word: Key, use_norm: bool = False) -> FloatVector:
        """Return `get_vector(word, norm=use_norm)`, under its older name."""
        return self.get_vector(word, norm=use_norm)
