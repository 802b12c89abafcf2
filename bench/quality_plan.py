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
    """"block", "sequential", "racing" (sequential with two workers, not repeatable) or "gensim"."""
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
    words: int | None = None
    """Of a block, None: by the rule; like all that follow of no meaning but for "block"."""
    tile: int = 24
    draws: int = 12
    """What follows from `negative` and `window` at 5; a run with others names them."""
    cap: float = 0.5
    input_cap: float | None = None
    """None: that of `cap`. The figures of such runs do not name it: many are older than it."""
    by_text: bool = False
    """Block training without a rule: the constants that suit the text, not those above."""

    def settings(self) -> dict[str, Any]:
        """Return what tells this run from others: of the fields, those that mean something to it."""
        fields = asdict(self)
        if not self.by_text:
            del fields["by_text"]
        if self.implementation != "block" or self.by_text:
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
FORMER: dict[str, Any] = {"tile": 16, "draws": 16}
"""The default of before, with which lengths, draws and caps were looked at."""
LONG = replace(NOVELS, words=8192, **FORMER)
SMALL, MIDDLE = replace(NOVELS, tokens=MILLION), replace(NOVELS, tokens=4 * MILLION)
GERMAN, ENGLISH = replace(NOVELS, corpus="german"), replace(NOVELS, corpus="english-docs")
LARGE = replace(NOVELS, corpus="large", epochs=1)
RATES = tuple(replace(MIDDLE, sg=0, alpha=alpha) for alpha in (0.05, 0.025))
LENGTHS = tuple({"words": words} for words in (512, 1024, 2048, 4096, 8192, 16384))
BY_TEXT = {"by_text": True}
EIGHT = {"draws": 8}
TILES = ({"tile": 8, "draws": 8}, {"tile": 32, "draws": 16}, {"tile": 32, "draws": 32})
TILES_AND_DRAWS = ((16, 16), (24, 16), (16, 12), (24, 12), (32, 12), (8, 8))
CAPPED = (
    {"input_cap": 0.05},
    {"input_cap": 0.05, "tile": 8, "draws": 32},
    {"cap": 1.0},
    {"cap": 2.0},
    {"cap": 4.0},
)
"""Changes of block training whose `input_cap` is 0.1, if they name no other."""
CAREFUL = {"words": 512, "tile": 16, "draws": 48, "cap": 0.25}
"""What follows sequential training closest: short blocks, small tiles, many noise words, and a lower cap."""
LESS_CAREFUL = ({"words": None}, {"tile": 24}, {"draws": 32}, {"draws": 12}, {"cap": 0.5})


def experiments() -> dict[str, list[Run]]:
    """Return the runs of each experiment; a run that was made for an earlier one is not made again.

    Five seeds for what a user gets without asking and what it is compared with, two or three for the rest.
    """
    both = ({}, EIGHT)
    caps = tuple({"cap": cap} for cap in (0.5, 0.25, 1.0, 2.0))
    windows = [replace(MIDDLE, window=2), replace(MIDDLE, window=10, draws=24)]
    negatives = [replace(MIDDLE, negative=n, draws=draws) for n, draws in ((2, 12), (10, 28), (20, 60))]
    tiles = tuple({"tile": tile, "draws": draws} for tile, draws in TILES_AND_DRAWS)
    small, medium, novels, german, english, large = (
        replace(base, **FORMER) for base in (SMALL, MIDDLE, NOVELS, GERMAN, ENGLISH, LARGE)
    )
    medium_long = replace(medium, words=4096)
    sizes = [replace(MIDDLE, size=size) for size in (50, 300)]
    repeating = [replace(GERMAN, window=window) for window in (2, 10)]
    repeating += [replace(GERMAN, negative=negative) for negative in (2, 10, 20)]
    repeating += [replace(GERMAN, size=size) for size in (50, 300)]
    return {
        "novels": list(beside(NOVELS, 5, 3, (BY_TEXT,))),
        "small": [run for base in (SMALL, MIDDLE) for run in beside(base, 5, 1)],
        "others": [run for base in (GERMAN, ENGLISH) for run in beside(base, 5, 1, (BY_TEXT, {}))],
        "large": list(beside(LARGE, 5, 1, (BY_TEXT, {}))),
        "cbow": [run for base in RATES for run in beside(base, 5, 1)],
        "cbow of others": [
            run for base in (GERMAN, ENGLISH) for run in beside(replace(base, sg=0), 5, 0, (BY_TEXT, {}))
        ],
        "racing": [
            run
            for base, seeds in ((SMALL, 5), (MIDDLE, 5), (NOVELS, 3), (GERMAN, 3), (RATES[1], 5))
            for seed in range(1, seeds + 1)
            for run in (replace(base, implementation=name, seed=seed) for name in ("racing", "sequential"))
        ],
        "window": [run for base in windows for run in beside(base, 5)],
        "negative": [run for base in negatives for run in beside(base, 5)],
        "size": [run for base in sizes for run in beside(base, 5)],
        "settings of others": [run for base in repeating for run in beside(base, 3, 0, (BY_TEXT,))],
        "careful": [run for base in (NOVELS, SMALL, MIDDLE) for run in beside(base, 5, 0, (CAREFUL,))],
        "careful in part": list(
            beside(GERMAN, 2, 0, (BY_TEXT, *(CAREFUL | change for change in LESS_CAREFUL)))
        ),
        "words": [
            run
            for base, seeds in ((small, 3), (medium, 3), (novels, 2))
            for run in beside(base, seeds, 0, ({}, *LENGTHS))
        ],
        "words of others": [
            *beside(german, 2, 0, ({}, {"words": 512}, {"words": 2281}, {"words": 8192})),
            *beside(english, 2, 0, ({}, {"words": 512}, {"words": 1024}, {"words": 8192})),
            *beside(large, 1, 0, ({}, {"words": 512}, {"words": 1024}, {"words": 8192})),
        ],
        "tiles": [
            run
            for base, seeds in ((SMALL, 3), (MIDDLE, 3), (NOVELS, 2))
            for run in beside(base, seeds, 0, tiles)
        ],
        "draws": list(beside(medium_long, 3, 0, (*both, {"draws": 32}, *TILES))),
        "draws of all": list(beside(LONG, 5, 0, both)),
        "draws of settings": [
            replace(run, words=4096, tile=16)
            for base in (windows[1], *negatives)
            for run in beside(base, 2, 0, (EIGHT, {"draws": 16}, {"draws": 32}))
        ],
        "cap": list(beside(medium_long, 3, 0, caps)),
        "cap of all": list(beside(LONG, 2, 0, caps)),
        "input cap": list(beside(LONG, 5, 0, ({}, {"input_cap": 0.1}, {"input_cap": 0.2}))),
        "input cap and the rest": list(beside(replace(LONG, input_cap=0.1), 2, 0, ({}, *CAPPED))),
    }
