"""Words as an evaluation file spells them: case folded or not, among the most frequent rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from w2vref._typing import Int64Array

if TYPE_CHECKING:
    from w2vref.keyedvectors.lookup import Lookup


class FoldedWords:
    """Maps spellings to rows without touching the vectors or their keys.

    With `case_insensitive` words that differ only in case are one: the first row, so the most frequent
    spelling, stands for all of them.

    Args:
        kv: the vectors.
        restrict_vocab: only so many first rows count; None: all.
        case_insensitive: whether case is ignored (as by str.upper).
    """

    def __init__(self, kv: Lookup, restrict_vocab: int | None, case_insensitive: bool) -> None:
        if restrict_vocab is not None and restrict_vocab < 0:
            raise ValueError(f"restrict_vocab must not be negative, got {restrict_vocab}")
        rows, _ = kv.frozen_rows()
        self.end = len(rows) if restrict_vocab is None else min(restrict_vocab, len(rows))
        self.case_insensitive = case_insensitive
        self.row_of: dict[str, int] = {}
        self.representative: Int64Array = np.arange(self.end)
        """(end,): for each row the first row with the same spelling."""
        for row, key in enumerate(kv.index_to_key[: self.end]):
            if isinstance(key, str):
                self.representative[row] = self.row_of.setdefault(self.fold(key), row)
        self._order = np.argsort(self.representative, kind="stable")
        self._starts = np.searchsorted(self.representative[self._order], np.arange(self.end + 1))

    def fold(self, word: str) -> str:
        """Return the spelling under which a word is known."""
        return word.upper() if self.case_insensitive else word

    def variants(self, rows: set[int]) -> Int64Array:
        """Return all rows whose spelling is that of one of these (first) rows, ascending."""
        parts = [self._order[self._starts[row] : self._starts[row + 1]] for row in sorted(rows)]
        return np.sort(np.concatenate(parts))
