"""The mistakes of the catalogue, put back: the named case fails. Those that take long run with the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from w2vref.conformance.adapters.w2vref import Reference
from w2vref.conformance.catalogue import CATALOGUE, SEEN_IN
from w2vref.conformance.mutants import MISTAKES, NOT_EXPRESSED, Mutant
from w2vref.conformance.mutants.judging import judge_mutant
from w2vref.conformance.suite import collection
from w2vref.conformance.suite.results import FAIL, PASS
from w2vref.conformance.suite.runner import run
from w2vref.conformance.suite.target import InProcess

TEXTS = {"N4", "W14", "T5", "D1", "D2"}
"""They train whole texts in Python."""
LONG = TEXTS | {entry for entry, mistake in MISTAKES.items() if mistake.process}
QUICK = [entry for entry in MISTAKES if entry not in LONG]
PAGES = Path(__file__).parents[2] / "docs" / "conformance"


def test_each_entry_has_a_mutant_or_a_reason_and_a_place() -> None:
    assert set(MISTAKES) | set(NOT_EXPRESSED) == set(CATALOGUE) == set(SEEN_IN)
    assert not set(MISTAKES) & set(NOT_EXPRESSED)


@pytest.mark.parametrize("entry", QUICK)
def test_the_named_case_fails(entry: str) -> None:
    result = judge_mutant(entry)
    assert result.outcome == FAIL, result.reason
    assert entry in result.case.catches


def test_the_named_cases_pass_without_a_mistake() -> None:
    names = sorted({MISTAKES[entry].case for entry in QUICK})
    cases, _ = collection.select(collection.all_cases(), patterns=names)
    report = run(InProcess(Reference()), cases)
    assert {r.case.id: r.outcome for r in report.results if r.outcome != PASS} == {}


@pytest.mark.slow
@pytest.mark.parametrize("entry", sorted(LONG))
def test_the_named_case_fails_in_the_end(entry: str) -> None:
    assert judge_mutant(entry).outcome == FAIL


def test_an_unknown_mutant_is_refused() -> None:
    with pytest.raises(ValueError, match="no mutant for 'Z1': choose one of"):
        Mutant("Z1")


@pytest.mark.skipif(not PAGES.is_dir(), reason="the pages are in the source tree")
def test_the_pages_name_every_entry() -> None:
    catalogue = (PAGES / "catalogue.md").read_text(encoding="utf-8")
    mutants = (PAGES / "mutants.md").read_text(encoding="utf-8")
    for entry, what in CATALOGUE.items():
        assert f"\n### {entry}\n\n{what[0].upper()}{what[1:]}." in catalogue
    for entry, mistake in MISTAKES.items():
        assert (
            f"| [{entry}](catalogue.md#{entry.lower()}) | {mistake.what} | `{mistake.case}` | fail |"
            in mutants
        )
