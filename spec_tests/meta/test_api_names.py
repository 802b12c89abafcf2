"""The table of documented names: each exists, each test exists, and the page is up to date."""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import w2vref
import w2vref.backends
import w2vref.callbacks
import w2vref.errors
import w2vref.keyedvectors
import w2vref.phrases
import w2vref.utils
import w2vref.word2vec

DOCS = Path(__file__).parents[2] / "docs"
TESTS = Path(__file__).parents[1]


def load_generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_api", DOCS / "generate_api.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if sys.version_info < (3, 11):
    pytest.importorskip("tomli")
GENERATOR = load_generator()
ROWS: list[dict[str, Any]] = GENERATOR.read_names()
MODEL = w2vref.Word2Vec([["a", "b"]] * 3, size=2, min_count=1, hs=1, iter=1, backend="numpy")


def resolve(path: str) -> object:
    """Return what a name of the table stands for; instances stand in for the two classes."""
    first, *rest = path.split(".")
    instances = {"Word2Vec": MODEL, "KeyedVectors": MODEL.wv, "phrases.Phrases": w2vref.Phrases()}
    thing: Any = instances.get(first, getattr(w2vref, first, None))
    if instance := instances.get(".".join([first, *rest[:1]])):
        thing, rest = instance, rest[1:]
    assert thing is not None, first
    for name in rest:
        thing = getattr(thing, name)
    return thing


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["path"])
def test_the_name_exists(row: dict[str, Any]) -> None:
    path = row["path"]
    if (match := re.fullmatch(r"(\w+)(?:\.(\w+))?\((\w+)=\)", path)) is not None:
        owner, method, argument = match.groups()
        function = getattr(getattr(w2vref, owner), method or "__init__")
        assert argument in inspect.signature(function).parameters
        return
    resolve(path)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["path"])
def test_the_test_exists(row: dict[str, Any]) -> None:
    file, _, function = row["test"].partition("::")
    source = (TESTS / file).read_text(encoding="utf-8")
    assert f"\ndef {function}(" in source


def test_the_page_is_generated_from_the_table() -> None:
    assert GENERATOR.PAGE.read_text(encoding="utf-8") == GENERATOR.page()


@pytest.mark.parametrize("cls", [w2vref.Word2Vec, w2vref.KeyedVectors])
def test_no_public_name_is_missing_from_the_table(cls: type) -> None:
    listed = {row["path"].split(".")[-1] for row in ROWS} | {
        row["path"].split("(")[0].split(".")[-1] for row in ROWS
    }
    public = {name for name in dir(cls) if not name.startswith("_")}
    assert sorted(public - listed) == []
