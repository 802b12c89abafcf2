"""English that every Python carries: its reference manual and the docstrings of its standard library.

Nothing is imported from the standard library for it, downloaded or shipped: modules are parsed, not run.
"""

from __future__ import annotations

import ast
import os
import re
import sysconfig
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

SENTENCE_END = re.compile(r"[.!?:;]\s+|\n\s*\n")
TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?")
NOT_PROSE = re.compile(r"^\s*(?:>>>|\.\.\.|:\w+|\|).*$|\S*[_/\\=(){}\[\]<>\d]\S*", re.MULTILINE)
"""Prompts, fields, tables; names, paths, formulas: what stands between the words of a manual."""
SKIPPED_FOLDERS = frozenset({"site-packages", "dist-packages", "test", "tests", "idle_test", "encodings"})
SHORTEST = 3
"""Words of a sentence below which it is a heading or a fragment."""


def sentences_of(text: str) -> Iterator[list[str]]:
    """Yield the sentences of a text as lists of lower-case words."""
    for sentence in SENTENCE_END.split(NOT_PROSE.sub(" ", text)):
        words = TOKEN.findall(sentence.lower())
        if len(words) >= SHORTEST:
            yield words


def manual() -> list[list[str]]:
    """Return the sentences of the language reference: some 60,000 words."""
    from pydoc_data.topics import topics  # noqa: PLC0415 - half a megabyte, needed only here

    return [sentence for text in topics.values() for sentence in sentences_of(text)]


def docstring_files() -> list[Path]:
    """Return the modules of the standard library, in a fixed order."""
    found: list[Path] = []
    for folder, subfolders, names in os.walk(sysconfig.get_path("stdlib")):
        subfolders[:] = sorted(name for name in subfolders if name not in SKIPPED_FOLDERS)
        found += [Path(folder, name) for name in sorted(names) if name.endswith(".py")]
    return found


def docstrings(paths: list[Path], progress: Callable[[int], object] = lambda files: None) -> list[list[str]]:
    """Return the sentences of all docstrings of these files, parsed one after the other.

    A file that this Python cannot parse is left out: some versions carry deliberately broken ones.
    """
    sentences: list[list[str]] = []
    for path in paths:
        progress(1)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of code that is only read: old escapes in strings
                tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            continue
        for docstring in docstrings_of(tree):
            sentences.extend(sentences_of(docstring))
    return sentences


def docstrings_of(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """Yield the docstring of a module, class or function, then those of what is defined in it."""
    docstring = ast.get_docstring(node)
    if docstring:
        yield docstring
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from docstrings_of(child)
