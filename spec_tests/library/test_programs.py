"""Programs as gensim's users write them run here with only the import line changed."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.py"))
IMPORT = re.compile(r"^from gensim(?:\.models)?\b", re.MULTILINE)


def test_there_are_programs_of_both_generations() -> None:
    names = [program.stem for program in PROGRAMS]
    assert sum(name.startswith("classic_") for name in names) >= 5
    assert sum(name.startswith("modern_") for name in names) >= 5


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.stem)
def test_with_w2vref(program: Path) -> None:
    source, changed = IMPORT.subn("from w2vref", program.read_text(encoding="utf-8"))
    assert changed
    assert "gensim" not in source
    with warnings.catch_warnings():
        # A program may use names that warn; what it asserts is what counts here.
        warnings.simplefilter("ignore")
        exec(compile(source, str(program), "exec"), {"__name__": "program"})


@pytest.mark.parametrize(
    "program", [p for p in PROGRAMS if p.stem.startswith("modern_")], ids=lambda p: p.stem
)
def test_the_modern_ones_are_programs_of_gensim(program: Path) -> None:
    pytest.importorskip("gensim")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = program.read_text(encoding="utf-8")
        exec(compile(source, str(program), "exec"), {"__name__": "program"})
