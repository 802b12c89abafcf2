"""Imports point one way: cli, explore -> model -> backends -> reference."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import w2vref

PACKAGE = Path(str(w2vref.__file__)).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

SHARED = {"errors", "_typing", "config", "dialects", "dialect_axes", "memory", "records"}
"""What every part may import, and what imports nothing but each other."""
LIBRARY = {"corpora", "vocabulary", "keyedvectors", "io", "evaluation", "phrases", "training"}
LIBRARY |= {"_phrase_counting", "_phrase_detection", "_phrase_files"}

FORBIDDEN: dict[str, set[str]] = {
    # The reference is read alone, so what it needs is all in it.
    "reference": {"*"},
    "backends": {"cli", "explore", "model", "conformance", "pairs", *LIBRARY},
    "conformance": {"cli", "explore"},
    "model": {"cli", "explore", "conformance"},
    **{part: {"cli", "explore", "model", "conformance"} for part in LIBRARY},
    **{part: {"*"} for part in SHARED},
}
"""Part -> the parts it may not import; "*" is every part but itself and those of SHARED."""


def part_of(module: str) -> str:
    """Return the part (the name under w2vref) that a dotted module name belongs to."""
    return module.split(".")[1] if "." in module else ""


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes but those under `if TYPE_CHECKING:`, which never run."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        yield node
        yield from nodes(node)


def imported_modules(path: Path) -> set[str]:
    """Return the dotted w2vref modules that a file imports, inside functions too."""
    here = ("w2vref", *path.relative_to(PACKAGE).with_suffix("").parts)
    found: set[str] = set()
    for node in nodes(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join((*here[: -node.level], *base.split("."))).rstrip(".")
            # `from w2vref import cli` names the part in the imported names.
            found.update(f"{base}.{alias.name}" for alias in node.names)
    return {name for name in found if name == "w2vref" or name.startswith("w2vref.")}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    part = path.relative_to(PACKAGE).with_suffix("").parts[0]
    forbidden = FORBIDDEN.get(part, set())
    for module in sorted(imported_modules(path)):
        imported = part_of(module)
        if imported == part or imported in SHARED:
            continue
        wrong = "*" in forbidden or imported in forbidden
        assert not wrong, f"{path.relative_to(PACKAGE)} imports {module}: {part} may not import {imported}"
