"""The pytest options of the suite; loaded by pytest through an entry point, so it imports little."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

HERE = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of `pytest --pyargs w2vref.conformance`."""
    group = parser.getgroup("w2vref")
    group.addoption(
        "--w2v-backend",
        action="append",
        metavar="NAME",
        help="a backend to check (may be repeated); default: all that are available",
    )
    group.addoption("--w2v-target", metavar="MODULE:CLASS", help="an adapter class to put to the test")
    group.addoption(
        "--w2v-command", metavar="COMMAND", help="a program, speaking JSON lines, to put to the test"
    )
    group.addoption("--w2v-preset", metavar="NAME", default="full", help="tiny or full (the default)")
    group.addoption("--w2v-case", action="append", metavar="PATTERN", help="only case ids like this")
    group.addoption("--w2v-expected-failures", metavar="FILE", help="case ids that may fail, with reasons")
    group.addoption("--w2v-exact", action="store_true", help="every number must agree to the bit")
    group.addoption("--w2v-in-process", action="store_true", help="call the adapter in this process")
    group.addoption("--w2v-timeout", metavar="SECONDS", type=float, help="for each call of a target")


def has_target(config: pytest.Config) -> bool:
    """Tell whether a target is to be tested."""
    return bool(config.getoption("--w2v-target") or config.getoption("--w2v-command"))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the half of the suite that is not asked for: backends or a target."""
    if collection_path == HERE / "test_target.py":
        return None if has_target(config) else True
    if collection_path == HERE / "test_backends.py" and has_target(config):
        return None if config.getoption("--w2v-backend") else True
    return None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every check on every backend, and every case on the target."""
    if "w2v_backend" in metafunc.fixturenames:
        metafunc.parametrize("w2v_backend", _backends(metafunc.config), scope="session")
    if "w2v_case" in metafunc.fixturenames:
        from w2vref.conformance.suite import collection  # noqa: PLC0415 - only where the suite runs

        config = metafunc.config
        cases, _ = collection.select(
            collection.all_cases(), config.getoption("--w2v-preset"), config.getoption("--w2v-case") or ()
        )
        metafunc.parametrize("w2v_case", cases, ids=[case.id for case in cases])


def _backends(config: pytest.Config) -> list[str]:
    from w2vref.backends import available_backends  # noqa: PLC0415 - only where the suite runs

    names: list[str] | None = config.getoption("--w2v-backend", default=None)
    if not names:
        # The reference is the measure; there is nothing to learn from comparing it with itself.
        names = [name for name, status in available_backends().items() if status and name != "numpy"]
    return names or ["numpy"]
