"""Progress bars on standard error; results go to standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm

from w2vref.model import Word2Vec

REDRAW_SECONDS = 0.1
REDRAW_SECONDS_IN_A_LOG = 10.0
"""A file or a pipe keeps every redrawn bar, so there are few of them."""


def bar(total: int, description: str, unit: str, quiet: bool = False) -> tqdm[Any]:
    """Return a progress bar, to be closed by its user; `quiet` draws nothing."""
    seconds = REDRAW_SECONDS if sys.stderr.isatty() else REDRAW_SECONDS_IN_A_LOG
    return tqdm(
        total=total,
        desc=description,
        unit=unit,
        unit_scale=True,
        disable=quiet,
        mininterval=seconds,
        maxinterval=seconds,
        dynamic_ncols=True,
        file=sys.stderr,
    )


@contextmanager
def training_bar(model: Word2Vec, quiet: bool) -> Iterator[None]:
    """Show a bar while the model trains within this context."""
    with bar(0, "training", " words", quiet) as shown:

        def moved(done: int, total: int) -> None:
            shown.total = total
            shown.update(done - shown.n)

        model.progress_hook = moved
        try:
            yield
        finally:
            model.progress_hook = None


def say(line: str = "", quiet: bool = False) -> None:
    """Print a line of explanation on standard error."""
    if not quiet:
        print(line, file=sys.stderr, flush=True)
