"""Similarity, neighbours, analogies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from w2vref.conformance.families.material import one, rows
from w2vref.conformance.suite.case import (
    COSINE,
    EXACT,
    FLOAT32,
    SHOULD,
    Call,
    Case,
    Compare,
    Property,
    family,
)

PAGE = "queries.md"
WORDS = ["north", "east", "northeast", "south"]
SPACE = np.array([[0, 3], [2, 0], [5, 5], [0, -1]], dtype=np.float32)
"""Closed form: cosines 0, 1/sqrt 2, -1; lengths that differ, so that an unnormalised product shows."""
RANKED = Compare({"words": EXACT, "scores": COSINE})


def most_similar(
    positive: list[str], negative: list[str] | None = None, topn: int = 10, **more: Any
) -> dict[str, Any]:
    """Return the inputs of a query on the four words."""
    given = {"words": WORDS, "vectors": SPACE, "method": "cosine", **more}
    return {**given, "positive": positive, "negative": negative or [], "topn": topn}


@family("queries")
def closed_form() -> Iterator[Case]:
    """Yield queries on four words whose cosines are known."""
    for first, second in (("north", "east"), ("north", "northeast"), ("north", "south"), ("east", "east")):
        yield Case(
            f"query.similarity.{first}-{second}",
            "The cosine of two words, whatever their lengths.",
            PAGE + "#similarity",
            one("query.similarity", words=WORDS, vectors=SPACE, first=first, second=second),
            Compare({"score": COSINE}),
            catches=("Q5", "Q1") if first == "north" else ("Q5",),
            tiny=second == "northeast",
        )
    for name, title, inputs, catches in (
        ("first-word", "The neighbours of word 0.", most_similar(["north"]), ("Q1", "Q4", "Q5")),
        ("last-word", "The neighbours of the last word.", most_similar(["south"]), ("Q4", "Q5")),
        (
            "two-positive",
            "The neighbours of two words: the mean of unit vectors.",
            most_similar(["north", "east"]),
            ("Q4", "Q5"),
        ),
        (
            "analogy",
            "northeast - east: the words asked about are not in the answer.",
            most_similar(["northeast"], ["east"]),
            ("Q4", "Q5"),
        ),
        ("topn-1", "One neighbour.", most_similar(["north"], topn=1), ("Q7",)),
        ("topn-2", "Two neighbours.", most_similar(["north"], topn=2), ("Q7",)),
        ("topn-0", "None: topn 0 gives an empty list.", most_similar(["north"], topn=0), ("Q7",)),
        (
            "topn-all",
            "More than there are: all but the words asked about.",
            most_similar(["north"], topn=1000),
            ("Q7", "Q4"),
        ),
    ):
        yield Case(
            f"query.most-similar.{name}",
            title,
            PAGE + "#neighbours",
            one("query.most_similar", **inputs),
            RANKED,
            strength=SHOULD if name == "topn-0" else "must",
            catches=catches,
            tiny=name in {"first-word", "analogy"},
        )
    yield Case(
        "query.cosmul.analogy",
        "An analogy by 3CosMul: (1 + cos) / 2 multiplied and divided.",
        PAGE + "#cosmul",
        one("query.most_similar", **most_similar(["northeast", "north"], ["east"], method="cosmul")),
        Compare({"words": EXACT, "scores": FLOAT32}),
        strength=SHOULD,
        needs=("cosmul",),
        catches=("Q6", "Q4"),
    )
    yield Case(
        "query.doesnt-match",
        "The word farthest from the mean of the unit vectors: one long vector does not decide.",
        PAGE + "#odd-one-out",
        one(
            "query.doesnt_match",
            words=["a", "b", "c", "far"],
            vectors=np.array([[1, 0.1], [1, -0.1], [1, 0.2], [-50, 60]], dtype=np.float32),
            among=["a", "b", "c", "far"],
        ),
        Compare({"word": EXACT}),
        strength=SHOULD,
        catches=("Q5",),
    )


@family("queries")
def properties() -> Iterator[Case]:
    """Yield what holds in any space."""
    words = [f"w{i}" for i in range(60)]
    vectors = rows(77, 60, 17) * np.linspace(0.1, 9, 60, dtype=np.float32)[:, None]
    permuted = [(37 * i + 11) % 60 for i in range(60)]
    common: dict[str, Any] = {"method": "cosine", "topn": 60}
    yield Case(
        "query.most-similar.cosines-within-one",
        "No cosine is beyond 1, none of the words asked about is in the answer, scores fall, nothing "
        "comes twice.",
        PAGE + "#neighbours",
        tuple(
            Call(
                "query.most_similar",
                {"words": words, "vectors": vectors, **common, "positive": p, "negative": n},
            )
            for p, n in ((["w0"], []), (["w59"], []), (["w3", "w4"], ["w5"]), (["w9", "w9"], []))
        ),
        Property(
            "neighbours", {"asked": [["w0"], ["w59"], ["w3", "w4", "w5"], ["w9"]], "count": [59, 59, 57, 59]}
        ),
        catches=("Q4", "Q5", "Q7"),
        tiny=True,
    )
    yield Case(
        "query.most-similar.permuted",
        "The answer does not depend on the order of the vocabulary.",
        PAGE + "#neighbours",
        tuple(
            Call(
                "query.most_similar",
                {
                    "words": [words[i] for i in order],
                    "vectors": vectors[order],
                    **common,
                    "positive": ["w7", "w0"],
                    "negative": ["w21"],
                },
            )
            for order in (list(range(60)), permuted)
        ),
        Property("same_answers", {"absolute": 2e-6}),
        catches=("Q1", "Q4"),
    )
    yield Case(
        "query.most-similar.scaled",
        "The answer does not depend on the lengths of the vectors.",
        PAGE + "#neighbours",
        tuple(
            Call(
                "query.most_similar",
                {"words": words, "vectors": v, **common, "positive": ["w7"], "negative": []},
            )
            for v in (vectors, vectors * np.linspace(40, 0.5, 60, dtype=np.float32)[:, None])
        ),
        Property("same_answers", {"absolute": 2e-6}),
        catches=("Q5",),
    )
    yield Case(
        "query.most-similar.unknown-word",
        "A word that is not in the vocabulary is an error, not word 0.",
        PAGE + "#neighbours",
        one("query.most_similar", **most_similar(["nowhere"])),
        Property("error"),
        catches=("Q1", "Q3"),
        tiny=True,
    )
    yield Case(
        "query.most-similar.nothing",
        "A query without words is an error or has no answer.",
        PAGE + "#neighbours",
        one("query.most_similar", **most_similar([])),
        Property("error_or_empty", {"field": "words"}),
        strength=SHOULD,
        catches=("Q12",),
    )
    yield Case(
        "query.doesnt-match.empty",
        "The odd one out of an empty list is an error that says so, not a division by zero.",
        PAGE + "#odd-one-out",
        one("query.doesnt_match", words=WORDS, vectors=SPACE, among=[]),
        Property("error", {"not_in_message": ["ZeroDivision", "division by zero", "divide by zero"]}),
        strength=SHOULD,
        catches=("Q12",),
    )
