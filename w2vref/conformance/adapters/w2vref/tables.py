"""Vocabulary, tree, tables, schedule: what is made before the first step."""

from __future__ import annotations

from typing import Any

import numpy as np

from w2vref.conformance.suite.adapter import Adapter
from w2vref.model import Word2Vec
from w2vref.reference import arithmetic, huffman, initialization, sampling, schedule


def new_model(**options: Any) -> Word2Vec:
    """Return a model without a corpus."""
    return Word2Vec(**{"size": 4, "min_count": 1, "workers": 1, "backend": "numpy", **options})


def counts_of(model: Word2Vec) -> list[int]:
    """Return the counts in id order."""
    return [int(model.wv.get_vecattr(word, "count")) for word in model.wv.index_to_key]


class TableOperations(Adapter):
    """See the module."""

    def vocabulary_build(self, sentences: list[list[str]], min_count: int) -> dict[str, Any]:
        """Build a vocabulary as the library does."""
        model = new_model(min_count=min_count)
        model.build_vocab(sentences)
        return {"words": list(model.wv.index_to_key), "counts": counts_of(model)}

    def vocabulary_order(self, words: list[str], counts: list[int], min_count: int) -> dict[str, Any]:
        """Order words with counts."""
        model = new_model(min_count=min_count)
        model.build_vocab_from_freq(dict(zip(words, counts, strict=True)))
        return {"words": list(model.wv.index_to_key), "counts": counts_of(model)}

    def vocabulary_update(
        self, words: list[str], counts: list[int], sentences: list[list[str]], min_count: int, sample: float
    ) -> dict[str, Any]:
        """Update a vocabulary."""
        model = new_model(min_count=min_count, sample=sample)
        model.build_vocab_from_freq(dict(zip(words, counts, strict=True)))
        model.build_vocab(sentences, update=True)
        _, _, tables = model.step_state()
        return {
            "words": list(model.wv.index_to_key),
            "counts": counts_of(model),
            "probability": (tables.sample_int / 2**32).tolist(),
        }

    def huffman_build(self, counts: list[int]) -> dict[str, Any]:
        """Build the tree."""
        tree = huffman.huffman_codes(np.array(counts, dtype=np.int64))
        cuts = tree.code_offsets[1:-1]
        return {
            "codes": [part.tolist() for part in np.split(tree.codes, cuts)],
            "points": [part.tolist() for part in np.split(tree.points, cuts)],
        }

    def tables_keep_probability(self, counts: list[int], sample: float) -> dict[str, Any]:
        """Give the thresholds as probabilities."""
        thresholds = sampling.make_sample_int(np.array(counts, dtype=np.int64), sample)
        return {"probability": (thresholds / 2**32).tolist()}

    def tables_noise(self, counts: list[int], exponent: float) -> dict[str, Any]:
        """Give the widths of the cumulative table."""
        table = sampling.make_cum_table(np.array(counts, dtype=np.int64), exponent).astype(np.int64)
        return {"probability": (np.diff(table, prepend=0) / table[-1]).tolist()}

    def tables_cum_table(self, counts: list[int], exponent: float) -> dict[str, Any]:
        """Give the cumulative table."""
        return {"cum_table": sampling.make_cum_table(np.array(counts, dtype=np.int64), exponent).tolist()}

    def sigmoid(self, x: list[float]) -> dict[str, Any]:
        """Evaluate the reference's sigmoid."""
        return {"y": [float(arithmetic.sigmoid(np.float32(value))) for value in x]}

    def schedule_alpha(
        self, sentence_lengths: list[int], epochs: int, alpha: float, min_alpha: float, tokens: list[int]
    ) -> dict[str, Any]:
        """Give learning rates."""
        total = sum(sentence_lengths) * epochs
        rates = [schedule.learning_rate(alpha, min_alpha, token, total) for token in tokens]
        return {"alpha": [float(rate) for rate in rates]}

    def initialize(self, words: list[str], size: int, seed: int) -> dict[str, Any]:
        """Give initial vectors."""
        keys = initialization.vector_keys(word + str(seed) for word in words)
        return {"vectors": initialization.initial_vectors(keys, size)}
