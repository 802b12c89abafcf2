"""What `bench.quality` trains: every run of every experiment, in the order in which they are worth having."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

MILLION = 1_000_000
BLOCK_FIELDS = ("words", "tile", "draws", "cap", "input_cap")
"""Of a `Run`: the constants of block training."""


@dataclass(frozen=True)
class Run:
    """One model that is trained and measured; two experiments that need the same one share it."""

    implementation: str
    """"block", "sequential" or "gensim"."""
    seed: int = 1
    corpus: str = "novels"
    tokens: int | None = None
    """Trained on the first so many tokens; None: on all but the held-out part."""
    epochs: int = 5
    sg: int = 1
    size: int = 100
    window: int = 5
    negative: int = 5
    alpha: float = 0.025
    words: int = 8192
    """Of a block; like all that follow of no meaning but for "block"."""
    tile: int = 16
    draws: int = 16
    cap: float = 0.5
    input_cap: float | None = None
    """None: that of `cap`. The figures of such runs do not name it: many are older than it."""

    def settings(self) -> dict[str, Any]:
        """Return what tells this run from others: of the fields, those that mean something to it."""
        fields = asdict(self)
        if self.implementation != "block":
            for name in BLOCK_FIELDS:
                del fields[name]
        elif self.input_cap is None:
            del fields["input_cap"]
        return fields

    def key(self) -> str:
        """Return the settings as one line."""
        return json.dumps(self.settings(), sort_keys=True)


def beside(
    base: Run, seeds: int, gensim_seeds: int = 0, blocks: tuple[dict[str, Any], ...] = ({},)
) -> Iterator[Run]:
    """Yield a setting in block training, with each of these changes, and in the two it is compared with."""
    for seed in range(1, seeds + 1):
        for change in blocks:
            yield replace(base, implementation="block", seed=seed, **change)
        yield replace(base, implementation="sequential", seed=seed)
        if seed <= gensim_seeds:
            yield replace(base, implementation="gensim", seed=seed)


NOVELS = Run("block")
SMALL = {1: replace(NOVELS, tokens=MILLION, words=1024), 4: replace(NOVELS, tokens=4 * MILLION, words=4096)}
CBOW = replace(NOVELS, sg=0)
EIGHT = {"draws": 8}
TILES = ({"tile": 8, "draws": 8}, {"tile": 32, "draws": 16}, {"tile": 32, "draws": 32})
NOISE = ({"draws": 32}, {"tile": 8}, {"tile": 32, "draws": 32})
CAPPED = (
    {"input_cap": 0.05},
    {"input_cap": 0.05, "tile": 8, "draws": 32},
    {"cap": 1.0},
    {"cap": 2.0},
    {"cap": 4.0},
)
"""Changes of block training whose `input_cap` is 0.1, if they name no other."""
LENGTHS = (1024, 2048, 4096, 8192, 16384)
OTHERS = (
    replace(NOVELS, corpus="german", words=2281),
    replace(NOVELS, corpus="english-docs"),
    replace(NOVELS, corpus="large", epochs=1),
)


def experiments() -> dict[str, list[Run]]:
    """Return the runs of each experiment; a run that was made for an earlier one is not made again.

    Five seeds for what a user gets without asking and what it is compared with, two or three for the rest.
    """
    small, middle = SMALL[1], SMALL[4]
    both = ({}, EIGHT)
    lengths = tuple({"words": words} for words in LENGTHS)
    caps = tuple({"cap": cap} for cap in (0.5, 0.25, 1.0, 2.0))
    rates = [replace(middle, sg=0, alpha=alpha) for alpha in (0.05, 0.025)]
    german, english, large = OTHERS
    windows = [replace(middle, window=window) for window in (2, 10)]
    negatives = [replace(middle, negative=2), replace(middle, negative=10, draws=32)]
    negatives.append(replace(middle, negative=20, draws=64))
    sizes = [replace(middle, size=size) for size in (50, 300)]
    return {
        "novels": list(beside(NOVELS, 5, 3, both)),
        "small": [*beside(small, 5, 1, both), *beside(middle, 5, 1)],
        "german": list(beside(german, 5, 1)),
        "english-docs": list(beside(english, 5, 1)),
        "large": list(beside(large, 5, 1)),
        "cbow": [run for base in rates for run in beside(base, 5, 1)],
        "window": [run for base in windows for run in beside(base, 5)],
        "negative": [run for base in negatives for run in beside(base, 5)],
        "size": [run for base in sizes for run in beside(base, 5)],
        "input cap": list(beside(NOVELS, 5, 0, ({"input_cap": 0.1}, {"input_cap": 0.2}))),
        "draws": list(beside(middle, 3, 0, (*both, {"draws": 32}, *TILES))),
        "draws of all": list(beside(NOVELS, 2, 0, NOISE)),
        "words": [run for base in (small, middle) for run in beside(base, 3, 0, lengths)],
        "words of all": list(beside(NOVELS, 2, 0, lengths)),
        "cap": list(beside(middle, 3, 0, caps)),
        "cap of all": list(beside(NOVELS, 2, 0, caps)),
        "input cap and the rest": list(beside(replace(NOVELS, input_cap=0.1), 2, 0, ({}, *CAPPED))),
        "variants of other texts": [
            *beside(german, 2, 0, (EIGHT, {"words": 512}, {"words": 8192}, {"draws": 32}, {"tile": 8})),
            *beside(english, 2, 0, (EIGHT, {"words": 1024})),
        ],
        "draws of settings": [
            run
            for base in (windows[1], *negatives)
            for run in beside(base, 2, 0, (EIGHT, {"draws": 16}, {"draws": 32}))
        ],
        "cbow of all": list(beside(replace(NOVELS, sg=0, alpha=0.05), 2)),
    }
