"""The learning rate: linear in the tokens that stand before this one."""

from __future__ import annotations

import numpy as np


def learning_rate(start_alpha: float, end_alpha: float, done: int, total: int) -> np.float32:
    """Return max(end, start - (start - end) * done / total), float64, rounded to float32 once.

    Args:
        done: in-vocabulary tokens before this centre in the `train()` call: all its epochs and
            sentences, before subsampling.
        total: in-vocabulary tokens of the whole call.
    """
    return np.float32(max(end_alpha, start_alpha - (start_alpha - end_alpha) * done / total))
