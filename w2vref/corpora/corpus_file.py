"""`corpus_file=`: a text file, one sentence a line, counted and encoded."""

from __future__ import annotations

import os

from w2vref.corpora.encoded import encode_corpus
from w2vref.corpora.readers import LineSentence
from w2vref.records import EncodedCorpus
from w2vref.vocabulary.scan import Scan, scan
from w2vref.vocabulary.vocabulary import Vocabulary


def scan_file(path: str | os.PathLike[str], *, workers: int = 1, max_vocab_size: int | None = None) -> Scan:
    """Count the words of a file and keep it as ids: the sentences of `LineSentence(path)`."""
    return scan(LineSentence(os.fspath(path)), max_vocab_size=max_vocab_size)


def encode_file(path: str | os.PathLike[str], vocabulary: Vocabulary, *, workers: int = 1) -> EncodedCorpus:
    """Encode a file with a vocabulary that is there: the sentences of `LineSentence(path)`."""
    return encode_corpus(LineSentence(os.fspath(path)), vocabulary)
