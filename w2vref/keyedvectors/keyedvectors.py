"""KeyedVectors: vectors by key, and everything that is asked of them."""

from __future__ import annotations

from typing import Any, NoReturn

from w2vref.keyedvectors.classic_names import ClassicNames
from w2vref.keyedvectors.evaluate import Evaluate
from w2vref.keyedvectors.files import Files
from w2vref.keyedvectors.normalized import Normalized
from w2vref.keyedvectors.subsets import Subsets
from w2vref.keyedvectors.transport import Transport


class KeyedVectors(Transport, Subsets, Normalized, ClassicNames, Evaluate, Files):
    """A mapping between keys (words) and vectors, with its queries.

    `kv['word']` is a vector, `kv.most_similar('word')` its neighbours. All names of gensim's KeyedVectors
    are here, those of its releases before 4.0 too.

    Args:
        vector_size: components of a vector.
        count: rows to make room for; they have no key until one is added.
        dtype: float16, float32 or float64; only float32 vectors can be trained.
        mapfile_path: a new file to keep the vectors in, memory-mapped, so that they may exceed the memory.

    Raises: ValueError for a negative size or count; TypeError for a dtype that is not a float's;
        FileExistsError if mapfile_path exists.
    """

    def similarity_unseen_docs(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise NotImplementedError: documents have vectors in a Doc2Vec model, not here."""
        raise NotImplementedError(
            "KeyedVectors has vectors of words only, not of documents: compare their words with "
            "n_similarity or wmdistance"
        )
