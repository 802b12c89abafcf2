"""The suite itself: its cases, its vectors, and the reference as a target."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import w2vref
from w2vref.backends import available_backends
from w2vref.conformance import generate
from w2vref.conformance.adapters.w2vref import Reference
from w2vref.conformance.suite import collection, operations
from w2vref.conformance.suite.case import LAYERS, Compare
from w2vref.conformance.suite.properties import PROPERTIES
from w2vref.conformance.suite.results import EXIT_OK, FAIL, PASS, SKIP, Report
from w2vref.conformance.suite.runner import run
from w2vref.conformance.suite.target import InProcess

DOCS = Path(__file__).parents[2] / "docs"
CASES = collection.all_cases()


def run_in_process(backend: str, preset: str, exact: bool = False, dialect: str = "w2vref") -> Report:
    selected, left_out = collection.select(CASES, preset)
    target = InProcess(Reference(backend, dialect))
    return run(target, selected, left_out=left_out, preset=preset, exact=exact)


def test_the_fastest_backend_passes_the_tiny_preset() -> None:
    report = run_in_process("auto", "tiny", exact=True)
    assert [r.case.id for r in report.results if r.case.tiny and r.outcome != PASS] == []
    assert report.exit_code() == EXIT_OK
    assert sum(report.counts().values()) == len(CASES)


@pytest.mark.parametrize("dialect", ["word2vec.c", "gensim", "fasttext", "koan"])
def test_the_reference_in_a_dialect_passes_what_is_stated_for_it(dialect: str) -> None:
    patterns = ("pairs.*", "update.*", "sentence.*.*s.*s*", "huffman.*", "vocabulary.*", "text.sg.hs.dialect")
    selected, _ = collection.select(CASES, patterns=patterns)
    report = run(InProcess(Reference(dialect=dialect)), selected)
    assert [(r.case.id, r.findings) for r in report.results if r.outcome not in {PASS, SKIP}] == []
    assert report.counts()[PASS] > 120


def test_dialects_that_differ_are_told_apart() -> None:
    """The reference in one dialect fails as another: expected values follow the axes."""
    target = InProcess(Reference(dialect="gensim"))
    target.adapter.dialect = "w2vref"
    selected, _ = collection.select(CASES, patterns=("update.sg.ns.plain", "update.cbow.sum.ns.two-contexts"))
    assert {r.outcome for r in run(target, selected).results} == {FAIL}


@pytest.mark.slow
@pytest.mark.parametrize("backend", available_backends())
def test_every_backend_passes_everything_to_the_bit(backend: str) -> None:
    report = run_in_process(backend, "full", exact=True)
    # A case about a choice of another dialect is none of w2vref's.
    assert [(r.case.id, r.findings) for r in report.results if r.outcome not in {PASS, SKIP}] == []
    assert all(r.case.presupposes for r in report.results if r.outcome == SKIP)


def test_the_vectors_and_pages_are_up_to_date() -> None:
    stale = [path.name for path, text in generate.vector_files() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run `nox -s vectors` and look at what changed"


def test_the_vectors_are_plain_json_with_exact_numbers() -> None:
    for path in (Path(str(w2vref.__file__)).parent / "conformance" / "vectors").glob("*.json"):
        content = json.loads(path.read_text(encoding="ascii"))
        assert content["layer"] == path.stem
        assert content["format"] == 1
        for entry in content["cases"]:
            assert ("property" in entry) != ("compare" in entry)


def test_every_layer_has_cases_and_every_entry_of_the_catalogue_that_can_be_met_has_one() -> None:
    assert {case.layer for case in CASES} == set(LAYERS)
    # Q11 is about k-means, G19 needs more memory than a test may take.
    assert collection.uncovered() == ["G19", "Q11"]


def test_ids_are_well_formed() -> None:
    for case in CASES:
        assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", case.id), case.id
        assert case.title.endswith("."), case.id


def headings(page: Path) -> set[str]:
    """Return the anchors of a page, as the documentation makes them."""
    lines = page.read_text(encoding="utf-8").splitlines()
    titles = [line.lstrip("#").strip().lower() for line in lines if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}


def test_every_rule_exists() -> None:
    for case in CASES:
        name, _, anchor = case.rule.partition("#")
        page = DOCS / name if name == "formats.md" else DOCS / "semantics" / name
        assert page.exists(), case
        assert not anchor or anchor in headings(page), case.rule


def test_every_operation_and_property_is_used() -> None:
    called = {call.operation for case in CASES for call in case.calls}
    assert called == set(operations.OPERATIONS)
    used = {case.judge.name for case in CASES if not isinstance(case.judge, Compare)}
    assert used == set(PROPERTIES)
    for judgement in PROPERTIES.values():
        assert judgement.__doc__
