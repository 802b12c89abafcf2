"""The table of checks, filled by the decorator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from w2vref.backends import Backend, Capabilities
from w2vref.conformance.compare import Comparison, MismatchError


@dataclass(frozen=True, slots=True)
class Check:
    """One promise of every backend."""

    name: str
    strategy: str
    """Name of the function in `strategies` that draws its cases."""
    needs: Callable[[Capabilities], bool]
    run: Callable[[Backend, Any], None]
    """Raises `MismatchError`."""

    @property
    def promise(self) -> str:
        """Return what is promised, in a line: the first of the docstring."""
        return (self.run.__doc__ or "").strip().splitlines()[0]


CHECKS: dict[str, Check] = {}


def _anything(_: Capabilities) -> bool:
    return True


def check(
    strategy: str, needs: Callable[[Capabilities], bool] = _anything
) -> Callable[[Callable[[Backend, Any], None]], Callable[[Backend, Any], None]]:
    """Register a check under its function's name.

    Args:
        strategy: name of the function in `strategies` that draws its cases.
        needs: whether a backend with these capabilities promises this at all; otherwise it is skipped.
    """

    def register(run: Callable[[Backend, Any], None]) -> Callable[[Backend, Any], None]:
        name = run.__name__.removeprefix("check_")

        @wraps(run)
        def report(backend: Backend, case: Any) -> None:
            try:
                run(backend, case)
            except MismatchError:
                raise
            except Exception as error:
                Comparison(name, backend.name, case).raised(error)

        CHECKS[name] = Check(name, strategy, needs, report)
        return run

    return register
