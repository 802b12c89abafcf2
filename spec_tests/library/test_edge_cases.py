"""Edge cases of the documented names: the error says what to do, and nothing is lost or changed.

What the names do otherwise is tested beside the other tests of their modules; docs/api.md says where.
"""

from __future__ import annotations

import io
import logging
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from w2vref import KeyedVectors, Phrases, Word2Vec
from w2vref.phrases import FrozenPhrases
from w2vref.word2vec import (
    BrownCorpus,
    LineSentence,
    PathLineSentences,
    Text8Corpus,
    score_sg_pair,
    train_sg_pair,
)

SENTENCES = [["a", "b", "c", "a"], ["b", "c", "d"]] * 5
OPTIONS: dict[str, Any] = dict(size=4, min_count=1, iter=1, backend="numpy", sample=0)


@pytest.fixture
def model() -> Word2Vec:
    return Word2Vec(SENTENCES, **OPTIONS)


@pytest.fixture
def folder(tmp_path: Path, model: Word2Vec) -> Path:
    """Files to be read: a model, its vectors, texts, and files that are damaged."""
    model.save(tmp_path / "model")
    model.save(tmp_path / "model.gz")
    model.wv.save(tmp_path / "vectors")
    binary = b"2 4\na " + struct.pack("<4f", 1, 2, 3, 4) + b"b " + struct.pack("<4f", 5, 6, 7, 8)
    for name, data in {
        "binary": binary,
        "binary.cut": binary[:-3],
        "binary.cut4": binary[:-12],
        "text": b"2 4\na 1 2 3 4\nzz 5 6 7 8\n",
        "text.size": b"1 3\na 1 2 3\n",
        "text.one": b"2 4\na 1 2 3 4\nb 5       \n",
        "text.few": b"3 4\na 1 2 3 4\nb 5 6 7 8\n",
        "pickle": b"\x80\x04\x95\x10\x00\x00\x00\x00",
        "latin": b"caf\xe9 au lait\n",
        "questions": b": s\na b c d\nd c b a\n",
        "one pair": b"a\tb\t1\n",
        "no section": b"a b c d\n",
        "empty": b"",
    }.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


