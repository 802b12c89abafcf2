"""A w2vref backend in a package of its own: the fastest one installed, with a stopwatch."""

from __future__ import annotations

import logging
import time
from typing import Any

from w2vref.backends import Capabilities, Control, EpochResult, TrainingJob, get_backend
from w2vref.backends.checks import prepare_backend
from w2vref.config import TrainingConfig

logger = logging.getLogger(__name__)


class StopwatchBackend:
    """Hand every call on, and log how fast each epoch was."""

    name = "stopwatch"

    def __init__(self) -> None:
        self._inner = get_backend("auto")

    @property
    def capabilities(self) -> Capabilities:
        """Promise what the inner backend promises, and no more."""
        return self._inner.capabilities

    def prepare(self, config: TrainingConfig) -> None:
        """Compile, or do whatever else must not be counted as training."""
        prepare_backend(self._inner, config)

    def train(self, job: TrainingJob, control: Control) -> EpochResult:
        """Train what is left of an epoch, from the token control.next_token[0] on, in place."""
        first, started = control.position(job.corpus), time.perf_counter()
        result = self._inner.train(job, control)
        words, seconds = control.position(job.corpus) - first, time.perf_counter() - started
        logger.info("epoch %d: %d words, %.0f words/s", job.epoch, words, words / max(seconds, 1e-9))
        return result

    def __getattr__(self, name: str) -> Any:
        """Hand on the rest of the protocol: score and the four pair functions."""
        return getattr(self._inner, name)
