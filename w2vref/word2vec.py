"""The names of gensim's word2vec module, so that only the import line changes."""

from __future__ import annotations

from w2vref.backends import available_backends
from w2vref.corpora.readers import BrownCorpus, LineSentence, PathLineSentences, Text8Corpus
from w2vref.model import Word2Vec
from w2vref.pairs import score_cbow_pair, score_sg_pair, train_cbow_pair, train_sg_pair
from w2vref.vocabulary.entry import Vocab

__all__ = [
    "FAST_VERSION",
    "MAX_WORDS_IN_BATCH",
    "BrownCorpus",
    "LineSentence",
    "PathLineSentences",
    "Text8Corpus",
    "Vocab",
    "Word2Vec",
    "score_cbow_pair",
    "score_sg_pair",
    "train_cbow_pair",
    "train_sg_pair",
]

FAST_VERSION: int
"""1 where the C backend works, else -1: whether training is fast, as in gensim."""

MAX_WORDS_IN_BATCH = 10_000
"""Words that gensim's compiled code takes at once; has no influence here: longer sentences are not cut."""


def __getattr__(name: str) -> int:
    if name == "FAST_VERSION":  # found out when asked for: it loads the compiled extension
        return 1 if available_backends()["c"] else -1
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
