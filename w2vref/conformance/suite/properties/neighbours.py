"""Properties of neighbours."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from w2vref.conformance.suite.case import Case
from w2vref.conformance.suite.findings import Finding
from w2vref.conformance.suite.properties.registry import prop


@prop()
def neighbours(
    case: Case, answers: list[dict[str, Any]], asked: Sequence[Sequence[str]], count: Sequence[int]
) -> Iterator[Finding]:
    """Cosines are within -1 and 1 and never rise; no word comes twice, none that was asked about at all."""
    for number, (answer, words, wanted) in enumerate(zip(answers, asked, count, strict=True), 1):
        where = f"call {number} (positive {case.calls[number - 1].inputs['positive']})"
        found, scores = answer["words"], answer["scores"]
        if len(found) != wanted or len(scores) != wanted:
            yield Finding(f"{where}: the number of neighbours differs", wanted, len(found))
        if back := sorted(set(found) & set(words)):
            yield Finding(f"{where}: a word that was asked about is in the answer", None, back[0])
        if len(set(found)) != len(found):
            yield Finding(f"{where}: a word comes twice")
        if high := [score for score in scores if not abs(score) <= 1.0 + 1e-6]:
            yield Finding(f"{where}: a cosine is beyond 1", None, high[0])
        if any(b > a for a, b in itertools.pairwise(scores)):
            yield Finding(f"{where}: the scores rise")


@prop()
def same_answers(case: Case, answers: list[dict[str, Any]], absolute: float) -> Iterator[Finding]:
    """All calls give the same words with the same scores."""
    del case
    first = dict(zip(answers[0]["words"], answers[0]["scores"], strict=True))
    for number, answer in enumerate(answers[1:], 2):
        other = dict(zip(answer["words"], answer["scores"], strict=True))
        if set(other) != set(first):
            yield Finding(
                f"call {number} gives other words than call 1", sorted(first)[:9], sorted(other)[:9]
            )
            continue
        for word, score in first.items():
            if abs(other[word] - score) > absolute:
                yield Finding(f"call {number} gives {word!r} another score than call 1", score, other[word])
                break
