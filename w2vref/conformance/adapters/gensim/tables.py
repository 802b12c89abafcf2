"""Vocabulary, tree, tables, initial vectors: what a model has before it trains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from gensim.models import Word2Vec

from w2vref.conformance.suite.adapter import Adapter, UnsupportedError

FULL = 2**32 - 1
"""A threshold that keeps every token."""


def names(count: int) -> list[str]:
    """Return words for ids."""
    return [f"w{i}" for i in range(count)]


def new_model(**options: Any) -> Word2Vec:
    """Return a model without a vocabulary."""
    return Word2Vec(**{"vector_size": 4, "min_count": 1, "workers": 1, "sample": 0, **options})


def model_of(counts: Sequence[int], **options: Any) -> Word2Vec:
    """Return a model whose word i has counts[i], in whatever order the counts are."""
    model = new_model(sorted_vocab=0, **options)
    model.build_vocab_from_freq(dict(zip(names(len(counts)), counts, strict=True)))
    return model


def words_and_counts(model: Word2Vec) -> dict[str, Any]:
    """Return the vocabulary in id order."""
    words = list(model.wv.index_to_key)
    return {"words": words, "counts": [int(model.wv.get_vecattr(w, "count")) for w in words]}


def keep_probability(model: Word2Vec) -> list[float]:
    """Return the thresholds as probabilities."""
    words = model.wv.index_to_key
    return [int(model.wv.get_vecattr(w, "sample_int")) / FULL for w in words]


class TableOperations(Adapter):
    """See the module."""

    def vocabulary_build(self, sentences: list[list[str]], min_count: int) -> dict[str, Any]:
        """Count a corpus."""
        model = new_model(min_count=min_count)
        model.build_vocab(sentences)
        return words_and_counts(model)

    def vocabulary_order(self, words: list[str], counts: list[int], min_count: int) -> dict[str, Any]:
        """Order words with counts."""
        model = new_model(min_count=min_count)
        model.build_vocab_from_freq(dict(zip(words, counts, strict=True)))
        return words_and_counts(model)

    def vocabulary_update(
        self, words: list[str], counts: list[int], sentences: list[list[str]], min_count: int, sample: float
    ) -> dict[str, Any]:
        """Update a vocabulary."""
        model = new_model(min_count=min_count, sample=sample)
        model.build_vocab_from_freq(dict(zip(words, counts, strict=True)))
        model.build_vocab(sentences, update=True)
        return {**words_and_counts(model), "probability": keep_probability(model)}

    def huffman_build(self, counts: list[int]) -> dict[str, Any]:
        """Build the tree."""
        model = model_of(counts, hs=1, negative=0)
        words = names(len(counts))
        return {
            name + "s": [[int(x) for x in model.wv.get_vecattr(w, name)] for w in words]
            for name in ("code", "point")
        }

    def tables_keep_probability(self, counts: list[int], sample: float) -> dict[str, Any]:
        """Give the thresholds as probabilities."""
        return {"probability": keep_probability(model_of(counts, sample=sample))}

    def tables_noise(self, counts: list[int], exponent: float) -> dict[str, Any]:
        """Give the widths of the cumulative table."""
        table = model_of(counts, ns_exponent=exponent).cum_table.astype(np.int64)
        return {"probability": (np.diff(table, prepend=0) / table[-1]).tolist()}

    def tables_cum_table(self, counts: list[int], exponent: float) -> dict[str, Any]:
        """Give the cumulative table."""
        return {"cum_table": model_of(counts, ns_exponent=exponent).cum_table.tolist()}

    def initialize(self, words: list[str], size: int, seed: int) -> dict[str, Any]:
        """Give initial vectors."""
        model = new_model(vector_size=size, seed=seed)
        model.build_vocab_from_freq({word: len(words) - i for i, word in enumerate(words)})
        return {"vectors": np.array([model.wv[word] for word in words])}

    def generator_windows(self, window: int, negative: int, count: int, seed: int) -> dict[str, Any]:
        """Record the windows that are drawn while a long text is trained."""
        model = new_model(window=window, negative=negative, hs=int(negative == 0), seed=seed)
        lines = [["a", "b", "c", "d"] * 250] * (-(-count // 1000))
        model.build_vocab(lines)
        inner, drawn = model.random, []

        class Recorder:
            def randint(self, low: int, high: int, size: int | None = None) -> Any:
                value = inner.randint(low, high, size)
                if size is not None:
                    drawn.extend((window - value).tolist())
                return value

        model.random = Recorder()
        model.train(lines, total_examples=len(lines), epochs=1)
        if len(drawn) < count:
            raise UnsupportedError("the windows were drawn in another way than was watched for")
        return {"radii": drawn[:count]}
