"""What `train()` returns, and how far training came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any


class TrainResult(int):
    """The effective words of a `train()` call, with the rest of its figures.

    An int, as the classic interface returned; it also unpacks as the modern pair
    (effective_words, raw_words).
    """

    raw_words: int
    """Words of the corpus times epochs, those out of vocabulary included."""
    seconds: float
    """Wall time of the epochs, without reading the corpus."""
    loss: float | None
    """Nats, the sum over the call; None unless `compute_loss`."""

    def __new__(cls, effective_words: int, raw_words: int, seconds: float, loss: float | None) -> TrainResult:
        result = super().__new__(cls, effective_words)
        result.raw_words = raw_words
        result.seconds = seconds
        result.loss = loss
        return result

    @property
    def effective_words(self) -> int:
        """Centre words trained, after subsampling, over all epochs."""
        return int(self)

    def __iter__(self) -> Iterator[int]:
        return iter((self.effective_words, self.raw_words))

    def __repr__(self) -> str:
        return (
            f"TrainResult(effective_words={int(self)}, raw_words={self.raw_words}, "
            f"seconds={self.seconds:.3f}, loss={self.loss})"
        )


@dataclass(frozen=True, slots=True)
class TrainPosition:
    """How far a `train()` call came: enough to finish it with the bits of an uninterrupted run."""

    seed: int
    first_epoch: int
    """Of the model's life: the first epoch of the call."""
    epochs: int
    """Epochs of the call."""
    epoch: int
    """Epochs of the call that are finished."""
    token: int
    """In-vocabulary tokens of the next epoch that are trained."""
    words: int
    """In-vocabulary tokens of one epoch."""
    start_alpha: float
    end_alpha: float
    digest: str
    """Of the encoded corpus; another corpus cannot resume the call."""

    @property
    def finished(self) -> bool:
        """Tell whether nothing of the call is left."""
        return self.epoch == self.epochs

    @property
    def words_done(self) -> int:
        """In-vocabulary tokens of the call that are trained."""
        return self.epoch * self.words + self.token

    @property
    def total_words(self) -> int:
        """In-vocabulary tokens of the whole call."""
        return self.epochs * self.words

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values, for a file."""
        return asdict(self)
