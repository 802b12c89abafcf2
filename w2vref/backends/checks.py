"""What is looked at before a backend is given work: its capabilities, and the arrays of a job."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from w2vref.backends import BackendStatus, available_backends
from w2vref.backends.base import Backend
from w2vref.config import TrainingConfig
from w2vref.dialects import W2VREF, Dialect
from w2vref.errors import UnsupportedOptionError
from w2vref.records import EncodedCorpus, Parameters, Tables, padded_size


def check_supported(
    backend: Backend,
    config: TrainingConfig,
    *,
    locked: bool = False,
    loss: bool = False,
    score: bool = False,
) -> None:
    """Raise UnsupportedOptionError, naming backend and option, for anything the backend lacks.

    Args:
        locked: some lock factor is not 1.
        loss: the loss is asked for.
        score: scores are asked for, not training.
    """
    has = backend.capabilities

    def require(option: str, value: str, supported: Collection[str]) -> None:
        if value not in supported:
            raise UnsupportedOptionError(
                f"backend {backend.name!r} does not support {option}: it has "
                f"{', '.join(sorted(supported)) or 'none'}; choose another backend (backend='auto')"
            )

    def require_flag(option: str, wanted: bool, supported: bool) -> None:
        if wanted and not supported:
            raise UnsupportedOptionError(
                f"backend {backend.name!r} does not support {option}; choose another backend (backend='auto')"
            )

    if not score:
        require(f"algorithm={config.algorithm!r}", config.algorithm, has.algorithms)
    check_dialect(backend, config.dialect)
    require(f"sg={int(config.sg)}", "sg" if config.sg else "cbow", has.architectures)
    if config.hs:
        require("hs=1", "hs", has.objectives)
    if config.negative:
        require(f"negative={config.negative}", "negative", has.objectives)
    if not config.sg and not score:
        gradient = config.cbow_gradient
        require(f"cbow_gradient={gradient!r}", gradient, has.cbow_gradients)
    require_flag("lock factors other than 1 (vectors_lockf)", locked, has.locks)
    require_flag("compute_loss=True", loss, has.loss)
    require_flag("score()", score, has.score)
    if score and config.dialect != W2VREF:
        raise UnsupportedOptionError(
            f"score() is defined in the dialect 'w2vref' alone, not in {config.dialect.name!r}: "
            "copy the vectors into a model of that dialect to score with them"
        )


def check_dialect(backend: Backend, dialect: Dialect) -> None:
    """Raise UnsupportedOptionError, naming the axes, if the backend lacks choices of a dialect."""
    lacking = backend.capabilities.lacking(dialect)
    if not lacking:
        return
    named = ", ".join(f"{axis}={choice!r}" for axis, choice in lacking)
    able = [name for name, status in available_backends().items() if status and has_dialect(status, dialect)]
    if able:
        remedy = f"choose backend='auto' or one that has them: {', '.join(able)}"
    else:
        remedy = (
            "no backend has them, this dialect is complete for pairs only: see w2vref.pairs and "
            "TrainingConfig(dialect=...), or take another choice with Dialect.replaced()"
        )
    raise UnsupportedOptionError(
        f"backend {backend.name!r} does not support dialect={dialect.name!r}: it lacks {named}; {remedy}"
    )


def has_dialect(status: BackendStatus, dialect: Dialect) -> bool:
    """Tell whether a backend of this status has all choices of a dialect."""
    return status.capabilities is not None and not status.capabilities.lacking(dialect)


def is_locked(parameters: Parameters) -> bool:
    """Tell whether some input row learns with another factor than 1."""
    return bool((parameters.locks != 1.0).any())


def prepare_backend(backend: Backend, config: TrainingConfig) -> None:
    """Let the backend do once what must not be counted as training, such as compiling.

    A backend may have a method `prepare(config)`; it is called before the clock of an epoch starts.
    """
    prepare = getattr(backend, "prepare", None)
    if prepare is not None:
        prepare(config)


def check_rows(config: TrainingConfig, parameters: Parameters, tables: Tables) -> None:
    """Raise ValueError unless the parameters are padded rows that fit each other and the tables.

    Machine code does not look where it reads: a backend calls this, and `check_ids`, first.
    """
    stride = padded_size(config.vector_size)
    shape = (len(parameters.input_vectors), stride)
    wanted = {"input_vectors": parameters.input_vectors}
    if config.negative:
        wanted["output_vectors"] = parameters.output_vectors
    if config.hs:
        wanted["node_vectors"] = parameters.node_vectors
    for name, array in wanted.items():
        if array.shape != shape or array.dtype != np.float32 or not array.flags.c_contiguous:
            raise ValueError(
                f"{name} must be C-ordered float32 of shape {shape} (rows padded to {stride}), "
                f"got {array.dtype} {array.shape}: make it with records.padded_zeros"
            )
    if len(parameters.locks) not in {1, shape[0]}:
        raise ValueError(f"locks must have 1 or {shape[0]} elements, got {len(parameters.locks)}")
    if config.negative and len(tables.cum_table) != shape[0]:
        raise ValueError(f"cum_table must have {shape[0]} elements, got {len(tables.cum_table)}")
    if config.hs and len(tables.code_offsets) != shape[0] + 1:
        raise ValueError(f"code_offsets must have {shape[0] + 1} elements, got {len(tables.code_offsets)}")


def check_corpus(parameters: Parameters, corpus: EncodedCorpus) -> None:
    """Raise ValueError or IndexError unless the corpus is well formed and of this vocabulary."""
    offsets = corpus.sentence_offsets
    if not len(offsets) or offsets[0] != 0 or offsets[-1] != corpus.words or (np.diff(offsets) < 0).any():
        raise ValueError("sentence_offsets must rise from 0 to the number of tokens")
    check_ids("tokens", corpus.tokens, len(parameters.input_vectors))


def check_ids(name: str, ids: np.typing.NDArray[np.integer], vocab_size: int) -> None:
    """Raise IndexError if an id is not a row of the vocabulary."""
    if ids.size and not (ids.min() >= 0 and ids.max() < vocab_size):
        raise IndexError(f"{name}: word ids must be in 0 .. {vocab_size - 1}, got {ids.min()} .. {ids.max()}")
