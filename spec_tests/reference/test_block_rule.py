"""Which constants block training takes for which text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vref.config import BlockRule
from w2vref.reference.block_rule import Repetition, repetition, rule_for

from .test_epoch import encode

RNG = np.random.default_rng(5)


def plainly(tokens: list[int], starts: list[int]) -> Repetition:
    """Count the trigrams of the stretches that begin there, one after the other."""
    repeated = trigrams = 0
    for start in starts:
        stretch = tokens[start : start + 512]
        seen = set()
        for trigram in zip(stretch, stretch[1:], stretch[2:], strict=False):
            repeated += trigram in seen
            seen.add(trigram)
            trigrams += 1
    return Repetition(repeated, trigrams)


@given(st.integers(0, 1023), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_a_text_of_one_stretch_is_counted_whole(words: int, vocab_size: int, seed: int) -> None:
    tokens = np.random.default_rng(seed).integers(0, vocab_size, words).tolist()
    sentences = [tokens[: words // 3], [], tokens[words // 3 :]]
    assert repetition(encode(sentences)) == plainly(tokens, [0])


@pytest.mark.parametrize(
    ("words", "starts"),
    [
        (1024, [0, 512]),
        (1535, [0, 1023]),
        (2000, [0, 744, 1488]),
        (64 * 512, list(range(0, 64 * 512, 512))),
        (512 + 63 * 1000, list(range(0, 64_000, 1000))),
    ],
)
def test_stretches_are_spread_over_the_text(words: int, starts: list[int]) -> None:
    tokens = RNG.integers(0, 9, words).tolist()
    assert repetition(encode([tokens[:700], tokens[700:]])) == plainly(tokens, starts)


def test_what_comes_again_in_another_stretch_is_no_repetition() -> None:
    page = list(range(512))
    assert repetition(encode([page] * 4)) == Repetition(0, 4 * 510)
    assert repetition(encode([page[:256]] * 4)) == Repetition(2 * 254, 2 * 510)


def test_sentences_of_two_words_count_across_their_ends() -> None:
    assert repetition(encode([[0, 1]] * 100)) == Repetition(196, 198)


@pytest.mark.parametrize(
    ("found", "repeats"),
    [
        (Repetition(0, 0), False),
        (Repetition(0, 5), False),
        (Repetition(1, 32), True),
        (Repetition(1, 33), False),
        (Repetition(31, 1000), False),
        (Repetition(32, 1000), True),
    ],
)
def test_one_trigram_in_32_makes_the_difference(found: Repetition, repeats: bool) -> None:
    assert found.is_high == repeats
    assert (rule_for(found, negative=5, window=5, sg=True) != BlockRule()) == repeats


@pytest.mark.parametrize(
    ("negative", "window", "sg", "words", "draws"),
    [
        (1, 5, True, 512, 48),
        (5, 2, True, 512, 48),
        (6, 5, True, 355, 64),
        (5, 10, True, 256, 96),
        (10, 5, True, 128, 112),
        (20, 5, True, 32, 128),
        (20, 10, True, 32, 128),
        (5, 10, False, 256, 48),
        (10, 10, False, 64, 112),
    ],
)
def test_a_text_that_repeats_itself_gets_short_blocks_more_noise_and_half_the_cap(
    negative: int, window: int, sg: bool, words: int, draws: int
) -> None:
    rule = rule_for(Repetition(1, 1), negative=negative, window=window, sg=sg)
    assert rule == BlockRule(words=words, tile=16, draws=draws, cap=0.25)
