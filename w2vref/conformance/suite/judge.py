"""Judging answers: field by field against expected ones, or by a property."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from w2vref.conformance.suite import properties
from w2vref.conformance.suite.case import EXACT, Case, Compare, Tolerance
from w2vref.conformance.suite.findings import Finding, missing
from w2vref.conformance.suite.operations import OPERATIONS

Answer = Mapping[str, Any]
"""Decoded outputs of one call, or {"error": message}."""
NUMERIC = ("float", "floats", "matrix")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of judging the answers to a case."""

    findings: tuple[Finding, ...]
    """Empty: the case passes."""
    exact: bool = False
    """Every number agrees to the last bit of float32 or float64."""


def judge(case: Case, answers: Sequence[Answer], expected: Sequence[Answer] | None, exact: bool) -> Verdict:
    """Judge the answers to a case.

    Args:
        expected: for `Compare`: the reference's answers.
        exact: replace every tolerance by equality of bits.
    """
    if isinstance(case.judge, Compare):
        assert expected is not None
        return _compare(case, case.judge.tolerances, answers, expected, exact)
    function = properties.PROPERTIES[case.judge.name]
    return Verdict(tuple(function(case, list(answers), **case.judge.parameters)))


def _compare(
    case: Case,
    tolerances: Mapping[str, Tolerance],
    answers: Sequence[Answer],
    expected: Sequence[Answer],
    exact: bool,
) -> Verdict:
    findings: list[Finding] = []
    bits = True
    for number, (call, wanted, got) in enumerate(zip(case.calls, expected, answers, strict=True)):
        where = f"call {number + 1}: " if len(case.calls) > 1 else ""
        if "error" in got:
            return Verdict((Finding(f"{where}{call.operation} raised an error", "an answer", got["error"]),))
        for name, tolerance in tolerances.items():
            if name not in wanted:
                continue
            if got.get(name) is None:
                findings.append(missing(name, where))
                continue
            kind = OPERATIONS[call.operation].outputs[name][0].rstrip("?")
            field = where + name
            if kind in NUMERIC:
                rule = EXACT if exact else tolerance
                found = _numbers(field, wanted[name], got[name], rule, kind)
                bits &= _numbers(field, wanted[name], got[name], EXACT, kind) is None
            else:
                found = _values(field, wanted[name], got[name])
            if found:
                findings.append(found)
    return Verdict(tuple(findings), exact=bits and not findings)


def _values(where: str, expected: Any, got: Any) -> Finding | None:
    """Compare words, integers and lists of them."""
    if isinstance(expected, list) and isinstance(got, list):
        for i, (e, g) in enumerate(zip(expected, got, strict=False)):
            if found := _values(f"{where}[{i}]", e, g):
                return found
        if len(expected) != len(got):
            return Finding(f"{where} has another length", len(expected), len(got))
        return None
    return None if expected == got else Finding(f"{where} differs", expected, got)


def _numbers(where: str, expected: Any, got: Any, rule: Tolerance, kind: str) -> Finding | None:
    """Compare floats; the first that is too far away is reported."""
    e, g = np.asarray(expected, dtype=np.float64), np.asarray(got, dtype=np.float64)
    if e.shape != g.shape:
        return Finding(f"{where} has another shape", list(e.shape), list(g.shape))
    allowed = _allowed(e, rule)
    with np.errstate(invalid="ignore"):
        apart = np.abs(e - g)
    # NaN never equals anything but NaN; infinities only themselves.
    bad = ~((apart <= allowed) | (e == g) | (np.isnan(e) & np.isnan(g)))
    if not bad.any():
        return None
    place = tuple(int(i) for i in np.argwhere(bad)[0])
    name = where + "".join(f"[{i}]" for i in place)
    rest = f", the first of {np.count_nonzero(bad)} of {bad.size} values" if bad.size > 1 else ""
    reason = f" ({rule.reason})" if rule.reason else ""
    return Finding(
        f"{name} differs{rest}",
        float(e[place]),
        float(g[place]),
        f"allowed {float(allowed[place]):.3g}: {rule.describe()}{reason}; difference "
        f"{float(apart[place]):.3g}",
    )


def _allowed(expected: np.ndarray[Any, Any], rule: Tolerance) -> np.ndarray[Any, Any]:
    """Return the largest difference allowed for each number."""
    size: np.ndarray[Any, Any] = np.abs(expected)
    if rule.kind == "exact":
        return np.zeros_like(size)
    if rule.kind == "absolute":
        return np.full_like(size, rule.value)
    if rule.kind == "relative":
        return rule.value * size
    if rule.kind == "ulp":
        steps = np.spacing(size.astype(np.float32))
        ulps: np.ndarray[Any, Any] = rule.value * np.asarray(steps, dtype=np.float64)
        return ulps
    largest = size.max(axis=-1, keepdims=True) if size.size else size
    rows: np.ndarray[Any, Any] = rule.value * np.maximum(size, largest)
    return rows
