"""Trained vectors: files, queries, evaluation."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from w2vref._typing import Float32Array
from w2vref.conformance.suite.adapter import Adapter, UnsupportedError
from w2vref.io.word2vec_format import read_word2vec, write_word2vec
from w2vref.keyedvectors import KeyedVectors


def space(words: list[str], vectors: Float32Array) -> KeyedVectors:
    """Return words with vectors."""
    keyed = KeyedVectors(vectors.shape[1])
    keyed.add_vectors(words, vectors)
    return keyed


class VectorOperations(Adapter):
    """See the module."""

    def format_read(self, data: bytes, binary: bool) -> dict[str, Any]:
        """Read a file."""
        content = read_word2vec(io.BytesIO(data), binary=binary)
        return {"words": content.words, "vectors": np.array(content.vectors)}

    def format_write(self, words: list[str], vectors: Float32Array, binary: bool) -> dict[str, Any]:
        """Write a file."""
        stream = io.BytesIO()
        write_word2vec(stream, words, vectors, binary=binary)
        return {"data": stream.getvalue()}

    def query_similarity(
        self, words: list[str], vectors: Float32Array, first: str, second: str
    ) -> dict[str, Any]:
        """Give a cosine."""
        return {"score": float(space(words, vectors).similarity(first, second))}

    def query_most_similar(
        self,
        words: list[str],
        vectors: Float32Array,
        positive: list[str],
        negative: list[str],
        topn: int,
        method: str,
    ) -> dict[str, Any]:
        """Rank words."""
        keyed = space(words, vectors)
        query = keyed.most_similar if method == "cosine" else keyed.most_similar_cosmul
        found = query(positive, negative, topn=topn)
        return {"words": [word for word, _ in found], "scores": [float(score) for _, score in found]}

    def query_doesnt_match(self, words: list[str], vectors: Float32Array, among: list[str]) -> dict[str, Any]:
        """Find the odd one out."""
        return {"word": space(words, vectors).doesnt_match(among)}

    def evaluate_word_pairs(
        self, words: list[str], vectors: Float32Array, text: str, case_insensitive: bool
    ) -> dict[str, Any]:
        """Correlate with judgements."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "pairs.tsv")
            path.write_text(text, encoding="utf-8")
            try:
                pearson, spearman, oov = space(words, vectors).evaluate_word_pairs(
                    path, case_insensitive=case_insensitive
                )
            except ImportError as error:
                raise UnsupportedError(str(error)) from error
        # SciPy's sums go through BLAS, whose last bit hangs on the processor.
        correlations = {"pearson": float(pearson[0]), "spearman": float(spearman[0])}
        return {**{name: round(value, 12) for name, value in correlations.items()}, "oov": float(oov)}

    def evaluate_analogies(
        self, words: list[str], vectors: Float32Array, text: str, case_insensitive: bool
    ) -> dict[str, Any]:
        """Answer analogies."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "questions.txt")
            path.write_text(text, encoding="utf-8")
            _, found = space(words, vectors).evaluate_word_analogies(path, case_insensitive=case_insensitive)
        sections: list[Any] = found[:-1]
        return {
            "sections": [section["section"] for section in sections],
            "correct": [len(section["correct"]) for section in sections],
            "incorrect": [len(section["incorrect"]) for section in sections],
        }
