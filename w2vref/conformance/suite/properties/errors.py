"""Properties of answers that are, or may be, errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from w2vref.conformance.suite.case import Case
from w2vref.conformance.suite.findings import Finding
from w2vref.conformance.suite.properties.registry import prop


@prop(accepts_errors=True)
def error(case: Case, answers: list[dict[str, Any]], not_in_message: Sequence[str] = ()) -> Iterator[Finding]:
    """The answer is an error; its message has none of the words not_in_message."""
    for answer in answers:
        if "error" not in answer:
            yield Finding(f"{case.calls[0].operation} should have raised an error", "an error", dict(answer))
        elif found := [word for word in not_in_message if word in answer["error"]]:
            yield Finding(
                f"the error is an accident, not a refusal: {found[0]!r}",
                "an error that says what is wrong",
                answer["error"],
            )


@prop(accepts_errors=True)
def error_or_empty(case: Case, answers: list[dict[str, Any]], field: str) -> Iterator[Finding]:
    """The answer is an error, or its field is empty."""
    del case
    for answer in answers:
        if "error" not in answer and len(answer[field]):
            yield Finding(f"{field} should be empty, or an error raised", [], answer[field])


@prop(accepts_errors=True)
def ends(case: Case, answers: list[dict[str, Any]]) -> Iterator[Finding]:
    """The call ends, with an error or with finite vectors: no hang, no crash, no NaN."""
    del case
    for answer in answers:
        if "error" not in answer and not np.isfinite(answer["vectors"]).all():
            yield Finding("the vectors are not finite")


@prop(accepts_errors=True)
def right_rows(
    case: Case, answers: list[dict[str, Any]], rows: Mapping[str, Sequence[float]], others: int = 0
) -> Iterator[Finding]:
    """The answer is an error, or each word has its own row; at most `others` words are not among the rows."""
    del case
    answer = answers[0]
    if "error" in answer:
        return
    found = dict(zip(answer["words"], answer["vectors"].tolist(), strict=True))
    if len(found) < len(answer["words"]):
        yield Finding("a word comes twice", sorted(rows), answer["words"])
    for word, row in found.items():
        if word in rows and list(rows[word]) != row:
            yield Finding(f"the row of {word!r} is another's", list(rows[word]), row)
    strange = [word for word in found if word not in rows]
    if len(strange) > others:
        yield Finding("there are words that the file does not have", sorted(rows), answer["words"])
