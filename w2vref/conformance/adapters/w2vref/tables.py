"""Vocabulary, tree, tables, schedule: what is made before the first step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from w2vref.conformance.suite.adapter import Adapter, UnsupportedError
from w2vref.dialects import END_OF_SENTENCE, Dialect
from w2vref.model import Word2Vec
from w2vref.reference import arithmetic, huffman, initialization, sampling, schedule
from w2vref.reference.dialects.arithmetic import sigmoid_of
from w2vref.reference.dialects.initial import ROWS
from w2vref.reference.dialects.tables import HUFFMAN, SUBSAMPLING

ONE_JOB = 10_000
"""Words up to which gensim makes one job, and word2vec.c never looks at the learning rate."""
EXPONENTS = {"three_quarters": 0.75, "half": 0.5}


def words_and_counts(model: Word2Vec) -> dict[str, Any]:
    """Return the vocabulary in id order, without the word that stands for the end of a line."""
    words = [word for word in model.wv.index_to_key if word != END_OF_SENTENCE]
    return {"words": words, "counts": [int(model.wv.get_vecattr(word, "count")) for word in words]}


def paths_of(tree: huffman.Codes) -> dict[str, Any]:
    """Return the outputs for a tree."""
    cuts = tree.code_offsets[1:-1]
    return {
        "codes": [part.tolist() for part in np.split(tree.codes, cuts)],
        "points": [part.tolist() for part in np.split(tree.points, cuts)],
    }


def chosen(table: Mapping[str, Any], choice: str) -> Any:
    """Return what a table has for a choice of an axis. Raises UnsupportedError if it has nothing."""
    if choice not in table:
        raise UnsupportedError(f"the reference names {choice!r}, but does not compute it")
    return table[choice]


class TableOperations(Adapter):
    """See the module."""

    choices: Dialect

    def new_model(self, **options: Any) -> Word2Vec:
        """Return a model without a corpus."""
        settings = {"size": 4, "min_count": 1, "workers": 1, "backend": "numpy", "dialect": self.choices}
        return Word2Vec(**{**settings, **options})

    def frequencies(self, words: list[str], counts: list[int]) -> dict[str, int]:
        """Return word -> count, with the word for the end of a line where the dialect has one."""
        known = dict(zip(words, counts, strict=True))
        return {END_OF_SENTENCE: max(counts), **known} if self.choices.ends_sentences else known

    def vocabulary_build(self, sentences: list[list[str]], min_count: int) -> dict[str, Any]:
        """Build a vocabulary as the library does."""
        model = self.new_model(min_count=min_count)
        model.build_vocab(sentences)
        return words_and_counts(model)

    def vocabulary_order(self, words: list[str], counts: list[int], min_count: int) -> dict[str, Any]:
        """Order words with counts."""
        model = self.new_model(min_count=min_count)
        model.build_vocab_from_freq(self.frequencies(words, counts))
        return words_and_counts(model)

    def vocabulary_update(
        self, words: list[str], counts: list[int], sentences: list[list[str]], min_count: int, sample: float
    ) -> dict[str, Any]:
        """Update a vocabulary."""
        model = self.new_model(min_count=min_count, sample=sample)
        model.build_vocab_from_freq(self.frequencies(words, counts))
        model.build_vocab(sentences, update=True)
        _, _, tables = model.step_state()
        return {
            **words_and_counts(model),
            "probability": (tables.sample_int / 2**32).tolist(),
        }

    def huffman_build(self, counts: list[int]) -> dict[str, Any]:
        """Build the tree."""
        build = huffman.huffman_codes
        if self.choices.huffman != "created_first":
            build = chosen(HUFFMAN, self.choices.huffman)
        tree = build(np.array(counts, dtype=np.int64))
        return paths_of(tree)

    def huffman_update(self, counts: list[int], new_counts: list[int]) -> dict[str, Any]:
        """Extend the tree."""
        if self.choices.huffman != "created_first":
            raise UnsupportedError(f"a tree of the choice {self.choices.huffman!r} is not extended")
        old, new = (np.array(part, dtype=np.int64) for part in (counts, new_counts))
        return paths_of(huffman.extend_codes(huffman.huffman_codes(old), int(old.sum()), new))

    def tables_keep_probability(self, counts: list[int], sample: float) -> dict[str, Any]:
        """Give the thresholds as probabilities."""
        make, full = sampling.make_sample_int, 2**32
        if self.choices.subsampling != "high_32_bits":
            make = chosen(SUBSAMPLING, self.choices.subsampling)
            full = 2**16 if self.choices.subsampling == "low_16_bits" else 2**32 - 1
        thresholds = make(np.array(counts, dtype=np.int64), sample)
        return {"probability": np.minimum(1.0, thresholds / full).tolist()}

    def tables_noise(self, counts: list[int], exponent: float) -> dict[str, Any]:
        """Give the widths of the cumulative table."""
        exponent = EXPONENTS.get(self.choices.noise_exponent, exponent)
        table = sampling.make_cum_table(np.array(counts, dtype=np.int64), exponent).astype(np.int64)
        return {"probability": (np.diff(table, prepend=0) / table[-1]).tolist()}

    def tables_cum_table(self, counts: list[int], exponent: float) -> dict[str, Any]:
        """Give the cumulative table."""
        return {"cum_table": sampling.make_cum_table(np.array(counts, dtype=np.int64), exponent).tolist()}

    def sigmoid(self, x: list[float]) -> dict[str, Any]:
        """Evaluate the reference's sigmoid."""
        if self.choices.sigmoid == "exact":
            return {"y": [float(arithmetic.sigmoid(np.float32(value))) for value in x]}
        table = sigmoid_of(self.choices.sigmoid)
        return {"y": [float(table(np.float32(value), "saturate") or 0.0) for value in x]}

    def schedule_alpha(
        self, sentence_lengths: list[int], epochs: int, alpha: float, min_alpha: float, tokens: list[int]
    ) -> dict[str, Any]:
        """Give learning rates."""
        words = sum(sentence_lengths)
        rates = [self.learning_rate(alpha, min_alpha, token, words, epochs) for token in tokens]
        return {"alpha": rates}

    def learning_rate(self, start: float, end: float, done: int, words: int, epochs: int) -> float:
        """Return the learning rate of a token.

        Args:
            done: tokens before it in all epochs.
            words: tokens of an epoch; in other dialects, so few that they are one job.

        Raises: UnsupportedError where the rate depends on more than that.
        """
        rule = self.choices.schedule
        if rule == "per_token":
            return float(schedule.learning_rate(start, end, done, words * epochs))
        if rule == "per_job" and words <= ONE_JOB:
            return float(schedule.learning_rate(start, end, done // words, epochs))
        if rule == "per_10000_words" and words * epochs <= ONE_JOB:
            return float(np.float32(start))
        raise UnsupportedError(f"schedule {rule!r} is not computed here for {words} words in {epochs} epochs")

    def initialize(self, words: list[str], size: int, seed: int) -> dict[str, Any]:
        """Give initial vectors."""
        if self.choices.initialization != "word_hash":
            return {"vectors": chosen(ROWS, self.choices.initialization)(len(words), size, seed)}
        keys = initialization.vector_keys(word + str(seed) for word in words)
        return {"vectors": initialization.initial_vectors(keys, size)}
