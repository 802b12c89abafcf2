"""The corpus as a dialect reads it, counted and encoded as any other."""

from __future__ import annotations

import os
from array import array
from dataclasses import replace

import numpy as np

from w2vref._typing import Int64Array
from w2vref.corpora.checks import Sentences
from w2vref.corpora.dialect_readers import with_end_of_sentence, with_raw_offsets, word2vec_c_lines
from w2vref.corpora.encoded import encode_corpus
from w2vref.dialects import END_OF_SENTENCE, Dialect
from w2vref.errors import UnsupportedOptionError
from w2vref.records import EncodedCorpus
from w2vref.utils import RULE_DEFAULT, RULE_KEEP
from w2vref.vocabulary.rules import TrimRule
from w2vref.vocabulary.scan import Scan
from w2vref.vocabulary.vocabulary import Vocabulary


def dialect_reads(dialect: Dialect) -> bool:
    """Tell whether the dialect reads a corpus in a way of its own."""
    return dialect.generator != "counter"


def read_in_dialect(
    dialect: Dialect, sentences: Sentences | None, corpus_file: str | os.PathLike[str] | None
) -> Sentences:
    """Return the sentences of a corpus as the dialect reads them.

    Raises: UnsupportedOptionError for a file that the dialect would read in draws of another order.
    """
    if corpus_file is not None:
        if not dialect.ends_sentences:
            raise UnsupportedOptionError(
                f"dialect {dialect.name!r} does not support corpus_file: gensim draws in another order "
                "from a file; give sentences=LineSentence(path), which it reads as any sequence"
            )
        return word2vec_c_lines(corpus_file)
    assert sentences is not None
    return with_end_of_sentence(sentences) if dialect.ends_sentences else sentences


def encode_in_dialect(
    dialect: Dialect,
    sentences: Sentences | None,
    corpus_file: str | os.PathLike[str] | None,
    vocabulary: Vocabulary,
) -> EncodedCorpus:
    """Read and encode a corpus as the dialect does.

    Raises: as `encode_corpus` and `read_in_dialect`.
    """
    if not dialect_reads(dialect):
        assert sentences is not None
        return encode_corpus(sentences, vocabulary)
    sentences = read_in_dialect(dialect, sentences, corpus_file)
    if dialect.schedule != "per_job":
        return encode_corpus(sentences, vocabulary)
    offsets = array("q", [0])
    corpus = encode_corpus(with_raw_offsets(sentences, offsets), vocabulary)
    return replace(corpus, raw_offsets=np.array(offsets, dtype=np.int64))


def raw_offsets_of(dialect: Dialect, scanned: Scan | None) -> Int64Array | None:
    """Return where the sentences of a scan begin among the raw words, if the dialect needs it."""
    if dialect.schedule != "per_job" or scanned is None or scanned.spool is None:
        return None
    return np.array(scanned.spool[1], dtype=np.int64)


def dialect_trim_rule(dialect: Dialect, trim_rule: TrimRule | None) -> TrimRule | None:
    """Return the user's rule, with </s> kept whatever its count where the dialect needs it."""
    if not dialect.ends_sentences or not (trim_rule is None or callable(trim_rule)):
        return trim_rule

    def rule(word: str, count: int, min_count: int) -> int:
        if word == END_OF_SENTENCE:
            return RULE_KEEP
        return RULE_DEFAULT if trim_rule is None else trim_rule(word, count, min_count)

    return rule
