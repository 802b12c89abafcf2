"""The mistakes of the catalogue, put back into the reference one at a time: each must fail a named case.

`w2vref conformance --target w2vref.conformance.mutants:Mutant,entry=G4` runs one of them;
`docs/conformance/mutants.md` is made by `nox -s conformance_report`.
"""

from __future__ import annotations

from collections.abc import Mapping

from w2vref.conformance.mutants.distributions import DISTRIBUTIONS
from w2vref.conformance.mutants.mistake import Mistake, MistakenReference
from w2vref.conformance.mutants.steps import STEPS
from w2vref.conformance.mutants.texts import TEXTS
from w2vref.conformance.mutants.vectors import VECTORS
from w2vref.conformance.mutants.vocabularies import VOCABULARIES

__all__ = ["MISTAKES", "NOT_EXPRESSED", "Mistake", "Mutant"]

MISTAKES: Mapping[str, Mistake] = {**STEPS, **DISTRIBUTIONS, **VOCABULARIES, **TEXTS, **VECTORS}
"""Catalogue id -> the mistake."""
NOT_EXPRESSED: Mapping[str, str] = {
    "G19": "a row offset beyond 2^31 needs matrices of more than 8 GB, which no case may ask for",
    "Q11": "k-means is no part of word2vec as specified here, so there is no operation for it",
}
"""Catalogue id -> why no case can catch it."""


class Mutant(MistakenReference):
    """The reference with the mistake of a catalogue entry."""

    def __init__(self, entry: str) -> None:
        if entry not in MISTAKES:
            raise ValueError(f"there is no mutant for {entry!r}: choose one of {', '.join(MISTAKES)}")
        super().__init__(entry, MISTAKES[entry])
