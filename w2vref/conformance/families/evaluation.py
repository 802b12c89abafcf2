"""Word pairs and analogies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from w2vref.conformance.families.material import one, rows
from w2vref.conformance.suite.case import EXACT, SHOULD, Case, Compare, Property, Tolerance, family

PAGE = "evaluation.md"
WORDS = ["king", "queen", "man", "woman", "King", "apple"]
VECTORS = np.array(
    [[1, 1, 0.2], [1, -1, 0.2], [0.1, 1, 0], [0.1, -1, 0], [-1, 0.3, 2], [0, 0.1, 1]], dtype=np.float32
)
"""`King` is another word than `king`, far away: folding of case must take the more frequent one."""
CORRELATION = Compare(
    {
        "pearson": Tolerance("absolute", 1e-5, "cosines in float32"),
        "spearman": Tolerance("absolute", 1e-9, "ranks are exact"),
        "oov": Tolerance("absolute", 1e-9, "a ratio of small numbers"),
    }
)
PAIRS = "king\tqueen\t7.5\nman\twoman\t8\nking\tapple\t1\nking\tman\t5\nqueen\tapple\t2\n"


def pairs(text: str, case_insensitive: bool = False) -> Any:
    """Return a call of `evaluate.word_pairs`."""
    return one(
        "evaluate.word_pairs", words=WORDS, vectors=VECTORS, text=text, case_insensitive=case_insensitive
    )


@family("evaluation")
def word_pairs() -> Iterator[Case]:
    """Yield correlations with judgements."""
    page = PAGE + "#word-pairs"
    for name, title, text, more in (
        ("plain", "Pearson and Spearman of five pairs, none unknown.", PAIRS, {"tiny": True}),
        (
            "oov",
            "Two of seven pairs have an unknown word: they are left out, and the share is 28.57 %.",
            PAIRS + "king\tnowhere\t3\nnowhere\telse\t4\n",
            {"catches": ("Q10", "Q1"), "tiny": True},
        ),
        ("comments", "Lines that begin with # are no pairs.", "# a comment\n" + PAIRS, {"strength": SHOULD}),
        ("ties", "Equal judgements share a rank.", PAIRS.replace("\t5", "\t1"), {}),
    ):
        yield Case(f"evaluate.word-pairs.{name}", title, page, pairs(text), CORRELATION, **more)
    upper = PAIRS.upper()
    yield Case(
        "evaluate.word-pairs.folded",
        "With folding, KING is the more frequent of king and King.",
        page,
        pairs(upper, True),
        CORRELATION,
        strength=SHOULD,
        needs=("case_insensitive",),
        catches=("Q9",),
    )
    yield Case(
        "evaluate.word-pairs.empty",
        "A file without pairs is an error that says so.",
        page,
        pairs(""),
        Property("error", {"not_in_message": ["ZeroDivision", "division by zero"]}),
        strength=SHOULD,
        catches=("Q12",),
    )
    yield Case(
        "evaluate.word-pairs.all-unknown",
        "A file of unknown words alone is an error that says so.",
        page,
        pairs("x\ty\t1\nz\tw\t2\n"),
        Property("error", {"not_in_message": ["ZeroDivision", "division by zero"]}),
        strength=SHOULD,
        catches=("Q12", "Q10"),
    )


def questions(text: str, case_insensitive: bool = False) -> Any:
    """Return a call of `evaluate.analogies`."""
    return one(
        "evaluate.analogies", words=WORDS, vectors=VECTORS, text=text, case_insensitive=case_insensitive
    )


@family("evaluation")
def analogies() -> Iterator[Case]:
    """Yield analogy questions."""
    page = PAGE + "#analogies"
    judge = Compare({"sections": EXACT, "correct": EXACT, "incorrect": EXACT})
    royal = ": royal\nman king woman queen\nking man queen woman\n"
    for name, title, text, more in (
        ("plain", "Two right answers.", royal, {"tiny": True, "catches": ("Q4",)}),
        ("wrong", "A right and a wrong answer.", royal + "man king woman apple\n", {"catches": ("Q4",)}),
        (
            "oov",
            "A question with an unknown word is neither right nor wrong, wherever it stands.",
            royal
            + "man king woman empress\nnowhere king woman queen\n"
            + "man nowhere woman queen\nman king nowhere queen\n",
            {"catches": ("Q1", "Q3", "Q10"), "tiny": True},
        ),
        (
            "first-word",
            "Word 0 can be asked about and can be the answer.",
            ": zero\nwoman queen man king\n",
            {"catches": ("Q1",)},
        ),
        ("sections", "Each section has its own counts.", royal + ": fruit\nman apple woman queen\n", {}),
    ):
        yield Case(f"evaluate.analogies.{name}", title, page, questions(text), judge, **more)
    yield Case(
        "evaluate.analogies.folded",
        "With folding, MAN KING WOMAN QUEEN is the question of the more frequent words.",
        page,
        questions(royal.upper().replace(": ROYAL", ": royal") + "QUEEN WOMAN KING MAN\n", True),
        judge,
        strength=SHOULD,
        needs=("case_insensitive",),
        catches=("Q9",),
    )
    yield Case(
        "evaluate.analogies.empty",
        "A file without questions is an error that says so, or gives no section.",
        page,
        questions(""),
        Property("error_or_empty", {"field": "sections"}),
        strength=SHOULD,
        catches=("Q12",),
    )
    words = [f"w{i}" for i in range(30)]
    vectors = rows(5, 30, 8)
    text = ": all\n" + "".join(f"w{i} w{i + 1} w{i + 2} w{i + 3}\n" for i in range(0, 24, 2))
    yield Case(
        "evaluate.analogies.inputs-excluded",
        "Where the nearest vector is one of the question's own words, the next one is taken.",
        page,
        one("evaluate.analogies", words=words, vectors=vectors, text=text, case_insensitive=False),
        judge,
        catches=("Q4", "Q5"),
    )
