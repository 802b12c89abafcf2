"""Every case on one target: `pytest --pyargs w2vref.conformance --w2v-target=package:Adapter`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis.errors import Unsatisfiable

from w2vref.conformance.random_cases import STRATEGIES, reference_for
from w2vref.conformance.reporting.table import failure
from w2vref.conformance.suite.adapter import UnsupportedError
from w2vref.conformance.suite.case import MAY, Case, Compare
from w2vref.conformance.suite.choice import choose_target
from w2vref.conformance.suite.expected import ExpectedFailures
from w2vref.conformance.suite.judge import judge
from w2vref.conformance.suite.results import EXPECTED_FAILURE, FAIL, NOT_RUN, SKIP, UNEXPECTED_PASS
from w2vref.conformance.suite.runner import Session, skip_reason
from w2vref.conformance.suite.target import BrokenTargetError


@pytest.fixture(scope="module")
def w2v_session(pytestconfig: pytest.Config) -> Iterator[Session]:
    """Start the target that the options name; end it after the last case."""
    option = pytestconfig.getoption
    file = option("--w2v-expected-failures")
    target = choose_target(
        option("--w2v-target"),
        option("--w2v-command"),
        in_process=option("--w2v-in-process"),
        seconds=option("--w2v-timeout"),
    )
    try:
        yield Session(target, ExpectedFailures.read(Path(file)) if file else None, option("--w2v-exact"))
    finally:
        target.close()


def test_case(w2v_case: Case, w2v_session: Session) -> None:
    """The target answers as it should, or is expected not to."""
    result = w2v_session.result_of(w2v_case)
    if result.outcome == SKIP:
        pytest.skip(result.reason)
    if result.outcome == EXPECTED_FAILURE:
        pytest.xfail(result.reason)
    if result.outcome in {UNEXPECTED_PASS, NOT_RUN}:
        pytest.fail(f"{result.outcome}: {result.reason}", pytrace=False)
    if result.outcome == FAIL:
        text = "\n".join(failure(result))
        if w2v_case.strength == MAY and not result.broken:
            pytest.xfail(f"need not pass: {result.findings[0].what}")
        pytest.fail(text, pytrace=False)


@pytest.mark.parametrize("name", STRATEGIES)
def test_random(name: str, w2v_session: Session, pytestconfig: pytest.Config) -> None:
    """The target agrees with the reference on cases that Hypothesis draws, and makes small."""
    if pytestconfig.getoption("--w2v-case"):
        pytest.skip("only the ids of --w2v-case are asked for")
    skipped: list[str] = []

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
    @given(STRATEGIES[name]())
    def agrees(case: Case) -> None:
        if reason := skip_reason(case, w2v_session.information):
            skipped.append(reason)
            reject()
        reference, expected = reference_for(case, w2v_session.information.axes), None
        call = case.calls[0]
        try:
            if isinstance(case.judge, Compare):
                if reference is None:
                    skipped.append("the reference has no dialect with these choices")
                    reject()
                expected = [reference.call(call.operation, call.inputs)]
            answer = w2v_session.target.call(call.operation, call.inputs, case.seconds)
        except UnsupportedError as error:
            skipped.append(str(error))
            reject()
        except BrokenTargetError:
            w2v_session.target.restart()
            raise
        findings = judge(case, [answer], expected, w2v_session.exact).findings
        assert not findings, "\n".join(line for finding in findings for line in finding.lines())

    try:
        agrees()
    except Unsatisfiable:
        pytest.skip(skipped[0])
