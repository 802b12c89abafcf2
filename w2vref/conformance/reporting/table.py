"""Results as text: a row for each layer, then what is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from w2vref.conformance.suite.case import LAYERS, MAY
from w2vref.conformance.suite.results import (
    EXPECTED_FAILURE,
    FAIL,
    NOT_RUN,
    OUTCOMES,
    PASS,
    SKIP,
    UNEXPECTED_PASS,
    Report,
    Result,
)


def lines(report: Report, skips: bool = False) -> Iterator[str]:
    """Yield the lines of a report.

    Args:
        skips: list each skipped case; otherwise they are counted by reason.
    """
    information = report.information
    yield f"{information.name} {information.version}".rstrip() + f", dialect {information.dialect}"
    yield ""
    yield f"{'layer':<12}" + "".join(f"{outcome:>18}" for outcome in OUTCOMES)
    for layer in [*LAYERS, None]:
        counts = report.counts(layer)
        if counts:
            yield f"{layer or 'all':<12}" + "".join(f"{counts[outcome] or '-':>18}" for outcome in OUTCOMES)
    exact = sum(r.exact for r in report.results)
    yield ""
    yield f"{report.seconds:.1f} seconds; cases in which every number agrees to the bit: {exact}"
    yield from _wrong(report)
    yield from _reasons(report, skips)
    yield ""
    yield verdict(report)


def _wrong(report: Report) -> Iterator[str]:
    for result in report.results:
        if result.outcome == FAIL:
            yield ""
            yield from failure(result)
    for outcome in (UNEXPECTED_PASS, EXPECTED_FAILURE):
        found = [r for r in report.results if r.outcome == outcome]
        if found:
            yield ""
            yield f"{outcome}:"
            yield from (f"  {r.case.id}: {r.reason}" for r in found)
    for pattern in report.stale:
        yield f"expected failure {pattern}: no case has such an id"


def failure(result: Result) -> Iterator[str]:
    """Yield what is wrong with a case, and how to see it again."""
    case = result.case
    yield f"FAIL {case.id} ({case.strength})"
    yield f"  {case.title}"
    for finding in result.findings:
        yield from (f"    {line}" for line in "\n".join(finding.lines()).split("\n"))
    yield f"  rule      {case.rule}" + (f"; catalogue {', '.join(case.catches)}" if case.catches else "")
    yield f"  again     {result.reproduction}"


def _reasons(report: Report, skips: bool) -> Iterator[str]:
    for outcome in (SKIP, NOT_RUN):
        by_reason: dict[str, list[str]] = {}
        for result in report.results:
            if result.outcome == outcome:
                by_reason.setdefault(result.reason, []).append(result.case.id)
        if by_reason:
            yield ""
            yield f"{outcome}:"
        for reason, ids in by_reason.items():
            yield f"  {len(ids):>4}  {reason}"
            if skips:
                yield from (f"          {case_id}" for case_id in ids)


def verdict(report: Report) -> str:
    """Return the last line."""
    wrong = report.wrong()
    passed = report.counts()[PASS]
    if wrong:
        ids = ", ".join(r.case.id for r in wrong[:3]) + (", ..." if len(wrong) > 3 else "")
        return f"differs: {len(wrong)} case(s) came out otherwise than they should: {ids}"
    if report.gave_up:
        return f"incomplete: {report.gave_up}"
    may = sum(1 for r in report.results if r.outcome == FAIL and r.case.strength == MAY)
    if not passed and report.exit_code():
        return "nothing was judged: see the reasons above"
    return f"conforms: {passed} passed" + (f"; {may} failed that need not pass" if may else "")
