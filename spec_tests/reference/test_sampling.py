"""The tables of chance: power from square roots, the noise distribution, subsampling thresholds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vref.reference import sampling
from w2vref.reference.sampling import ALWAYS, DOMAIN, draw_negatives, make_cum_table, make_sample_int, power

COUNTS = st.lists(st.integers(1, 10**9), min_size=1, max_size=30).map(lambda c: np.array(c, dtype=np.int64))
EXPONENTS = [-1.0, -0.5, 0.0, 0.25, 0.5, 0.75, 1.0, 2.0]
ULP = 2.0**-52


@pytest.mark.parametrize("exponent", [*EXPONENTS, 0.1, 1 / 3, 0.7, 1.3, -2.6])
def test_power_is_pow_within_a_few_roundings(exponent: float) -> None:
    base = np.concatenate([np.arange(1.0, 2000.0), 10.0 ** np.arange(0, 19)])
    expected = np.array([math.pow(b, exponent) for b in base])
    # One rounding for each factor (at most 2 + 32) and the weight of the digits beyond the 32nd.
    tolerance = 40 * ULP + 2.0**-32 * np.log(base) * (exponent * 2**32 % 1 != 0)
    assert np.all(np.abs(power(base, exponent) / expected - 1) <= tolerance)


def test_power_is_exact_where_the_roots_are() -> None:
    root = np.arange(1.0, 3000.0)
    assert np.array_equal(power(root**2, 0.5), root)
    assert np.array_equal(power(root**4, 0.75), root**3)
    assert np.array_equal(power(root, 0.0), np.ones_like(root))
    assert np.array_equal(power(root, 1.0), root)
    assert np.array_equal(power(root, -1.0), 1.0 / root)
    small = root[:1500]  # the fifth power of more is no integer of 53 bits
    assert np.array_equal(power(small**4, 1.25), small**5)


def test_power_multiplies_from_the_largest_digit() -> None:
    # 0.75 = sqrt(c) * sqrt(sqrt(c)), each operation rounded once: the bits, not only the value.
    base = np.arange(1.0, 5000.0)
    assert np.array_equal(power(base, 0.75), np.sqrt(base) * np.sqrt(np.sqrt(base)))


@pytest.mark.parametrize("exponent", [math.nan, math.inf, -math.inf, 1025.0, -1025.0])
def test_power_rejects_exponents_without_end(exponent: float) -> None:
    with pytest.raises(ValueError, match="exponent of the noise distribution"):
        power(np.ones(1), exponent)


def test_noise_is_drawn_by_three_quarters_unless_told_otherwise() -> None:
    # 16^0.75 = 8, 81^0.75 = 27: shares of 27, 8 and 1 of 36.
    assert make_cum_table(np.array([81, 16, 1]), domain=36).tolist() == [27, 35, 36]
    assert make_cum_table(np.array([81, 16, 1]), 0.5, domain=14).tolist() == [9, 13, 14]


@given(
    counts=COUNTS,
    exponent=st.sampled_from(EXPONENTS),
    domain=st.sampled_from([1, 7, 1000, DOMAIN, 2**32 - 1]),
)
def test_cum_table_is_monotone_and_ends_on_its_domain(counts, exponent, domain) -> None:
    table = make_cum_table(counts, exponent, domain)
    assert table.dtype == np.uint32
    assert np.all(np.diff(table.astype(np.int64)) >= 0)
    assert table[-1] == domain
    share = counts.astype(np.float64) ** exponent
    # Each end of a word's interval is rounded to the nearest integer.
    error = np.abs(np.diff(table.astype(np.float64), prepend=0.0) - share / share.sum() * domain)
    assert np.all(error <= 1.0 + 1e-9 * domain)


@given(counts=COUNTS, at=st.integers(0, 30))
def test_a_count_of_zero_has_no_width(counts, at) -> None:
    at = min(at, len(counts))
    table = make_cum_table(np.insert(counts, at, 0))
    assert np.array_equal(np.delete(table, at), make_cum_table(counts))
    assert table[at] == (table[at - 1] if at else 0)


def test_a_negative_exponent_prefers_rare_words_and_zero_none() -> None:
    counts = np.array([4, 2, 1], dtype=np.int64)
    assert make_cum_table(counts, -1.0, 7).tolist() == [1, 3, 7]
    assert make_cum_table(counts, 0.0, 3).tolist() == [1, 2, 3]
    assert make_cum_table(counts, 1.0, 7).tolist() == [4, 6, 7]


def test_entries_are_rounded_to_the_nearest_and_halves_to_even() -> None:
    # 20/7, 30/7, 5; then 1/2 and 3/2.
    assert make_cum_table(np.array([4, 2, 1], dtype=np.int64), 1.0, 5).tolist() == [3, 4, 5]
    equal = np.ones(2, dtype=np.int64)
    assert make_cum_table(equal, 1.0, 1).tolist() == [0, 1]
    assert make_cum_table(equal, 1.0, 3).tolist() == [2, 3]


def test_a_million_rare_words_all_have_a_chance() -> None:
    counts = np.maximum(1, 10**9 // np.arange(1, 10**6 + 1)).astype(np.int64)
    table = make_cum_table(counts)
    assert table[-1] == DOMAIN
    assert np.diff(table.astype(np.int64)).min() > 0


def test_noise_that_cannot_be_normalised_is_refused() -> None:
    with pytest.raises(ValueError, match="nearer to 0"):
        make_cum_table(np.array([10**9], dtype=np.int64), 1000.0)
    with pytest.raises(ValueError, match="nearer to 0"):
        make_cum_table(np.array([10**9], dtype=np.int64), -1000.0)
    with pytest.raises(ValueError, match="nearer to 0"):
        make_cum_table(np.zeros(3, dtype=np.int64))
    with pytest.raises(ValueError, match="vocabulary is empty"):
        make_cum_table(np.zeros(0, dtype=np.int64))
    for domain in (0, 2**32):
        with pytest.raises(ValueError, match="domain"):
            make_cum_table(np.ones(1, dtype=np.int64), 0.75, domain)


@pytest.mark.parametrize(
    "table",
    [
        [3, 8, 8, 16],  # the third word has no width
        [0, 16],  # nor has the first
        [16],
        [1, 2, 3, 4],
    ],
)
def test_draws_come_in_exact_proportion_to_the_widths(table, monkeypatch) -> None:
    # The domain divides 2^32, so equally spaced high halves reach every r equally often.
    cum_table = np.array(table, dtype=np.uint32)
    domain, repeats = table[-1], 5
    high = np.arange(domain * repeats, dtype=np.uint64) * np.uint64(2**32 // (domain * repeats) + 1)
    # Low halves are all ones: they must have no say.
    bits = high << np.uint64(32) | np.uint64(2**32 - 1)
    monkeypatch.setattr(sampling, "draws", lambda key, count, start: bits[start : start + count])
    words = draw_negatives(cum_table, 0, len(bits), 0)
    widths = np.diff(table, prepend=0)
    assert np.bincount(words, minlength=len(table)).tolist() == (widths * repeats).tolist()


@pytest.mark.parametrize(("high", "word"), [(0, 0), (2**32 - 1, 2)])
def test_the_first_and_the_last_draw_are_words_that_can_be_drawn(high, word, monkeypatch) -> None:
    # r runs over 1 .. domain: r = 0 would give a null word at the front, r > domain no word at all.
    cum_table = np.array([5, 5, DOMAIN, DOMAIN], dtype=np.uint32)
    bits = np.array([high << 32], dtype=np.uint64)
    monkeypatch.setattr(sampling, "draws", lambda key, count, start: bits)
    assert draw_negatives(cum_table, 0, 1, 0).tolist() == [word]


@pytest.mark.parametrize("sample", [1e-3, 1e-5, 0.5])
def test_sample_int_is_the_closed_form(sample: float) -> None:
    counts = np.unique(np.logspace(0, 9, 400).astype(np.int64))
    total = int(counts.sum())
    thresholds = make_sample_int(counts, sample)
    for count, threshold in zip(counts.tolist(), thresholds.tolist(), strict=True):
        t = sample * total
        p = (math.sqrt(count / t) + 1) * (t / count)
        assert threshold == round(min(1.0, p) * 2**32), count
    assert np.all(np.diff(thresholds.astype(np.int64)) <= 0)


@pytest.mark.parametrize("sample", [1.0, 100.0, 12345.5])
def test_sample_int_of_a_count_threshold(sample: float) -> None:
    # T = floor(sample * g), g = (3 + sqrt 5) / 2; p is 1 at v = T * g, whatever the corpus.
    ratio = (3 + math.sqrt(5)) / 2
    t = math.floor(sample * ratio)
    counts = np.array([1, int(t * ratio), int(t * ratio * 1.01) + 1, t * 1000], dtype=np.int64)
    thresholds = make_sample_int(counts, sample)
    assert (thresholds == ALWAYS).tolist() == [True, True, False, False]
    assert thresholds[3] == round((math.sqrt(1000) + 1) / 1000 * 2**32)
    assert np.array_equal(make_sample_int(counts[1:], sample), thresholds[1:])


def test_sample_int_at_its_ends() -> None:
    counts = np.array([10**9, 5, 0], dtype=np.int64)
    assert make_sample_int(counts, 0.0).tolist() == [ALWAYS, ALWAYS, 0]
    assert make_sample_int(counts, 1e100).tolist() == [ALWAYS, ALWAYS, 0]
    assert make_sample_int(counts, 1e-100).tolist() == [0, 0, 0]
    assert make_sample_int(counts[:0], 1e-3).tolist() == []
    # The count of 0 (the null word) is in no total.
    assert np.array_equal(make_sample_int(counts, 1e-3)[:2], make_sample_int(counts[:2], 1e-3))


@pytest.mark.parametrize("sample", [-1e-3, math.nan, math.inf, 1e-200, 1e300])
def test_sample_int_rejects_what_is_no_setting(sample: float) -> None:
    with pytest.raises(ValueError, match="sample must be 0"):
        make_sample_int(np.ones(2, dtype=np.int64), sample)
