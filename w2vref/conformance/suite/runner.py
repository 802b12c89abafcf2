"""Running cases against a target."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from w2vref.conformance.suite.adapter import UnsupportedError
from w2vref.conformance.suite.case import Case, Compare
from w2vref.conformance.suite.expected import ExpectedFailures
from w2vref.conformance.suite.findings import Finding
from w2vref.conformance.suite.judge import Answer, judge
from w2vref.conformance.suite.results import (
    EXPECTED_FAILURE,
    FAIL,
    NOT_RUN,
    PASS,
    SKIP,
    UNEXPECTED_PASS,
    Report,
    Result,
)
from w2vref.conformance.suite.target import (
    BrokenTargetError,
    Information,
    Target,
    UnusableTargetError,
)
from w2vref.conformance.suite.vectors import expected_outputs

MOST_BREAKS = 3
"""An operation that broke the target so often is not asked again: each time may cost a whole time-out."""


def skip_reason(case: Case, information: Information) -> str:
    """Return why a case cannot be put to a target, or nothing."""
    for call in case.calls:
        if call.operation not in information.operations:
            return f"the target does not have the operation {call.operation}"
    for feature in case.needs:
        if feature in information.lacks:
            return f"the target lacks {feature}: {information.lacks[feature]}"
    for axis, value in case.presupposes.items():
        if information.axes[axis] != value:
            return f"the case is about {axis} = {value}; the target has {information.axes[axis]}"
    return ""


def run_case(target: Target, information: Information, case: Case, exact: bool = False) -> Result:
    """Put one case to a target and judge the answers.

    Raises: UnusableTargetError if the target cannot be started again.
    """
    began = time.perf_counter()

    def result(outcome: str, reason: str = "", **more: object) -> Result:
        seconds = time.perf_counter() - began
        return Result(case, outcome, reason, seconds=seconds, **more)  # type: ignore[arg-type]

    if reason := skip_reason(case, information):
        return result(SKIP, reason)
    expected = None
    if isinstance(case.judge, Compare):
        expected = expected_outputs(case, information.axes)
        if expected is None:
            own = ", ".join(f"{axis} = {information.axes[axis]}" for axis in case.axes)
            return result(SKIP, f"there are no expected values for {own}")
    again = target.reproduction(case.id)
    answers: list[Answer] = []
    try:
        for call in case.calls:
            if call.fresh:
                target.restart()
            answers.append(target.call(call.operation, call.inputs, case.seconds))
    except UnsupportedError as error:
        return result(SKIP, f"the target says: {error}")
    except BrokenTargetError as error:
        target.restart()
        return result(FAIL, findings=(Finding(str(error)),), broken=True, reproduction=again)
    verdict = judge(case, answers, expected, exact)
    if verdict.findings:
        return result(FAIL, findings=verdict.findings, reproduction=again)
    return result(PASS, exact=verdict.exact)


class Session:
    """A target that is asked case after case; remembers what it can no longer be asked.

    Args:
        expected_failures: see `expected`.
        exact: every number must agree to the bit.

    Raises: UnusableTargetError if the target does not start at all.
    """

    def __init__(
        self, target: Target, expected_failures: ExpectedFailures | None = None, exact: bool = False
    ) -> None:
        self.target, self.exact = target, exact
        self.expectations = expected_failures or ExpectedFailures()
        self.information = target.start()
        self.breaks: Counter[str] = Counter()
        """Operation -> how often it broke the target."""
        self.dead = False
        """It cannot be started again."""
        self.gave_up = ""
        """Why some cases were not run; empty if all were."""

    def result_of(self, case: Case) -> Result:
        """Put one case to the target, in the light of what is expected; NOT_RUN if it cannot be asked."""
        operation = case.calls[0].operation
        if self.dead:
            return Result(case, NOT_RUN, self.gave_up)
        if self.breaks[operation] >= MOST_BREAKS and not skip_reason(case, self.information):
            self.gave_up = f"{operation} broke the target {MOST_BREAKS} times and is not asked again"
            return Result(case, NOT_RUN, self.gave_up)
        try:
            result = _expected(run_case(self.target, self.information, case, self.exact), self.expectations)
        except UnusableTargetError as error:
            self.gave_up, self.dead = f"the target could not be started again: {error}", True
            return Result(case, NOT_RUN, self.gave_up)
        self.breaks[operation] += result.broken
        return result


def run(
    target: Target,
    cases: Sequence[Case],
    *,
    left_out: Iterable[Case] = (),
    preset: str = "full",
    expected_failures: ExpectedFailures | None = None,
    exact: bool = False,
    progress: Callable[[Result], None] | None = None,
) -> Report:
    """Put cases to a target, one after the other.

    Args:
        left_out: cases that are not asked for; they are in the report as not run.
        expected_failures, exact: see `Session`.
        progress: is given each result as it comes.

    Raises: UnusableTargetError if the target does not start at all.
    """
    began = time.perf_counter()
    session = Session(target, expected_failures, exact)
    results: list[Result] = []
    for case in cases:
        result = session.result_of(case)
        results.append(result)
        if progress:
            progress(result)
    results += [Result(case, NOT_RUN, f"not in this run ({preset})") for case in left_out]
    return Report(
        session.information,
        preset,
        results,
        time.perf_counter() - began,
        session.gave_up,
        session.expectations.unused([*cases, *left_out]),
    )


def _expected(result: Result, expectations: ExpectedFailures) -> Result:
    """Return a result in the light of what was expected."""
    reason = expectations.reason(result.case.id)
    if reason is None or result.outcome not in {PASS, FAIL}:
        return result
    outcome = EXPECTED_FAILURE if result.outcome == FAIL else UNEXPECTED_PASS
    text = reason if outcome == EXPECTED_FAILURE else f"expected to fail: {reason}"
    return Result(
        result.case,
        outcome,
        text,
        result.findings,
        result.seconds,
        result.exact,
        result.broken,
        result.reproduction,
    )
