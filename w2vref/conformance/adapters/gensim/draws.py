"""Chance under control: gensim draws what a case prescribes.

A job asks the model's generator twice for 24 bits, which seed a 48-bit linear congruential generator, and
once for the reduced windows of all its words (found by watching the calls). Subsampling and negatives take
32 bits of the congruential generator each. Windows can be given; for the rest a seed is searched for.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from w2vref.conformance.suite.adapter import UnsupportedError

MULTIPLIER, INCREMENT, MASK = 25214903917, 11, (1 << 48) - 1
CANDIDATES, ROUNDS = 1 << 13, 64
"""Seeds that are tried at once, and how often: some half a million, in about a second."""
LARGEST = 2**31 - 1
"""The last entry of a noise table."""


class GivenDraws:
    """Stands in the place of a model's `random`.

    Args:
        seed: the state of the congruential generator, of every job.
        radii: the window of each word of the corpus, job after job; one element stands for all.
    """

    def __init__(self, seed: int, radii: Sequence[int]) -> None:
        self.seed, self.radii, self.place = seed, list(radii), 0
        self.halves = [seed >> 24, seed & 0xFFFFFF]

    def randint(self, low: int, high: int, size: int | None = None) -> Any:
        """Answer as RandomState.randint: halves of the seed in turn, or what windows are reduced by."""
        if size is None:
            self.halves.reverse()
            return self.halves[1]
        if len(self.radii) == 1:
            radii = self.radii * size
        else:
            radii = self.radii[self.place : self.place + size]
            self.place += size
        return high - np.array(radii, dtype=np.int64)


def sequences(states: npt.NDArray[np.uint64], length: int) -> npt.NDArray[np.uint64]:
    """Return 32-bit draws (seeds, length)."""
    draws = np.empty((len(states), length), dtype=np.uint64)
    state = states.copy()
    for i in range(length):
        draws[:, i] = state >> np.uint64(16)
        state = (state * np.uint64(MULTIPLIER) + np.uint64(INCREMENT)) & np.uint64(MASK)
    return draws


def find_negatives(ids: Sequence[int], words: int) -> tuple[int, list[int]]:
    """Return a seed and a noise table with which these negatives are drawn, in order.

    The table is monotone, so draws modulo its end must be in the order of the ids.

    Raises: UnsupportedError if no such seed was found.
    """
    rng = np.random.default_rng(0)
    wanted = np.array(ids)
    order = np.argsort(wanted, kind="stable")
    ranked = wanted[order]
    steps = np.flatnonzero(np.diff(ranked)) + 1
    starts = np.concatenate([[0], steps]).astype(np.int64)
    for _ in range(ROUNDS):
        states = rng.integers(0, MASK, CANDIDATES, dtype=np.uint64)
        draws = sequences(states, len(ids))[:, order] % np.uint64(LARGEST)
        lowest = np.minimum.reduceat(draws, starts, axis=1)
        highest = np.maximum.reduceat(draws, starts, axis=1)
        fits = np.flatnonzero((highest[:, :-1] < lowest[:, 1:]).all(axis=1))
        if len(fits):
            chosen = int(fits[0])
            ends = dict(zip(ranked[starts].tolist(), highest[chosen].tolist(), strict=True))
            return int(states[chosen]), table_of(ends, words)
    raise UnsupportedError(f"no seed was found that draws the {len(ids)} negatives of this case in order")


def table_of(ends: dict[int, int], words: int) -> list[int]:
    """Return the table in which each of these words ends at the given draw, the others being empty."""
    last = max(ends)
    table, reached = [], 0
    for word in range(words):
        # bisect_left finds the first entry that is not below the draw.
        reached = LARGEST if word >= last else max(reached, ends.get(word, reached))
        table.append(reached)
    return table


def find_keeps(tokens: Sequence[int], kept: Sequence[int], words: int) -> tuple[int, list[int]]:
    """Return a seed and thresholds with which just these tokens are kept: the draw is not above.

    Raises: UnsupportedError if no such seed was found.
    """
    rng = np.random.default_rng(0)
    of_word = {
        word: [p for p, _ in places]
        for word, places in groupby(sorted(enumerate(tokens), key=lambda t: t[1]), lambda t: t[1])
    }
    mixed = {w: ps for w, ps in of_word.items() if len({kept[p] for p in ps}) == 2}
    for _ in range(ROUNDS):
        states = rng.integers(0, MASK, CANDIDATES, dtype=np.uint64)
        draws = sequences(states, len(tokens))
        fits = np.ones(CANDIDATES, dtype=bool)
        for places in mixed.values():
            inside = [p for p in places if kept[p]]
            outside = [p for p in places if not kept[p]]
            fits &= draws[:, inside].max(axis=1) < draws[:, outside].min(axis=1)
        found = np.flatnonzero(fits)
        if len(found):
            chosen = int(found[0])
            thresholds = [0] * words
            for word, places in of_word.items():
                inside = [int(draws[chosen, p]) for p in places if kept[p]]
                thresholds[word] = max(inside, default=0)
            return int(states[chosen]), thresholds
    raise UnsupportedError("no seed was found that keeps just these tokens")
