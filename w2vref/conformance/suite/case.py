"""What a case of the suite is: calls, what is expected of the answers, and why.

A case is plain data and can be written as JSON (`vectors`), so that it is the same in any language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

LAYERS = (
    "vocabulary",
    "huffman",
    "tables",
    "draws",
    "pairs",
    "update",
    "sentence",
    "epoch",
    "formats",
    "queries",
    "evaluation",
)
"""From the text to the use of the vectors; a failure in one layer explains those in later ones."""
MUST, SHOULD, MAY = STRENGTHS = ("must", "should", "may")
"""must: otherwise it is not this algorithm, or data are lost. should: what users rely on, though a program
can be word2vec without. may: exact bits and other choices of w2vref that nobody else need share."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far an answer may be from the expected one."""

    kind: str
    """exact; ulp (float32 steps); relative; absolute; rows: |a - b| <= value * max(|b|, the largest
    |component| of b's row)."""
    value: float = 0.0
    reason: str = ""

    def describe(self) -> str:
        """Return the rule in words."""
        amounts = {
            "exact": "exact",
            "ulp": f"{self.value:g} ulp of float32",
            "relative": f"relative {self.value:g}",
            "absolute": f"absolute {self.value:g}",
            "rows": f"{self.value:g} of the component or of its row's largest",
        }
        return amounts[self.kind]


EXACT = Tolerance("exact")
STEP = Tolerance(
    "rows",
    1e-5,
    "some eighty float32 roundings (6e-8 each) of a dot, a sigmoid within 4 ulp and a few steps",
)
RUN = Tolerance("rows", 1e-4, "as a step; hundreds of steps, each of which starts from the rounding before")
LONG_RUN = Tolerance("rows", 2e-3, "tens of thousands of steps in a row")
SIGMOID = Tolerance("relative", 2e-6, "16 ulp of float32; the table of word2vec.c is off by 1e-2")
FLOAT64 = Tolerance("relative", 1e-9, "float64; the last digits of exp, log and pow differ between libraries")
FLOAT32 = Tolerance("relative", 3e-6, "a float32 result with some tens of roundings")
ALPHA = Tolerance("relative", 1e-6, "a learning rate in float32 or better")
PROBABILITY = Tolerance("absolute", 2e-7, "float32, or a table of 2^31 or more entries")
COSINE = Tolerance("absolute", 2e-6, "a cosine in float32")


@dataclass(frozen=True, slots=True)
class Call:
    """One question to a target."""

    operation: str
    """A name in `operations.OPERATIONS`."""
    inputs: Mapping[str, Any]
    fresh: bool = False
    """In a process that has not been used before (the hash seed of Python is another one then)."""


@dataclass(frozen=True, slots=True)
class Compare:
    """The answer equals the reference's, field by field; fields that are not named are not looked at."""

    tolerances: Mapping[str, Tolerance]


@dataclass(frozen=True, slots=True)
class Property:
    """The answers have a property: a function of `properties`, with its parameters."""

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """One case."""

    id: str
    """Stable: layer, what is called, what is special. Never given to another case."""
    title: str
    """One sentence: what holds if the case passes."""
    rule: str
    """The page of docs/semantics (or docs/formats.md) that says so: `objectives.md#negative-sampling`."""
    calls: tuple[Call, ...]
    judge: Compare | Property
    strength: str = MUST
    axes: tuple[str, ...] = ()
    """The axes of the dialect on which the expected values depend."""
    presupposes: Mapping[str, str] = field(default_factory=dict)
    """Values of axes without which the case makes no sense: axis -> value."""
    needs: tuple[str, ...] = ()
    """Features (`operations.FEATURES`) that a target may lack."""
    catches: tuple[str, ...] = ()
    """Bugs of the catalogue that this case is made to find."""
    tiny: bool = False
    """Part of the preset of ten seconds."""
    seconds: float = 20.0
    """How long one call may take."""
    layer: str = ""
    """Filled in by `family`."""


FAMILIES: dict[str, Callable[[], list[Case]]] = {}
"""Layer -> its cases, made when asked for."""


def family(layer: str) -> Callable[[Callable[[], Iterable[Case]]], Callable[[], list[Case]]]:
    """Register a function that yields cases of a layer; several functions may share one.

    Raises: ValueError for a layer that is not in `LAYERS`.
    """
    if layer not in LAYERS:
        raise ValueError(f"{layer!r} is no layer: choose one of {LAYERS}")

    def register(make: Callable[[], Iterable[Case]]) -> Callable[[], list[Case]]:
        earlier = FAMILIES.get(layer)

        def cases() -> list[Case]:
            own = [_with_layer(case, layer) for case in make()]
            return [*earlier(), *own] if earlier else own

        FAMILIES[layer] = cases
        return cases

    return register


def _with_layer(case: Case, layer: str) -> Case:
    object.__setattr__(case, "layer", layer)
    return case
