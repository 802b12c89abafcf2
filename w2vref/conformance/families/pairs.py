"""Which steps a sentence gives: windows at edges, words out of vocabulary, subsampled words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from w2vref.conformance.families.material import one
from w2vref.conformance.suite.case import EXACT, Case, Compare, Property, family

LETTERS = ["e", "a", "d", "b", "c"]
"""Ids that are not the order of the alphabet: 0 is e."""


@family("pairs")
def cases() -> Iterator[Case]:
    """Yield the stream of steps, for skip-gram and CBOW."""
    for sg, name in ((True, "sg"), (False, "cbow")):
        yield from _of(sg, name)


def _of(sg: bool, prefix: str) -> Iterator[Case]:
    def case(
        name: str,
        title: str,
        sentence: str,
        radii: list[int] | int,
        kept: list[int] | None = None,
        **more: Any,
    ) -> Iterator[Case]:
        words = sentence.split()
        known = [word for word in words if word in LETTERS]
        all_radii = [radii] * len(known) if isinstance(radii, int) else radii
        calls = one(
            "pairs.stream",
            vocabulary=LETTERS,
            sentence=words,
            kept=[1] * len(known) if kept is None else kept,
            radii=all_radii,
            sg=sg,
        )
        tiny = more.pop("tiny", False)
        yield Case(
            f"pairs.{prefix}.{name}",
            title,
            "windows.md",
            calls,
            Compare({"steps": EXACT}),
            axes=("direction",) if sg else (),
            needs=(prefix,),
            tiny=tiny,
            **more,
        )

    yield from case(
        "full-window",
        "Every other word within the window, left to right, without the centre.",
        "a b c d e",
        2,
        catches=("W1", "W3", "W5", *(("G18",) if sg else ())),
        tiny=True,
    )
    yield from case(
        "window-1", "A window of 1 reaches one word each way.", "a b c d e", 1, catches=("W5", "W1")
    )
    yield from case(
        "window-wider", "A window wider than the sentence.", "a b c", 10, catches=("W1", "W5"), tiny=True
    )
    yield from case(
        "edges",
        "At both ends the window is clipped; the last word is reached.",
        "a b c d e a b",
        3,
        catches=("W1",),
    )
    yield from case(
        "repeated-word",
        "`a b a`: the other a is context; only the position of the centre is left out.",
        "a b a",
        2,
        catches=("W1", "W3"),
        tiny=True,
    )
    yield from case("same-word", "A sentence of one word four times.", "a a a a", 2, catches=("W1", "W3"))
    yield from case(
        "reduced-windows",
        "Each centre has its own radius, the same on both sides.",
        "a b c d e d c",
        [1, 3, 2, 1, 2, 3, 1],
        catches=("W5", "W1"),
        tiny=True,
    )
    yield from case(
        "oov-in-the-middle",
        "A word out of vocabulary is gone before windows are formed: they reach over it.",
        "a X b X X c d",
        1,
        catches=("W3", "W7"),
        tiny=True,
    )
    yield from case(
        "oov-at-ends", "Words out of vocabulary at both ends.", "X a b c X", 2, catches=("W3", "W7")
    )
    yield from case(
        "only-oov",
        "A sentence without a known word gives no step.",
        "X Y X",
        2,
        catches=("Q1", "W7"),
        tiny=True,
    )
    yield from case("one-word", "A sentence of one word gives no step.", "a", 3, tiny=True)
    yield from case(
        "one-known-word", "A sentence of one known word gives no step.", "X a Y", 3, catches=("W7",)
    )
    yield from case("empty", "An empty sentence gives no step.", "", [])
    yield from case(
        "subsampled",
        "A subsampled word is neither centre nor context, and windows reach over it.",
        "a b c d e a",
        1,
        [1, 0, 1, 1, 0, 1],
        catches=("W3", "W7"),
        tiny=True,
    )
    yield from case(
        "subsampled-and-oov",
        "Both at once: positions count kept words of the vocabulary.",
        "X a b X c d Y e a",
        [2, 1, 1, 2, 1, 2],
        [1, 0, 1, 1, 1, 0],
        catches=("W3", "W7"),
    )
    yield from case("all-dropped", "If all words are dropped there is no step.", "a b c", 2, [0, 0, 0])
    yield from case(
        "all-but-one-dropped", "A single kept word has no context.", "a b c", 2, [0, 1, 0], catches=("W7",)
    )
    yield Case(
        f"pairs.{prefix}.same-pairs",
        "Whatever the direction and the order: the set of (centre, context) pairs of full windows.",
        "windows.md",
        one(
            "pairs.stream",
            vocabulary=LETTERS,
            sentence=["c", "a", "a", "b", "e", "X", "d", "c"],
            kept=[1] * 7,
            radii=[2] * 7,
            sg=sg,
        ),
        Property("pair_multiset", {"tokens": [4, 1, 1, 3, 0, 2, 4], "radius": 2, "sg": sg}),
        needs=(prefix,),
        catches=("W1", "W3", "W5", "W7"),
        tiny=True,
    )
    long = [LETTERS[(i * i + i // 7) % 5] for i in range(1200)]
    yield Case(
        f"pairs.{prefix}.sentence-1200",
        "A sentence of 1,200 words is not cut at 1,000: the pairs over that place are there.",
        "epoch.md",
        one("pairs.stream", vocabulary=LETTERS, sentence=long, kept=[1] * 1200, radii=[1] * 1200, sg=sg),
        Property("pair_multiset", {"tokens": [LETTERS.index(word) for word in long], "radius": 1, "sg": sg}),
        presupposes={"sentences": "whole"},
        needs=(prefix,),
        catches=("W9",),
    )
