"""Mistakes in vocabulary and tree: V1 .. V10, P1 (in the vocabulary)."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from w2vref.conformance.mutants.mistake import Answer, Mistake, Right
from w2vref.reference import huffman

HUFFMAN_CODES = huffman.huffman_codes


def order_by_32_bits(_right: Right, words: list[str], counts: list[int], min_count: int) -> Answer:
    """Sort by differences of counts that are cut to 32 bits."""

    def difference(a: tuple[str, int], b: tuple[str, int]) -> int:
        return (b[1] - a[1] + 2**31) % 2**32 - 2**31

    pairs = [pair for pair in zip(words, counts, strict=True) if pair[1] >= min_count]
    pairs.sort(key=functools.cmp_to_key(difference))
    return {"words": [word for word, _ in pairs], "counts": [count for _, count in pairs]}


def ties_reversed(right: Right, **inputs: Any) -> Answer:
    """Put words of equal counts in the order of a sort from behind."""
    answer = right("vocabulary.build", **inputs)
    pairs = list(zip(answer["words"], answer["counts"], strict=True))[::-1]
    pairs.sort(key=lambda pair: -pair[1])
    return {"words": [word for word, _ in pairs], "counts": [count for _, count in pairs]}


def min_count_excluded(right: Right, sentences: list[list[str]], min_count: int) -> Answer:
    """Lose the last word of the sorted list."""
    answer = right("vocabulary.build", sentences=sentences, min_count=min_count)
    return {name: values[:-1] for name, values in answer.items()}


def tree_from_the_end(counts: Any) -> Any:
    """Resolve ties the other way."""
    tree = HUFFMAN_CODES(counts[::-1].copy())
    codes, points = (np.split(part, tree.code_offsets[1:-1])[::-1] for part in tree[:2])
    lengths = [len(code) for code in codes]
    return huffman.Codes(np.concatenate(codes), np.concatenate(points), np.append(0, np.cumsum(lengths)))


def tree_built_anew(right: Right, counts: list[int], new_counts: list[int]) -> Answer:
    """Build the tree of all words, and so give the nodes other meanings."""
    return right("huffman.build", counts=[*counts, *new_counts])


def keep_of_the_new_corpus(right: Right, **inputs: Any) -> Answer:
    """Take thresholds from the counts of the second corpus alone."""
    answer = right("vocabulary.update", **inputs)
    found = Counter(word for sentence in inputs["sentences"] for word in sentence)
    counts = [max(1, found[word]) for word in answer["words"]]
    return {**answer, **right("tables.keep_probability", counts=counts, sample=inputs["sample"])}


def new_words_twice(right: Right, **inputs: Any) -> Answer:
    """Count new words as known ones too."""
    answer = right("vocabulary.update", **inputs)
    known = set(inputs["words"])
    pairs = zip(answer["words"], answer["counts"], strict=True)
    return {**answer, "counts": [count * (1 if word in known else 2) for word, count in pairs]}


def node_minus_1(right: Right, counts: list[int]) -> Answer:
    """Give a single word the node -1."""
    if len(counts) == 1:
        return {"codes": [[0]], "points": [[-1]]}
    return right("huffman.build", counts=counts)


VOCABULARIES: Mapping[str, Mistake] = {
    "V1": Mistake(
        "the last word of the list is lost",
        "vocabulary.min-count-kept",
        operations={"vocabulary.build": min_count_excluded},
    ),
    "V2": Mistake(
        "differences of counts are cut to 32 bits",
        "vocabulary.counts-beyond-31-bits",
        operations={"vocabulary.order": order_by_32_bits},
    ),
    "V4": Mistake(
        "ties come out reversed",
        "vocabulary.ties-first-seen",
        operations={"vocabulary.build": ties_reversed},
    ),
    "V5": Mistake(
        "ties of the tree are resolved the other way",
        "huffman.tree.all-equal-5",
        {"w2vref.reference.huffman.huffman_codes": tree_from_the_end},
    ),
    "V6": Mistake(
        "an update builds the tree anew",
        "huffman.update.many-new",
        operations={"huffman.update": tree_built_anew},
    ),
    "V7": Mistake(
        "an update takes thresholds from the new corpus",
        "vocabulary.update.merged",
        operations={"vocabulary.update": keep_of_the_new_corpus},
    ),
    "V8": Mistake(
        "an update counts new words twice",
        "vocabulary.update.merged",
        operations={"vocabulary.update": new_words_twice},
    ),
    "V10": Mistake(
        "a single word has the node -1", "huffman.one-word", operations={"huffman.build": node_minus_1}
    ),
}