Call = Callable[[Word2Vec, Path], object]
ERRORS: list[tuple[str, Call, type[BaseException], str]] = [
    ("BrownCorpus", lambda m, d: BrownCorpus(d / "no"), ValueError, "no is not a folder"),
    ("LineSentence", lambda m, d: list(LineSentence(d / "latin")), ValueError, "byte 3 .* is not UTF-8"),
    ("LineSentence", lambda m, d: LineSentence(SENTENCES), TypeError, "a list of sentences needs no reader"),
    ("Text8Corpus", lambda m, d: Text8Corpus(d / "latin", 0), ValueError, "at least 1"),
    (
        "PathLineSentences",
        lambda m, d: PathLineSentences(d / "no"),
        ValueError,
        "neither a file nor",
    ),
    ("trim_rule", lambda m, d: Word2Vec(SENTENCES, trim_rule=5), TypeError, "must be a function"),
    ("load", lambda m, d: m.load(d / "model"), AttributeError, r"new object: .* as Word2Vec.load\("),
    (
        "load_word2vec_format",
        lambda m, d: m.load_word2vec_format(d / "text"),
        AttributeError,
        r"call it on the class, as Word2Vec.load_word2vec_format\(",
    ),
    ("load", lambda m, d: Word2Vec.load(d / "model.gz", mmap="r"), ValueError, "cannot be memory-mapped"),
    ("load", lambda m, d: Word2Vec.load(d / "model", mmap="w+"), ValueError, "mmap must be None or 'r'"),
    ("load", lambda m, d: Word2Vec.load(d / "vectors"), ValueError, "use KeyedVectors.load"),
    ("load", lambda m, d: Word2Vec.load(d / "pickle"), ValueError, "a pickle, as gensim's save"),
    ("load", lambda m, d: Word2Vec.load(d / "no"), FileNotFoundError, "no"),
    (
        "train",
        lambda m, d: Word2Vec.load_word2vec_format(d / "text").train(SENTENCES, total_examples=10),
        RuntimeError,
        "loaded from a file of vectors",
    ),
    (
        "load_word2vec_format",
        lambda m, d: Word2Vec.load_word2vec_format(d / "binary.cut4", binary=True),
        EOFError,
        "byte offset",
    ),
    (
        "load_word2vec_format",
        lambda m, d: Word2Vec.load_word2vec_format(d / "text.one"),
        ValueError,
        "row 2 has 1 numbers instead of 4",
    ),
    (
        "load_word2vec_format",
        lambda m, d: Word2Vec.load_word2vec_format(d / "text.few"),
        EOFError,
        "promises 3 vectors|after 2 of the 3 rows",
    ),
    (
        "intersect_word2vec_format",
        lambda m, d: m.intersect_word2vec_format(d / "binary.cut", binary=True),
        EOFError,
        "byte offset",
    ),
    (
        "intersect_word2vec_format",
        lambda m, d: m.intersect_word2vec_format(d / "text.size"),
        ValueError,
        "have 3 components, these have 4",
    ),
    ("save", lambda m, d: m.save(io.StringIO()), TypeError, "opened for writing bytes"),
    ("save", lambda m, d: m.wv.save_word2vec_format(io.StringIO()), TypeError, "opened for writing bytes"),
    ("save", lambda m, d: m.save(d / "no" / "model"), FileNotFoundError, r"no.model'$"),
    ("reset_from", lambda m, d: m.reset_from(3), TypeError, "takes a Word2Vec, got int"),
    ("sort_vocab", lambda m, d: m.sort_vocab(), RuntimeError, "must sort before"),
    ("accuracy", lambda m, d: m.accuracy(d / "no section"), ValueError, "line 1: a question before any"),
    ("evaluate_word_pairs", lambda m, d: m.evaluate_word_pairs(d / "one pair"), ValueError, "needs two"),
    (
        "evaluate_word_analogies",
        lambda m, d: m.wv.evaluate_word_analogies(d / "empty"),
        ValueError,
        "nothing to score",
    ),
    ("most_similar", lambda m, d: m.most_similar(), ValueError, "no input"),
    ("most_similar", lambda m, d: m.most_similar("zz"), KeyError, "'zz' not present"),
    ("most_similar", lambda m, d: m.most_similar("a", topn="3"), TypeError, "topn must be a whole number"),
    ("most_similar_cosmul", lambda m, d: m.most_similar_cosmul([("a", 1)]), TypeError, "no weights"),
    ("most_similar_cosmul", lambda m, d: m.most_similar_cosmul(negative=["a"]), ValueError, "no input"),
    ("n_similarity", lambda m, d: m.n_similarity([], ["a"]), ZeroDivisionError, "at least one key"),
    ("n_similarity", lambda m, d: m.wv.n_similarity(["a", "zz"], ["b"]), KeyError, "'zz'"),
    ("doesnt_match", lambda m, d: m.doesnt_match("a b"), TypeError, "split it first"),
    ("__getitem__", lambda m, d: m[0], TypeError, "expected a word"),
    ("get_index", lambda m, d: m.wv.get_index("zz", None), KeyError, "'zz'"),
    ("train_sg_pair", lambda m, d: train_sg_pair(m, "a", 99, 0.1), IndexError, "no row 99"),
    ("score_sg_pair", lambda m, d: score_sg_pair(m, "zz", "a"), KeyError, "zz"),
    ("build_vocab_from_freq", lambda m, d: m.build_vocab_from_freq([("a", 3)]), TypeError, "map each word"),
    ("Phrases", lambda m, d: Phrases(common_terms=["of"]), TypeError, "common_terms"),
    ("Phrases", lambda m, d: Phrases(SENTENCES)[["a", 1]], TypeError, "the token 1: tokens must be str"),
    ("Phrases", lambda m, d: Phrases(SENTENCES, 1, 0.1).freeze()[["a", b"b"]], TypeError, "the token b'b'"),
    ("Phrases", lambda m, d: Phrases([["a", 1]]), TypeError, "sentence 0 has the token 1"),
    ("FrozenPhrases", lambda m, d: FrozenPhrases(3), TypeError, "takes a Phrases"),
]


@pytest.mark.parametrize(("name", "call", "error", "message"), ERRORS, ids=[f"{e[0]}-{e[3]}" for e in ERRORS])
def test_the_error_says_what_to_do_and_nothing_has_changed(
    model: Word2Vec, folder: Path, name: str, call: Call, error: type[BaseException], message: str
) -> None:
    before = model.wv.vectors.tobytes(), list(model.wv.index_to_key), model.syn1neg.tobytes()
    files = sorted(path.name for path in folder.iterdir())
    with pytest.raises(error, match=message):
        call(model, folder)
    assert (model.wv.vectors.tobytes(), list(model.wv.index_to_key), model.syn1neg.tobytes()) == before
    assert sorted(path.name for path in folder.iterdir()) == files


