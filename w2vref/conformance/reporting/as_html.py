"""Results as one self-contained HTML page; needs jinja2 (the extra `conformance`)."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from w2vref.conformance.reporting.as_json import as_record
from w2vref.conformance.suite.case import LAYERS
from w2vref.conformance.suite.results import OUTCOMES, Report

if TYPE_CHECKING:
    from jinja2 import Environment


def as_html(report: Report) -> str:
    """Return a report as a page without any other file.

    Raises: ImportError that says what to install, without jinja2.
    """
    record = as_record(report)
    layers = []
    for layer in LAYERS:
        cases = [case for case in record["cases"] if case["layer"] == layer]
        if cases:
            layers.append({"name": layer, "cases": cases, "counts": report.counts(layer)})
    template = _environment().get_template("report.html.j2")
    return template.render(report=record, layers=layers, outcomes=OUTCOMES)


def _environment() -> Environment:
    try:
        from jinja2 import DictLoader, Environment, StrictUndefined  # noqa: PLC0415 - only this page needs it
    except ImportError as error:
        raise ImportError("the HTML page needs jinja2: pip install 'w2vref[conformance]'") from error
    text = (resources.files("w2vref.conformance.reporting") / "report.html.j2").read_text(encoding="utf-8")
    loader = DictLoader({"report.html.j2": text})
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
