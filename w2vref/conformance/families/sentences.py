"""One sentence with given draws, at one learning rate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from w2vref.conformance.families.given_draws import (
    axes_of_mode,
    count_steps,
    distant_noise,
    matrices,
    needs_of,
    noise,
    tree,
)
from w2vref.conformance.families.material import one
from w2vref.conformance.suite.case import LONG_RUN, RUN, Case, Compare, family

TOKENS = [2, 0, 4, 0, 1, 5, 3, 0, 2, 2, 1, 4, 6, 0]
RADII = [3, 1, 2, 4, 1, 2, 5, 1, 2, 3, 1, 1, 2, 3]
KEPT = [1, 0, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1]
COUNTS = [40, 30, 21, 14, 9, 5, 2]
LONG = {"sentences": "whole", "sigmoid": "exact"}
"""Of long sentences: tens of thousands of steps of a table would leave its bins in other orders of sums."""
OBJECTIVES = ("ns", "hs", "hs-and-ns")
FIELDS = {"ns": ("output_vectors",), "hs": ("node_vectors",), "hs-and-ns": ("output_vectors", "node_vectors")}
ONLY = {"ns": "negative sampling", "hs": "hierarchical softmax", "hs-and-ns": "both objectives"}


def sentence(
    tokens: list[int], radii: list[int], sg: bool, objective: str, kept: list[int] | None = None, **more: Any
) -> dict[str, Any]:
    """Return the inputs of `sentence.train` on seven words."""
    given: dict[str, Any] = {
        "tokens": tokens,
        "sg": sg,
        "radii": radii,
        "alpha": 0.1,
        **matrices(7, 6, objective),
    }
    if kept is not None:
        given["kept"] = kept
    if not sg:
        given["cbow_mean"] = True
    if "ns" in objective:
        given["negatives"] = noise(11, count_steps(tokens, radii, sg, kept), 3, 7)
    if "hs" in objective:
        given |= tree(COUNTS)
    return {**given, **more}


def fields(objective: str, tolerance: Any) -> Compare:
    """Return what is compared."""
    return Compare(dict.fromkeys(("input_vectors", *FIELDS[objective]), tolerance))


@family("sentence")
def modes() -> Iterator[Case]:
    """Yield every mode: the order of steps, and which row each sees."""
    for sg, name in ((True, "sg"), (False, "cbow")):
        for objective in OBJECTIVES:
            both: dict[str, Any] = {"axes": axes_of_mode(sg, objective), "needs": needs_of(sg, objective)}
            catches = (("G3",) if "ns" in objective else ()) + (("G18",) if sg else ())
            yield Case(
                f"sentence.{name}.{objective}.all-kept",
                f"A sentence of 14 tokens with reduced windows and {ONLY[objective]}.",
                "epoch.md",
                one("sentence.train", **sentence(TOKENS, RADII, sg, objective)),
                fields(objective, RUN),
                catches=(*catches, "G15", "G17") if objective == "hs-and-ns" else (*catches, "G15", "N11"),
                tiny=True,
                **both,
            )
            yield Case(
                f"sentence.{name}.{objective}.subsampled",
                "The same with four tokens dropped before windows are formed.",
                "epoch.md",
                one("sentence.train", **sentence(TOKENS, RADII, sg, objective, KEPT)),
                fields(objective, RUN),
                catches=(*catches, "W3", "W7"),
                **both,
            )


@family("sentence")
def edges() -> Iterator[Case]:
    """Yield sentences at the edges: none, one, two tokens; repeated words; long ones."""
    for sg, name in ((True, "sg"), (False, "cbow")):
        both: dict[str, Any] = {"axes": axes_of_mode(sg, "ns"), "needs": needs_of(sg, "ns")}
        for label, title, tokens, catches in (
            ("empty", "An empty sentence changes nothing.", [], ()),
            ("one-token", "A sentence of one token changes nothing.", [3], ("W1",)),
            ("two-tokens", "Two tokens: each is the other's context.", [3, 1], ("W1", "G18")),
            ("same-word", "One word three times: it is its own context.", [4, 4, 4], ("W1", "W3")),
            ("a-b-a", "`a b a`: the first a is context of the second.", [2, 6, 2], ("W1", "W3")),
        ):
            yield Case(
                f"sentence.{name}.ns.{label}",
                title,
                "windows.md",
                one("sentence.train", **sentence(tokens, [2], sg, "ns")),
                fields("ns", RUN),
                catches=catches,
                tiny=label in {"one-token", "a-b-a"},
                **both,
            )
        yield Case(
            f"sentence.{name}.ns.forced-collisions",
            "In a sentence whose positions are not its ids every negative is the centre's word: all "
            "are skipped.",
            "objectives.md#negative-sampling",
            one("sentence.train", **_collisions(sg)),
            fields("ns", RUN),
            catches=("G3", "G6", "N8"),
            tiny=True,
            **both,
        )
        narrow = [1, 2, 1, 1, 2, 1, 1, 1, 2, 1, 1, 2, 1, 1]
        yield Case(
            f"sentence.{name}.ns.no-collisions",
            "Negatives that are never the target, whichever word of a pair that is: skipping or "
            "redrawing has no say.",
            "epoch.md",
            one(
                "sentence.train",
                **sentence(TOKENS, narrow, sg, "ns", negatives=distant_noise(13, TOKENS, narrow, sg, 3, 7)),
            ),
            fields("ns", RUN),
            axes=tuple(axis for axis in axes_of_mode(sg, "ns") if axis != "collision"),
            needs=needs_of(sg, "ns"),
            catches=("G18", "G15"),
            tiny=True,
        )
        for length in (1001,) if sg else (1001, 10_001):
            tokens = [(i * 7 + i // 11) % 6 for i in range(length - 5)] + [6, 1, 6, 3, 6]
            yield Case(
                f"sentence.{name}.hs.length-{length}",
                f"A sentence of {length} tokens is trained to its end, where a word stands that is "
                "nowhere else.",
                "epoch.md",
                one("sentence.train", **sentence(tokens, [1], sg, "hs", alpha=0.01)),
                fields("hs", LONG_RUN if length > 2000 else RUN),
                axes=("direction",) if sg else ("cbow_gradient",),
                needs=needs_of(sg, "hs"),
                presupposes=LONG,
                catches=("W9",),
            )


def _collisions(sg: bool) -> dict[str, Any]:
    tokens = [3, 0, 4, 1]
    given = sentence(tokens, [1], sg, "ns")
    targets = [3, 0, 0, 4, 4, 1] if sg else tokens
    return {**given, "negatives": [[target, target] for target in targets]}


@family("sentence")
def very_long() -> Iterator[Case]:
    """Yield a sentence longer than any buffer that implementations have had."""
    tokens = [(i * 7 + i // 11) % 6 for i in range(24_996)] + [6, 1, 6, 3, 6]
    yield Case(
        "sentence.cbow.hs.length-25001",
        "A sentence of 25,001 tokens is trained to its end, where a word stands that is nowhere else.",
        "epoch.md",
        one("sentence.train", **sentence(tokens, [1], False, "hs", alpha=0.01)),
        fields("hs", LONG_RUN),
        axes=("cbow_gradient",),
        needs=needs_of(False, "hs"),
        presupposes=LONG,
        catches=("W9",),
        seconds=60.0,
    )
