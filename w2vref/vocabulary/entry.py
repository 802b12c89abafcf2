"""One vocabulary entry, as `model.vocab[word]` gives it."""

from __future__ import annotations

from typing import Any

import numpy as np


class Vocab:
    """What is known of one word: attributes, given as keyword arguments.

    `count` (0 unless given), and in a model `index` (the word id), `sample_int` (the subsampling
    threshold, up to 2^32) and, with hierarchical softmax, `code` (uint8) and `point` (uint32), from
    the root. `<` compares counts.
    """

    count: int

    def __init__(self, **kwargs: Any) -> None:
        self.count = 0
        self.__dict__.update(kwargs)

    # The attributes are the caller's to choose, so a type checker cannot know them.
    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"this vocabulary entry has no {name!r}; it has {sorted(self.__dict__)}")

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Vocab):
            return NotImplemented
        return self.count < other.count

    def __str__(self) -> str:
        public = ((name, self.__dict__[name]) for name in sorted(self.__dict__) if not name.startswith("_"))
        # A NumPy number is shown as the number it is, not as np.int64(3).
        shown = ((name, v.item() if isinstance(v, np.generic) else v) for name, v in public)
        return f"{type(self).__name__}({', '.join(f'{name}:{value!r}' for name, value in shown)})"

    __repr__ = __str__
