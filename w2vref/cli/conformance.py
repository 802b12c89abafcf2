"""`w2vref conformance`: put an implementation in any language to the test.

Exit codes: 0 it conforms; 1 a case of strength must or should came out otherwise than expected, or the target
crashed or hung; 2 the suite could not start; 3 not a single case was judged; 4 some cases could not be run.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from w2vref.conformance.reporting import table
from w2vref.conformance.reporting.as_json import as_json
from w2vref.conformance.suite.case import Case
from w2vref.conformance.suite.choice import choose_target
from w2vref.conformance.suite.collection import PRESETS, all_cases, coverage, select
from w2vref.conformance.suite.expected import ExpectedFailures
from w2vref.conformance.suite.results import FAIL, Result
from w2vref.conformance.suite.runner import run as run_suite


def add_parser(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "conformance",
        parents=parents,
        help="compare an implementation, in any language, with the reference",
        description="Put an implementation to the test, case by case. See docs/conformance/.",
        epilog="Exit codes: 0 conforms, 1 differs, 2 could not start, 3 nothing was judged, 4 incomplete.",
    )
    parser.set_defaults(run=run)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--target", metavar="MODULE:CLASS[,KEY=VALUE]", help="an adapter class in Python")
    which.add_argument("--command", metavar="COMMAND", help="a program that speaks JSON lines")
    which.add_argument("--list", action="store_true", help="print the cases and what they hold")
    which.add_argument(
        "--coverage", action="store_true", help="print the catalogue and the cases for each entry"
    )
    parser.add_argument(
        "--in-process", action="store_true", help="call the adapter in this process (to debug it)"
    )
    parser.add_argument("--preset", choices=PRESETS, default="full", help="which cases (default: full)")
    parser.add_argument(
        "--case", metavar="PATTERN", action="append", default=[], help="only ids like this; may be repeated"
    )
    parser.add_argument(
        "--expected-failures", metavar="FILE", type=Path, help="ids that may fail, with reasons"
    )
    parser.add_argument("--exact", action="store_true", help="every number must agree to the bit")
    parser.add_argument(
        "--timeout", type=float, metavar="SECONDS", help="for each call (default: as the case says)"
    )
    parser.add_argument("--skips", action="store_true", help="list the skipped cases one by one")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the results as JSON")
    parser.add_argument("--html", metavar="FILE", type=Path, help="write the results as one HTML page")


def run(arguments: argparse.Namespace) -> int:
    """Run the suite, print a table, write the reports."""
    selected, left_out = select(all_cases(), arguments.preset, arguments.case)
    if arguments.list or arguments.coverage:
        print_cases(selected) if arguments.list else print_coverage()
        return 0
    expected = ExpectedFailures.read(arguments.expected_failures) if arguments.expected_failures else None
    target = choose_target(
        arguments.target, arguments.command, in_process=arguments.in_process, seconds=arguments.timeout
    )
    try:
        report = run_suite(
            target,
            selected,
            left_out=left_out,
            preset=arguments.preset if not arguments.case else "chosen ids",
            expected_failures=expected,
            exact=arguments.exact,
            progress=None if arguments.quiet or not sys.stderr.isatty() else Progress(len(selected)),
        )
    finally:
        target.close()
    if arguments.json:
        arguments.json.write_text(as_json(report), encoding="utf-8")
    if arguments.html:
        # Late: only the HTML page needs jinja2.
        from w2vref.conformance.reporting.as_html import as_html  # noqa: PLC0415

        arguments.html.write_text(as_html(report), encoding="utf-8")
    print("\n".join(table.lines(report, arguments.skips)))
    return report.exit_code()


class Progress:
    """A line on a terminal."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.failed = total, 0, 0

    def __call__(self, result: Result) -> None:
        """Show one more result."""
        self.done += 1
        self.failed += result.outcome == FAIL
        end = "\n" if self.done == self.total else ""
        print(
            f"\r{self.done}/{self.total}, {self.failed} failed: {result.case.id:<60.60}{end}",
            end="",
            file=sys.stderr,
            flush=True,
        )


def print_cases(cases: list[Case]) -> None:
    """Print ids and titles."""
    for case in cases:
        print(f"{case.id}  [{case.layer}, {case.strength}]\n    {case.title}")


def print_coverage() -> None:
    """Print the catalogue's entries, each with its cases."""
    for entry, ids in coverage().items():
        print(f"{entry:<4} {', '.join(ids) or 'NO CASE'}")
