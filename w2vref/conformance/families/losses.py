"""Losses, against a recomputation in float64; updates, against the gradient of the loss."""

from __future__ import annotations

from collections.abc import Iterator

from w2vref.conformance.families.material import one
from w2vref.conformance.families.updates import facing, update
from w2vref.conformance.families.updates_cbow import MODES, cbow
from w2vref.conformance.suite.case import SHOULD, Case, Property, family

PATH = ([0, 1, 1], [6, 4, 0])
REQUIRED = {"ns.skipped": {"collision": "skip"}, "hs-and-ns": {"objectives": "one_error"}}
"""Choices without which a case makes no sense."""


@family("update")
def losses() -> Iterator[Case]:
    """Yield losses of steps, on the rows before the step."""
    page = "objectives.md#one-logistic-step"
    for name, title, inputs, extra in (
        ("ns", "The loss of negative sampling.", update([1, 6]), ("negative",)),
        ("ns.skipped", "A skipped negative is in no loss.", update([1, 5, 6]), ("negative",)),
        ("hs", "The loss of hierarchical softmax: its sign is that of a cost.", update(None, PATH), ("hs",)),
        (
            "hs-and-ns",
            "The loss of both objectives is the sum.",
            update([1, 6], PATH),
            ("hs", "negative", "hs-and-negative"),
        ),
    ):
        yield Case(
            f"loss.sg.{name}",
            title,
            page,
            one("update.sg", **inputs),
            Property("loss", {"relative": 1e-5}),
            strength=SHOULD,
            presupposes=REQUIRED.get(name, {}),
            needs=("sg", "loss", *extra),
            catches=("L7", "L9"),
            tiny=True,
        )
    inputs_far, outputs_far = facing([-40.0, 40.0, 30.0])
    yield Case(
        "loss.sg.ns.far",
        "A very wrong step has a large loss, not one that saturates.",
        page,
        one("update.sg", **update([6, 7], input_vectors=inputs_far, output_vectors=outputs_far)),
        Property("loss", {"relative": 1e-5}),
        strength=SHOULD,
        presupposes={"sigmoid": "exact"},
        needs=("sg", "loss", "negative"),
        catches=("L7",),
    )
    yield Case(
        "loss.cbow.ns",
        "The loss of a CBOW step.",
        page,
        one("update.cbow", **cbow([2, 4, 4], [1, 6], cbow_mean=True)),
        Property("loss", {"relative": 1e-5}),
        strength=SHOULD,
        needs=("cbow", "cbow-mean", "loss", "negative"),
        catches=("L7",),
    )


@family("update")
def gradients() -> Iterator[Case]:
    """Yield updates that must be -alpha times the gradient by central differences."""
    parameters = {"relative": 2e-3}
    for name, title, inputs, extra in (
        ("ns", "negative sampling", update([1, 6], alpha=0.05), ("negative",)),
        ("hs", "hierarchical softmax", update(None, PATH, alpha=0.05), ("hs",)),
        (
            "hs-and-ns",
            "both objectives",
            update([1, 6], PATH, alpha=0.05),
            ("hs", "negative", "hs-and-negative"),
        ),
    ):
        yield Case(
            f"gradient.sg.{name}",
            f"With {title}, the change of every row is -alpha times the gradient of the loss.",
            "objectives.md#one-logistic-step",
            one("update.sg", **inputs),
            Property("gradient", parameters),
            presupposes={"sigmoid": "exact", **REQUIRED.get(name, {})},
            needs=("sg", *extra),
            catches=("G13", "G15", "G17"),
            tiny=True,
        )
    for mean, word, feature in MODES:
        for context in ([2], [2, 4, 0], [0, 1, 2, 3, 4, 6]):
            given = cbow(context, [1, 7], cbow_mean=mean, cbow_gradient="exact", alpha=0.05)
            yield Case(
                f"gradient.cbow.{word}.contexts-{len(context)}",
                f"The gradient 'exact' with {len(context)} context word(s) is the gradient of the loss.",
                "cbow.md#three-gradients",
                one("update.cbow", **given),
                Property("gradient", parameters),
                strength=SHOULD,
                presupposes={"sigmoid": "exact"},
                needs=("cbow", "negative", feature, "cbow_gradient=exact"),
                catches=("G1",) if mean else ("G2",),
            )
