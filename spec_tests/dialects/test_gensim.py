"""The dialect gensim against gensim itself, one worker, sequence input: run here, nothing stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from w2vref import Word2Vec
from w2vref.dialects import GENSIM, Dialect

gensim_models = pytest.importorskip("gensim.models", reason="gensim is not installed")

SETTINGS: dict[str, Any] = dict(window=4, sample=0.01, min_count=2, alpha=0.05, seed=11, workers=1)
SETTINGS |= dict(batch_words=250, epochs=1, vector_size=20, sg=0)
OBJECTIVES = [dict(hs=1, negative=0), dict(hs=0, negative=5), dict(hs=1, negative=2)]

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of gensim's own making


def reads_21_bits() -> bool:
    """Tell whether gensim takes a BLAS product for a double here, of which it reads the high word.

    The step of hierarchical softmax for one product x shows the entry of the sigmoid table: 900 for
    (x + 6) * 83 = 900.0001 exactly, 899 if the last bits of x were lost.
    """
    model = gensim_models.Word2Vec(
        vector_size=2, window=1, min_count=1, sg=1, hs=1, negative=0, sample=0, workers=1
    )
    model.build_vocab([["a", "b"]] * 2)
    a, b = (model.wv.key_to_index[word] for word in "ab")
    model.wv.vectors[[a, b]] = (1, 1), (0, 0)
    model.syn1[0] = (4.8433752, 0)
    model.train([["a", "b"]], total_examples=1, epochs=1, start_alpha=1.0, end_alpha=1.0)
    code = model.wv.get_vecattr("b", "code")[0]
    sigmoid = (1 - code) - model.syn1[0][1]
    return bool(sigmoid < 0.9918)  # entry 899 is 0.99174, entry 900 is 0.99184


@pytest.fixture(scope="module")
def dialect() -> Dialect:
    """Return the dialect as gensim is on this machine."""
    return GENSIM if reads_21_bits() else GENSIM.replaced(arithmetic="blas")


@pytest.fixture(scope="module")
def compared(same_vectors: Any, dialect: Dialect) -> Callable[..., Word2Vec]:
    """Give f(sentences, settings): trains both, and compares words, counts, tables and vectors."""

    def compare(sentences: list[list[str]], settings: dict[str, Any]) -> Word2Vec:
        wanted = gensim_models.Word2Vec(sentences, **settings)
        model = Word2Vec(sentences, dialect=dialect, **settings)
        assert model.wv.index_to_key == wanted.wv.index_to_key
        for attribute in ("count", "sample_int") if settings["sample"] else ("count",):
            for word in model.wv.index_to_key:
                assert model.wv.get_vecattr(word, attribute) == wanted.wv.get_vecattr(word, attribute)
        if settings["negative"]:
            assert np.array_equal(model.cum_table, wanted.cum_table)
            same_vectors(model.syn1neg, wanted.syn1neg)
        if settings["hs"]:
            for word in model.wv.index_to_key:
                for attribute in ("code", "point"):
                    ours, theirs = (m.wv.get_vecattr(word, attribute) for m in (model, wanted))
                    assert list(ours) == list(theirs)
            same_vectors(model.syn1[:-1], wanted.syn1[:-1])  # the last row is nobody's
        same_vectors(model.wv.vectors, wanted.wv.vectors)
        return model

    return compare


@pytest.fixture(scope="module")
def sentences(zipf_text: Any) -> list[list[str]]:
    """Return a text with empty sentences, unknown words, a sentence of them alone, and of one word."""
    text: list[list[str]] = zipf_text(5, 110, 25)
    text[30:33] = [["once", "only"], ["w0"], ["never"]]
    text[50] = ["w0"] * 300  # longer than a job
    assert [] in text
    return text


@pytest.mark.parametrize("objective", OBJECTIVES, ids=["hs", "negative", "both"])
@pytest.mark.parametrize("sg", [0, 1], ids=["cbow", "sg"])
def test_one_epoch(compared: Any, sentences: Any, sg: int, objective: dict[str, int]) -> None:
    model = compared(sentences, {**SETTINGS, "sg": sg, **objective})
    assert np.abs(model.wv.vectors).max() > 0.1  # far from where they began


@pytest.mark.parametrize(
    "changes",
    [
        dict(epochs=3),
        dict(sample=0),
        dict(sample=0, hs=1, negative=0),  # no draws but windows: the LCG is not seeded
        dict(sample=0.02, ns_exponent=-0.5),
        dict(shrink_windows=False),
        dict(cbow_mean=0),
        dict(batch_words=10_000),
        dict(batch_words=25),  # often filled exactly
        dict(sorted_vocab=0, min_count=1),
        dict(window=1, sg=1),
        dict(alpha=0.5, min_alpha=0.4, sample=0),
    ],
    ids=str,
)
def test_options(compared: Any, sentences: Any, changes: dict[str, Any]) -> None:
    compared(sentences[:60], {**SETTINGS, "hs": 0, "negative": 3, **changes})


def test_a_job_trains_its_first_10000_kept_words(compared: Any, zipf_text: Any) -> None:
    text = zipf_text(6, 12, 20)
    text[3] = zipf_text(7, 1, 0)[0] + ["w0", "w1", "w2"] * 3400
    settings = {**SETTINGS, "vector_size": 2, "window": 1, "hs": 0, "negative": 1, "sample": 0}
    compared(text, {**settings, "batch_words": 20_000})


def test_a_first_sentence_longer_than_a_job(compared: Any, sentences: Any) -> None:
    long_first = [["w0", "w1", "w2"] * 100, [], *sentences[:30], ["w1"] * 260, [], ["w0", "w2"]]
    compared(long_first, {**SETTINGS, "hs": 0, "negative": 2, "epochs": 2})


def test_train_goes_on_with_the_generator(same_vectors: Any, dialect: Dialect, sentences: Any) -> None:
    settings = {**SETTINGS, "hs": 0, "negative": 2}
    wanted = gensim_models.Word2Vec(sentences[:40], **settings)
    wanted.train(sentences[40:60], total_examples=20, epochs=2)
    model = Word2Vec(sentences[:40], dialect=dialect, **settings)
    model.train(sentences[40:60], total_examples=20, epochs=2)
    same_vectors(model.wv.vectors, wanted.wv.vectors)
