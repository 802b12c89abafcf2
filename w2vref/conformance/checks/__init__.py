"""The checks: each takes a backend and a case, and raises `MismatchError` where they disagree with the text.

One module for each kind of call. `CHECKS` has them all by name.
"""

from __future__ import annotations

from w2vref.conformance.checks import blocks, control, epochs, models, pairs, scores, workers
from w2vref.conformance.checks.registry import CHECKS, Check

__all__ = ["CHECKS", "Check", "blocks", "control", "epochs", "models", "pairs", "scores", "workers"]