def test_sentences_longer_than_a_batch_are_trained_to_their_end() -> None:
    long = [["a", "b", "c", "d", "e"] * 5000]  # 25,000 words
    for batch_words in (10_000, 50_000):
        model = Word2Vec(**OPTIONS, batch_words=batch_words)
        model.backend = "auto"
        model.build_vocab(long)
        assert tuple(model.train(long)) == (25_000, 25_000)


def test_a_one_shot_iterator_is_trained_for_all_epochs(model: Word2Vec) -> None:
    result = model.train((sentence for sentence in SENTENCES), epochs=3)
    assert (result.raw_words, result.effective_words) == (3 * 35, 3 * 35)


def test_score_takes_every_sentence_whatever_total_was_announced(caplog: pytest.LogCaptureFixture) -> None:
    model = Word2Vec(SENTENCES, hs=1, **{**OPTIONS, "negative": 0})
    with caplog.at_level(logging.WARNING):
        assert model.score(SENTENCES, total_sentences=3).shape == (10,)
    assert "the corpus has 10 sentences, but 3 were announced" in caplog.text


def test_a_trim_rule_without_a_corpus_is_warned_about(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        Word2Vec(trim_rule=lambda word, count, min_count: 0)
    assert "give it to build_vocab" in caplog.text


def test_a_trained_vocabulary_is_replaced_with_a_warning(
    model: Word2Vec, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        model.build_vocab([["x", "y"]])
    assert "build_vocab replaces the trained vocabulary" in caplog.text
    assert model.wv.index_to_key == ["x", "y"]


def test_analogies_by_the_methods_of_the_model(model: Word2Vec, folder: Path) -> None:
    path = folder / "questions"
    for scorer, name in (
        (Word2Vec.most_similar, "most_similar"),
        (model.most_similar, "most_similar"),
        (Word2Vec.most_similar_cosmul, "most_similar_cosmul"),
        (model.most_similar_cosmul, "most_similar_cosmul"),
    ):
        expected = model.wv.accuracy(path, most_similar=getattr(KeyedVectors, name))
        assert model.accuracy(path, most_similar=scorer) == expected
        assert len(expected[-1]["correct"]) + len(expected[-1]["incorrect"]) == 2


def test_a_seeded_vector_of_another_size(model: Word2Vec) -> None:
    assert model.seeded_vector("a1").shape == (4,)
    longer = model.seeded_vector("a1", 6)
    assert longer.shape == (6,)
    assert np.abs(longer).max() <= 0.5 / 6


def test_scale_vocab_can_switch_min_count_and_sample_off() -> None:
    model = Word2Vec(**{**OPTIONS, "min_count": 6, "sample": 0.01})
    model.scan_vocab(SENTENCES)
    assert model.scale_vocab(dry_run=True)["drop_unique"] == 1  # d comes 5 times
    report = model.scale_vocab(min_count=0, sample=0)
    assert (report["drop_unique"], report["retain_total"], report["downsample_total"]) == (0, 35, 35)
    assert (model.min_count, model.sample) == (0, 0)


def test_memory_is_added_to_what_the_report_has(model: Word2Vec) -> None:
    assert model.estimate_memory(0) == model.estimate_memory()
    report = {"corpus": 7}
    assert model.estimate_memory(10, report) is report
    assert report == {"corpus": 7, "vocab": 5000, "syn0": 160, "syn1neg": 160, "total": 5327}


def test_an_event_that_no_file_can_hold_is_saved_as_text(model: Word2Vec) -> None:
    thing = object()
    model.add_lifecycle_event("measured", logging.INFO, thing=thing)
    stream = io.BytesIO()
    model.save(stream)
    stream.seek(0)
    assert Word2Vec.load(stream).lifecycle_events[-1]["thing"] == repr(thing)
    assert model.lifecycle_events[-1]["thing"] is thing


def test_vectors_from_a_file_are_followed_by_the_norms(model: Word2Vec, folder: Path) -> None:
    model.init_sims()
    assert model.wv.norms is not None
    model.intersect_word2vec_format(folder / "text")
    assert model.wv.norms[model.wv.get_index("a")] == pytest.approx(np.sqrt(30), rel=1e-6)
    assert model.wv.vectors_lockf.tolist() == [0, 1, 1, 1]
