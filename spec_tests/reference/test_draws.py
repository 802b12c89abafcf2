"""Chance as a function of place: pinned, and judged by statistics.

The statistics are repeatable (the draws are functions), so a bound either holds or does not; the
bounds are what one true random sample in some ten thousand would miss.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from w2vref.reference.draws import (
    draw,
    draws,
    high32,
    mix64,
    mix64_array,
    pair_call_key,
    sentence_key,
    token_key,
)
from w2vref.reference.sampling import is_kept
from w2vref.reference.windows import window_radius

# Powers of two, where taking high bits is exact, and others, where it is biased by under 2^-25.
WINDOWS = [2, 4, 8, 16, 3, 5, 10, 100]


def chi_square_z(counts: npt.NDArray[np.int64]) -> float:
    """Return the chi-square of counts against equal chances, in standard deviations from its mean."""
    expected = counts.sum() / counts.size
    freedom = counts.size - 1
    return float((((counts - expected) ** 2).sum() / expected - freedom) / math.sqrt(2 * freedom))


def contingency_z(a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], levels: int) -> float:
    """Return the chi-square of independence of two uniform sequences, standardised likewise."""
    return chi_square_z(np.bincount(a * levels + b, minlength=levels * levels))


def sentence_tokens(sentences: int, length: int, seed: int = 1, epoch: int = 0) -> list[list[int]]:
    """Return the token keys of some sentences of one epoch."""
    return [[token_key(sentence_key(seed, epoch, s), p) for p in range(length)] for s in range(sentences)]


def test_draws_are_published_splitmix64_output() -> None:
    # The sequence of the generator seeded with 1234567, as many implementations publish it.
    assert [draw(1234567, i) for i in range(5)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


@pytest.mark.parametrize("key", [0, 1, 1234567, 2**63, 2**64 - 1])
def test_draws_of_an_array_are_the_draws_one_by_one(key: int) -> None:
    assert draws(key, 100, 7).tolist() == [draw(key, 7 + i) for i in range(100)]
    values = draws(key, 100)
    assert mix64_array(values).tolist() == [mix64(z) for z in values.tolist()]


def test_mix64_is_invertible() -> None:
    # Undo each step: xor-shifts by repetition, products by the modular inverse.
    mask = 2**64 - 1

    def unshift(z: int, by: int) -> int:
        result = z
        for _ in range(64 // by):
            result = z ^ (result >> by)
        return result

    for z in [0, 1, 2**63, mask, *draws(5, 50).tolist()]:
        y = unshift(mix64(z), 31) * pow(0x94D049BB133111EB, -1, 2**64) & mask
        y = unshift(y, 27) * pow(0xBF58476D1CE4E5B9, -1, 2**64) & mask
        assert unshift(y, 30) == z


def test_keys_are_as_specified() -> None:
    assert sentence_key(7, 3, 11) == mix64(mix64(mix64(7) + 3) + 11)
    assert pair_call_key(7, 5) == mix64(mix64(7) + 2**63 + 5)
    assert token_key(99, 4) == draw(99, 4)


def test_keys_differ_between_seeds_epochs_sentences_and_calls() -> None:
    keys = [sentence_key(s, e, n) for s in range(20) for e in range(20) for n in range(20)]
    keys += [pair_call_key(s, c) for s in range(20) for c in range(20)]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("window", WINDOWS)
def test_windows_are_uniform(window: int) -> None:
    radii = np.array([window_radius(draw(k, 0), window) for k in draws(window, 20_000).tolist()])
    assert (radii.min(), radii.max()) == (1, window)
    assert abs(chi_square_z(np.bincount(radii - 1, minlength=window))) < 4


@pytest.mark.parametrize("window", [2, 4, 5, 8])
def test_windows_of_neighbours_sentences_and_epochs_are_independent(window: int) -> None:
    def radii(epoch: int) -> npt.NDArray[np.int64]:
        tokens = sentence_tokens(200, 100, epoch=epoch)
        return np.array([[window_radius(draw(d, 0), window) - 1 for d in row] for row in tokens])

    first, second = radii(0), radii(1)
    pairs = {
        "next token": (first[:, :-1], first[:, 1:]),
        "next sentence": (first[:-1], first[1:]),
        "next epoch": (first, second),
    }
    for name, (a, b) in pairs.items():
        assert abs(contingency_z(a.ravel(), b.ravel(), window)) < 4, name


def test_draws_of_one_stream_are_serially_independent() -> None:
    values = np.array([draws(key, 20) for key in draws(3, 2000).tolist()])
    for lag in (1, 2, 5, 10):
        for shift in (60, 28, 0):  # the highest bits, the highest unused ones, the lowest
            nibbles = (values >> np.uint64(shift) & np.uint64(15)).astype(np.int64)
            z = contingency_z(nibbles[:, :-lag].ravel(), nibbles[:, lag:].ravel(), 16)
            assert abs(z) < 4, f"lag {lag}, bits from {shift}"


@pytest.mark.parametrize("share", [0.5, 0.05])
def test_a_tokens_stream_is_uniform_given_that_it_was_kept(share: float) -> None:
    # The key that decides keeping is also the key of the stream: the stream must not show it.
    sample_int = round(share * 2**32)
    keys = [d for row in sentence_tokens(200, int(60 / share)) for d in row if is_kept(d, sample_int)]
    kept, tokens = len(keys), 200 * int(60 / share)
    assert abs(kept - share * tokens) < 4 * math.sqrt(tokens * share * (1 - share))
    streams = np.array([draws(d, 6) for d in keys])
    for i in range(6):
        for shift in (60, 56, 28, 0):
            nibbles = (streams[:, i] >> np.uint64(shift) & np.uint64(15)).astype(np.int64)
            assert abs(chi_square_z(np.bincount(nibbles, minlength=16))) < 4, f"draw {i}, bits {shift}"
    # Nor may the draws follow the key's high bits within what was kept.
    rank = np.array([high32(d) for d in keys]) * 16 // sample_int
    for i in range(6):
        assert abs(contingency_z(rank, (streams[:, i] >> np.uint64(60)).astype(np.int64), 16)) < 4
