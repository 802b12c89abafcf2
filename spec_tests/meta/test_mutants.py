"""The list of mutants does not rot: each text is there once, each property exists, the page is complete."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from w2vref.conformance.checks import CHECKS

ROOT = Path(__file__).parents[2]


def load_catalogue() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mutant_catalogue", ROOT / "tools/mutants/catalogue.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclass looks itself up
    spec.loader.exec_module(module)
    return module


if sys.version_info < (3, 11):
    pytest.importorskip("tomli")
MUTANTS: list[Any] = load_catalogue().read_mutants()


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
