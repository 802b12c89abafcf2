"""Phrases: counting, scoring, joining, freezing, files, and agreement with gensim."""

from __future__ import annotations

import io
import logging
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from w2vref import _phrase_counting as counting
from w2vref import phrases as module
from w2vref.corpora import LineSentence
from w2vref.errors import FileFormatError
from w2vref.io.native import load_native, save_native
from w2vref.phrases import (
    ENGLISH_CONNECTOR_WORDS,
    FrozenPhrases,
    Phraser,
    Phrases,
    npmi_scorer,
    original_scorer,
)

CORPUS = [
    ["a", "b", "c"],
    ["a", "b"],
    ["a", "of", "b"],
    ["of", "a", "of", "the", "b", "c"],
    ["the", "of"],
    ["a", "of", "of", "b"],
    [],
]
CONNECTORS = frozenset({"of", "the"})


def learned(**options: Any) -> Phrases:
    options = {"min_count": 1, "threshold": 0.1, "connector_words": CONNECTORS, **options}
    return Phrases(CORPUS, **options)


def naive_counts(corpus: list[list[str]], connectors: frozenset[str], delimiter: str) -> Counter[str]:
    """Count as the definition says, one word after the other."""
    counts: Counter[str] = Counter()
    for sentence in corpus:
        open_words: list[str] = []
        for word in sentence:
            if word in connectors:
                open_words += [word] if open_words else []
                continue
            counts[word] += 1
            if open_words:
                counts[delimiter.join([*open_words, word])] += 1
            open_words = [word]
    return counts


# ---- counting ----


def test_what_is_counted() -> None:
    phrases = learned()
    assert phrases.vocab == {
        "a": 5,
        "b": 5,
        "c": 2,
        "a_b": 2,
        "b_c": 2,
        "a_of_b": 1,
        "a_of_the_b": 1,
        "a_of_of_b": 1,
    }
    assert phrases.corpus_word_count == 20  # connector words too
    assert Phrases(iter(CORPUS), connector_words=CONNECTORS).vocab == phrases.vocab


WORDS = st.sampled_from(["a", "b", "c", "of", "the", "a_b", "_", "é", ""])
CORPORA = st.lists(st.lists(WORDS, max_size=8), max_size=12)


@given(
    corpus=CORPORA,
    connectors=st.frozensets(st.sampled_from(["of", "the", "a"])),
    delimiter=st.sampled_from(["_", "__", "", "é"]),
    few=st.sampled_from([0, 3, 1000]),
    chunk=st.integers(1, 30),
)
def test_counts_do_not_depend_on_how_they_are_made(
    corpus: list[list[str]], connectors: frozenset[str], delimiter: str, few: int, chunk: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "FEW_WORDS", few)
        patch.setattr(counting, "CHUNK_WORDS", chunk)
        patch.setattr(counting, "SLICE", 2)
        phrases = Phrases(corpus, delimiter=delimiter, connector_words=connectors)
        half = len(corpus) // 2
        added = Phrases(delimiter=delimiter, connector_words=connectors)
        added.add_vocab(corpus[:half])
        added.add_vocab(corpus[half:])
    assert phrases.vocab == added.vocab == naive_counts(corpus, connectors, delimiter)
    assert phrases.corpus_word_count == added.corpus_word_count == sum(map(len, corpus))


def test_pairs_of_several_runs_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = counting.PairCounts()
    rng = np.random.default_rng(1)
    expected: Counter[tuple[int, int]] = Counter()
    for size in (500, 3, 200, 40, 0, 1):  # runs that are merged at once, and runs that wait
        left, right = (rng.integers(0, 12, size, dtype=np.intc) for _ in range(2))
        expected.update(zip(left.tolist(), right.tolist(), strict=True))
        pairs.add(left, right)
        assert len(pairs) >= len(expected)
    assert len(pairs._runs) > 1
    monkeypatch.setattr(counting, "SLICE", 7)
    got = [row for part in pairs.drain() for row in zip(*part, strict=True)]
    assert {(a, b): n for a, b, n in got} == expected
    assert len(pairs) == 0


def test_learn_vocab_is_the_classic_way_to_count() -> None:
    assert Phrases.learn_vocab([["a", "b"], ["a", "b"]], 10, b"+", 1) == (1, {"a": 2, "b": 2, "a+b": 2})
    # After the first sentence three entries with count 1 are dropped; the second "a" is then a new one.
    assert Phrases.learn_vocab([["a", "b"], ["a"]], 1) == (2, {"a": 1})


