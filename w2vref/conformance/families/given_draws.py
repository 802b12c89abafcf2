"""Sentences with all their draws: what `sentence.train` and `epoch.train` are given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from w2vref.conformance.families.material import rows
from w2vref.reference.draws import draws
from w2vref.reference.huffman import huffman_codes
from w2vref.reference.windows import context_positions


def count_steps(
    tokens: Sequence[int], radii: Sequence[int], sg: bool, kept: Sequence[int] | None = None
) -> int:
    """Return how many steps a sentence takes."""
    places = [p for p in range(len(tokens)) if kept is None or kept[p]]
    contexts = [
        len(context_positions(center, len(places), radii[place] if len(radii) > 1 else radii[0]))
        for center, place in enumerate(places)
    ]
    return sum(contexts) if sg else sum(1 for context in contexts if context)


def noise(seed: int, steps: int, negative: int, words: int) -> list[list[int]]:
    """Return ids that are uniform over the words: repeats and collisions are frequent on purpose."""
    ids = (draws(seed, steps * negative) >> np.uint64(33)) % np.uint64(words)
    return ids.reshape(steps, negative).astype(int).tolist()


def distant_noise(
    seed: int, tokens: Sequence[int], radii: Sequence[int], sg: bool, negative: int, words: int
) -> list[list[int]]:
    """Return negatives that are neither centre nor context of their step: none is skipped or redrawn."""
    steps: list[set[int]] = []
    for center, token in enumerate(tokens):
        radius = radii[center] if len(radii) > 1 else radii[0]
        context = [tokens[p] for p in context_positions(center, len(tokens), radius)]
        steps += [{token, c} for c in context] if sg else [{token, *context}] * bool(context)
    bits = (draws(seed, len(steps) * negative) >> np.uint64(33)).reshape(len(steps), negative).astype(int)
    free = [[word for word in range(words) if word not in step] for step in steps]
    return [[left[b % len(left)] for b in row] for left, row in zip(free, bits.tolist(), strict=True)]


def tree(counts: Sequence[int]) -> dict[str, list[list[int]]]:
    """Return codes and points of a Huffman tree."""
    codes = huffman_codes(np.array(counts, dtype=np.int64))
    cuts = codes.code_offsets[1:-1]
    return {
        "codes": [part.tolist() for part in np.split(codes.codes, cuts)],
        "points": [part.tolist() for part in np.split(codes.points, cuts)],
    }


def matrices(words: int, size: int, objective: str, seed: int = 7, kind: str = "trained") -> dict[str, Any]:
    """Return the arrays that an objective (ns, hs, hs-and-ns) needs."""
    given: dict[str, Any] = {"input_vectors": rows(seed, words, size, kind)}
    if "ns" in objective:
        given["output_vectors"] = rows(seed + 1, words, size, kind)
    if "hs" in objective:
        given["node_vectors"] = rows(seed + 2, words, size, kind)
    return given


def needs_of(sg: bool, objective: str) -> tuple[str, ...]:
    """Return the features that a mode needs."""
    features = ["sg"] if sg else ["cbow", "cbow-mean"]
    features += ["hs"] if "hs" in objective else []
    features += ["negative"] if "ns" in objective else []
    return (*features, *(["hs-and-negative"] if objective == "hs-and-ns" else []))


def axes_of_mode(sg: bool, objective: str) -> tuple[str, ...]:
    """Return the axes on which trained numbers depend."""
    axes = ["sigmoid", "direction" if sg else "cbow_gradient"]
    if "ns" in objective:
        axes += ["out_of_range_negative", "collision"]
    if "hs" in objective:
        axes += ["out_of_range_hs"]
    return (*axes, *(["objectives"] if objective == "hs-and-ns" else []))
