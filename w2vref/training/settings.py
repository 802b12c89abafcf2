"""The settings of a model, checked: once in the constructor, again before they are used.

Users set attributes (`model.workers = 8`) as well as arguments, so the checks work on the model.
"""

from __future__ import annotations

import math
import numbers
from typing import TYPE_CHECKING, Any

from w2vref.config import BlockRule, TrainingConfig
from w2vref.training.dialect_options import (
    cbow_gradient,
    check_dialect_options,
    check_end_alpha,
    dialect_of,
)

if TYPE_CHECKING:
    from w2vref.training.state import ModelState


def whole_number(name: str, value: Any, least: int | None = None, hint: str = "") -> int:
    """Return value as an int, or raise TypeError or ValueError that names the argument."""
    if not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if least is not None and value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}{': ' + hint if hint else ''}")
    return int(value)


def real_number(name: str, value: Any) -> float:
    """Return value as a finite float, or raise TypeError or ValueError that names the argument."""
    if not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value}")
    return float(value)


def flag(name: str, value: Any) -> int:
    """Return 0 or 1, or raise: a flag set to 5 is more likely a mistake than a yes."""
    if value not in (0, 1):
        raise ValueError(f"{name} must be 0 or 1, got {value!r}")
    return int(value)


def check_settings(model: ModelState) -> TrainingConfig:
    """Return the config of the model's attributes.

    Raises: TypeError or ValueError that names the setting and says what it may be.
    """
    for name in ("sg", "hs", "cbow_mean"):
        flag(name, getattr(model, name))
    whole_number("min_count", model.min_count, 0)
    for name in ("max_vocab_size", "max_final_vocab"):
        if getattr(model, name) is not None:
            whole_number(name, getattr(model, name), 1, "use None for no limit")
    whole_number("workers", model.workers, 1, "with 0 nothing would be trained; use 1 for one thread")
    whole_number("iter (epochs)", model.iter, 1, "each train() call needs at least one epoch")
    if real_number("sample", model.sample) < 0:
        raise ValueError(f"sample must be 0 (off) or positive, got {model.sample}")
    real_number("ns_exponent", model.ns_exponent)
    check_alphas(model.alpha, model.min_alpha)
    if model.hashfxn is not None and not callable(model.hashfxn):
        raise TypeError(f"hashfxn must be None or a function f(str) -> int, got {model.hashfxn!r}")
    if not (model.block is None or isinstance(model.block, BlockRule)):
        raise TypeError(f"block must be a BlockRule or None, got {model.block!r}")
    check_dialect_options(model)
    check_end_alpha(model, model.alpha, model.min_alpha)
    return TrainingConfig(
        vector_size=whole_number("size (vector_size)", model.vector_size, 1),
        window=whole_number("window", model.window),
        shrink_windows=bool(model.shrink_windows),
        sg=bool(model.sg),
        hs=bool(model.hs),
        negative=whole_number("negative", model.negative),
        cbow_mean=bool(model.cbow_mean),
        cbow_gradient=cbow_gradient(model),
        seed=whole_number("seed", model.seed),
        algorithm=model.algorithm,
        block=BlockRule() if model.block is None else model.block,
        dialect=dialect_of(model),
        batch_words=whole_number("batch_words", model.batch_words, 1),
    )


def check_alphas(start_alpha: Any, end_alpha: Any) -> tuple[float, float]:
    """Return both learning rates as floats, or raise ValueError or TypeError."""
    start, end = real_number("alpha", start_alpha), real_number("min_alpha", end_alpha)
    if end < 0 or start <= 0:
        raise ValueError(f"alpha must be positive and min_alpha at least 0, got {start} and {end}")
    if start < end:
        raise ValueError(
            f"alpha ({start}) is below min_alpha ({end}): the learning rate falls from alpha to min_alpha, "
            "so set min_alpha lower, too"
        )
    return start, end
