"""The dialect word2vec.c against the program itself, one thread: built and run here, nothing stored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from w2vref import Word2Vec

SETTINGS: dict[str, Any] = dict(size=20, window=4, sample=0.01, min_count=2, alpha=0.05, iter=1)
OBJECTIVES = [dict(hs=1, negative=0), dict(hs=0, negative=5), dict(hs=1, negative=2)]
FLAGS = {"size": "-size", "window": "-window", "sample": "-sample", "min_count": "-min-count"}
FLAGS |= {"alpha": "-alpha", "iter": "-iter", "hs": "-hs", "negative": "-negative"}


def flags(settings: dict[str, Any]) -> list[object]:
    """Return the program's options for arguments of `Word2Vec`."""
    options: list[object] = ["-cbow", 1 - settings.get("sg", 0)]
    for name, flag in FLAGS.items():
        options += [flag, settings[name]]
    return options


def lines(sentences: list[list[str]]) -> bytes:
    return "".join(" ".join(sentence) + "\n" for sentence in sentences).encode()


@pytest.fixture(scope="module")
def compared(word2vec_c: Any, same_vectors: Any) -> Callable[..., Word2Vec]:
    """Give f(sentences, settings): trains both, and compares words, counts and vectors."""

    def compare(sentences: list[list[str]], settings: dict[str, Any]) -> Word2Vec:
        written = word2vec_c(lines(sentences), flags(settings))
        model = Word2Vec(sentences, dialect="word2vec.c", workers=1, **settings)
        assert model.backend == "numpy"
        assert model.wv.index_to_key == written.vectors.index_to_key == list(written.counts)
        assert [model.wv.get_vecattr(word, "count") for word in written.counts] == [*written.counts.values()]
        same_vectors(model.wv.vectors, written.vectors.vectors)
        return model

    return compare


@pytest.mark.parametrize("objective", OBJECTIVES, ids=["hs", "negative", "both"])
@pytest.mark.parametrize("sg", [0, 1], ids=["cbow", "sg"])
def test_one_epoch(compared: Any, zipf_text: Any, sg: int, objective: dict[str, int]) -> None:
    sentences = zipf_text(5, 90, 25)  # with empty lines, which draw a window
    assert [] in sentences
    sentences[40] = zipf_text(6, 1, 0)[0] + ["w0", "w1", "w5", "w77"] * 280  # split at 1000 kept words
    model = compared(sentences, {**SETTINGS, "sg": sg, **objective})
    assert model.corpus_total_words > 2000
    assert np.abs(model.wv.vectors).max() > 0.1  # far from where they began


def test_several_epochs_go_on_with_the_same_generator(compared: Any, zipf_text: Any) -> None:
    compared(zipf_text(7, 60, 20), {**SETTINGS, "iter": 3, "hs": 0, "negative": 3})


def test_the_learning_rate_falls_after_10000_words(compared: Any, zipf_text: Any) -> None:
    settings = {**SETTINGS, "window": 2, "size": 4, "hs": 0, "negative": 1, "iter": 2, "sample": 0.002}
    model = compared(zipf_text(8, 1200, 18), settings)
    assert model.corpus_total_words > 10_000


def test_the_learning_rate_falls_with_the_last_sentence_of_an_epoch(compared: Any, zipf_text: Any) -> None:
    settings = {**SETTINGS, "window": 2, "size": 4, "hs": 0, "negative": 1, "iter": 2, "sample": 0.002}
    sentences = zipf_text(8, 900, 18)
    while sum(map(len, sentences)) + len(sentences) > 9_990:
        sentences.pop()
    missing = 9_999 - sum(map(len, sentences)) - len(sentences)
    # The 10,001st word is the </s> of a sentence with one centre, which still has the first rate.
    sentences += [["w0"] * (missing - 1), ["w149"]]
    model = compared(sentences, {**settings, "min_count": 0})
    assert model.corpus_total_words == 10_001


def test_a_window_that_lcg_cannot_halve_and_no_min_count(compared: Any, zipf_text: Any) -> None:
    compared(zipf_text(9, 50, 12), {**SETTINGS, "window": 7, "min_count": 0, "sg": 1, "hs": 0, "negative": 1})


def test_steps_beyond_the_table(compared: Any) -> None:
    # The same few words over and over at a high rate: dot products leave -6 .. 6 on both sides.
    sentences = [[["a", "b", "c", "d"], ["e", "f", "g"], ["a", "c"], ["b", "f"]][i % 4] for i in range(200)]
    for objective in OBJECTIVES[:2]:
        model = compared(sentences, {**SETTINGS, "alpha": 0.5, "sample": 0, **objective})
        rows = model.syn1 if objective["hs"] else model.syn1neg
        assert np.abs(model.wv.vectors @ rows.T).max() > 6


CORNERS = (
    b"one two\tthree  one\r\n"
    b"\n"
    b" two three four one \n"
    b"one </s> two three two one\n" + b"x" * 98 + b"yy two one " + b"x" * 98 + b"zz one\n"
    b"four one two \xc3\xa9t\xc3\xa9 one \xc3\xa9t\xc3\xa9\n"
) * 6
ENDINGS = [b"one two three\n", b"one two three two", b"one two three two ", b""]


@pytest.mark.parametrize("ending", ENDINGS, ids=["newline", "cut word", "cut line", "none"])
def test_corpus_file_is_read_as_the_program_reads(
    word2vec_c: Any, same_vectors: Any, tmp_path: Path, ending: bytes
) -> None:
    settings = {**SETTINGS, "sg": 1, "hs": 0, "negative": 2, "iter": 2}
    written = word2vec_c(CORNERS + ending, flags(settings))
    path = tmp_path / "text"
    path.write_bytes(CORNERS + ending)
    model = Word2Vec(corpus_file=path, dialect="word2vec.c", workers=1, **settings)
    assert model.wv.index_to_key == list(written.counts)
    assert "x" * 98 in model.wv  # the rest of the word is cut off
    assert [model.wv.get_vecattr(word, "count") for word in written.counts] == [*written.counts.values()]
    same_vectors(model.wv.vectors, written.vectors.vectors)
    # train() reads the file again, in the same way.
    again = Word2Vec(dialect="word2vec.c", workers=1, **settings)
    again.build_vocab(corpus_file=path)
    again.train(corpus_file=path)
    assert np.array_equal(again.wv.vectors, model.wv.vectors)
