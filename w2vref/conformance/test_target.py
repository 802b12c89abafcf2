"""Every case on one target: `pytest --pyargs w2vref.conformance --w2v-target=package:Adapter`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from w2vref.conformance.reporting.table import failure
from w2vref.conformance.suite.case import MAY, Case
from w2vref.conformance.suite.choice import choose_target
from w2vref.conformance.suite.expected import ExpectedFailures
from w2vref.conformance.suite.results import EXPECTED_FAILURE, FAIL, NOT_RUN, SKIP, UNEXPECTED_PASS
from w2vref.conformance.suite.runner import Session


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
