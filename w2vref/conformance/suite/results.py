"""What came of running cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from w2vref.conformance.suite.case import MAY, Case
from w2vref.conformance.suite.findings import Finding
from w2vref.conformance.suite.target import Information

PASS, FAIL, SKIP = "pass", "fail", "skip"
EXPECTED_FAILURE, UNEXPECTED_PASS, NOT_RUN = "expected failure", "unexpected pass", "not run"
OUTCOMES = (PASS, FAIL, SKIP, EXPECTED_FAILURE, UNEXPECTED_PASS, NOT_RUN)

EXIT_OK, EXIT_DIFFERS, EXIT_ERROR, EXIT_NOTHING, EXIT_INCOMPLETE = range(5)
"""0 every must and should passes or is an expected failure or a skip; 1 a failure that was not expected, or
a pass that was not; 2 the suite could not start; 3 not a single case was judged; 4 some were not run
because the target could not go on."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one case."""

    case: Case
    outcome: str
    reason: str = ""
    """Of a skip, an expected failure, a case that was not run."""
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0
    exact: bool = False
    """All numbers agree to the bit."""
    broken: bool = False
    """The target crashed, hung or gave no answer that can be read."""
    reproduction: str = ""
    """A command that runs this case alone."""


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a run."""

    information: Information
    preset: str
    results: Sequence[Result]
    seconds: float
    gave_up: str = ""
    """Why cases of the run were not run; empty if all were."""
    stale: Sequence[str] = ()
    """Patterns of the file of expected failures that match no id."""

    def counts(self, layer: str | None = None) -> Counter[str]:
        """Return outcome -> number of cases."""
        return Counter(r.outcome for r in self.results if layer in {None, r.case.layer})

    def wrong(self) -> list[Result]:
        """Return the results that make the run a failure; `may` cases do not."""
        bad = (FAIL, UNEXPECTED_PASS)
        return [r for r in self.results if r.outcome in bad and (r.case.strength != MAY or r.broken)]

    def exit_code(self) -> int:
        """Return the exit code of the command."""
        judged = (PASS, FAIL, EXPECTED_FAILURE, UNEXPECTED_PASS)
        if self.wrong():
            return EXIT_DIFFERS
        if self.gave_up:
            return EXIT_INCOMPLETE
        return EXIT_OK if any(r.outcome in judged for r in self.results) else EXIT_NOTHING
