"""Expected failures: a text file with a case id (or a pattern like `format.*`) and a reason on each line.

# comments and blank lines are skipped
update.sg.ns.far-positive  our table ends at 6; https://example.org/issues/12
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from w2vref.conformance.suite.case import Case


class ExpectedFailures:
    """What is known to fail, and why."""

    def __init__(self, reasons: Mapping[str, str] | None = None) -> None:
        self.reasons = dict(reasons or {})

    @classmethod
    def read(cls, path: Path) -> ExpectedFailures:
        """Read a file. Raises OSError; ValueError naming the line that has no reason or comes again."""
        reasons: dict[str, str] = {}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            pattern, *rest = line.split(None, 1)
            if not rest:
                raise ValueError(f"{path}, line {number}: {pattern} needs a reason after the id")
            if pattern in reasons:
                raise ValueError(f"{path}, line {number}: {pattern} is there already")
            reasons[pattern] = rest[0].strip()
        return cls(reasons)

    def reason(self, case_id: str) -> str | None:
        """Return why a case is expected to fail, or None if it is not; an exact id goes before a pattern."""
        if case_id in self.reasons:
            return self.reasons[case_id]
        return next((r for pattern, r in self.reasons.items() if fnmatchcase(case_id, pattern)), None)

    def unused(self, cases: Iterable[Case]) -> list[str]:
        """Return the patterns that match no id: the case has another name, or is gone."""
        ids = [case.id for case in cases]
        return [p for p in self.reasons if not any(fnmatchcase(case_id, p) for case_id in ids)]
