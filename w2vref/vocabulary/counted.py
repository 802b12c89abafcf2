"""Words with counts, as two arrays that look like a dict."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping, ValuesView

from w2vref._typing import Int64Array


class CountedWords(Mapping[str, int]):
    """A read-only mapping word -> count, in order of first appearance.

    The selection of a vocabulary only goes through all words once; the dict that finds a single one
    takes more time and memory than all the rest, so it is made when it is first asked for.

    Args:
        words: all different.
        counts: int64 (len(words),).
    """

    def __init__(self, words: list[str], counts: Int64Array) -> None:
        self._words = words
        self._counts = counts
        self._dict: dict[str, int] | None = None

    def as_dict(self) -> dict[str, int]:
        """Return the same as a dict, always the same one."""
        if self._dict is None:
            self._dict = dict(zip(self._words, self._counts.tolist(), strict=True))
        return self._dict

    def __getitem__(self, word: str) -> int:
        return self.as_dict()[word]

    def __len__(self) -> int:
        return len(self._words)

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def items(self) -> ItemsView[str, int]:
        """Return a view of the pairs."""
        return _Items(self)

    def values(self) -> ValuesView[int]:
        """Return a view of the counts."""
        return _Values(self)

    def pairs(self) -> Iterator[tuple[str, int]]:
        """Iterate over the pairs."""
        return zip(self._words, self.count_values(), strict=True)

    def count_values(self) -> Iterator[int]:
        """Iterate over the counts."""
        return iter(self._counts.tolist())

    def __repr__(self) -> str:
        return f"<{len(self)} words and counts>"


class _Items(ItemsView[str, int]):
    _mapping: CountedWords

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return self._mapping.pairs()


class _Values(ValuesView[int]):
    _mapping: CountedWords

    def __iter__(self) -> Iterator[int]:
        return self._mapping.count_values()
