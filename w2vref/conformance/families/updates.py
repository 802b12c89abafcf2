"""One skip-gram step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from w2vref._typing import Float32Array
from w2vref.conformance.families.material import one, rows
from w2vref.conformance.suite.case import MAY, SHOULD, STEP, Case, Compare, family

IN_OUT = Compare({"input_vectors": STEP, "output_vectors": STEP})
IN_NODE = Compare({"input_vectors": STEP, "node_vectors": STEP})
ALL = Compare({"input_vectors": STEP, "output_vectors": STEP, "node_vectors": STEP})
NS_AXES = ("sigmoid", "out_of_range_negative")
HS_AXES = ("sigmoid", "out_of_range_hs")
BOTH_AXES = ("sigmoid", "out_of_range_hs", "out_of_range_negative", "objectives")
WORDS, SIZE = 8, 5


def update(
    negatives: list[int] | None = None, path: tuple[list[int], list[int]] | None = None, **more: Any
) -> Any:
    """Return the inputs of a step on eight words: word 3 predicts word 5 unless told otherwise."""
    size = more.pop("size", SIZE)
    seed = more.pop("seed", 1)
    inputs: dict[str, Any] = {"input_vectors": rows(seed, WORDS, size)}
    if negatives is not None:
        inputs |= {"output_vectors": rows(seed + 100, WORDS, size), "negative_ids": negatives}
    if path is not None:
        inputs |= {"node_vectors": rows(seed + 200, WORDS, size), "code": path[0], "point": path[1]}
    return {**inputs, "input_id": 3, "target_id": 5, "alpha": 0.5, **more}


def facing(products: list[float], size: int = SIZE) -> tuple[Float32Array, Float32Array]:
    """Return input rows and output rows such that input row 3 has these products with output rows 5, 6, 7."""
    inputs, outputs = rows(21, WORDS, size), rows(22, WORDS, size, "initial")
    inputs[3] = 0.0
    inputs[3, 0] = 2.0
    for word, product in zip((5, 6, 7), products, strict=True):
        outputs[word, 0] = product / 2.0
    return inputs, outputs


@family("update")
def negative_sampling() -> Iterator[Case]:
    """Yield skip-gram with negative sampling."""
    page = "objectives.md#negative-sampling"

    def case(name: str, title: str, inputs: dict[str, Any], **more: Any) -> Case:
        more = {"axes": NS_AXES, "needs": ("sg", "negative"), "rule": page, "judge": IN_OUT, **more}
        return Case(f"update.sg.ns.{name}", title, calls=one("update.sg", **inputs), **more)

    yield case(
        "plain",
        "Target with label 1, then two distinct negatives with label 0; the input row gets the sum "
        "of the errors.",
        update([1, 6]),
        catches=("G11", "G15"),
        tiny=True,
    )
    yield case("one-negative", "A single negative.", update([0]), catches=("G8",))
    yield case(
        "no-negative",
        "With no negative left the target's step is taken all the same.",
        update([]),
    )
    yield case(
        "twenty-negatives",
        "Twenty negatives over eight words, many of them repeated.",
        update([7, 1, 0, 2, 7, 7, 4, 6, 1, 0, 0, 3, 2, 2, 6, 4, 7, 1, 6, 0]),
        catches=("G4",),
    )
    yield case(
        "repeated-negative",
        "A repeated negative counts each time, and sees the row as its earlier step left it.",
        update([7, 7]),
        catches=("G4",),
        tiny=True,
    )
    yield case(
        "thrice-repeated-negative",
        "A negative that comes three times, with another between.",
        update([2, 7, 2, 2]),
        catches=("G4",),
    )
    yield case(
        "negative-equals-target",
        "A negative that equals the target is skipped, wherever it stands.",
        update([5, 1, 5]),
        axes=(*NS_AXES, "collision"),
        catches=("G3", "G6", "N7", "N8"),
        tiny=True,
    )
    yield case(
        "all-negatives-equal-target",
        "If all negatives equal the target only its own step is left.",
        update([5, 5, 5]),
        axes=(*NS_AXES, "collision"),
        catches=("G6", "G7", "N8"),
    )
    yield case(
        "negative-equals-input",
        "A negative that equals the input word is no collision: its output row takes a step.",
        update([3, 1]),
        catches=("G3",),
        tiny=True,
    )
    yield case(
        "negative-is-word-0",
        "Word 0 is a negative like any other.",
        update([0, 0]),
        catches=("G8",),
    )
    yield case(
        "target-is-word-0",
        "Word 0 as target, and as a negative that collides.",
        update([1, 0, 2], target_id=0),
        axes=(*NS_AXES, "collision"),
        catches=("Q1", "G3"),
    )
    yield case(
        "input-equals-target",
        "A word that predicts itself: its input row and its output row are different rows.",
        update([1, 2], input_id=5),
    )
    yield case(
        "last-word",
        "The last word as input, target of the last but one.",
        update([7, 0], input_id=7, target_id=6),
    )
    yield case(
        "order-of-negatives",
        "Negatives take effect in the order given: the same ones in another order give other rows.",
        update([1, 7, 1, 6], alpha=1.0),
        catches=("G4",),
    )
    yield case("alpha-tiny", "A learning rate of 1e-4.", update([1, 6], alpha=1e-4))
    yield case("alpha-one", "A learning rate of 1.", update([1, 6], alpha=1.0))
    yield case("alpha-zero", "With a learning rate of 0 nothing changes.", update([1, 6], alpha=0.0), axes=())
    for size, why in (
        (1, "no second component"),
        (15, "one less than a block of 16"),
        (16, "one block"),
        (17, "one more"),
        (33, "two blocks and one"),
        (100, "the usual size"),
        (300, "a large size that is no multiple of 16"),
    ):
        yield case(
            f"size-{size}",
            f"Vectors of {size} components: {why}.",
            update([1, 6, 6, 2], size=size, seed=size, alpha=0.1),
            tiny=size in (1, 17),
        )
    one_word = {
        "input_vectors": rows(31, 1, 4),
        "output_vectors": rows(32, 1, 4),
        "input_id": 0,
        "target_id": 0,
        "negative_ids": [0, 0],
        "alpha": 0.5,
    }
    yield case(
        "one-word",
        "A vocabulary of one word: every negative is the target, and the step ends.",
        one_word,
        axes=(*NS_AXES, "collision"),
        catches=("G7", "G8"),
        tiny=True,
        seconds=10.0,
    )
    two_words = {
        "input_vectors": rows(33, 2, 4),
        "output_vectors": rows(34, 2, 4),
        "input_id": 0,
        "target_id": 1,
        "negative_ids": [1, 0, 1, 0, 0],
        "alpha": 0.5,
    }
    yield case(
        "two-words",
        "Two words and five negatives: those that equal the target are skipped, the others each take a step.",
        two_words,
        axes=(*NS_AXES, "collision"),
        catches=("G6",),
    )


@family("update")
def ranges() -> Iterator[Case]:
    """Yield steps whose dot products are large: where tables end."""
    page = "arithmetic.md#sigmoidx"
    needs = ("sg", "negative")

    def case(name: str, title: str, products: list[float], **more: Any) -> Case:
        inputs, outputs = facing(products)
        given = update([6, 7], input_vectors=inputs, output_vectors=outputs, alpha=0.5)
        return Case(
            f"update.sg.ns.{name}",
            title,
            page,
            one("update.sg", **given),
            IN_OUT,
            axes=NS_AXES,
            needs=needs,
            **more,
        )

    yield case(
        "dot-zero",
        "Products of exactly 0: the sigmoid is 1/2.",
        [0.0, 0.0, 0.0],
        catches=("G10", "G11"),
        tiny=True,
    )
    yield case("dot-one", "Products of 1 and -1.", [1.0, 1.0, -1.0], catches=("G10", "G11"))
    for value in (6.0, 8.0, 20.0, 87.0):
        edge = {6.0: ("G9", "G12"), 8.0: ("G9", "G12")}.get(value, ("G9",))
        yield case(
            f"dot-plus-{value:g}",
            f"All products are {value:g}: the target is right already, the negatives are very wrong.",
            [value, value, value],
            catches=edge,
            tiny=value == 6.0,
        )
        yield case(
            f"dot-minus-{value:g}",
            f"All products are -{value:g}: the target is very wrong and gets the whole gradient.",
            [-value, -value, -value],
            catches=edge,
            tiny=value == 20.0,
        )
    for value in (6.0, 8.0):
        below, above = (
            float(np.nextafter(np.float32(value), np.float32(0))),
            float(np.nextafter(np.float32(value), np.float32(9))),
        )
        yield case(
            f"dot-around-{value:g}",
            f"Products one float below {value:g}, one above, and one above -{value:g}.",
            [below, above, -below],
            catches=("G9", "G12"),
        )
    yield case(
        "dot-mixed",
        "A product of -20 for the target, 7 and -7 for the negatives.",
        [-20.0, 7.0, -7.0],
        catches=("G9",),
    )
    yield case(
        "dot-beyond-87",
        "Products of 200 and -200: no overflow, no NaN.",
        [-200.0, 200.0, -200.0],
        catches=("G9", "G12"),
    )


def paths() -> list[tuple[str, str, tuple[list[int], list[int]], tuple[str, ...]]]:
    """Return (name, title, (code, point), catches) of steps with hierarchical softmax."""
    return [
        ("code-0", "One decision with code 0: label 1.", ([0], [6]), ("G13",)),
        ("code-1", "One decision with code 1: label 0.", ([1], [6]), ("G13",)),
        ("plain", "Three decisions.", ([0, 1, 1], [6, 4, 0]), ("G13", "G15", "G11")),
        ("node-0", "Node 0 on the path.", ([1, 0], [6, 0]), ()),
        ("long", "Seven decisions.", ([1, 1, 0, 1, 0, 0, 1], [6, 5, 4, 3, 2, 1, 0]), ("G13",)),
    ]


@family("update")
def hierarchical_softmax() -> Iterator[Case]:
    """Yield skip-gram with hierarchical softmax."""
    page = "objectives.md#hierarchical-softmax"
    for name, title, path, catches in paths():
        yield Case(
            f"update.sg.hs.{name}",
            title,
            page,
            one("update.sg", **update(None, path)),
            IN_NODE,
            axes=HS_AXES,
            needs=("sg", "hs"),
            catches=catches,
            tiny=name == "plain",
        )
    for value in (6.0, 8.0, 20.0):
        for sign in (1.0, -1.0):
            inputs, nodes = facing([sign * value] * 3)
            given = update(None, ([0, 1], [5, 6]), input_vectors=inputs, node_vectors=nodes)
            yield Case(
                f"update.sg.hs.dot-{'plus' if sign > 0 else 'minus'}-{value:g}",
                f"Products of {sign * value:g} with both nodes, codes 0 and 1.",
                "arithmetic.md#sigmoidx",
                one("update.sg", **given),
                IN_NODE,
                axes=HS_AXES,
                needs=("sg", "hs"),
                catches=("G9", "G12"),
            )
    yield Case(
        "update.sg.hs-and-ns.plain",
        "With both objectives the path comes first, then target and negatives, all into one error.",
        "objectives.md#both",
        one("update.sg", **update([1, 1, 6], ([0, 1, 1], [6, 4, 0]))),
        ALL,
        axes=BOTH_AXES,
        needs=("sg", "hs", "negative", "hs-and-negative"),
        catches=("G17",),
        tiny=True,
    )
    yield Case(
        "update.sg.hs-and-ns.collision",
        "With both objectives and a negative that equals the target.",
        "objectives.md#both",
        one("update.sg", **update([5, 1], ([1, 0], [6, 2]))),
        ALL,
        axes=(*BOTH_AXES, "collision"),
        needs=("sg", "hs", "negative", "hs-and-negative"),
        catches=("G17", "G6"),
    )


@family("update")
def locks_and_flags() -> Iterator[Case]:
    """Yield steps in which some rows do not learn."""
    locks = [1.0, 1.0, 1.0, 0.5, 1.0, 1.0, 0.0, 1.0]
    common: dict[str, Any] = {"axes": BOTH_AXES, "strength": SHOULD}
    for name, title, inputs, catches in (
        (
            "half",
            "A lock factor of 0.5 halves the change of the input row alone.",
            update([1, 6], locks=locks),
            (),
        ),
        (
            "zero",
            "A lock factor of 0 keeps the input row; the output rows learn.",
            update([1, 6], locks=locks, input_id=6),
            ("P8",),
        ),
    ):
        yield Case(
            f"update.sg.locks.{name}",
            title,
            "skipgram.md",
            one("update.sg", **inputs),
            IN_OUT,
            needs=("sg", "negative", "locks"),
            catches=catches,
            **common,
        )
    for name, title, more in (
        ("vectors", "With learn_vectors=false the input row stays as it is.", {"learn_vectors": False}),
        ("hidden", "With learn_hidden=false output and node rows stay as they are.", {"learn_hidden": False}),
    ):
        yield Case(
            f"update.sg.frozen.{name}",
            title,
            "objectives.md#both",
            one("update.sg", **update([1, 1, 6], ([0, 1], [6, 4]), **more)),
            ALL,
            needs=("sg", "hs", "negative", "hs-and-negative", "learn-flags"),
            **{**common, "strength": MAY},
        )
