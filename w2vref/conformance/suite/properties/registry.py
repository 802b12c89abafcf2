"""The table of properties, filled by the decorator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from w2vref.conformance.suite.case import Case
from w2vref.conformance.suite.findings import Finding

Judgement = Callable[..., Iterator[Finding]]
PROPERTIES: dict[str, Judgement] = {}


def prop(accepts_errors: bool = False) -> Callable[[Judgement], Judgement]:
    """Register a property under its function's name.

    Args:
        accepts_errors: it looks at answers that are errors itself; otherwise an error is what is wrong.
    """

    def register(function: Judgement) -> Judgement:
        def judge(case: Case, answers: list[dict[str, Any]], **parameters: Any) -> Iterator[Finding]:
            wrong = [answer["error"] for answer in answers if "error" in answer]
            if wrong and not accepts_errors:
                yield Finding(f"{case.calls[0].operation} raised an error", "an answer", wrong[0])
                return
            yield from function(case, answers, **parameters)

        judge.__doc__ = function.__doc__
        PROPERTIES[function.__name__] = judge
        return judge

    return register


def describe(name: str) -> str:
    """Return what a property asks for: the first paragraph of its docstring, in one line."""
    return " ".join((PROPERTIES[name].__doc__ or "").strip().split("\n\n")[0].split())
