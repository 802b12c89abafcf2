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
        expected_failures: see `expected`.
        exact: every number must agree to the bit.
        progress: is given each result as it comes.

    Raises: UnusableTargetError if the target does not start at all.
    """
    began = time.perf_counter()
    expectations = expected_failures or ExpectedFailures()
    information = target.start()
    breaks: Counter[str] = Counter()
    results: list[Result] = []
    gave_up = ""
    for case in cases:
        operation = case.calls[0].operation
        if gave_up:
            outcome = Result(case, NOT_RUN, gave_up)
        elif breaks[operation] >= MOST_BREAKS:
            reason = f"{operation} broke the target {MOST_BREAKS} times and is not asked again"
            outcome = Result(case, NOT_RUN, reason)
        else:
            try:
                outcome = _expected(run_case(target, information, case, exact), expectations)
            except UnusableTargetError as error:
                gave_up = f"the target could not be started again: {error}"
                outcome = Result(case, NOT_RUN, gave_up)
            breaks[operation] += outcome.broken
        results.append(outcome)
        if progress:
            progress(outcome)
    stuck = [r for r in results if r.outcome == NOT_RUN]
    results += [Result(case, NOT_RUN, f"not in this run ({preset})") for case in left_out]
    return Report(
        information,
        preset,
        results,
        time.perf_counter() - began,
        gave_up or (stuck[0].reason if stuck else ""),
        expectations.unused([*cases, *left_out]),
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
