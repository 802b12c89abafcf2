"""Hooks into training, under the name that gensim's users import."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
