"""Outcomes that are kept in a file, so that a run that was cut off goes on, and when they are out of date.

An outcome holds for the mutant, the sources and the property it was found with: it is kept under a digest of
all three, and one with another digest is not taken again.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from catalogue import HERE, ROOT, Mutant

SOURCES = {".py", ".c", ".h", ".toml"}
OTHER_BACKENDS = {
    "c": "w2vref/backends/numba_",
    "numba": "w2vref/backends/c/",
}
"""What the properties of a backend do not reach: the kernels of the other one."""
BESIDE_CHECKS = ("adapters", "families", "mutants", "reporting", "suite")
"""Folders of w2vref.conformance that judge other implementations, not backends."""
HARNESS = ("prove.py", "run.py")


class Outcome(NamedTuple):
    """What came of one property and one mutant."""

    caught: bool
    by: str
    """The check or test that failed."""
    how: str
    """After how many cases, or by what."""
    seconds: float


def _hashes() -> dict[str, str]:
    """Return a hash of each file that an outcome may depend on: the package, the tests, this tool."""
    files = [HERE / name for name in HARNESS]
    files += [path for path in sorted((ROOT / "w2vref").rglob("*")) if path.suffix in SOURCES]
    files += sorted((ROOT / "spec_tests").rglob("*.py"))
    return {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


def _tests(by: str) -> list[str]:
    """Return the files and folders of tests that a property consists of; none if it is a check."""
    return [name.partition("::")[0] for name in by.split() if "/" in name]


def _uses_suite(by: str) -> bool:
    """Tell whether a property is a check of the conformance suite, or tests that import it."""
    tests = _tests(by)
    files = [file for name in tests for file in [ROOT / name, *(ROOT / name).rglob("*.py")] if file.is_file()]
    return not tests or any("w2vref.conformance" in file.read_text(encoding="utf-8") for file in files)


def _matters(path: str, mutant: Mutant, by: str, uses_suite: bool) -> bool:
    """Tell whether an outcome depends on a file."""
    if path.startswith("spec_tests/"):
        is_test = any(f"{path}/".startswith(f"{name}/") for name in _tests(by))
        return is_test or path.endswith("/conftest.py")
    if Path(path).name.startswith("_w2v_kernel"):
        return False  # made from the header and _build.py
    if path.startswith("w2vref/conformance/") and not uses_suite:
        return False
    if mutant.backend is None:
        return True
    beside = tuple(f"w2vref/conformance/{name}/" for name in BESIDE_CHECKS)
    return not path.startswith((OTHER_BACKENDS[mutant.backend], "w2vref/cli/", *beside))


class Kept:
    """The file of outcomes; only mutants that were caught are kept, the others are judged anew.

    The sources are looked at once, at the beginning: make it before they are copied.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._hashes = _hashes()
        self._entries: dict[str, tuple[str, Outcome]] = {}
        if path.exists():
            entries = json.loads(path.read_text(encoding="utf-8"))
            self._entries = {name: (digest, Outcome(*found)) for name, (digest, found) in entries.items()}

    def digest(self, mutant: Mutant, by: str) -> str:
        """Return the digest of a mutant, of the sources, and of the property that caught it."""
        uses_suite = _uses_suite(by)
        files = [item for item in self._hashes.items() if _matters(item[0], mutant, by, uses_suite)]
        return hashlib.sha256(json.dumps([asdict(mutant), by, files]).encode()).hexdigest()

    def outcome(self, mutant: Mutant) -> Outcome | None:
        """Return what is known of a mutant; None if nothing is, or only of other sources."""
        digest, outcome = self._entries.get(mutant.id, ("", None))
        return outcome if outcome and digest == self.digest(mutant, outcome.by) else None

    def keep(self, mutant: Mutant, outcome: Outcome) -> None:
        """Write an outcome into the file; that of a mutant that survives takes an older one away."""
        self._entries.pop(mutant.id, None)
        if outcome.caught:
            self._entries[mutant.id] = (self.digest(mutant, outcome.by), outcome)
        new = self.path.with_name(self.path.name + ".new")
        new.write_text(json.dumps(self._entries, indent=0), encoding="utf-8")
        os.replace(new, self.path)  # a run may be cut off here too
