"""Vectors against human judgements: Spearman's correlation on sets of word pairs."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

import numpy as np

Pairs: TypeAlias = list[tuple[str, str, float]]

SETS = {"WordSim-353": "wordsim353.tsv", "SimLex-999": "simlex999.txt"}


def read_pairs(path: Path) -> Pairs:
    """Return (word, word, score) of each line that is no comment."""
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    return [(a.lower(), b.lower(), float(score)) for a, b, score in (line[:3] for line in lines)]


def correlation(pairs: Pairs, index: dict[str, int], vectors: np.ndarray) -> tuple[float, int]:
    """Return the rank correlation of scores and cosines on the pairs whose words are known, and their number.

    Args:
        index: the row of each word in vectors, float32 (vocab_size, vector_size).
    """
    known = [(index[a], index[b], score) for a, b, score in pairs if a in index and b in index]
    rows = np.array([(a, b) for a, b, _ in known])
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-30)
    cosines = np.einsum("ij,ij->i", unit[rows[:, 0]], unit[rows[:, 1]])
    return spearman(np.array([score for *_, score in known]), cosines), len(known)


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Return Spearman's rank correlation; equal values share the mean of their ranks."""
    ranks = []
    for column in (a, b):
        _, inverse, counts = np.unique(column, return_inverse=True, return_counts=True)
        mean_ranks = np.cumsum(counts) - (counts - 1) / 2
        ranks.append(mean_ranks[inverse])
    return float(np.corrcoef(ranks)[0, 1])