def naive_pruned(corpus: list[list[str]], limit: int) -> tuple[dict[str, int], int]:
    counts: dict[str, int] = {}
    min_reduce = 1
    for sentence in corpus:
        for key, count in naive_counts([sentence], frozenset(), "_").items():
            counts[key] = counts.get(key, 0) + count
        while len(counts) > limit:
            counts = {key: count for key, count in counts.items() if count > min_reduce}
            min_reduce += 1
    return counts, min_reduce


@given(corpus=CORPORA, limit=st.integers(1, 25), chunk=st.integers(1, 30), few=st.sampled_from([0, 1000]))
def test_pruning_keeps_max_vocab_size_after_every_sentence(
    corpus: list[list[str]], limit: int, chunk: int, few: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "CHUNK_WORDS", chunk)
        patch.setattr(counting, "FEW_WORDS", few)
        phrases = Phrases(corpus, max_vocab_size=limit)
    assert (phrases.vocab, phrases.min_reduce) == naive_pruned(corpus, limit)
    phrases.add_vocab(corpus)
    assert len(phrases.vocab) <= limit


# ---- scores and phrases ----


def test_phrases_of_the_corpus() -> None:
    phrases = learned()
    assert phrases.export_phrases() == {
        "a_b": 0.32,
        "b_c": 0.8,
    }  # (2 - 1) / (5 * 5) * 8, (2 - 1) / (5 * 2) * 8
    assert phrases.find_phrases(CORPUS) == {"a_b": 0.32, "b_c": 0.8}
    assert [phrases[sentence] for sentence in CORPUS[:4]] == [
        ["a_b", "c"],
        ["a_b"],
        ["a", "of", "b"],
        ["of", "a", "of", "the", "b_c"],
    ]
    assert list(phrases.analyze_sentence(["of", "a", "of", "the", "b", "c"])) == [
        ("of", None),
        ("a", None),
        ("of", None),
        ("the", None),
        ("b_c", 0.8),
    ]
    assert str(phrases) == "Phrases<8 vocab, min_count=1, threshold=0.1, max_vocab_size=40000000>"
    assert str(phrases.freeze()) == "FrozenPhrases<2 phrases, min_count=1, threshold=0.1>"


def test_connector_words_stand_inside_phrases_only() -> None:
    phrases = Phrases([["bank", "of", "america", "of"]] * 3, 1, 0.1, connector_words={"of"})
    assert phrases[["of", "bank", "of", "america", "of", "of"]] == ["of", "bank_of_america", "of", "of"]
    assert phrases.score_candidate("bank", "america", ["of"]) == ("bank_of_america", (3 - 1) / 9 * 3)
    assert "of" not in phrases.vocab
    assert {"of", "the", "and", "without"} < ENGLISH_CONNECTOR_WORDS


def test_score_candidate() -> None:
    phrases = learned()
    for either in (phrases, phrases.freeze()):
        assert either.score_candidate("a", "b", []) == ("a_b", 0.32)
        for words in (("a", "zz"), ("zz", "b"), ("b", "a")):
            assert either.score_candidate(*words, []) == (None, None)
        assert either.score_candidate("a", "b", ["of"]) == (None, None)  # its score, 0, is not above 0.1


def test_a_score_equal_to_the_threshold_makes_no_phrase() -> None:
    assert learned(threshold=0.32)[["a", "b"]] == ["a", "b"]
    assert learned(threshold=math.nextafter(0.32, 0))[["a", "b"]] == ["a_b"]


def test_the_scorers() -> None:
    assert original_scorer(4, 5, 3, 100, 1, 999) == (3 - 1) / 20 * 100
    assert original_scorer(0, 5, 3, 100, 1, 999) == -math.inf
    expected = math.log((3 / 50) / (4 / 50 * 5 / 50)) / -math.log(3 / 50)
    assert npmi_scorer(4, 5, 3, 100, 3, 50) == expected
    assert npmi_scorer(4, 5, 3, 100, 4, 50) == -math.inf
    assert npmi_scorer(2, 2, 2, 100, 1, 2) == 1.0
    assert npmi_scorer(7, 7, 7, 100, 1, 100) == pytest.approx(1.0)  # always together
    assert npmi_scorer(0, 7, 0, 100, 0, 100) == -math.inf


