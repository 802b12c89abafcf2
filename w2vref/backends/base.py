"""The strategy interface: what a backend is given, what it promises, what it gives back.

Data flow of one epoch:

    model -> TrainingJob (arrays + frozen config) -> Backend.train(job, control)
          -> worker threads claim spans of SPAN_TOKENS tokens from control.next_token
          -> parameters changed in place, EpochResult back

A span is a range of the *flat* token array, not of sentences: every draw and every learning rate is
a function of a token's place, so a sentence can be entered anywhere and a long one is shared by all
workers. Claimed spans are always finished, so after a stop `control.next_token` says exactly how
far training came.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from w2vref._typing import Float32Array, Float64Array, Int32Array, Int64Array, UInt64Array, WordId
from w2vref.config import ALGORITHMS, CBOW_GRADIENTS, TrainingConfig
from w2vref.dialects import AXES, OPTION_AXES, W2VREF, Dialect, differences
from w2vref.records import EncodedCorpus, Parameters, Step, Tables

SPAN_TOKENS = 10_000
"""What a worker of a threaded backend claims at a time, some milliseconds of a compiled kernel; fewer only
where a token is so much work that a stop would wait."""


_KNOWN = {
    "architectures": frozenset({"sg", "cbow"}),
    "objectives": frozenset({"hs", "negative"}),
    "cbow_gradients": frozenset(CBOW_GRADIENTS),
    "algorithms": frozenset(ALGORITHMS),
}


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend can do; the library refuses the rest in the backend's name."""

    threads: bool = False
    """More than one worker; otherwise `workers` is an upper bound and one is used."""
    architectures: frozenset[str] = frozenset({"sg", "cbow"})
    objectives: frozenset[str] = frozenset({"hs", "negative"})
    cbow_gradients: frozenset[str] = frozenset(CBOW_GRADIENTS)
    locks: bool = True
    score: bool = True
    loss: bool = True
    algorithms: frozenset[str] = frozenset({"sequential"})
    dialect_choices: frozenset[tuple[str, str]] = frozenset()
    """(axis, choice) of `w2vref.dialects` that it has besides those of the default dialect."""

    def __post_init__(self) -> None:
        """Raise ValueError for a value that nothing asks for, such as a misspelt one."""
        for name, known in _KNOWN.items():
            if unknown := set(getattr(self, name)) - known:
                raise ValueError(
                    f"Capabilities({name}=...) has {sorted(unknown)}: choose from {sorted(known)}"
                )
        known_choices = {(axis, choice) for axis, record in AXES.items() for choice in record.choices}
        if unknown_choices := self.dialect_choices - known_choices:
            raise ValueError(
                f"Capabilities(dialect_choices=...) has {sorted(unknown_choices)}: choose (axis, choice) "
                "pairs from w2vref.dialects.AXES"
            )

    def lacking(self, dialect: Dialect) -> list[tuple[str, str]]:
        """Return the (axis, choice) of a dialect that are neither the default's nor had."""
        wanted = differences(W2VREF, dialect)
        return [
            (axis, choice)
            for axis, (_, choice) in wanted.items()
            if axis not in OPTION_AXES and (axis, choice) not in self.dialect_choices
        ]


def _no_generator() -> UInt64Array:
    return np.zeros(0, dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """One epoch, or the rest of one, of a `train()` call."""

    config: TrainingConfig
    parameters: Parameters
    tables: Tables
    corpus: EncodedCorpus
    epoch: int
    """Counted over the model's life: part of every sentence's key."""
    words_before: int
    """In-vocabulary tokens of this `train()` call before the corpus's first token in this epoch."""
    total_words: int
    """In-vocabulary tokens of the whole `train()` call: words of the corpus times epochs."""
    start_alpha: float
    end_alpha: float
    compute_loss: bool = False
    workers: int = 1
    generator: UInt64Array = field(default_factory=_no_generator)
    """State of the dialect's own generator, changed in place; (0,) for a dialect whose draws have no order
    (`w2vref.reference.dialects.support.new_generator`)."""


def _zero_int32() -> Int32Array:
    return np.zeros(1, dtype=np.int32)


def _zero_int64() -> Int64Array:
    return np.zeros(1, dtype=np.int64)


def _no_poll() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Control:
    """What a training call shares with its workers: two words of memory and a hook."""

    stop: Int32Array = field(default_factory=_zero_int32)
    """(1,): set to 1 to ask for a stop; read before each claim."""
    next_token: Int64Array = field(default_factory=_zero_int64)
    """(1,): the first token of the epoch that no worker has claimed; advanced atomically. May end
    beyond the corpus's length: `position` clips it."""
    poll: Callable[[], None] = _no_poll
    """Called by the waiting thread about every 0.05 s; an exception it raises stops the training."""

    def position(self, corpus: EncodedCorpus) -> int:
        """Return the first token not trained yet; exact once all workers have returned."""
        return min(int(self.next_token[0]), corpus.words)


class EpochResult(NamedTuple):
    """What came of one `Backend.train`."""

    effective_words: int
    """Centre tokens that subsampling kept, in the spans trained by this call."""
    loss: float
    """Sum of the losses in nats, float64; 0.0 unless the job asked for it."""


@runtime_checkable
class Backend(Protocol):
    """The strategy interface. All arrays are as `records` describes them; all agree to the bit.

    `train` starts with the token `control.next_token[0]`, claims spans from it, and returns when
    nothing is left or `control.stop` is set. An exception of a worker reaches the caller after all
    workers have ended.
    """

    @property
    def name(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    def train(self, job: TrainingJob, control: Control) -> EpochResult: ...

    def score(
        self,
        config: TrainingConfig,
        parameters: Parameters,
        tables: Tables,
        corpus: EncodedCorpus,
        workers: int = 1,
    ) -> Float64Array:
        """Return (sentences,) float64: each sentence's log-probability (hs), or its positive terms."""
        ...

    def train_sg_pair(
        self,
        config: TrainingConfig,
        parameters: Parameters,
        tables: Tables,
        input_id: WordId,
        target_id: WordId,
        negative_ids: Int64Array,
        alpha: float,
        learn_vectors: bool = True,
        learn_hidden: bool = True,
    ) -> Step: ...

    def train_cbow_pair(
        self,
        config: TrainingConfig,
        parameters: Parameters,
        tables: Tables,
        context_ids: Int64Array,
        hidden: Float32Array,
        target_id: WordId,
        negative_ids: Int64Array,
        alpha: float,
        learn_vectors: bool = True,
        learn_hidden: bool = True,
    ) -> Step: ...

    def score_sg_pair(
        self,
        config: TrainingConfig,
        parameters: Parameters,
        tables: Tables,
        input_id: WordId,
        target_id: WordId,
    ) -> float: ...

    def score_cbow_pair(
        self,
        config: TrainingConfig,
        parameters: Parameters,
        tables: Tables,
        hidden: Float32Array,
        target_id: WordId,
    ) -> float: ...
