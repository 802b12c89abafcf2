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
PATHS = [row["path"] for row in ROWS]
MODEL = w2vref.Word2Vec([["a", "b"]] * 3, size=2, min_count=1, hs=1, iter=1, backend="numpy")


def resolve(path: str) -> object:
    """Return what a name of the table stands for; instances stand in for the two classes."""
    first, *rest = path.split(".")
    phrases = w2vref.Phrases()
    instances = {
        "Word2Vec": MODEL,
        "KeyedVectors": MODEL.wv,
        "phrases.Phrases": phrases,
        "phrases.FrozenPhrases": phrases.freeze(),
    }
    thing: Any = instances.get(first, getattr(w2vref, first, None))
    if instance := instances.get(".".join([first, *rest[:1]])):
        thing, rest = instance, rest[1:]
    assert thing is not None, first
    for name in rest:
        # The class has names that its objects lack: load makes a new object.
        thing = getattr(thing if hasattr(thing, name) else type(thing), name)
    return thing


def callable_of(path: str) -> Any:
    """Return what a row of the table calls: a class, a function or a method; None if it calls nothing."""
    if "(" in path or "__" in path:
        return None
    thing = w2vref
    for name in path.split("."):  # a class itself, where `resolve` gives an instance
        thing = getattr(thing, name, None)
    if inspect.isclass(thing):
        # Exceptions, and the records that backends are given: nobody calls them with arguments of his own.
        return None if path.startswith(("errors.", "backends.")) else thing
    thing = resolve(path)
    return thing if inspect.isroutine(thing) else None


def arguments_of(thing: Any) -> str:
    """Return the arguments of what can be called, in order, each with its default."""
    texts, keyword_only = [], False
    for p in inspect.signature(thing).parameters.values():
        if p.kind is p.KEYWORD_ONLY and not keyword_only:
            keyword_only = True
            texts.append("*")
        text = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "") + p.name
        if p.default is not p.empty:
            text += "=" + (p.default.__name__ if isinstance(p.default, type) else repr(p.default))
        texts.append(text)
    return ", ".join(texts)


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
def test_the_arguments_are_those_of_the_table(row: dict[str, Any]) -> None:
    thing = callable_of(row["path"])
    assert row.get("arguments") == (None if thing is None else arguments_of(thing))


@pytest.mark.parametrize("row", GENERATOR.read_absent(), ids=lambda row: row["path"])
def test_a_name_that_is_listed_as_absent_is_absent(row: dict[str, Any]) -> None:
    with pytest.raises(AttributeError):
        resolve(row["path"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["path"])
def test_the_test_exists(row: dict[str, Any]) -> None:
    file, _, function = row["test"].partition("::")
    source = (TESTS / file).read_text(encoding="utf-8")
    assert f"\ndef {function}(" in source


def test_the_page_is_generated_from_the_table() -> None:
    assert GENERATOR.PAGE.read_text(encoding="utf-8") == GENERATOR.page()


LISTED = {row["path"].split(".")[-1] for row in ROWS}
MODULES = [
    w2vref,
    w2vref.backends,
    w2vref.keyedvectors,
    w2vref.phrases,
    w2vref.utils,
    w2vref.word2vec,
]


@pytest.mark.parametrize("thing", [w2vref.Word2Vec, w2vref.KeyedVectors, w2vref.Phrases, *MODULES])
def test_no_public_name_is_missing_from_the_table(thing: Any) -> None:
    public = {name for name in getattr(thing, "__all__", dir(thing)) if not name.startswith("_")}
    assert sorted(public - LISTED) == []


@pytest.mark.parametrize("cls", [w2vref.Word2Vec, w2vref.Phrases])
def test_no_argument_of_a_constructor_is_missing_from_the_table(cls: type) -> None:
    arguments = {name for name in inspect.signature(cls).parameters if not name.startswith("_")}
    assert sorted(arguments - {path.split("(")[1][:-2] for path in PATHS if f"{cls.__name__}(" in path}) == []
