"""The list of mutants does not rot: each text is there once, each property exists, outcomes are of now."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from w2vref.conformance.checks import CHECKS

ROOT = Path(__file__).parents[2]


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / f"tools/mutants/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclass looks itself up, and one imports the other
    spec.loader.exec_module(module)
    return module


if sys.version_info < (3, 11):
    pytest.importorskip("tomli")
MUTANTS: list[Any] = load("catalogue").read_mutants()
OUTCOMES: Any = load("outcomes")


def test_there_are_many_and_they_differ() -> None:
    assert len(MUTANTS) >= 60
    assert len({mutant.id for mutant in MUTANTS}) == len(MUTANTS)
    assert len({(mutant.file, mutant.old, mutant.new) for mutant in MUTANTS}) == len(MUTANTS)


def test_each_can_be_applied() -> None:
    wrong = {
        mutant.id: count
        for mutant in MUTANTS
        if (count := (ROOT / mutant.file).read_text(encoding="utf-8").count(mutant.old)) != 1
        or mutant.old == mutant.new
    }
    assert not wrong, f"how often their text occurs: {wrong}; it must be once. Set tools/mutants/*.toml right"


def test_each_names_a_property_that_exists() -> None:
    for mutant in MUTANTS:
        if "/" not in mutant.caught_by:
            assert mutant.caught_by in CHECKS, mutant.id
            continue
        file, _, name = mutant.caught_by.partition("::")
        text = (ROOT / file).read_text(encoding="utf-8")
        assert not name or f"def {name}(" in text, mutant.id  # without a name: any test of the file


CLI, C, NUMBA = "w2vref/cli/main.py", "w2vref/backends/c/src/epoch.c", "w2vref/backends/numba_epoch.py"
SUITE, FAMILIES = "w2vref/conformance/strategies.py", "w2vref/conformance/families/pairs.py"
TEST, OTHER_TEST = "spec_tests/library/test_workers.py", "spec_tests/library/test_other.py"
TESTS = {TEST, OTHER_TEST}
TOOL = {"tools/mutants/prove.py", "tools/mutants/run.py"}
FILES = {"w2vref/reference/epoch.py", CLI, C, NUMBA, SUITE, FAMILIES, "spec_tests/conftest.py", *TESTS, *TOOL}
CHECK = "epoch"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    (tmp_path / OTHER_TEST).write_text("from w2vref.conformance import cases", encoding="utf-8")
    monkeypatch.setattr(OUTCOMES, "ROOT", tmp_path)
    monkeypatch.setattr(OUTCOMES, "HERE", tmp_path / "tools/mutants")
    return tmp_path


def mutant_of(file: str) -> Any:
    return next(mutant for mutant in MUTANTS if mutant.file == file)


IN_NUMBA, IN_C = (
    mutant_of("w2vref/backends/numba_epoch.py"),
    next(mutant for mutant in MUTANTS if mutant.backend == "c"),
)
IN_CALLER = mutant_of("w2vref/backends/workers.py")


@pytest.mark.parametrize(
    ("mutant", "by", "matters"),
    [
        (IN_NUMBA, CHECK, FILES - {CLI, FAMILIES, C, *TESTS}),
        (IN_C, CHECK, FILES - {CLI, FAMILIES, NUMBA, *TESTS}),
        (IN_CALLER, CHECK, FILES - TESTS),
        (IN_CALLER, f"{TEST}::test_x", FILES - {SUITE, FAMILIES, OTHER_TEST}),
        (IN_CALLER, "spec_tests/library spec_tests/conftest.py", FILES),
    ],
    ids=["numba", "c", "check", "test", "folder"],
)
def test_an_outcome_is_taken_again_only_with_the_same_sources(
    tree: Path, mutant: Any, by: str, matters: set[str]
) -> None:
    file = tree / "outcomes.json"
    found = OUTCOMES.Outcome(True, by, "case 3", 1.5)
    OUTCOMES.Kept(file).keep(mutant, found)
    assert OUTCOMES.Kept(file).outcome(mutant) == found
    assert OUTCOMES.Kept(file).outcome(replace(mutant, new=mutant.new + " ")) is None
    stale = set()
    for name in FILES:
        text = (tree / name).read_text(encoding="utf-8")
        (tree / name).write_text(f"{text}\nchanged", encoding="utf-8")
        if OUTCOMES.Kept(file).outcome(mutant) is None:
            stale.add(name)
        (tree / name).write_text(text, encoding="utf-8")
    assert stale == matters
    assert OUTCOMES.Kept(file).outcome(mutant) == found


def test_a_new_source_and_a_survivor_end_an_outcome(tree: Path) -> None:
    file = tree / "outcomes.json"
    OUTCOMES.Kept(file).keep(IN_NUMBA, OUTCOMES.Outcome(True, CHECK, "case 3", 1.5))
    (tree / "w2vref/new.py").write_text("", encoding="utf-8")
    kept = OUTCOMES.Kept(file)
    assert kept.outcome(IN_NUMBA) is None
    kept.keep(IN_NUMBA, OUTCOMES.Outcome(True, CHECK, "case 3", 1.5))
    assert kept.outcome(IN_NUMBA) is not None
    kept.keep(IN_NUMBA, OUTCOMES.Outcome(False, "", "", 0.0))
    assert OUTCOMES.Kept(file).outcome(IN_NUMBA) is None
