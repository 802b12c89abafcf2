"""gensim 4 as a target, through its public Python interface: `...adapters.gensim:Gensim`.

Single steps are seen by training a sentence of a few words in a model whose vectors, codes, noise table
and source of random numbers were set beforehand: what runs is gensim's own training loop. Steps are not
listed one by one anywhere, and neither are noise words or learning rates; those operations are not there.
"""

from __future__ import annotations

import gensim

from w2vref.conformance.adapters.gensim.runs import RunOperations
from w2vref.conformance.adapters.gensim.steps import StepOperations
from w2vref.conformance.adapters.gensim.tables import TableOperations
from w2vref.conformance.adapters.gensim.vectors import VectorOperations

__all__ = ["Gensim"]


class Gensim(TableOperations, StepOperations, RunOperations, VectorOperations):
    """gensim as it is installed, with one worker where nothing else is asked for."""

    name, version, dialect = "gensim", gensim.__version__, "gensim"
    lacks = {  # noqa: RUF012 - not changed by anyone
        "cbow_gradient=word2vec": "the gradient is always gensim's",
        "cbow_gradient=exact": "the gradient is always gensim's",
        "learn-flags": "Word2Vec has none; the functions that had them are gone since version 4",
        "trained_words": "train() counts the words that were given, not those trained",
    }
