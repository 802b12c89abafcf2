"""word2vec: a readable reference, and accelerated backends that agree with it to the bit."""

from w2vref.config import BlockRule
from w2vref.keyedvectors import KeyedVectors
from w2vref.model import Word2Vec
from w2vref.pairs import score_cbow_pair, score_sg_pair, train_cbow_pair, train_sg_pair
from w2vref.phrases import FrozenPhrases, Phrases

__all__ = [
    "BlockRule",
    "FrozenPhrases",
    "KeyedVectors",
    "Phrases",
    "Word2Vec",
    "score_cbow_pair",
    "score_sg_pair",
    "train_cbow_pair",
    "train_sg_pair",
]
