"""The strategies draw the cases that implementations get wrong, within what the ordinary tests draw."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from w2vref.conformance import strategies
from w2vref.conformance.cases import ROWS, EpochCase
from w2vref.conformance.checks import CHECKS
from w2vref.conformance.test_backends import EXAMPLES
from w2vref.reference.block_layout import block_bounds

ORDINARY = 50
"""Cases of a check, times its entry in EXAMPLES."""
RUNS = 2
"""Which cases are drawn changes with the modules that are loaded, whose constants Hypothesis looks at, and
the cases of a run are not independent: what one run in a thousand misses, two in a row do not."""
Feature = Callable[[Any], bool]


def repeated(ids: tuple[int, ...]) -> bool:
    return len(set(ids)) < len(ids)


def of_size(size: int) -> Feature:
    return lambda case: case.config.vector_size == size


def of_rows(kind: str) -> Feature:
    return lambda case: case.state.rows == kind


def of_block(name: str, value: float | None) -> Feature:
    return lambda case: getattr(case.config.block, name) == value


def of_window(window: int) -> Feature:
    return lambda case: case.config.window == window


SIGMOIDS: dict[str, Feature] = {
    "a dot that is no number": lambda case: any(math.isnan(x) for x in case.dots),
    "an infinite dot": lambda case: any(math.isinf(x) for x in case.dots),
}
STATES: dict[str, Feature] = {
    "hierarchical softmax alone": lambda case: case.config.hs and not case.config.negative,
    "both objectives": lambda case: case.config.hs and case.config.negative > 0,
    "one word": lambda case: len(case.state.counts) == 1,
    "a word that is never drawn": lambda case: 0 in case.state.counts,
    "a count beyond 32 bits": lambda case: max(case.state.counts) > 2**32,
    "lock factors of their own": lambda case: len(set(case.state.locks)) > 1,
    **{f"{kind} rows": of_rows(kind) for kind in ROWS},
}
PAIRS: dict[str, Feature] = {
    **STATES,
    **{f"size {size}": of_size(size) for size in strategies.SIZES},
    "a repeated negative": lambda case: repeated(case.negative_ids),
    "a negative that is the target": lambda case: case.target_id in case.negative_ids,
    "no negative but the target": lambda case: set(case.negative_ids) == {case.target_id},
    "no negative": lambda case: case.config.negative > 0 and not case.negative_ids,
    "more negatives than a group of eight": lambda case: len(case.negative_ids) > 8,
    "only different rows": lambda case: (
        len({case.target_id, *case.negative_ids}) > 5 and not repeated((case.target_id, *case.negative_ids))
    ),
    "vectors that do not learn": lambda case: not case.learn_vectors,
    "output vectors that do not learn": lambda case: not case.learn_hidden,
}
CONTEXTS: dict[str, Feature] = {
    "a doubled context word": lambda case: repeated(case.context_ids),
    "the target in its context": lambda case: case.target_id in case.context_ids,
    "as many context words as a window of ten has": lambda case: len(case.context_ids) == 20,
    "the sum, with the exact gradient": lambda case: (
        not case.config.cbow_mean and case.config.cbow_gradient == "exact"
    ),
}
EPOCHS: dict[str, Feature] = {
    **STATES,
    **{f"window {window}": of_window(window) for window in range(1, 11)},
    "windows that are not reduced": lambda case: not case.config.shrink_windows,
    "an empty sentence": lambda case: () in case.sentences and case.corpus().words > 0,
    "no token at all": lambda case: case.corpus().words == 0,
    "a sentence of one word": lambda case: any(len(sentence) == 1 for sentence in case.sentences),
    "a window clipped on both sides": lambda case: any(
        1 < len(sentence) <= case.config.window for sentence in case.sentences
    ),
    "a sentence longer than two windows": lambda case: any(
        len(sentence) > 2 * case.config.window + 1 for sentence in case.sentences
    ),
    "a beginning inside a sentence": lambda case: 0 < case.first_token < len(case.sentences[0]),
    "subsampling": lambda case: 0.0 < case.state.sample < 1.0,
    "a draw on a threshold": lambda case: case.at_thresholds and case.corpus().words > 0,
    "a noise table of few steps": lambda case: case.config.negative > 0 and case.state.domain <= 2000,
    "a position beyond 32 bits": lambda case: case.words_before > 2**32,
    "an epoch's number beyond 32 bits": lambda case: case.epoch > 2**32,
    "many words, no lock, one objective": lambda case: (
        len(set(case.state.counts)) == 1 and case.state.locks == (1.0,) and not case.config.hs
    ),
    "long paths, no lock, one objective": lambda case: (
        case.state.counts == strategies.DEEP_COUNTS
        and case.state.locks == (1.0,)
        and case.config.hs
        and not case.config.negative
    ),
}


def blocks_of(case: EpochCase) -> int:
    return len(block_bounds(case.config, case.corpus())) - 1


def trains_several(case: EpochCase) -> bool:
    """Whether a mistake in the arithmetic would show: several pairs, at a rate that moves the rows."""
    bounds = block_bounds(case.config, case.corpus())
    tokens = bounds[-1] - bounds[case.first_token] if case.first_token < blocks_of(case) else 0
    return tokens >= 8 and case.start_alpha > 0.01 and case.state.sample in (0.0, 0.5, 3.0)


BLOCKS: dict[str, Feature] = {
    **{f"blocks of {words}": of_block("words", words) for words in (None, 33, 7, 1024, 1)},
    **{f"tiles of {tile}": of_block("tile", tile) for tile in (24, 1, 2, 3, 64)},
    **{f"{draws} draws": of_block("draws", draws) for draws in (12, 16, 4, 128, 60)},
    **{f"a cap of {cap}": of_block("cap", cap) for cap in (0.5, 0.01, 8.0, 200.0)},
    **{f"an input cap of {cap}": of_block("input_cap", cap) for cap in (None, 0.5, 0.02, 200.0)},
    **{f"window {window}": of_window(window) for window in (1, 2, 5, 10, 100)},
    "a beginning in the middle": lambda case: 0 < case.first_token < blocks_of(case),
    "no block left": lambda case: case.first_token >= blocks_of(case),
    "several blocks, CBOW": lambda case: trains_several(case) and blocks_of(case) > 1 and not case.config.sg,
    "several blocks, skip-gram": lambda case: trains_several(case) and blocks_of(case) > 1 and case.config.sg,
    "a lock for each word": lambda case: len(case.state.locks) == len(case.state.counts) > 1,
    "a position beyond 32 bits": lambda case: case.words_before > 2**32 and trains_several(case),
    "loss": lambda case: case.compute_loss and trains_several(case),
}
FEATURES = {
    "sigmoid": SIGMOIDS,
    "train_sg_pair": PAIRS,
    "train_cbow_pair": PAIRS | CONTEXTS,
    "epoch": EPOCHS,
    "block_epoch": BLOCKS,
}


@pytest.mark.parametrize("name", FEATURES)
def test_what_implementations_get_wrong_is_drawn(name: str) -> None:
    missing = dict(FEATURES[name])

    @settings(
        max_examples=RUNS * round(ORDINARY * EXAMPLES[name]),
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(getattr(strategies, CHECKS[name].strategy)())
    def look(case: object) -> None:
        for feature in [feature for feature, found in missing.items() if found(case)]:
            del missing[feature]

    look()
    assert not missing, f"no case of {name} has: {', '.join(missing)}"


def test_most_cases_of_blocks_would_show_a_mistake_in_the_arithmetic() -> None:
    shows: list[bool] = []

    @settings(
        max_examples=round(ORDINARY * EXAMPLES["block_epoch"]),
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(strategies.block_epochs())
    def look(case: EpochCase) -> None:
        shows.append(trains_several(case))

    look()
    assert sum(shows) > len(shows) / 2
