"""Hooks into training, under the name that gensim's users import, and two that are ready."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

if TYPE_CHECKING:
    from w2vref.model import Word2Vec


class CallbackAny2Vec:
    """Base class of callbacks: override what you need.

    An exception raised in a callback ends training and reaches the caller of `train`; the vectors
    trained so far stay, and `model.train_position` says how far that is.
    """

    def on_epoch_begin(self, model: Word2Vec) -> None:
        """Is called before each epoch."""

    def on_epoch_end(self, model: Word2Vec) -> None:
        """Is called after each epoch, when its vectors have been found finite."""

    def on_train_begin(self, model: Word2Vec) -> None:
        """Is called once, before the first epoch."""

    def on_train_end(self, model: Word2Vec) -> None:
        """Is called once, after the last epoch."""


class ProgressBar(CallbackAny2Vec):
    """A progress bar of epochs, with the loss if the model computes it.

    Args:
        **options: go to `tqdm.tqdm`, as `file`, `disable` or `desc`.
    """

    def __init__(self, **options: Any) -> None:
        self._options: dict[str, Any] = {"desc": "training", "unit": "epoch", **options}
        self._bar: Any = None
        self._loss = 0.0

    def on_train_begin(self, model: Word2Vec) -> None:
        """Show the bar; the one of a training that an error ended is closed first."""
        self._close()
        position = model.train_position
        done, epochs = (position.epoch, position.epochs) if position else (0, model.epochs)
        self._bar = tqdm(**{"total": epochs, "initial": done, **self._options})
        self._loss = 0.0

    def on_epoch_end(self, model: Word2Vec) -> None:
        """Move the bar by one epoch."""
        total = model.get_latest_training_loss()
        if total > self._loss:  # it stays 0 unless compute_loss=True
            self._bar.set_postfix(loss=f"{total - self._loss:.6g}", refresh=False)
        self._loss = total
        self._bar.update()

    def on_train_end(self, model: Word2Vec) -> None:
        """Leave the full bar behind."""
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class EpochSaver(CallbackAny2Vec):
    """Saves the model after every epoch, so that a training that is killed can go on.

    Each save replaces the file as a whole (`Word2Vec.save`): a kill leaves this epoch's file or the one
    before. `Word2Vec.load(path).train(corpus, resume=True)` then finishes the call, with the same bits.

    Args:
        path: of the file; `{epoch}` in it, as in "model-{epoch}.safetensors", becomes the number of
            the epoch within the `train` call, from 1, and every epoch is kept.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self._epoch = 0

    def on_train_begin(self, model: Word2Vec) -> None:
        """Count from the epoch at which this call starts, or resumes."""
        self._epoch = model.train_position.epoch if model.train_position else 0

    def on_epoch_end(self, model: Word2Vec) -> None:
        """Save the model."""
        self._epoch += 1
        model.save(self.path.replace("{epoch}", str(self._epoch)))
