"""All cases, and what they cover."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from w2vref.conformance.catalogue import CATALOGUE
from w2vref.conformance.suite.case import FAMILIES, LAYERS, STRENGTHS, Case
from w2vref.conformance.suite.operations import FEATURES, OPERATIONS

PRESETS = ("tiny", "full")


@functools.cache
def all_cases() -> tuple[Case, ...]:
    """Return every case, layer by layer.

    Raises: ValueError for an id given twice, and for names that do not exist.
    """
    importlib.import_module("w2vref.conformance.families")
    cases = tuple(case for layer in LAYERS if layer in FAMILIES for case in FAMILIES[layer]())
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise ValueError(f"two cases have the id {case.id!r}")
        seen.add(case.id)
        _check(case)
    return cases


def _check(case: Case) -> None:
    if case.strength not in STRENGTHS:
        raise ValueError(f"{case.id}: strength {case.strength!r} is none of {STRENGTHS}")
    for call in case.calls:
        unknown = set(call.inputs) - set(OPERATIONS[call.operation].inputs)
        if unknown:
            raise ValueError(f"{case.id}: {call.operation} has no inputs {sorted(unknown)}")
    for names, known in ((case.needs, FEATURES), (case.catches, CATALOGUE)):
        if strange := set(names) - set(known):
            raise ValueError(f"{case.id}: {sorted(strange)} are unknown")


def select(
    cases: Iterable[Case], preset: str = "full", patterns: Sequence[str] = ()
) -> tuple[list[Case], list[Case]]:
    """Return (cases to run, cases left out) for a preset, or for patterns of ids like `update.*`.

    Raises: ValueError for a pattern that no id matches.
    """
    every = list(cases)
    for pattern in patterns:
        if not any(fnmatchcase(case.id, pattern) for case in every):
            raise ValueError(f"no case has an id like {pattern!r}: `w2vref conformance --list` prints all")

    def wanted(case: Case) -> bool:
        if patterns:
            return any(fnmatchcase(case.id, pattern) for pattern in patterns)
        return preset == "full" or case.tiny

    return [case for case in every if wanted(case)], [case for case in every if not wanted(case)]


def coverage() -> dict[str, list[str]]:
    """Return catalogue id -> ids of the cases that are made to catch it, none for one that no case covers."""
    table: dict[str, list[str]] = {entry: [] for entry in CATALOGUE}
    for case in all_cases():
        for entry in case.catches:
            table[entry].append(case.id)
    return table


def uncovered() -> list[str]:
    """Return the catalogue ids that no case covers."""
    return [entry for entry, cases in coverage().items() if not cases]
