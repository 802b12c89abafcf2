"""Runs one check of the conformance suite on one backend and prints what came of it as a line of JSON.

    python prove.py CHECK BACKEND EXAMPLES

Called by run.py for each mutant, in a process of its own: a mutant may crash or hang.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from w2vref.backends import get_backend
from w2vref.conformance import strategies
from w2vref.conformance.checks import CHECKS
from w2vref.conformance.compare import MismatchError


class FoundError(BaseException):
    """Ends the search: Hypothesis lets through what is no Exception."""


def main() -> int:
    """Draw cases, the same in every run, until the backend breaks the promise or there are no more."""
    name, backend_name, examples = sys.argv[1], sys.argv[2], int(sys.argv[3])
    check, backend = CHECKS[name], get_backend(backend_name)
    seen, failure = 0, ""
    promised = check.needs(backend.capabilities)
    started = time.perf_counter()

    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        database=None,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(getattr(strategies, check.strategy)(backend.capabilities))
    def holds(case: Any) -> None:
        nonlocal seen, failure
        seen += 1
        try:
            check.run(backend, case)
        except MismatchError as error:
            failure = str(error).splitlines()[0]
        except Exception as error:
            failure = f"{type(error).__name__}: {error}"
        if failure:
            raise FoundError

    with suppress(FoundError):
        if promised:
            holds()
    print(json.dumps({"failure": failure, "examples": seen, "seconds": time.perf_counter() - started}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
