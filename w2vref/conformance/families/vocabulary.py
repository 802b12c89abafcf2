"""Counting words and giving them ids."""

from __future__ import annotations

from collections.abc import Iterator

from w2vref.conformance.families.material import one
from w2vref.conformance.suite.case import EXACT, FLOAT64, MAY, SHOULD, Case, Compare, Property, family

PAGE = "vocabulary.md"
BOTH = Compare({"words": EXACT, "counts": EXACT})


def case(name: str, title: str, sentences: list[list[str]], min_count: int = 1, **more: object) -> Case:
    """Return a case of `vocabulary.build`."""
    options: dict[str, object] = {"axes": (), "judge": BOTH, **more}
    calls = one("vocabulary.build", sentences=sentences, min_count=min_count)
    return Case(f"vocabulary.{name}", title, PAGE, calls, **options)  # type: ignore[arg-type]


@family("vocabulary")
def build() -> Iterator[Case]:
    """Yield counting, thresholds, order."""
    yield case(
        "by-count",
        "Ids go by descending count.",
        [["a", "b", "c"], ["c", "b", "c"]],
        catches=("V2",),
        tiny=True,
    )
    yield case(
        "min-count-kept",
        "A word whose count equals min_count stays; the one below goes.",
        [["x", "y", "y", "z", "z", "z"], ["x", "z", "w"]],
        min_count=2,
        axes=("vocabulary",),
        catches=("V1",),
        tiny=True,
    )
    yield case(
        "min-count-1",
        "With min_count=1 every word stays, the last of the corpus too.",
        [["a", "a", "b", "a"], ["b", "a", "last"]],
        catches=("V1",),
    )
    yield case(
        "ties-first-seen",
        "Of words with equal counts the one that appears first comes first.",
        [["d", "b", "a"], ["c", "a", "b", "c", "d"]],
        strength=SHOULD,
        axes=("vocabulary",),
        catches=("V4",),
        tiny=True,
    )
    many = [f"w{(i * 37) % 101}" for i in range(101)]
    yield case(
        "ties-hundred",
        "A hundred and one words with the count 2, in a scrambled order.",
        [many, many[::-1]],
        strength=SHOULD,
        axes=("vocabulary",),
        catches=("V4",),
    )
    for order in ("given", "reversed"):
        words = ["a", "b", "c", "d", "e"] if order == "given" else ["e", "d", "c", "b", "a"]
        yield case(
            f"ties-any-order.{order}",
            "Words with equal counts are all there, in whatever order.",
            [words, words],
            judge=Property("vocabulary", {"counts": dict.fromkeys(words, 2)}),
            catches=("V1", "V4"),
        )
    yield case("one-word", "A corpus of one word.", [["a", "a", "a"]], catches=("V10",), tiny=True)
    yield case(
        "empty-sentences", "Empty sentences count for nothing.", [[], ["b", "a", "a"], [], []], tiny=True
    )
    yield case(
        "repeated-in-sentence",
        "A word is counted as often as it stands, not once for each sentence.",
        [["a", "a", "a", "a", "b", "b"], ["b", "c"], ["c", "b", "a", "b", "a"]],
        catches=("W11",),
    )
    yield case(
        "letters-and-bytes",
        "Words of other scripts, with digits, with characters beyond 16 bits; no two are taken for one.",
        [["über", "uber", "Uber", "слово", "语言", "\U0001f600", "a\u0301", "á"], ["über", "语言", "über"]],
        judge=Property(
            "vocabulary",
            {
                "counts": {
                    "über": 3,
                    "语言": 2,
                    "uber": 1,
                    "Uber": 1,
                    "слово": 1,
                    "\U0001f600": 1,
                    "a\u0301": 1,
                    "á": 1,
                }
            },
        ),
    )
    long = "x" * 97
    yield case(
        "long-words",
        "Words of 200 bytes that differ only in the last are different words.",
        [[f"{long * 2}abcd{i}" for i in (1, 2, 1, 3, 1, 2)], [f"{long}ü{i}" for i in (1, 1, 1, 1)]],
        catches=("P1", "P7"),
    )


@family("vocabulary")
def order() -> Iterator[Case]:
    """Yield the order of words with given counts."""
    yield Case(
        "vocabulary.counts-beyond-31-bits",
        "Counts whose differences do not fit 32 bits are ordered by their whole value.",
        PAGE,
        one(
            "vocabulary.order",
            words=["a", "b", "c", "d", "e"],
            counts=[2**31 + 5, 3, 2**33, 2**32 + 2**31 + 6, 2**40 + 1],
            min_count=1,
        ),
        BOTH,
        strength=SHOULD,
        catches=("V2", "L10"),
        tiny=True,
    )
    yield Case(
        "vocabulary.counts-beyond-53-bits",
        "Counts that a float64 cannot tell apart.",
        PAGE,
        one("vocabulary.order", words=["a", "b", "c"], counts=[2**53, 2**53 + 1, 2**53 + 2], min_count=1),
        BOTH,
        strength=MAY,
        catches=("L10", "V2"),
    )
    yield Case(
        "vocabulary.order-ties",
        "Given counts with ties: first seen first.",
        PAGE,
        one(
            "vocabulary.order",
            words=["e", "d", "c", "b", "a", "f"],
            counts=[5, 7, 5, 7, 5, 1],
            min_count=2,
        ),
        BOTH,
        strength=SHOULD,
        axes=("vocabulary",),
        catches=("V4",),
    )


@family("vocabulary")
def update() -> Iterator[Case]:
    """Yield a vocabulary that grows."""
    everything = Compare({"words": EXACT, "counts": EXACT, "probability": FLOAT64})
    yield Case(
        "vocabulary.update.merged",
        "After an update counts are sums, known words keep their ids, and subsampling follows from the sums.",
        PAGE,
        one(
            "vocabulary.update",
            words=["a", "b", "c"],
            counts=[5000, 400, 30],
            sentences=[["c"] * 300 + ["new", "a", "rare"] + ["new"] * 20] * 2,
            min_count=3,
            sample=1e-2,
        ),
        everything,
        strength=MAY,
        axes=("subsampling",),
        catches=("V7", "V8"),
        tiny=True,
    )
    yield Case(
        "vocabulary.update.absent",
        "A known word that the second corpus lacks keeps its count, and its threshold follows the new total.",
        PAGE,
        one(
            "vocabulary.update",
            words=["a", "b"],
            counts=[900, 100],
            sentences=[["b"] * 5000],
            min_count=1,
            sample=1e-2,
        ),
        everything,
        strength=MAY,
        axes=("subsampling",),
        catches=("V7", "V8"),
    )
