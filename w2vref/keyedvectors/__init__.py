"""Word vectors and their queries."""

from w2vref.keyedvectors.indexers import Indexer, UsearchIndexer
from w2vref.keyedvectors.keyedvectors import KeyedVectors
from w2vref.keyedvectors.subsets import prep_vectors, pseudorandom_weak_vector
from w2vref.vocabulary.entry import Vocab

CompatVocab = Vocab
Word2VecKeyedVectors = EuclideanKeyedVectors = KeyedVectors
"""Names that older programs import."""
load_word2vec_format = KeyedVectors.load_word2vec_format
"""The class method as a function."""

__all__ = [
    "CompatVocab",
    "EuclideanKeyedVectors",
    "Indexer",
    "KeyedVectors",
    "UsearchIndexer",
    "Word2VecKeyedVectors",
    "load_word2vec_format",
    "prep_vectors",
    "pseudorandom_weak_vector",
]
