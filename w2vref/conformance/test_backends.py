"""Every check on every backend: `pytest --pyargs w2vref.conformance --w2v-backend NAME`."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Flaky

from w2vref.backends import get_backend
from w2vref.conformance import strategies
from w2vref.conformance.checks import CHECKS, Check
from w2vref.conformance.compare import MismatchError

EXAMPLES = {"epoch": 4.0, "train_sg_pair": 4.0, "train_cbow_pair": 4.0, "sigmoid": 3.0}
EXAMPLES |= {"workers": 0.1, "model_life": 0.25, "long_epoch": 0.2, "block_epoch": 2.0, "block_stop": 0.2}
"""Times the profile's number: more where a case has many ways to be wrong and costs little, fewer where it
trains thousands of tokens."""


@pytest.mark.parametrize("name", CHECKS)
def test_backend(name: str, w2v_backend: str) -> None:
    """A backend keeps a promise in every case that is drawn."""
    check: Check = CHECKS[name]
    backend = get_backend(w2v_backend)
    if not check.needs(backend.capabilities):
        pytest.skip(f"backend {w2v_backend!r} does not promise this: {check.promise}")
    most = settings.default.max_examples if settings.default else 50
    examples = max(1, round(most * EXAMPLES.get(name, 1.0)))
    failures: list[str] = []

    @settings(
        max_examples=examples,
        suppress_health_check=[HealthCheck.too_slow],
        deadline=None,
        report_multiple_bugs=False,
    )
    @given(getattr(strategies, check.strategy)(backend.capabilities))
    def holds(case: object) -> None:
        try:
            check.run(backend, case)
        except MismatchError as error:
            failures.append(str(error))
            raise

    report = ""
    try:
        holds()
    except MismatchError as error:
        report = str(error)
    except Flaky:
        report = (
            f"{failures[0]}\nThis case fails now and then: what the backend gives changes from run to run."
        )
    if report:
        # Without the traceback, which shows how the suite works.
        pytest.fail(f"{report.rstrip()}\npromised: {check.promise}", pytrace=False)
