"""What holds for every test: the Hypothesis profiles, and which package is under test."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import w2vref

# ci: the same examples on every run, so that a change is judged by the change alone.
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=50, print_blob=True)
# nightly: new examples on every run, many of them.
settings.register_profile(
    "nightly",
    derandomize=False,
    deadline=None,
    max_examples=2000,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci")  # pytest's --hypothesis-profile comes later and wins


def pytest_configure(config: pytest.Config) -> None:
    """Load the plugin of the conformance suite where the source tree, not a wheel, is tested."""
    if not config.pluginmanager.hasplugin("w2vref"):
        config.pluginmanager.import_plugin("w2vref.conformance.plugin")


def pytest_report_header() -> str:
    """Name the package under test, and stop if the built one was asked for and is not it."""
    package = Path(str(w2vref.__file__)).parent
    source = Path(__file__).parents[1] / "w2vref"
    if os.environ.get("W2VREF_TEST_INSTALLED") and package == source:
        raise RuntimeError(f"the tests would import the source tree {source}: run `nox -s tests`")
    return f"w2vref: {package}"