def test_a_scorer_of_the_user_is_called_by_keyword_for_known_candidates() -> None:
    calls = []

    def scorer(
        bigram_count: int,
        wordb_count: int,
        worda_count: int,
        len_vocab: int,
        min_count: int,
        corpus_word_count: int,
    ) -> float:
        calls.append((worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count))
        return bigram_count

    phrases = Phrases([["a", "b", "b", "b", "b"], ["a"]], 2, 2.5, scoring=scorer)
    assert calls == []
    assert phrases[["b", "a", "b", "b", "zz", "b"]] == ["b", "a", "b_b", "zz", "b"]
    assert calls == [(2, 4, 1, 4, 2, 6), (4, 4, 3, 4, 2, 6)]
    assert phrases.export_phrases() == {"b_b": 3}
    assert Phrases(CORPUS, threshold=-1, scoring=lambda **counts: 0.0)[["a", "b"]] == ["a_b"]


def test_settings_may_change_after_learning() -> None:
    phrases = learned()
    phrases.threshold = 0.5
    assert phrases.export_phrases() == {"b_c": 0.8}
    phrases.threshold = -5
    assert phrases[["a", "of", "b"]] == ["a_of_b"]
    assert phrases.freeze()[["a", "of", "b"]] == ["a_of_b"]
    phrases.add_vocab([["c", "d"]] * 9)
    phrases.threshold = 0.1
    assert phrases[["c", "d"]] == ["c_d"]


@given(
    corpus=CORPORA,
    more=CORPORA,
    npmi=st.booleans(),
    delimiter=st.sampled_from(["_", "__", ""]),
    low=st.booleans(),
)
# The words of the text read like a phrase, but are others than those it was counted of.
@example(corpus=[["a", "b", "a_b"]], more=[["a_b", ""]], npmi=True, delimiter="", low=False)
@example(corpus=[["a_b", "c"]] * 3, more=[["a", "b_c"]], npmi=True, delimiter="_", low=False)
def test_frozen_phrases_find_the_same(
    corpus: list[list[str]], more: list[list[str]], npmi: bool, delimiter: str, low: bool
) -> None:
    phrases = Phrases(
        corpus,
        min_count=1,
        threshold=-0.5 if npmi and low else 0.3,
        delimiter=delimiter,
        scoring="npmi" if npmi else "default",
        connector_words={"of", "the", "_"},
    )
    frozen = phrases.freeze()
    assert frozen.phrasegrams == phrases.export_phrases()
    assert phrases.find_phrases(corpus).keys() <= frozen.phrasegrams.keys()
    for sentence in corpus + more:
        assert list(frozen.analyze_sentence(sentence)) == list(phrases.analyze_sentence(sentence))


def test_phrases_of_phrases_are_scored_by_their_own_words() -> None:
    bigrams = Phraser(
        Phrases([["new", "york", "city"], ["new", "york", "state"], ["a", "city"]] * 9, 1, 0.46)
    )
    corpus = [["new", "york", "city"], ["a", "city"], ["new", "york"]] * 9
    assert bigrams[["new", "york", "city"]] == ["new_york", "city"]
    trigrams = Phrases(bigrams[corpus], min_count=1, threshold=0.1)
    assert trigrams.freeze()[bigrams[["new", "york", "city"]]] == ["new_york_city"]
    score = original_scorer(18, 18, 9, len(trigrams.vocab), 1, trigrams.corpus_word_count)
    assert trigrams.export_phrases()["new_york_city"] == score


def test_a_chain_of_connector_words_is_no_trouble() -> None:
    sentence = ["a", *["of"] * 3000, "b"]
    frozen = Phrases([sentence] * 3, 1, 0.1, connector_words={"of", "of_of"}).freeze()
    assert frozen[sentence] == ["_".join(sentence)]


def test_deleting_a_phrase_of_frozen_phrases() -> None:
    frozen = learned().freeze()
    del frozen.phrasegrams["a_b"]
    assert frozen[["a", "b", "c"]] == ["a", "b_c"]


# ---- sentences and corpora as arguments ----


