"""What is wrong with an answer, in a form that needs no knowledge of the suite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference."""

    what: str
    expected: Any = None
    got: Any = None
    note: str = ""

    def lines(self) -> list[str]:
        """Return the finding as text."""
        text = [self.what]
        if self.expected is not None or self.got is not None:
            text += [f"  expected  {shown(self.expected)}", f"  got       {shown(self.got)}"]
        return text + ([f"  {self.note}"] if self.note else [])


def shown(value: Any) -> str:
    """Return a value as text: a float with its exact hex, a long one cut."""
    text = f"{value!r} ({value.hex()})" if isinstance(value, float) else repr(value)
    return text if len(text) <= 400 else f"{text[:400]}... ({len(text)} characters)"


def missing(output: str, where: str = "") -> Finding:
    """Return the finding of an output that the target left out."""
    return Finding(
        f"{where}output {output!r} is missing", note="what a target cannot give, it names in `lacks`"
    )
