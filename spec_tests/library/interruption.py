"""An interruption of training at a chosen word: where it falls does not hang on which thread is faster."""

from __future__ import annotations

from typing import Any

import pytest

from w2vref import Word2Vec
from w2vref.reference import block, epoch


def interrupt(model: Word2Vec, corpus: Any, words: int) -> None:
    """Call `model.train(corpus)` and raise KeyboardInterrupt in it after `words` words or a few more.

    The model's backend is numpy: its loop over spans, or over blocks, is what is interrupted.
    """
    done = 0
    train_span, train_block = epoch.train_span, block.train_block

    def span(*arguments: Any) -> Any:
        nonlocal done
        result = train_span(*arguments)
        done += arguments[-1] - arguments[-2]
        if done >= words:
            raise KeyboardInterrupt  # the span has been claimed, and is done
        return result

    def one_block(*arguments: Any) -> Any:
        nonlocal done
        if done >= words:
            raise KeyboardInterrupt  # a block counts once it is done
        done += arguments[-2] - arguments[-3]
        return train_block(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(epoch, "train_span", span)
        patch.setattr(block, "train_block", one_block)
        with pytest.raises(KeyboardInterrupt):
            model.train(corpus)
    assert model.train_position is not None
    assert not model.train_position.finished
