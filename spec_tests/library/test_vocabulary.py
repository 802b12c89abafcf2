"""From counts to a vocabulary: selection, order, updates, the null word, the report."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from w2vref.reference.huffman import huffman_codes
from w2vref.reference.sampling import make_cum_table, make_sample_int
from w2vref.vocabulary.entry import Vocab
from w2vref.vocabulary.frequencies import scan_frequencies
from w2vref.vocabulary.memory import estimate_memory
from w2vref.vocabulary.rules import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP, is_retained
from w2vref.vocabulary.scan import scan
from w2vref.vocabulary.select import select, selection_report
from w2vref.vocabulary.vocabulary import NULL_WORD, Vocabulary, make_tables

# Few different counts on purpose: ties are where order is decided.
FREQUENCIES = st.lists(st.integers(1, 5) | st.integers(1, 1000), min_size=1, max_size=30).map(
    lambda counts: {f"w{i * 17 % 31}": count for i, count in enumerate(counts)}
)
VERDICTS = st.sampled_from([RULE_DEFAULT, RULE_DISCARD, RULE_KEEP, None, "any other value", 3])


def made(frequencies: dict[str, int], min_count: int = 1, **options: bool) -> Vocabulary:
    return Vocabulary.from_selection(select(frequencies, min_count=min_count), **options)


# Trim rules.


@pytest.mark.parametrize(
    ("verdict", "below", "above"),
    [
        (RULE_DEFAULT, False, True),
        (RULE_DISCARD, False, False),
        (RULE_KEEP, True, True),
        (None, False, True),
        ("garbage", False, True),
        (3, False, True),
    ],
)
def test_what_a_trim_rule_says(verdict, below, above) -> None:
    def rule(word: str, count: int, min_count: int) -> object:
        assert (word, min_count) == ("w", 5)
        return verdict

    assert is_retained("w", 4, 5, rule) is below
    assert is_retained("w", 5, 5, rule) is above


def test_an_exception_of_the_rule_passes_and_a_rule_must_be_callable() -> None:
    def rule(word: str, count: int, min_count: int) -> int:
        raise ZeroDivisionError(word)

    with pytest.raises(ZeroDivisionError, match="a"):
        select({"a": 1}, min_count=1, trim_rule=rule)
    with pytest.raises(TypeError, match="trim_rule must be a function"):
        select({"a": 1}, min_count=1, trim_rule=RULE_KEEP)


# Selection.


@given(
    frequencies=FREQUENCIES,
    min_count=st.integers(0, 8),
    verdicts=st.lists(VERDICTS, min_size=31, max_size=31),
)
def test_selection_is_what_min_count_and_rule_say(frequencies, min_count, verdicts) -> None:
    verdict = dict(zip((f"w{i}" for i in range(31)), verdicts, strict=True))
    chosen = select(frequencies, min_count=min_count, trim_rule=lambda word, *_: verdict[word])
    expected = {
        word: count
        for word, count in frequencies.items()
        if verdict[word] == RULE_KEEP or (verdict[word] != RULE_DISCARD and count >= min_count)
    }
    assert dict(zip(chosen.words, chosen.counts.tolist(), strict=True)) == expected
    assert chosen.words == list(expected)
    assert chosen.counts.dtype == np.int64
    assert chosen.effective_min_count == min_count
    assert chosen.retain_total == sum(expected.values())
    assert chosen.drop_unique == len(frequencies) - len(expected)
    assert chosen.drop_total == sum(frequencies.values()) - sum(expected.values())


@given(frequencies=FREQUENCIES, min_count=st.integers(0, 8), most=st.integers(1, 12))
def test_max_final_vocab_raises_min_count_no_further_than_needed(frequencies, min_count, most) -> None:
    chosen = select(frequencies, min_count=min_count, max_final_vocab=most)

    def left(threshold: int) -> int:
        return sum(count >= threshold for count in frequencies.values())

    effective = chosen.effective_min_count
    assert effective >= min_count
    assert len(chosen.words) == left(effective) <= most
    # Words that share a count go together, so one step less would be too many.
    assert effective == min_count or left(effective - 1) > most


@given(
    frequencies=FREQUENCIES, most=st.integers(1, 12), verdicts=st.lists(VERDICTS, min_size=31, max_size=31)
)
def test_max_final_vocab_with_a_rule(frequencies, most, verdicts) -> None:
    verdict = dict(zip((f"w{i}" for i in range(31)), verdicts, strict=True))

    def rule(word: str, count: int, min_count: int) -> object:
        return verdict[word]

    def left(threshold: int) -> int:
        return sum(is_retained(word, count, threshold, rule) for word, count in frequencies.items())

    if left(10**6) > most:
        with pytest.raises(ValueError, match="trim_rule keeps more words than max_final_vocab"):
            select(frequencies, min_count=1, max_final_vocab=most, trim_rule=rule)
        return
    chosen = select(frequencies, min_count=1, max_final_vocab=most, trim_rule=rule)
    effective = chosen.effective_min_count
    assert len(chosen.words) == left(effective) <= most
    assert effective == 1 or left(effective - 1) > most


def test_a_rule_is_given_the_raised_min_count() -> None:
    def rule(word: str, count: int, min_count: int) -> int:
        return RULE_KEEP if count >= min_count else RULE_DISCARD

    chosen = select({"a": 1, "b": 9, "c": 5, "d": 5}, min_count=1, max_final_vocab=2, trim_rule=rule)
    assert (chosen.words, chosen.effective_min_count) == (["b"], 6)


def test_max_final_vocab_must_leave_room_for_a_word() -> None:
    with pytest.raises(ValueError, match="max_final_vocab must be"):
        select({"a": 1}, min_count=1, max_final_vocab=0)


# Order.


@given(FREQUENCIES)
def test_order_is_by_count_and_first_appearance(frequencies) -> None:
    words = list(frequencies)
    vocabulary = made(frequencies)
    assert vocabulary.words == sorted(words, key=lambda word: (-frequencies[word], words.index(word)))
    assert vocabulary.counts.tolist() == [frequencies[word] for word in vocabulary.words]
    assert vocabulary.key_to_index == {word: i for i, word in enumerate(vocabulary.words)}
    unsorted = made(frequencies, sorted_vocab=False)
    assert unsorted.words == words
    assert unsorted.sorted().words == vocabulary.words


@pytest.mark.parametrize("max_vocab_size", [None, 1, 3])
def test_the_vocabulary_is_the_same_with_max_vocab_size(max_vocab_size) -> None:
    corpus = [f"w{i * i % 23} w{i % 7} w{i * 5 % 11}".split() for i in range(300)]
    found = scan(corpus, max_vocab_size=max_vocab_size).raw_vocab
    vocabulary = Vocabulary.from_selection(select(found, min_count=30, max_final_vocab=9))
    counts = Counter(word for sentence in corpus for word in sentence)
    expected = [word for word in counts if counts[word] >= 30]
    expected.sort(key=lambda word: -counts[word])
    assert len(vocabulary) <= 9
    assert vocabulary.words == expected[: len(vocabulary)]


def test_counts_beyond_int32_are_ordered_as_numbers() -> None:
    assert made({"a": 2**31, "b": 2**33, "c": 1, "d": 2**32 + 5}).words == ["b", "d", "a", "c"]


def test_a_vocabulary_is_checked_and_cannot_be_changed() -> None:
    vocabulary = made({"a": 1, "b": 2})
    assert len(vocabulary) == 2
    assert "a" in vocabulary
    assert "c" not in vocabulary
    assert repr(vocabulary) == "Vocabulary(2 words)"
    with pytest.raises(ValueError, match="read-only"):
        vocabulary.counts[0] = 5
    with pytest.raises(AttributeError):
        vocabulary.words = []
    with pytest.raises(ValueError, match="twice"):
        Vocabulary(["a", "a"], np.array([1, 2]))
    with pytest.raises(ValueError, match="as many counts"):
        Vocabulary(["a", "b"], np.array([1]))
    assert vocabulary.with_counts(np.array([7, 8])).counts.tolist() == [7, 8]
    assert vocabulary.counts.tolist() == [2, 1]


# The null word.


@given(FREQUENCIES)
def test_the_null_word_has_a_row_and_no_chance(frequencies) -> None:
    plain, vocabulary = made(frequencies), made(frequencies, null_word=True)
    assert vocabulary.words == [*plain.words, NULL_WORD]
    assert vocabulary.null_index == len(plain)
    assert vocabulary.counts.tolist() == [*plain.counts.tolist(), 1]
    assert (vocabulary.total, vocabulary.word_count) == (sum(frequencies.values()), len(frequencies))
    assume(len(plain) > 1)
    options = {"sample": 1e-2, "ns_exponent": 0.75, "hs": True, "negative": 5}
    without, tables = make_tables(plain, **options), make_tables(vocabulary, **options)
    assert tables.sample_int.tolist() == [*without.sample_int.tolist(), 0]
    assert tables.cum_table.tolist() == [*without.cum_table.tolist(), 2**31 - 1]
    assert np.array_equal(tables.codes, without.codes)
    assert np.array_equal(tables.points, without.points)
    assert tables.code_offsets.tolist() == [*without.code_offsets.tolist(), without.code_offsets[-1]]


def test_the_null_word_stays_last_when_sorted_and_is_added_once() -> None:
    vocabulary = made({"a": 1, "b": 2}, sorted_vocab=False, null_word=True)
    assert vocabulary.sorted().words == ["b", "a", NULL_WORD]
    assert vocabulary.sorted().null_index == 2
    assert vocabulary.with_null_word() is vocabulary


def test_a_corpus_that_has_the_null_word() -> None:
    with pytest.raises(ValueError, match="set null_word=0"):
        made({NULL_WORD: 3}, null_word=True)
    with pytest.raises(ValueError, match="take it out of the corpus"):
        made({"a": 1}, null_word=True).merged(select({NULL_WORD: 3}, min_count=1))
    assert made({NULL_WORD: 3}).null_index is None


# Updates.


@given(
    old=FREQUENCIES,
    new=FREQUENCIES,
    shift=st.integers(0, 31),
    min_count=st.integers(1, 4),
    null=st.booleans(),
)
def test_an_update_adds_counts_and_moves_no_word(old, new, shift, min_count, null) -> None:
    new = {f"w{int(word[1:]) + shift}": count for word, count in new.items()}
    before = made(old, null_word=null)
    after = before.merged(select(new, min_count=min_count, known=before))
    assert after.words[: len(before)] == before.words
    assert after.null_index == before.null_index
    for word, count in zip(after.words, after.counts.tolist(), strict=True):
        assert count == (1 if word == NULL_WORD else old.get(word, 0) + new.get(word, 0))
    added = after.words[len(before) :]
    order = list(new)
    fresh = [word for word in new if word not in old and new[word] >= min_count]
    assert added == sorted(fresh, key=lambda word: (-new[word], order.index(word)))


def test_an_update_judges_unknown_words_by_the_new_corpus_alone() -> None:
    # "rare" was dropped: it is unknown, and its earlier count is forgotten; "known" stays with 1 more.
    before = made({"known": 9, "rare": 2}, min_count=3)
    chosen = select({"rare": 2, "known": 1, "new": 3}, min_count=3, known=before)
    assert before.merged(chosen).words == ["known", "new"]
    assert before.merged(chosen).counts.tolist() == [10, 3]
    assert (chosen.drop_unique, chosen.drop_total) == (1, 2)


def test_an_update_drops_no_known_word() -> None:
    before = made({"a": 9, "b": 8})
    chosen = select(
        {"a": 1, "c": 5, "d": 7, "e": 5}, min_count=1, max_final_vocab=3, trim_rule=None, known=before
    )
    assert before.merged(chosen).words == ["a", "b", "d"]
    assert chosen.effective_min_count == 6
    full = select({"a": 1, "c": 5}, min_count=1, max_final_vocab=1, known=before)
    assert full.words == ["a"]
    discarding = select({"a": 1, "c": 5}, min_count=1, trim_rule=lambda *_: RULE_DISCARD, known=before)
    assert discarding.words == ["a"]


def test_an_update_without_sorting_keeps_first_appearance() -> None:
    before = made({"a": 1})
    chosen = select({"b": 1, "c": 5, "a": 2}, min_count=1, known=before)
    assert before.merged(chosen, sorted_vocab=False).words == ["a", "b", "c"]
    assert before.merged(chosen).words == ["a", "c", "b"]


def test_thresholds_after_an_update_come_from_the_merged_counts() -> None:
    before = made({"a": 900, "b": 100})
    after = before.merged(select({"b": 1000}, min_count=1, known=before))
    tables = make_tables(after, sample=1e-2, ns_exponent=0.75, hs=False, negative=5)
    merged = np.array([900, 1100], dtype=np.int64)
    assert np.array_equal(tables.sample_int, make_sample_int(merged, 1e-2))
    assert np.array_equal(tables.cum_table, make_cum_table(merged))


# Tables and reports.


def test_tables_hold_what_is_asked_for() -> None:
    vocabulary = made({"a": 5, "b": 3, "c": 1})
    tables = make_tables(vocabulary, sample=0, ns_exponent=-1.0, hs=True, negative=0)
    assert tables.sample_int.tolist() == [2**32] * 3
    assert len(tables.cum_table) == 0
    codes = huffman_codes(vocabulary.counts)
    assert np.array_equal(tables.codes, codes.codes)
    assert np.array_equal(tables.points, codes.points)
    tables = make_tables(vocabulary, sample=0, ns_exponent=-1.0, hs=False, negative=1)
    assert np.array_equal(tables.cum_table, make_cum_table(vocabulary.counts, -1.0))
    assert (len(tables.codes), len(tables.points), tables.code_offsets.tolist()) == (0, 0, [0])


def test_the_report_of_a_dry_run() -> None:
    counts = np.array([1000, 10, 1], dtype=np.int64)
    report = selection_report(counts, drop_unique=4, sample=1e-2, memory={"total": 7})
    t = Fraction(1011, 100)
    thinned = (math.sqrt(1000 / t) + 1) * t / 1000 * 1000
    assert report == {
        "drop_unique": 4,
        "retain_total": 1011,
        "downsample_unique": 1,
        "downsample_total": int(thinned + 11),
        "memory": {"total": 7},
        "num_retained_words": 3,
    }
    whole = selection_report(counts, drop_unique=0, sample=0, memory={})
    assert (whole["downsample_unique"], whole["downsample_total"]) == (0, 1011)
    none = selection_report(counts[:0], drop_unique=0, sample=1e-3, memory={})
    assert (none["retain_total"], none["downsample_total"]) == (0, 0)


def test_estimated_memory() -> None:
    assert estimate_memory(10, vector_size=100, hs=False, negative=5) == {
        "vocab": 5000,
        "syn0": 4000,
        "syn1neg": 4000,
        "total": 13000,
    }
    assert estimate_memory(10, vector_size=100, hs=True, negative=0) == {
        "vocab": 7000,
        "syn0": 4000,
        "syn1": 4000,
        "total": 15000,
    }
    # A report is written into; its own numbers join the total, its old total does not.
    report = {"mine": 1, "total": 99}
    assert estimate_memory(1, vector_size=1, hs=False, negative=0, report=report) is report
    assert report == {"mine": 1, "vocab": 500, "syn0": 4, "total": 505}
    with pytest.raises(ValueError, match="vocab_size"):
        estimate_memory(-1, vector_size=1, hs=False, negative=0)


# Counts without a corpus.


def test_counts_without_a_corpus() -> None:
    found = scan_frequencies({"b": 2, np.str_("a"): np.int32(7)}, sentences=4)
    assert list(found.raw_vocab.items()) == [("b", 2), ("a", 7)]
    assert [type(x) for item in found.raw_vocab.items() for x in item] == [str, int, str, int]
    assert (found.sentences, found.words, found.spool) == (4, 9, None)


@pytest.mark.parametrize(
    ("frequencies", "error", "message"),
    [
        ({"a": 0}, ValueError, r"at least 1: word_freq\['a'\] is 0"),
        ({"a": -3}, ValueError, "at least 1"),
        ({"a": 1.0}, TypeError, "must be integers.*float"),
        ({"a": "1"}, TypeError, "must be integers.*str"),
        ({"a": None}, TypeError, "must be integers"),
        ({"a": True}, TypeError, "must be integers.*bool"),
        ({1: 1}, TypeError, "words must be str.*int"),
        ({b"a": 1}, TypeError, "words must be str.*bytes"),
        (["a", "b"], TypeError, "must map each word to its count, got list"),
        ({"a": 2**62, "b": 2**62}, ValueError, "more than 2\\^63 - 1"),
    ],
)
def test_counts_that_are_none(frequencies, error, message) -> None:
    with pytest.raises(error, match=message):
        scan_frequencies(frequencies)


# One entry.


def test_an_entry_shows_its_public_attributes_sorted() -> None:
    entry = Vocab(sample_int=np.uint64(463795800), index=3, count=np.int64(3), _hidden=1)
    assert str(entry) == "Vocab(count:3, index:3, sample_int:463795800)"
    assert repr(entry) == str(entry)
    assert str(Vocab()) == "Vocab(count:0)"
    assert entry.index == 3
    with pytest.raises(AttributeError, match="no 'code'"):
        _ = entry.code


def test_entries_are_ordered_by_count() -> None:
    few, many = Vocab(count=1, index=9), Vocab(count=5, index=0)
    assert few < many
    assert not many < few
    assert many > few
    assert sorted([many, few]) == [few, many]
    with pytest.raises(TypeError):
        _ = few < 3
