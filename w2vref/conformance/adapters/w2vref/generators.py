"""w2vref's own draws."""

from __future__ import annotations

from typing import Any

import numpy as np

from w2vref.conformance.suite.adapter import Adapter, UnsupportedError
from w2vref.dialects import Dialect
from w2vref.reference import draws, sampling, windows


class GeneratorOperations(Adapter):
    """See the module."""

    choices: Dialect

    def require_counter(self) -> None:
        """Raise UnsupportedError for a dialect with another generator."""
        if self.choices.generator != "counter":
            raise UnsupportedError(f"draws of generator {self.choices.generator!r} are not given one by one")

    def draws_sentence(
        self,
        seed: int,
        epoch: int,
        sentence: int,
        tokens: list[int],
        counts: list[int],
        sample: float,
        exponent: float,
        window: int,
        negative: int,
        sg: bool,
    ) -> dict[str, Any]:
        """Give the draws of a sentence."""
        self.require_counter()
        array = np.array(counts, dtype=np.int64)
        thresholds, table = sampling.make_sample_int(array, sample), sampling.make_cum_table(array, exponent)
        key = draws.sentence_key(seed, epoch, sentence)
        keys = [draws.token_key(key, position) for position in range(len(tokens))]
        kept = [int(sampling.is_kept(d, int(thresholds[w]))) for d, w in zip(keys, tokens, strict=True)]
        radii = [
            windows.window_radius(draws.draw(d, 0), window) if k else 0
            for d, k in zip(keys, kept, strict=True)
        ]
        places = [position for position, k in enumerate(kept) if k]
        negatives: list[list[int]] = []
        for center, position in enumerate(places):
            context = windows.context_positions(center, len(places), radii[position])
            steps = len(context) if sg else min(1, len(context))
            ids = sampling.draw_negatives(table, keys[position], steps * negative, 1)
            negatives += ids.reshape(steps, negative).tolist()
        return {"kept": kept, "radii": radii, "negatives": negatives}

    def generator_windows(self, window: int, negative: int, count: int, seed: int) -> dict[str, Any]:
        """Draw the windows of one long sentence."""
        self.require_counter()
        key = draws.sentence_key(seed, 0, 0)
        keys = (draws.token_key(key, position) for position in range(count))
        return {"radii": [windows.window_radius(draws.draw(d, 0), window) for d in keys]}

    def generator_noise(self, counts: list[int], exponent: float, count: int, seed: int) -> dict[str, Any]:
        """Draw the noise words of one long sentence, five for each token."""
        self.require_counter()
        table = sampling.make_cum_table(np.array(counts, dtype=np.int64), exponent)
        key = draws.sentence_key(seed, 0, 0)
        ids = [
            sampling.draw_negatives(table, draws.token_key(key, position), 5, 1)
            for position in range(-(-count // 5))
        ]
        return {"ids": np.concatenate(ids)[:count].tolist()}

    def generator_keep(
        self, counts: list[int], sample: float, tokens: list[int], seed: int
    ) -> dict[str, Any]:
        """Subsample one long sentence."""
        self.require_counter()
        thresholds = sampling.make_sample_int(np.array(counts, dtype=np.int64), sample)
        key = draws.sentence_key(seed, 0, 0)
        kept = [
            int(sampling.is_kept(draws.token_key(key, position), int(thresholds[word])))
            for position, word in enumerate(tokens)
        ]
        return {"kept": kept}
