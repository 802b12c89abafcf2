"""The pytest options of the suite; loaded by pytest through an entry point, so it imports little."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of `pytest --pyargs w2vref.conformance`."""
    group = parser.getgroup("w2vref")
    group.addoption(
        "--w2v-backend",
        action="append",
        metavar="NAME",
        help="a backend to check (may be repeated); default: all that are available",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every check on every backend."""
    if "w2v_backend" not in metafunc.fixturenames:
        return
    from w2vref.backends import available_backends  # noqa: PLC0415 - only where the suite runs

    names = metafunc.config.getoption("--w2v-backend", default=None)
    if not names:
        # The reference is the measure; there is nothing to learn from comparing it with itself.
        names = [name for name, status in available_backends().items() if status and name != "numpy"]
    metafunc.parametrize("w2v_backend", names or ["numpy"], scope="session")