def test_a_sentence_gives_a_list_and_a_corpus_a_stream(tmp_path: Path) -> None:
    for phrases in (learned(), learned().freeze()):
        assert (
            phrases[["a", "b"]]
            == phrases[("a", "b")]
            == phrases[iter(["a", "b"])]
            == phrases["ab"]
            == ["a_b"]
        )
        assert phrases[[]] == phrases[iter([])] == []
        stream = phrases[CORPUS[:2]]
        assert list(stream) == list(stream) == [["a_b", "c"], ["a_b"]]
        assert len(stream) == 2
        assert stream[1] == ["a_b"]  # type: ignore[comparison-overlap]
        assert list(stream[1:]) == [["a_b"]]
        assert list(phrases[phrases[CORPUS[:1]]]) == [["a_b", "c"]]
        assert list(phrases[[[], ["a", "b"]]]) == [[], ["a_b"]]
    path = tmp_path / "corpus"
    path.write_text("a b\nb c\n")
    stream = learned()[LineSentence(path)]
    path.write_text("c a b\n")
    assert list(stream) == list(stream) == [["c", "a_b"]]  # read when iterated


def test_a_generator_can_be_read_once() -> None:
    stream = learned()[(sentence for sentence in CORPUS[:2])]
    assert list(stream) == [["a_b", "c"], ["a_b"]]
    with pytest.raises(RuntimeError, match="generator"):
        iter(stream)  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        len(stream)


@pytest.mark.parametrize("argument", [3, [3], [None], [b"a", b"b"]])
def test_what_is_no_sentence_and_no_corpus(argument: Any) -> None:
    with pytest.raises(TypeError):
        learned()[argument]


def test_the_classic_export_gives_each_occurrence() -> None:
    phrases = Phrases([["é", "of", "b", "c"]] * 3, 1, 0.1, delimiter=b"_", connector_words={"of"})
    corpus = [["é", "of", "b", "é", "of", "b"], ["b", "c"]]
    score = (3 - 1) / 9 * 5
    assert list(phrases.export_phrases(corpus)) == [("é of b".encode(), score)] * 2 + [(b"b c", score)]
    assert list(phrases.export_phrases(corpus, " ")) == [("é of b", score)] * 2 + [("b c", score)]
    assert list(phrases.export_phrases(iter(corpus[1:]), as_tuples=True)) == [((b"b", b"c"), score)]
    assert list(phrases.export_phrases(corpus[1:], "+", True)) == [(("b", "c"), score)]


