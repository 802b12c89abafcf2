"""Judging a generator by its statistics, with critical values that are fixed beforehand.

All tests are chi-square tests at z = 5: a right generator fails one in three million. The seed is given, so
that a result does not change from run to run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from w2vref.conformance.suite.case import Case
from w2vref.conformance.suite.findings import Finding
from w2vref.conformance.suite.properties.registry import prop

Z = 5.0
LAGS = (1, 2, 3, 4, 8, 2**15, 2**16)
"""Neighbours; and the period of 16 low bits, for series that are long enough."""
SMALLEST_EXPECTED = 5.0
"""Cells with a smaller expectation are joined, as the chi-square approximation asks for."""


def critical_value(freedom: int) -> float:
    """Return the chi-square value at z = 5 (Wilson & Hilferty 1931, Proc. Natl. Acad. Sci. 17: 684)."""
    part = 2.0 / (9.0 * freedom)
    return freedom * (1.0 - part + Z * math.sqrt(part)) ** 3


def chi_square(observed: npt.NDArray[Any], expected: npt.NDArray[Any]) -> tuple[float, float]:
    """Return (statistic, critical value) of counts against expected counts, small cells joined."""
    order = np.argsort(expected)
    seen, wanted = [0.0], [0.0]
    for cell in order:
        if wanted[-1] >= SMALLEST_EXPECTED:
            seen.append(0.0)
            wanted.append(0.0)
        seen[-1] += float(observed[cell])
        wanted[-1] += float(expected[cell])
    if len(wanted) > 1 and wanted[-1] < SMALLEST_EXPECTED:
        seen[-2:], wanted[-2:] = [sum(seen[-2:])], [sum(wanted[-2:])]
    statistic = sum((s - w) ** 2 / w for s, w in zip(seen, wanted, strict=True))
    return statistic, critical_value(max(1, len(wanted) - 1))


def dependence(values: npt.NDArray[Any], kinds: int, lag: int) -> tuple[float, float]:
    """Return (statistic, critical value) of independence between a value and the one `lag` before it."""
    first, second = values[:-lag], values[lag:]
    table = np.zeros((kinds, kinds))
    np.add.at(table, (first, second), 1)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / len(first)
    usable = expected >= SMALLEST_EXPECTED
    statistic = float(((table - expected)[usable] ** 2 / expected[usable]).sum())
    return statistic, critical_value(max(1, (table.shape[0] - 1) * (table.shape[1] - 1)))


def independence(values: npt.NDArray[Any], kinds: int, what: str) -> Iterator[Finding]:
    """Yield the lags at which values depend on those before."""
    for lag in [lag for lag in LAGS if lag <= len(values) // 2]:
        statistic, critical = dependence(values, kinds, lag)
        if statistic > critical:
            yield Finding(
                f"{what} depend on those {lag} before: chi-square",
                f"at most {critical:.1f}",
                round(statistic, 1),
            )
            return


@prop()
def windows(case: Case, answers: list[dict[str, Any]], window: int, count: int) -> Iterator[Finding]:
    """Reduced windows are uniform in 1 .. window, and independent of those before."""
    del case
    radii = np.asarray(answers[0]["radii"])
    if len(radii) != count:
        yield Finding("the number of windows differs", count, len(radii))
        return
    if radii.min() < 1 or radii.max() > window:
        yield Finding(f"a window is outside 1 .. {window}", None, [int(radii.min()), int(radii.max())])
        return
    if window > 1:
        observed = np.bincount(radii - 1, minlength=window)
        statistic, critical = chi_square(observed, np.full(window, count / window))
        if statistic > critical:
            yield Finding(
                f"windows are not uniform, counts {observed.tolist()}: chi-square",
                f"at most {critical:.1f}",
                round(statistic, 1),
            )
        yield from independence(radii - 1, window, "windows")


@prop()
def noise(
    case: Case, answers: list[dict[str, Any]], counts: Sequence[int], exponent: float, count: int
) -> Iterator[Finding]:
    """Noise words come up in proportion to count^exponent, each of them, independently of those before."""
    del case
    ids = np.asarray(answers[0]["ids"])
    if len(ids) != count:
        yield Finding("the number of draws differs", count, len(ids))
        return
    if ids.min() < 0 or ids.max() >= len(counts):
        yield Finding(f"an id is outside 0 .. {len(counts) - 1}", None, [int(ids.min()), int(ids.max())])
        return
    weights = np.asarray(counts, dtype=np.float64) ** exponent
    expected = weights / weights.sum() * count
    observed = np.bincount(ids, minlength=len(counts))
    statistic, critical = chi_square(observed, expected)
    if statistic > critical:
        worst = int(np.argmax((observed - expected) ** 2 / expected))
        yield Finding(
            f"noise words are not in proportion to count^{exponent:g}: chi-square {statistic:.1f}, at "
            f"most {critical:.1f}; "
            f"word {worst} was drawn",
            f"{expected[worst]:.0f} times",
            f"{observed[worst]} times",
        )
    if len(counts) <= 20:
        yield from independence(ids, len(counts), "noise words")


@prop()
def keep(
    case: Case, answers: list[dict[str, Any]], counts: Sequence[int], sample: float
) -> Iterator[Finding]:
    """Each word is kept at the rate (sqrt(v / T) + 1) T / v, tokens independently of those before."""
    tokens, kept = np.asarray(case.calls[0].inputs["tokens"]), np.asarray(answers[0]["kept"])
    if kept.shape != tokens.shape or set(kept.tolist()) - {0, 1}:
        yield Finding("there is not a 0 or 1 for each token", len(tokens), len(kept))
        return
    threshold = sample * sum(counts)
    for word in np.unique(tokens).tolist():
        v = counts[word]
        rate = min(1.0, (math.sqrt(v / threshold) + 1.0) * threshold / v)
        trials = int(np.count_nonzero(tokens == word))
        got = int(kept[tokens == word].sum())
        error = math.sqrt(trials * rate * (1.0 - rate))
        if abs(got - trials * rate) > Z * error:
            yield Finding(
                f"word {word} is kept at another rate: of {trials} tokens",
                f"{trials * rate:.0f} +- {error:.0f}",
                got,
            )
    if len(np.unique(tokens)) == 1:
        yield from independence(kept, 2, "decisions")


@prop()
def all_kept(case: Case, answers: list[dict[str, Any]]) -> Iterator[Finding]:
    """Every token is kept."""
    tokens, kept = case.calls[0].inputs["tokens"], answers[0]["kept"]
    if len(kept) != len(tokens) or not all(kept):
        yield Finding("tokens were dropped", len(tokens), sum(kept))
