"""What every loop over a corpus gives back."""

from __future__ import annotations

from typing import NamedTuple

from w2vref._typing import Position


class Progress(NamedTuple):
    """What came of one sentence."""

    last: Position
    """The first token that is left."""
    effective_words: int
    loss: float
