"""One CBOW step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from w2vref.conformance.families.material import one
from w2vref.conformance.families.updates import (
    ALL,
    BOTH_AXES,
    HS_AXES,
    IN_NODE,
    IN_OUT,
    NS_AXES,
    paths,
    update,
)
from w2vref.conformance.suite.case import SHOULD, STEP, Case, Compare, family

MODES = ((True, "mean", "cbow-mean"), (False, "sum", "cbow-sum"))


def cbow(
    context: list[int], negatives: list[int] | None = None, path: Any = None, **more: Any
) -> dict[str, Any]:
    """Return the inputs of a CBOW step that predicts word 5."""
    inputs: dict[str, Any] = update(negatives, path, **more)
    inputs.pop("input_id")
    return {**inputs, "context_ids": context}


@family("update")
def negative_sampling() -> Iterator[Case]:
    """Yield CBOW with negative sampling, mean and sum."""
    contexts = (
        ("one-context", "One context word: mean and sum are the same.", [2], [1, 6], ("G15",)),
        ("two-contexts", "Two context words.", [2, 4], [1, 6], ("G1", "G2", "G15")),
        (
            "ten-contexts",
            "Ten context words, some of them twice.",
            [0, 1, 2, 3, 4, 6, 7, 1, 2, 3],
            [1, 6],
            ("G1", "G2"),
        ),
        (
            "doubled-context",
            "A word that stands twice in the context is added twice and changes twice.",
            [2, 2, 4],
            [1, 6],
            ("G1", "W1"),
        ),
        ("context-is-target", "The target's word stands in its own context too.", [5, 2], [1, 6], ("W1",)),
        ("repeated-negative", "A repeated negative.", [2, 4], [7, 7], ("G4",)),
        (
            "negative-in-context",
            "A negative that stands in the context is no collision.",
            [2, 4],
            [4, 2],
            ("G3",),
        ),
    )
    for mean, word, feature in MODES:
        for name, title, context, negatives, catches in contexts:
            yield Case(
                f"update.cbow.{word}.ns.{name}",
                f"{title} Projection: the {word}.",
                "cbow.md",
                one("update.cbow", **cbow(context, negatives, cbow_mean=mean)),
                IN_OUT,
                axes=(*NS_AXES, "cbow_gradient") if len(context) > 1 else NS_AXES,
                needs=("cbow", "negative", feature),
                catches=catches,
                tiny=name == "two-contexts",
            )
        yield Case(
            f"update.cbow.{word}.ns.negative-equals-target",
            f"A negative that equals the target is skipped. Projection: the {word}.",
            "objectives.md#negative-sampling",
            one("update.cbow", **cbow([2, 4, 0], [5, 1, 5], cbow_mean=mean)),
            IN_OUT,
            axes=(*NS_AXES, "cbow_gradient", "collision"),
            needs=("cbow", "negative", feature),
            catches=("G3", "G6", "N8"),
        )
        yield Case(
            f"update.cbow.{word}.ns.size-100",
            f"Vectors of 100 components, six context words. Projection: the {word}.",
            "cbow.md",
            one("update.cbow", **cbow([0, 1, 2, 3, 4, 6], [1, 6, 6], size=100, cbow_mean=mean, alpha=0.1)),
            IN_OUT,
            axes=(*NS_AXES, "cbow_gradient"),
            needs=("cbow", "negative", feature),
            catches=("G1", "G2"),
        )


@family("update")
def hierarchical_softmax() -> Iterator[Case]:
    """Yield CBOW with hierarchical softmax, and with both objectives."""
    for mean, word, feature in MODES:
        for name, title, path, catches in paths():
            yield Case(
                f"update.cbow.{word}.hs.{name}",
                f"{title} Two context words; projection: the {word}.",
                "objectives.md#hierarchical-softmax",
                one("update.cbow", **cbow([2, 4], None, path, cbow_mean=mean)),
                IN_NODE,
                axes=(*HS_AXES, "cbow_gradient"),
                needs=("cbow", "hs", feature),
                catches=catches,
                tiny=name == "plain" and mean,
            )
        yield Case(
            f"update.cbow.{word}.hs-and-ns.plain",
            f"Both objectives into one error. Projection: the {word}.",
            "objectives.md#both",
            one("update.cbow", **cbow([2, 4, 7], [1, 1], ([0, 1], [6, 3]), cbow_mean=mean)),
            ALL,
            axes=(*BOTH_AXES, "cbow_gradient"),
            needs=("cbow", "hs", "negative", "hs-and-negative", feature),
            catches=("G17",),
        )


@family("update")
def gradients() -> Iterator[Case]:
    """Yield the three named gradients, asked for by name."""
    for gradient in ("word2vec", "exact", "gensim"):
        for mean, word, feature in MODES:
            yield Case(
                f"update.cbow.{word}.gradient.{gradient}",
                f"The gradient {gradient!r} of three context words. Projection: the {word}.",
                "cbow.md#three-gradients",
                one("update.cbow", **cbow([2, 4, 4], [1, 6], cbow_mean=mean, cbow_gradient=gradient)),
                IN_OUT,
                strength=SHOULD,
                axes=NS_AXES,
                needs=("cbow", "negative", feature, f"cbow_gradient={gradient}"),
                catches=("G1",) if mean else ("G2",),
                tiny=gradient == "exact",
            )


@family("update")
def locks() -> Iterator[Case]:
    """Yield CBOW with lock factors."""
    yield Case(
        "update.cbow.locks",
        "Lock factors 0, 1/2 and 1 scale the change of each context row; the projection is not scaled.",
        "cbow.md",
        one("update.cbow", **cbow([0, 1, 2], [1, 6], cbow_mean=True, locks=[0.0, 0.5, 1, 1, 1, 1, 1, 1])),
        Compare({"input_vectors": STEP, "output_vectors": STEP}),
        strength=SHOULD,
        axes=(*NS_AXES, "cbow_gradient"),
        needs=("cbow", "negative", "cbow-mean", "locks"),
        catches=("P8",),
    )
