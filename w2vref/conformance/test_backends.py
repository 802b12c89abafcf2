"""Every check on every backend: `pytest --pyargs w2vref.conformance --w2v-backend NAME`."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from w2vref.backends import get_backend
from w2vref.conformance import strategies
from w2vref.conformance.checks import CHECKS, Check

EXAMPLES = {"workers": 5, "model_life": 12, "block_epoch": 25, "block_stop": 10}
"""Checks that train more than a few tokens get fewer examples than the profile says; nightly, ten times as
many."""


@pytest.mark.parametrize("name", CHECKS)
def test_backend(name: str, w2v_backend: str) -> None:
    """A backend keeps a promise in every case that is drawn."""
    check: Check = CHECKS[name]
    backend = get_backend(w2v_backend)
    if not check.needs(backend.capabilities):
        pytest.skip(f"backend {w2v_backend!r} does not promise this: {check.promise}")
    most = settings.default.max_examples if settings.default else 50
    examples = min(most, EXAMPLES.get(name, most) * max(1, most // 50))

    @settings(max_examples=examples, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(getattr(strategies, check.strategy)())
    def holds(case: object) -> None:
        check.run(backend, case)

    holds()
