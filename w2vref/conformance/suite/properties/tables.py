"""Properties of vocabularies, trees, tables and pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from w2vref.conformance.suite.case import Case
from w2vref.conformance.suite.findings import Finding
from w2vref.conformance.suite.properties.registry import prop


@prop()
def monotone(
    case: Case, answers: list[dict[str, Any]], field: str, low: float, high: float
) -> Iterator[Finding]:
    """The numbers of a field never fall, and stay between low and high."""
    values = answers[0][field]
    if len(values) != len(case.calls[0].inputs["x"]):
        yield Finding(f"{field} has another length", len(case.calls[0].inputs["x"]), len(values))
    for i, value in enumerate(values):
        if not low <= value <= high:
            yield Finding(f"{field}[{i}] is outside {low} .. {high}", None, value)
            return
        if i and value < values[i - 1]:
            yield Finding(f"{field}[{i}] is below {field}[{i - 1}]", values[i - 1], value)
            return


@prop()
def vocabulary(case: Case, answers: list[dict[str, Any]], counts: Mapping[str, int]) -> Iterator[Finding]:
    """Each word is there once with its count, by descending count."""
    del case
    words, got = answers[0]["words"], answers[0]["counts"]
    found = dict(zip(words, got, strict=False))
    if len(words) != len(got) or found != dict(counts) or len(words) != len(counts):
        yield Finding("words and counts differ", dict(counts), found)
    elif got != sorted(got, reverse=True):
        yield Finding("the counts are not in descending order", sorted(got, reverse=True), got)


@prop()
def noise_shares(
    case: Case, answers: list[dict[str, Any]], counts: Sequence[int], exponent: float, relative: float
) -> Iterator[Finding]:
    """Shares sum to 1, none is 0, and each is count^exponent over the sum within a relative error."""
    del case
    got = np.asarray(answers[0]["probability"])
    weights = np.asarray(counts, dtype=np.float64) ** exponent
    expected = weights / weights.sum()
    if got.shape != expected.shape:
        yield Finding("there is not one share for each word", len(counts), len(got))
        return
    if abs(got.sum() - 1.0) > 1e-6:
        yield Finding("the shares do not sum to 1", 1.0, float(got.sum()))
    bad = np.flatnonzero(~(np.abs(got - expected) <= relative * expected))
    if bad.size:
        i = int(bad[0])
        yield Finding(
            f"the share of word {i} is wrong, the first of {bad.size} words",
            float(expected[i]),
            float(got[i]),
        )


@prop()
def cum_table(case: Case, answers: list[dict[str, Any]], last: int) -> Iterator[Finding]:
    """The table rises from word to word and ends on its total."""
    table = answers[0]["cum_table"]
    if len(table) != len(case.calls[0].inputs["counts"]):
        yield Finding("the table has another length", len(case.calls[0].inputs["counts"]), len(table))
    elif table[-1] != last:
        yield Finding("the table does not end on its total", last, table[-1])
    elif any(b <= a for a, b in zip([0, *table], table, strict=False)):
        yield Finding("the table does not rise at some word: it can never be drawn")


@prop()
def pair_multiset(
    case: Case, answers: list[dict[str, Any]], tokens: Sequence[int], radius: int, sg: bool
) -> Iterator[Finding]:
    """The pairs of a sentence in any order: the neighbours within the radius of each centre."""
    del case
    wanted: Counter[tuple[int, ...]] = Counter()
    for center, target in enumerate(tokens):
        places = [
            p for p in range(max(0, center - radius), min(len(tokens), center + radius + 1)) if p != center
        ]
        if sg:
            wanted.update((target, tokens[p]) for p in places)
        elif places:
            wanted[(target, *sorted(tokens[p] for p in places))] += 1
    got = Counter((step[0], *sorted(step[1:])) for step in answers[0]["steps"])
    if missing := wanted - got:
        yield Finding(f"{missing.total()} step(s) are missing", sorted(missing)[0], None)
    if extra := got - wanted:
        yield Finding(f"{extra.total()} step(s) should not be there", None, sorted(extra)[0])
