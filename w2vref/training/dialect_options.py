"""The dialect of a model, and the options that it leaves no choice about.

An implementation has no argument for what it does in one way only: an option that would be accepted
and ignored is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from w2vref.dialects import Dialect, get_dialect
from w2vref.errors import UnsupportedOptionError

if TYPE_CHECKING:
    from w2vref.training.state import ModelState

EXPONENTS = {"three_quarters": 0.75, "half": 0.5}
DEFAULTS = {"ns_exponent": 0.75, "cbow_gradient": "word2vec", "min_alpha": 0.0001}
"""Defaults of `Word2Vec`, which stand for what the dialect does."""
LEAST_ALPHA = 1e-4
"""word2vec.c's last learning rate, as a share of the first."""


def dialect_of(model: ModelState) -> Dialect:
    """Return the model's dialect.

    Raises: UnsupportedOptionError for an unknown name, TypeError for what is neither name nor Dialect.
    """
    return get_dialect(model.dialect)


def noise_exponent(model: ModelState) -> float:
    """Return the exponent of the noise distribution: the dialect's, or the option `ns_exponent`."""
    return EXPONENTS.get(dialect_of(model).noise_exponent, model.ns_exponent)


def cbow_gradient(model: ModelState) -> str:
    """Return the gradient of CBOW: the dialect's, or the option `cbow_gradient`."""
    choice = dialect_of(model).cbow_gradient
    return model.cbow_gradient if choice == "option" else choice


def check_dialect_options(model: ModelState) -> None:
    """Raise UnsupportedOptionError for an option that the dialect has no choice about."""
    dialect = dialect_of(model)
    for option, value, wanted, allowed in _fixed_options(model, dialect):
        if value not in allowed:
            raise UnsupportedOptionError(
                f"dialect {dialect.name!r} does not support {option}={value!r}: it is always {wanted}; "
                "leave the option out"
            )
    if dialect.generator == "numpy_lcg48" and not 0 <= model.seed < 1 << 32:
        raise ValueError(f"dialect {dialect.name!r} takes a seed of 32 bits, 0 .. 2^32 - 1, got {model.seed}")


def check_end_alpha(model: ModelState, start: float, end: float) -> None:
    """Raise UnsupportedOptionError for a last learning rate that the dialect would not use."""
    dialect = dialect_of(model)
    if dialect.schedule == "per_10000_words" and end not in (DEFAULTS["min_alpha"], start * LEAST_ALPHA):
        raise UnsupportedOptionError(
            f"dialect {dialect.name!r} does not support min_alpha={end!r}: its learning rate falls to 1e-4 "
            "of alpha; leave min_alpha out"
        )


def _fixed_options(model: ModelState, dialect: Dialect) -> Iterator[tuple[str, Any, Any, tuple[Any, ...]]]:
    """Yield (option, value, what the dialect does, values that are accepted)."""
    if dialect.noise_exponent in EXPONENTS:
        exponent = EXPONENTS[dialect.noise_exponent]
        yield "ns_exponent", model.ns_exponent, exponent, (DEFAULTS["ns_exponent"], exponent)
    if dialect.cbow_gradient != "option":
        gradient = dialect.cbow_gradient
        yield "cbow_gradient", model.cbow_gradient, gradient, (DEFAULTS["cbow_gradient"], gradient)
    if dialect.initialization != "word_hash":
        yield "hashfxn", model.hashfxn, None, (None,)
    if dialect.generator != "counter":
        yield "null_word", model.null_word, 0, (0,)
    if dialect.generator == "lcg64":
        # Each thread is seeded with its number, and the initial vectors with 1.
        yield "seed", model.seed, 1, (1,)
        yield "cbow_mean", model.cbow_mean, 1, (1,)
        yield "shrink_windows", model.shrink_windows, True, (True,)
        yield "sorted_vocab", model.sorted_vocab, 1, (1,)
