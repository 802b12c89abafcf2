"""From what the user names to a target: an adapter class, or a command."""

from __future__ import annotations

import os
import shlex
import sys

from w2vref.conformance.suite.adapter import load_adapter
from w2vref.conformance.suite.process import CommandTarget
from w2vref.conformance.suite.target import InProcess, Target


def choose_target(
    adapter: str | None, command: str | None, *, in_process: bool = False, seconds: float | None = None
) -> Target:
    """Return a target that has not been started.

    Args:
        adapter: `package.module:Class,key=value`; it gets a process of its own, so that a crash or a hang
            is reported and the next case is run.
        command: a program with its arguments, as in a shell, instead.
        in_process: call the adapter in this process.
        seconds: the longest time for a call; None leaves it to the cases.

    Raises: ValueError that says which of them is wrong.
    """
    if (adapter is None) == (command is None):
        raise ValueError("name one target: an adapter or a command, not both")
    if seconds is not None and not seconds > 0:
        raise ValueError(f"the time-out (--timeout) must be positive, got {seconds}")
    if command is not None:
        words = shlex.split(command, posix=os.name == "posix")
        if not words:
            raise ValueError("--command is empty")
        if in_process:
            raise ValueError("--in-process needs an adapter: a command is a process of its own")
        return CommandTarget(words, seconds)
    assert adapter is not None
    if in_process:
        return InProcess(load_adapter(adapter), adapter)
    return CommandTarget(adapter_command(adapter), seconds, f"--target {shlex.quote(adapter)}")


def adapter_command(adapter: str) -> list[str]:
    """Return the command that serves an adapter in a process of its own."""
    return [sys.executable, "-m", "w2vref.conformance.suite.serve", adapter]
