"""Making the vectors and their pages anew: `python -m w2vref.conformance.generate` (or `nox -s vectors`).

`--check` writes nothing and tells what differs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from w2vref.conformance.adapters.w2vref import Reference
from w2vref.conformance.pages import pages
from w2vref.conformance.suite.adapter import Adapter
from w2vref.conformance.suite.case import LAYERS
from w2vref.conformance.suite.collection import all_cases
from w2vref.conformance.suite.vectors import file_name, layer_text
from w2vref.dialects import DIALECTS

FOLDER = Path(__file__).parent / "vectors"
DOCS = Path(__file__).parents[2] / "docs" / "conformance"
"""In a source tree; an installed package has no pages."""


def references() -> dict[str, Adapter]:
    """Return the reference in each dialect that has expected values, the default first."""
    return {name: Reference(dialect=name) for name in DIALECTS}


def vector_files() -> Iterator[tuple[Path, str]]:
    """Yield (path, content) of each layer's file."""
    for layer in LAYERS:
        cases = [case for case in all_cases() if case.layer == layer]
        yield FOLDER / file_name(layer), layer_text(layer, cases, references())


def page_files(docs: Path = DOCS) -> Iterator[tuple[Path, str]]:
    """Yield (path, content) of each generated page."""
    for name, text in pages(all_cases()).items():
        yield docs / name, text


def main(arguments: list[str]) -> int:
    """Write the files, or compare them."""
    stale = []
    for path, text in [*vector_files(), *(page_files() if DOCS.is_dir() else ())]:
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(path.name)
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
    print(f"{'stale' if '--check' in arguments else 'written'}: {', '.join(stale) or 'nothing'}")
    return int(bool(stale) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
