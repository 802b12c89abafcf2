"""What a mutant is: the reference with one mistake of the catalogue put back."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from w2vref.conformance.adapters.w2vref import Reference

Answer = dict[str, Any]
Right = Callable[..., Answer]
"""f(operation, **inputs): what the reference answers."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One entry of the catalogue, as code."""

    what: str
    case: str
    """The case that must fail."""
    patches: Mapping[str, Any] = field(default_factory=dict)
    """Function by its full name -> what stands in its place during each call."""
    operations: Mapping[str, Callable[..., Answer]] = field(default_factory=dict)
    """Operation -> f(right, **inputs), asked instead of the reference."""
    process: bool = False
    """It hangs, aborts or needs fresh processes: it is judged in a process of its own."""


class MistakenReference(Reference):
    """The reference with a mistake."""

    def __init__(self, entry: str, mistake: Mistake) -> None:
        super().__init__()
        self.name, self.mistake = f"w2vref with mistake {entry}", mistake

    def call(self, operation: str, inputs: Mapping[str, Any]) -> Answer:
        """Answer an operation wrongly, or rightly where the mistake has no say."""

        def right(name: str, **changed: Any) -> Answer:
            return super(MistakenReference, self).call(name, changed)

        with contextlib.ExitStack() as stack:
            for place, function in self.mistake.patches.items():
                stack.enter_context(mock.patch(place, function))
            wrong = self.mistake.operations.get(operation)
            return wrong(right, **inputs) if wrong else right(operation, **inputs)
