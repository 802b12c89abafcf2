"""`Word2Vec(dialect=)`: what it refuses, where it trains, what its files hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from w2vref import Word2Vec
from w2vref.backends import available_backends, get_backend
from w2vref.dialects import DIALECTS, GENSIM, W2VREF, Dialect
from w2vref.errors import FileFormatError, UnsupportedOptionError
from w2vref.io.native import load_native, save_native
from w2vref.pairs import train_cbow_pair, train_sg_pair

SENTENCES = [["a", "b", "c", "a", "d"], ["b", "c", "d"], [], ["e", "a"]] * 12
SETTINGS: dict[str, Any] = dict(size=6, min_count=1, window=2, workers=1, iter=2, negative=2)
COMPLETE = ["word2vec.c", "gensim"]
FASTTEXT_PAIRS = W2VREF.replaced(
    "pairs of fastText",
    direction="center_to_context",
    collision="redraw",
    sigmoid="table_8_512",
    out_of_range_hs="saturate",
    out_of_range_negative="saturate",
)


def name_of(dialect: str | Dialect) -> str:
    return dialect if isinstance(dialect, str) else dialect.name


def model(dialect: str | Dialect = "gensim", **options: Any) -> Word2Vec:
    return Word2Vec(dialect=dialect, **{**SETTINGS, **options})


def trained(dialect: str | Dialect = "gensim", **options: Any) -> Word2Vec:
    made = model(dialect, **options)
    made.build_vocab(SENTENCES)
    made.train()
    return made


# ---- backends ----


@pytest.mark.parametrize("dialect", COMPLETE)
def test_auto_takes_a_backend_that_has_the_dialect(dialect: str) -> None:
    assert model(dialect).backend == "numpy"
    assert model(W2VREF.replaced("w2vref")).backend == get_backend("auto").name


def test_a_backend_without_an_axis_names_it_and_those_that_have_it() -> None:
    for name, status in available_backends().items():
        if not status or name == "numpy":
            continue
        with pytest.raises(
            UnsupportedOptionError,
            match=f"'{name}' does not support dialect='gensim': it lacks sigmoid='table_6_1000_float64'.*"
            "choose backend='auto' or one that has them: numpy",
        ):
            model("gensim", backend=name)
        with pytest.raises(UnsupportedOptionError, match="it lacks direction='center_to_context'; choose"):
            model(W2VREF.replaced(direction="center_to_context"), backend=name)
        made = trained("gensim")
        made.backend = name
        before = made.wv.vectors.copy()
        with pytest.raises(UnsupportedOptionError, match="it lacks"):
            made.train(SENTENCES)
        assert np.array_equal(made.wv.vectors, before)


@pytest.mark.parametrize("name", ["fasttext", "koan"])
def test_a_dialect_that_is_complete_for_pairs_only(name: str) -> None:
    with pytest.raises(UnsupportedOptionError, match=r"lacks .*generator=.*complete for pairs only"):
        model(name)


# ---- options ----


@pytest.mark.parametrize(
    ("dialect", "options", "message"),
    [
        ("word2vec.c", dict(seed=2), "seed=2: it is always 1"),
        ("word2vec.c", dict(cbow_mean=0), "cbow_mean=0"),
        ("word2vec.c", dict(shrink_windows=False), "shrink_windows=False"),
        ("word2vec.c", dict(ns_exponent=0.5), "ns_exponent=0.5: it is always 0.75"),
        ("word2vec.c", dict(cbow_gradient="exact"), "cbow_gradient='exact': it is always word2vec"),
        ("word2vec.c", dict(min_alpha=0.001), "min_alpha=0.001"),
        ("word2vec.c", dict(sorted_vocab=0), "sorted_vocab=0"),
        ("word2vec.c", dict(null_word=1), "null_word=1"),
        ("gensim", dict(null_word=1), "null_word=1"),
        ("gensim", dict(hashfxn=len), "hashfxn="),
        ("gensim", dict(cbow_gradient="exact"), "it is always gensim"),
        ("gensim", dict(algorithm="block"), "'w2vref' alone, not in 'gensim'"),
    ],
)
def test_an_option_without_a_choice_is_refused(dialect: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UnsupportedOptionError, match=re.escape(message)):
        model(dialect, **options)


def test_other_values_that_are_refused() -> None:
    with pytest.raises(ValueError, match="seed of 32 bits"):
        model("gensim", seed=1 << 32)
    with pytest.raises(ValueError, match="batch_words must be at least 1"):
        model("gensim", batch_words=0)
    with pytest.raises(UnsupportedOptionError, match="min_alpha"):
        trained("word2vec.c").train(SENTENCES, end_alpha=0.01)
    with pytest.raises(UnsupportedOptionError, match=r"give sentences=LineSentence\(path\)"):
        model("gensim").build_vocab(corpus_file=__file__)
    with pytest.raises(ValueError, match="needs the word '</s>'"):
        model("word2vec.c").build_vocab_from_freq({"a": 3, "b": 2})
    with pytest.raises(UnsupportedOptionError, match="has one table"):
        trained("word2vec.c").make_cum_table()


@pytest.mark.parametrize("dialect", COMPLETE)
def test_what_other_implementations_do_not_have(dialect: str) -> None:
    made = trained(dialect)
    with pytest.raises(UnsupportedOptionError, match=r"score\(\) is defined in the dialect 'w2vref' alone"):
        made.score(SENTENCES)
    with pytest.raises(UnsupportedOptionError, match="cannot add words"):
        made.build_vocab([["new"]], update=True)
    with pytest.raises(TypeError, match="sentence 0"):
        made.train(["no list"])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="trim_rule must be a function"):
        made.build_vocab(SENTENCES, trim_rule="none")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=f"other model has dialect '{dialect}', this one 'w2vref'"):
        model("w2vref").reset_from(made)
    made.dialect = "w2vref"
    with pytest.raises(RuntimeError, match=f"made in dialect '{dialect}', and dialect is now 'w2vref'"):
        made.train(SENTENCES)


def test_the_end_of_sentence_is_a_word_that_stays_first() -> None:
    made = trained("word2vec.c", min_count=2)
    assert made.wv.index_to_key[0] == "</s>"
    assert made.wv.get_vecattr("</s>", "count") == len(SENTENCES)
    assert made.corpus_total_words == sum(map(len, SENTENCES)) + len(SENTENCES)
    rare = Word2Vec(
        [["a", "b"] * 5], dialect="word2vec.c", **{**SETTINGS, "min_count": 3}
    )  # one line, so </s> is below min_count
    assert rare.wv.index_to_key == ["</s>", "a", "b"]
    drop_all = model("word2vec.c")
    drop_all.build_vocab(SENTENCES, trim_rule=lambda word, count, least: 1 if word in "ab" else 0)
    assert drop_all.wv.index_to_key == ["</s>", "c", "d", "e"]


# ---- state, files, resumed calls ----


@pytest.mark.parametrize("dialect", COMPLETE)
def test_a_train_call_starts_as_the_program_does(dialect: str) -> None:
    made = trained(dialect)
    first = made.wv.vectors.copy()
    made.reset_weights()
    made.train()
    assert np.array_equal(made.wv.vectors, first)
    made.reset_weights()
    rows = made.wv.vectors.copy()
    made.train()
    made.wv.vectors[:] = rows
    made.syn1neg[:] = 0
    made.train()
    # word2vec.c has one call in its life; gensim's generator lives as long as the model.
    assert np.array_equal(made.wv.vectors, first) == (dialect == "word2vec.c")


@pytest.mark.parametrize("dialect", [*COMPLETE, FASTTEXT_PAIRS], ids=name_of)
def test_files_keep_the_dialect_and_its_generator(dialect: str | Dialect, tmp_path: Path) -> None:
    made = trained(dialect)
    made.save(tmp_path / "model")
    loaded = Word2Vec.load(tmp_path / "model")
    assert loaded.dialect == dialect
    assert loaded.backend == "numpy"
    for each in (made, loaded):
        each.train(SENTENCES)
    assert np.array_equal(loaded.wv.vectors, made.wv.vectors)
    with pytest.raises(UnsupportedOptionError, match="backend 'c' does not support"):
        if not available_backends()["c"]:
            raise UnsupportedOptionError("backend 'c' does not support being absent")
        Word2Vec.load(tmp_path / "model", backend="c")


def test_a_damaged_record_of_the_dialect(tmp_path: Path) -> None:
    trained("gensim").save(tmp_path / "model")
    file = load_native(tmp_path / "model")
    settings = {**file.metadata["settings"], "dialect": {"name": "half"}}
    tensors = {name: np.array(tensor) for name, tensor in file.tensors.items()}
    save_native(tmp_path / "bad", tensors, {**file.metadata, "settings": settings})
    with pytest.raises(FileFormatError, match="settings are damaged"):
        Word2Vec.load(tmp_path / "bad")
    del tensors["generator"]
    save_native(tmp_path / "bad", tensors, file.metadata)
    with pytest.raises(FileFormatError, match="generator"):
        Word2Vec.load(tmp_path / "bad")


class StopError(Exception):
    """Ends a training from outside."""


@pytest.mark.parametrize("dialect", [*COMPLETE, FASTTEXT_PAIRS], ids=name_of)
def test_an_interrupted_call_is_finished_with_the_same_bits(dialect: str | Dialect, tmp_path: Path) -> None:
    corpus = SENTENCES * 25
    settings = dict(size=30, batch_words=90, sample=0.05)
    whole = model(dialect, **settings)
    whole.build_vocab(corpus)
    whole.train()

    halted = model(dialect, **settings)
    halted.build_vocab(corpus)

    def halt(done: int, total: int) -> None:
        if 0 < done < total:
            raise StopError

    halted.progress_hook = halt
    with pytest.raises(StopError):
        halted.train()
    assert halted.train_position is not None
    assert 0 < halted.train_position.words_done < halted.train_position.total_words
    halted.save(tmp_path / "halted")
    resumed = Word2Vec.load(tmp_path / "halted")
    resumed.train(corpus, resume=True)
    assert np.array_equal(resumed.wv.vectors, whole.wv.vectors)
    assert np.array_equal(resumed.syn1neg, whole.syn1neg)


# ---- other combinations ----


@pytest.mark.parametrize("sg", [0, 1])
def test_default_draws_with_other_pairs(sg: int) -> None:
    made = trained(FASTTEXT_PAIRS, sg=sg, compute_loss=True)
    made.train(compute_loss=True)
    assert made.get_latest_training_loss() > 0
    default = trained("w2vref", sg=sg)
    assert made.wv.index_to_key == default.wv.index_to_key
    assert not np.array_equal(made.wv.vectors, default.wv.vectors)
    assert np.allclose(made.wv.vectors, default.wv.vectors, atol=0.02)


def test_the_loop_of_other_dialects_is_the_default_one_when_nothing_differs() -> None:
    # "take" differs from "skip" only where a negative is the target: with negative=0 nowhere.
    options = dict(hs=1, negative=0, sample=0.05, sg=1)
    made = trained(W2VREF.replaced(collision="take"), **options)
    default = trained("w2vref", **{**options, "backend": "numpy"})
    assert np.array_equal(made.wv.vectors, default.wv.vectors)
    assert np.array_equal(made.syn1, default.syn1)


def test_centre_predicts_context() -> None:
    options = dict(sg=1, hs=1, negative=0, shrink_windows=False, sample=0)
    other = model(W2VREF.replaced(direction="center_to_context"), **options)
    default, mirrored = (model("w2vref", **options) for _ in range(2))
    for each, sentence in ((other, "ab"), (default, "ab"), (mirrored, "ba")):
        each.build_vocab([["a", "b"], ["b", "c"]])
        each.train([list(sentence)])
    # Of two words the one predicts the other: turned round they give the pairs of the other direction.
    assert np.array_equal(other.wv.vectors, mirrored.wv.vectors)
    assert not np.array_equal(other.wv.vectors, default.wv.vectors)


def test_redraw_needs_another_word() -> None:
    made = model(FASTTEXT_PAIRS)
    made.build_vocab([["a", "a", "a"]])
    with pytest.raises(ValueError, match="only one word can be drawn"):
        made.train()
    with pytest.raises(ValueError, match="only one word can be drawn"):
        train_sg_pair(made, "a", 0, 0.1)


@pytest.mark.parametrize("dialect", [*COMPLETE, FASTTEXT_PAIRS], ids=name_of)
def test_pair_functions_of_a_model(dialect: str | Dialect) -> None:
    made = trained(dialect, negative=30)
    assert train_sg_pair(made, "a", 2, 0.1).shape == (6,)  # type: ignore[union-attr]
    assert train_cbow_pair(made, "a", [1, 2], None, 0.1).shape == (6,)
    with pytest.raises(UnsupportedOptionError):
        Word2Vec(dialect="pirate")
    assert set(DIALECTS) >= {made.dialect, "koan"} or made.dialect == FASTTEXT_PAIRS
    assert GENSIM.name == "gensim"
