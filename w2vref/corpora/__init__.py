"""Corpora: readers of text files, and the encoded corpus that training reads."""

from w2vref.corpora.readers import BrownCorpus, LineSentence, PathLineSentences, Text8Corpus

__all__ = ["BrownCorpus", "LineSentence", "PathLineSentences", "Text8Corpus"]
