"""The names of gensim's word2vec module, so that only the import line changes."""

from w2vref.corpora.readers import BrownCorpus, LineSentence, PathLineSentences, Text8Corpus
from w2vref.model import Word2Vec
from w2vref.pairs import score_cbow_pair, score_sg_pair, train_cbow_pair, train_sg_pair
from w2vref.vocabulary.entry import Vocab

__all__ = [
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
