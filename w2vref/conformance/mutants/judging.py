"""Judging mutants: the named case must fail."""

from __future__ import annotations

from w2vref.conformance.mutants import MISTAKES, Mutant
from w2vref.conformance.suite.choice import adapter_command
from w2vref.conformance.suite.collection import all_cases
from w2vref.conformance.suite.process import CommandTarget
from w2vref.conformance.suite.results import Result
from w2vref.conformance.suite.runner import Session
from w2vref.conformance.suite.target import InProcess, Target

SECONDS = 20.0
"""A mutant that hangs is given up after this."""


def target_of(entry: str) -> str:
    """Return how a mutant is named as a target."""
    return f"w2vref.conformance.mutants:Mutant,entry={entry}"


def judge_mutant(entry: str, seconds: float = SECONDS) -> Result:
    """Put the named case to a mutant.

    Raises: KeyError for an entry without a mutant; ValueError if its case does not exist.
    """
    mistake = MISTAKES[entry]
    found = [case for case in all_cases() if case.id == mistake.case]
    if not found:
        raise ValueError(f"mutant {entry} names the case {mistake.case!r}, which does not exist")
    target: Target = InProcess(Mutant(entry), target_of(entry))
    if mistake.process:
        target = CommandTarget(adapter_command(target_of(entry)), seconds)
    try:
        return Session(target).result_of(found[0])
    finally:
        target.close()