# ---- bad input ----


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_count": 0}, "min_count should be at least 1"),
        ({"min_count": -1}, "min_count should be at least 1"),
        ({"min_count": math.inf}, "min_count"),
        ({"threshold": 0}, "positive for default"),
        ({"threshold": -3, "scoring": "default"}, "positive for default"),
        ({"threshold": math.nan}, "nan"),
        ({"threshold": 1.5, "scoring": "npmi"}, "between -1 and 1"),
        ({"threshold": -1.5, "scoring": "npmi"}, "between -1 and 1"),
        ({"scoring": "other"}, "unknown scoring"),
        ({"scoring": 3}, "unknown scoring"),
        ({"scoring": lambda worda_count: 1.0}, "lacks the parameters wordb_count, bigram_count"),
        ({"max_vocab_size": 0}, "max_vocab_size"),
        ({"progress_per": 0}, "progress_per"),
    ],
)
def test_settings_out_of_range(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Phrases(CORPUS, **options)


@pytest.mark.parametrize(
    "options",
    [
        {"delimiter": 3},
        {"connector_words": "of"},
        {"connector_words": None},
        {"common_terms": {"of"}},
        {"threshold": "a"},
    ],
)
def test_settings_of_a_wrong_type(options: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Phrases(CORPUS, **options)


def test_thresholds_that_are_allowed() -> None:
    assert Phrases(threshold=-1, scoring="npmi").scoring is npmi_scorer
    assert Phrases(threshold=0, scoring="npmi").threshold == 0
    assert Phrases(threshold=-3, scoring=original_scorer).scoring is original_scorer


def failing() -> Iterator[list[str]]:
    yield ["x", "y"]
    raise OSError("the disk")


@pytest.mark.parametrize(
    ("corpus", "error", "message"),
    [
        (failing(), OSError, "the disk"),
        ([["x", "y"], 3], TypeError, "sentence 1 is a int"),
        ([["x"], ["y", 1]], TypeError, "sentence 1 has the token 1: tokens must be str"),
        ([[b"x", b"y"]], TypeError, "decode bytes first"),
        ([["x"], [["y"]]], TypeError, r"sentence 1 has the token \['y'\]"),
        ([iter(["x", 1])], TypeError, "the token 1 is no str"),
    ],
)
def test_an_error_while_counting_leaves_everything_as_it_was(
    corpus: Any, error: type[Exception], message: str
) -> None:
    phrases = learned()
    before = dict(phrases.vocab)
    with pytest.raises(error, match=message):
        phrases.add_vocab(corpus)
    assert phrases.vocab == before
    assert (phrases.corpus_word_count, phrases.min_reduce) == (20, 1)


def test_an_empty_model_finds_nothing() -> None:
    phrases = Phrases()
    assert phrases.vocab == phrases.export_phrases() == phrases.freeze().phrasegrams == {}
    assert phrases[["a", "b"]] == phrases.freeze()[["a", "b"]] == ["a", "b"]
    phrases.add_vocab([])
    phrases.add_vocab([[]])
    assert phrases.corpus_word_count == 0


def test_a_str_as_first_sentence_is_warned_about(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert Phrases(["ab", "ab"], 1, 0.1).vocab == {"a": 2, "b": 2, "a_b": 2}
    assert "letters become words" in caplog.text


def test_progress_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        Phrases([["a", "b"]] * 5, progress_per=2)
    assert [r.args for r in caplog.records if "PROGRESS" in r.msg] == [(0, 0), (2, 4), (4, 8)]


def test_frozen_phrases_are_made_of_phrases_only() -> None:
    assert Phraser is FrozenPhrases
    with pytest.raises(TypeError, match="takes a Phrases"):
        FrozenPhrases(learned().freeze())  # type: ignore[arg-type]


# ---- files ----


def own_scorer(**counts: float) -> float:
    return counts["bigram_count"]


def same(first: Phrases | FrozenPhrases, second: Phrases | FrozenPhrases) -> bool:
    settings = [vars(p) for p in (first, second)]
    return type(first) is type(second) and settings[0] == settings[1]


@pytest.mark.parametrize("name", ["phrases.safetensors", "phrases.gz"])
@pytest.mark.parametrize(
    "options", [{}, {"scoring": "npmi", "threshold": -0.5}, {"threshold": math.inf}, {"min_count": 1.5}]
)
def test_files_give_back_what_was_saved(tmp_path: Path, name: str, options: dict[str, Any]) -> None:
    corpus = [["a_b", "c", "é", "\ud800"], ["a", "b_c", "", "of", "a_b"]] * 3
    phrases = Phrases(corpus, **{"min_count": 1, "threshold": 0.2, "connector_words": {"of"}, **options})
    path = tmp_path / name
    for saved in (phrases, phrases.freeze(), Phrases(), Phrases().freeze()):
        saved.save(path)
        assert same(type(saved).load(path), saved)
        buffer = io.BytesIO()
        saved.save(buffer)
        buffer.seek(0)
        assert same(type(saved).load(buffer), saved)
    assert same(FrozenPhrases.load(path, mmap="r") if name != "phrases.gz" else saved, saved)
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_a_split_that_can_be_read_in_two_ways_survives_the_file(tmp_path: Path) -> None:
    phrases = Phrases([["a_b", "c"]] * 5 + [["a", "b_c"]] * 2 + [["a"]] * 50, 1, 0.5)
    frozen = phrases.freeze()
    assert (frozen[["a_b", "c"]], frozen[["a", "b_c"]]) == (["a_b_c"], ["a", "b_c"])
    frozen.save(tmp_path / "f")
    loaded = FrozenPhrases.load(tmp_path / "f")
    assert (loaded[["a_b", "c"]], loaded[["a", "b_c"]]) == (["a_b_c"], ["a", "b_c"])


def test_a_scorer_of_the_user_is_given_again(tmp_path: Path) -> None:
    path = tmp_path / "phrases"
    phrases = Phrases([["a", "b"]] * 3, 1, 2, scoring=own_scorer)
    phrases.save(path)
    with pytest.raises(ValueError, match=r"own_scorer.*scoring=function"):
        Phrases.load(path)
    loaded = Phrases.load(path, scoring=own_scorer)
    assert same(loaded, phrases)
    assert loaded[["a", "b"]] == ["a_b"]
    phrases.freeze().save(path)
    frozen = FrozenPhrases.load(path)
    assert frozen.scoring is None
    assert frozen.phrasegrams == {"a_b": 3.0}
    frozen.save(path)
    assert FrozenPhrases.load(path, scoring=own_scorer).scoring is own_scorer


def test_save_options(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    learned().save(tmp_path / "p", separately=["vocab"], pickle_protocol=4)
    assert "nothing to do" in caplog.text
    with pytest.raises(ValueError, match="ignore"):
        learned().save(tmp_path / "p", ignore=["vocab"])


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "phrases"
    learned().save(path)
    with pytest.raises(FileFormatError, match="'Phrases': only FrozenPhrases"):
        FrozenPhrases.load(path)
    path.write_bytes(b"\x80\x04 a pickle")
    with pytest.raises(FileFormatError, match="phrases"):
        Phrases.load(path)


@pytest.mark.parametrize("kind", [Phrases, FrozenPhrases])
def test_damaged_contents_are_named(tmp_path: Path, kind: type[Phrases] | type[FrozenPhrases]) -> None:
    path = tmp_path / "phrases"
    phrases = Phrases([["a_b", "c"]] * 5 + [["a", "b_c"]] * 2 + [["a"]] * 50, 1, 0.5)
    (phrases if kind is Phrases else phrases.freeze()).save(path)
    file = load_native(path)
    changes: list[tuple[dict[str, Any], dict[str, Any]]] = [
        *(({name: None}, {}) for name in file.tensors),
        *(({name: array[:-1]}, {}) for name, array in file.tensors.items() if len(array)),
        *(({}, {name: None}) for name in file.metadata if not (kind is FrozenPhrases and name == "scoring")),
        ({}, {"min_count": "many", "threshold": True}),
        ({}, {"connector_words": ["of", 1]}),
    ]
    for tensors, metadata in changes:
        merged = {k: v for k, v in {**file.tensors, **tensors}.items() if v is not None}
        save_native(path, merged, {**file.metadata, **metadata})
        with pytest.raises(FileFormatError, match="phrases"):
            kind.load(path)


# ---- gensim ----


# Not the empty word: gensim loses it.
TOKENS = st.lists(st.lists(WORDS.filter(bool), max_size=8), max_size=12)


@given(
    corpus=TOKENS,
    more=TOKENS,
    connectors=st.frozensets(st.sampled_from(["of", "the", "a"])),
    min_count=st.integers(1, 3),
    threshold=st.sampled_from([0.01, 0.3, 1.0, 3.0]),
    npmi=st.booleans(),
)
def test_the_same_phrases_as_gensim(
    corpus: list[list[str]],
    more: list[list[str]],
    connectors: frozenset[str],
    min_count: int,
    threshold: float,
    npmi: bool,
) -> None:
    gensim = pytest.importorskip("gensim.models.phrases")
    options: dict[str, Any] = {"min_count": min_count, "threshold": threshold, "connector_words": connectors}
    if npmi:
        options |= {"scoring": "npmi", "threshold": threshold / 3 - 0.5}
    ours, theirs = Phrases(corpus, **options), gensim.Phrases(corpus, **options)
    ours.add_vocab(more)
    theirs.add_vocab(more)
    assert ours.vocab == dict(theirs.vocab)
    assert ours.corpus_word_count == theirs.corpus_word_count
    assert ours.find_phrases(corpus) == theirs.find_phrases(corpus)
    assert list(ours[corpus]) == list(theirs[corpus])
    if not any("_" in word for sentence in corpus + more for word in sentence):
        # gensim takes a joined word apart again when it exports or freezes; see docs/semantics/phrases.md.
        assert ours.export_phrases() == theirs.export_phrases()
        assert [ours.freeze()[s] for s in more] == [theirs.freeze()[s] for s in more]


def test_names_of_gensim() -> None:
    gensim = pytest.importorskip("gensim.models.phrases")
    assert gensim.ENGLISH_CONNECTOR_WORDS == ENGLISH_CONNECTOR_WORDS
    for name in ("Phrases", "FrozenPhrases", "Phraser", "original_scorer", "npmi_scorer"):
        assert hasattr(gensim, name)
        assert name in module.__all__
