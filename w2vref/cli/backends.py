"""`w2vref backends`: which backends there are, and why one cannot be used here."""

from __future__ import annotations

import argparse
from typing import Any

from w2vref.backends import available_backends, get_backend


def add_parser(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "backends", parents=parents, help="list the backends and what is wrong with any"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print a line for each backend; the one that `auto` takes is marked."""
    automatic = get_backend("auto").name
    statuses = available_backends()
    width = max(map(len, statuses))
    for name, status in statuses.items():
        note = "available" if status.available else f"not available: {status.reason}"
        if name == automatic:
            note += " (backend='auto' uses it)"
        print(f"{name:<{width}}  {note}")
    return 0
