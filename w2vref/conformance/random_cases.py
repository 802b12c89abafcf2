"""Cases drawn by Hypothesis for a target, judged against the reference as it runs.

The fixed cases are the same for everybody; these look where nobody has looked yet. They have no vectors;
under pytest they are `test_random`, which shows the smallest inputs that fail.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from w2vref.conformance.adapters.w2vref import Reference
from w2vref.conformance.families.given_draws import (
    axes_of_mode,
    count_steps,
    matrices,
    needs_of,
    noise,
    tree,
)
from w2vref.conformance.families.material import one, rows
from w2vref.conformance.families.updates import BOTH_AXES
from w2vref.conformance.suite.case import EXACT, RUN, STEP, Case, Compare, Property
from w2vref.conformance.suite.dialect import axes_of
from w2vref.dialects import DIALECTS

SIZES = (1, 2, 15, 16, 17, 33)
"""No second component; a small one; around one and two blocks of 16."""
KINDS = ("trained", "initial", "large", "mixed")
OBJECTIVES = ("ns", "hs", "hs-and-ns")
EXACT_SIGMOID = {"sigmoid": "exact"}
"""A table is a step function: near a step any other order of a sum may take the other side."""


def _case(name: str, calls: Any, judge: Compare | Property, **more: Any) -> Case:
    return Case(f"random.{name}", "Drawn at random.", "index.md", calls, judge, **more)


@st.composite
def updates(draw: st.DrawFn) -> Case:
    """Draw one step, skip-gram or CBOW, with any objective."""
    words, size = draw(st.integers(2, 7)), draw(st.sampled_from(SIZES))
    ids, kind, seed = st.integers(0, words - 1), draw(st.sampled_from(KINDS)), draw(st.integers(0, 99))
    objective, sg = draw(st.sampled_from(OBJECTIVES)), draw(st.booleans())
    target = draw(ids)
    inputs: dict[str, Any] = {
        "input_vectors": rows(seed, words, size, kind),
        "target_id": target,
        "alpha": draw(st.sampled_from((0.025, 0.5, 1.0, 1e-4))),
    }
    if "ns" in objective:
        inputs["output_vectors"] = rows(seed + 1, words, size, kind)
        inputs["negative_ids"] = draw(st.lists(ids, max_size=6))
    if "hs" in objective:
        paths = tree(draw(st.lists(st.integers(1, 9), min_size=words, max_size=words)))
        inputs["node_vectors"] = rows(seed + 2, words, size, kind)
        inputs |= {"code": paths["codes"][target], "point": paths["points"][target]}
    if sg:
        inputs["input_id"] = draw(ids)
    else:
        inputs |= {
            "context_ids": draw(st.lists(ids, min_size=1, max_size=5)),
            "cbow_mean": draw(st.booleans()),
        }
    needs = needs_of(sg, objective)
    if not inputs.get("cbow_mean", True):
        needs = tuple("cbow-sum" if feature == "cbow-mean" else feature for feature in needs)
    fields = [name for name in ("input_vectors", "output_vectors", "node_vectors") if name in inputs]
    return _case(
        "update",
        one("update.sg" if sg else "update.cbow", **inputs),
        Compare(dict.fromkeys(fields, STEP)),
        axes=(*BOTH_AXES, "collision", "cbow_gradient"),
        presupposes=EXACT_SIGMOID,
        needs=needs,
    )


@st.composite
def pairs(draw: st.DrawFn) -> Case:
    """Draw a sentence with words out of vocabulary, dropped ones and windows."""
    vocabulary = ["c", "a", "d", "b"]
    sentence = draw(st.lists(st.sampled_from([*vocabulary, "X", "Y"]), max_size=12))
    known = [word for word in sentence if word in vocabulary]
    flags, radii = st.integers(0, 1), st.integers(1, 4)
    return _case(
        "pairs",
        one(
            "pairs.stream",
            vocabulary=vocabulary,
            sentence=sentence,
            kept=draw(st.lists(flags, min_size=len(known), max_size=len(known))),
            radii=draw(st.lists(radii, min_size=len(known), max_size=len(known))),
            sg=draw(st.booleans()),
        ),
        Compare({"steps": EXACT}),
        axes=("direction",),
    )


@st.composite
def trees(draw: st.DrawFn) -> Case:
    """Draw counts with many ties: the tree is optimal."""
    count = st.sampled_from((1, 1, 2, 2, 3, 5, 8, 100, 2**33))
    counts = sorted(draw(st.lists(count, min_size=2, max_size=20)), reverse=True)
    return _case("huffman", one("huffman.build", counts=counts), Property("huffman", {"counts": counts}))


@st.composite
def sentences(draw: st.DrawFn) -> Case:
    """Draw a sentence that is trained with given draws."""
    sg, objective = draw(st.booleans()), draw(st.sampled_from(OBJECTIVES))
    tokens = draw(st.lists(st.integers(0, 5), max_size=10))
    radii = draw(st.lists(st.integers(1, 3), min_size=len(tokens), max_size=len(tokens))) or [1]
    given: dict[str, Any] = {
        "tokens": tokens,
        "sg": sg,
        "radii": radii,
        "alpha": 0.1,
        **matrices(6, draw(st.sampled_from(SIZES)), objective, draw(st.integers(0, 99))),
    }
    if not sg:
        given["cbow_mean"] = True
    if "ns" in objective:
        steps = count_steps(tokens, radii, sg)
        given["negatives"] = noise(draw(st.integers(0, 99)), steps, draw(st.integers(1, 4)), 6)
    if "hs" in objective:
        given |= tree([9, 7, 4, 4, 2, 1])
    fields = [name for name in ("input_vectors", "output_vectors", "node_vectors") if name in given]
    return _case(
        "sentence",
        one("sentence.train", **given),
        Compare(dict.fromkeys(fields, RUN)),
        axes=axes_of_mode(sg, objective),
        presupposes=EXACT_SIGMOID,
        needs=needs_of(sg, objective),
    )


@st.composite
def vocabularies(draw: st.DrawFn) -> Case:
    """Draw a corpus of few words."""
    word = st.sampled_from(["a", "b", "c", "d", "é", "A"])
    corpus = draw(st.lists(st.lists(word, max_size=6), min_size=1, max_size=5).filter(any))
    return _case(
        "vocabulary",
        one("vocabulary.build", sentences=corpus, min_count=1),
        Compare({"words": EXACT, "counts": EXACT}),
        axes=("vocabulary",),
    )


STRATEGIES = {
    "updates": updates,
    "pairs": pairs,
    "trees": trees,
    "sentences": sentences,
    "vocabularies": vocabularies,
}


def reference_for(case: Case, axes: Mapping[str, str]) -> Reference | None:
    """Return the reference in the first dialect that has the target's choices for a case's axes."""
    for dialect in DIALECTS:
        own = axes_of(dialect)
        if all(own[axis] == axes[axis] for axis in case.axes):
            return Reference(dialect=dialect)
    return None
