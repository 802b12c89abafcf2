"""Results as JSON; docs/conformance/running.md says what each field is."""

from __future__ import annotations

import json
from typing import Any

from w2vref.conformance.suite.findings import Finding, shown
from w2vref.conformance.suite.results import OUTCOMES, Report, Result

FORMAT = 1


def as_record(report: Report) -> dict[str, Any]:
    """Return a report as plain data."""
    information = report.information
    return {
        "format": FORMAT,
        "target": {
            "name": information.name,
            "version": information.version,
            "dialect": information.dialect,
            "axes": dict(information.axes),
            "lacks": dict(information.lacks),
            "operations": sorted(information.operations),
        },
        "preset": report.preset,
        "seconds": round(report.seconds, 3),
        "exit_code": report.exit_code(),
        "gave_up": report.gave_up,
        "counts": {outcome: report.counts()[outcome] for outcome in OUTCOMES},
        "stale_expected_failures": list(report.stale),
        "cases": [_case(result) for result in report.results],
    }


def _case(result: Result) -> dict[str, Any]:
    case = result.case
    return {
        "id": case.id,
        "layer": case.layer,
        "strength": case.strength,
        "title": case.title,
        "rule": case.rule,
        "catches": list(case.catches),
        "outcome": result.outcome,
        "reason": result.reason,
        "broken": result.broken,
        "exact": result.exact,
        "seconds": round(result.seconds, 4),
        "findings": [_finding(finding) for finding in result.findings],
        "reproduction": result.reproduction,
    }


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "what": finding.what,
        "expected": "" if finding.expected is None else shown(finding.expected),
        "got": "" if finding.got is None else shown(finding.got),
        "note": finding.note,
    }


def as_json(report: Report) -> str:
    """Return a report as JSON text."""
    return json.dumps(as_record(report), indent=1) + "\n"
