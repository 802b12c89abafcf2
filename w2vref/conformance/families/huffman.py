"""The Huffman tree."""

from __future__ import annotations

from collections.abc import Iterator

from w2vref.conformance.families.material import one
from w2vref.conformance.suite.case import EXACT, MAY, SHOULD, Call, Case, Compare, Property, family

PAGE = "huffman.md"
EXACT_TREE = Compare({"codes": EXACT, "points": EXACT})

COUNTS: list[tuple[str, str, list[int]]] = [
    ("two-words", "Two words: one decision.", [3, 1]),
    ("two-equal", "Two words with equal counts.", [2, 2]),
    ("three", "Three words with different counts.", [7, 3, 1]),
    ("powers", "Counts 64, 32, ... 1: a tree that is one long branch.", [64, 32, 16, 8, 4, 2, 1]),
    ("fibonacci", "Fibonacci numbers: the deepest tree, ties at every merge.", [21, 13, 8, 5, 3, 2, 1, 1]),
    ("all-equal-4", "Four equal counts: a balanced tree.", [5, 5, 5, 5]),
    ("all-equal-5", "Five equal counts.", [2, 2, 2, 2, 2]),
    ("all-equal-37", "37 equal counts.", [1] * 37),
    ("inner-ties-leaf", "An inner node's count equals a leaf's.", [4, 2, 1, 1]),
    ("zipf-100", "A hundred words after Zipf's law.", [1000 // rank for rank in range(1, 101)]),
    ("large-counts", "Counts whose sums pass 2^31 and 2^32.", [2**32, 2**31, 2**31 - 1, 2**31 - 1, 2**30, 3]),
]
TIED = {
    "two-equal",
    "fibonacci",
    "all-equal-4",
    "all-equal-5",
    "all-equal-37",
    "inner-ties-leaf",
    "zipf-100",
    "large-counts",
}


@family("huffman")
def cases() -> Iterator[Case]:
    """Yield trees: that they are optimal, and which of the optimal ones."""
    for name, title, counts in COUNTS:
        yield Case(
            f"huffman.optimal.{name}",
            f"{title} The code is prefix-free and as short as any, its paths are those of one tree.",
            PAGE,
            one("huffman.build", counts=counts),
            Property("huffman", {"counts": counts}),
            catches=("V5", "V2") if name == "large-counts" else ("V5",),
            tiny=name in {"two-words", "fibonacci", "all-equal-5"},
        )
        yield Case(
            f"huffman.tree.{name}",
            f"{title} Codes and points of every word.",
            PAGE,
            one("huffman.build", counts=counts),
            EXACT_TREE,
            strength=SHOULD,
            axes=("huffman",),
            catches=("V5",) if name in TIED else (),
            tiny=name in {"three", "inner-ties-leaf"},
        )
    yield Case(
        "huffman.one-word",
        "A vocabulary of one word has no decision: an empty code or an error, no node outside the array.",
        PAGE,
        one("huffman.build", counts=[5]),
        Property("huffman_one_word"),
        catches=("V10",),
        tiny=True,
        seconds=10.0,
    )
    for name, title, old, new in (
        ("one-new", "One word comes to a tree of four.", [9, 4, 2, 1], [3]),
        (
            "many-new",
            "Seven words, some of them more frequent than the old ones.",
            [5, 5, 3],
            [40, 8, 8, 2, 1, 1, 1],
        ),
    ):
        yield Case(
            f"huffman.update.{name}",
            f"{title} Every trained node keeps its row and its decision: no old word changes sides.",
            PAGE + "#after-an-update",
            (
                Call("huffman.build", {"counts": old}),
                Call("huffman.update", {"counts": old, "new_counts": new}),
            ),
            Property("huffman_kept"),
            strength=MAY,
            catches=("V6",),
            tiny=name == "one-new",
        )
