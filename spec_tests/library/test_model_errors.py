"""Every bad input: a clear error that says what to do, no hang, and the model as it was."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from w2vref import Word2Vec
from w2vref.errors import TrainingDivergedError, UnsupportedOptionError
from w2vref.training.loop import first_bad_row

SENTENCES = [["the", "cat", "sat"], ["the", "dog", "sat"], ["a", "cat", "ran"]] * 4
OPTIONS: dict[str, Any] = dict(size=4, min_count=1, iter=1, backend="numpy", sample=0)


def trained(**options: Any) -> Word2Vec:
    return Word2Vec(SENTENCES, **{**OPTIONS, **options})


def state(model: Word2Vec) -> dict[str, Any]:
    """Everything a failing call could have changed."""
    values: dict[str, Any] = {}
    for name, value in vars(model).items():
        if name in {"_backend", "lifecycle_events", "_corpus", "_scan"}:
            continue
        if name == "_wv":
            values["vectors"] = value.vectors.copy()
            values["keys"] = list(value.index_to_key)
            values["locks"] = value.vectors_lockf.copy()
        elif isinstance(value, np.ndarray):
            values[name] = value.copy()
        elif name in {"_tables", "_vocabulary"}:
            values[name] = value
        else:
            values[name] = copy.copy(value)
    return values


def assert_unchanged(model: Word2Vec, before: dict[str, Any]) -> None:
    after = state(model)
    assert after.keys() == before.keys()
    for name, value in before.items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(after[name], value, err_msg=name)
        else:
            assert after[name] == value, name


BAD_ARGUMENTS: list[tuple[dict[str, Any], type[Exception], str]] = [
    (dict(size="100"), TypeError, "size .* must be an integer"),
    (dict(size=0), ValueError, "size .* at least 1"),
    (dict(window=0), ValueError, "window must be at least 1"),
    (dict(window=2.5), TypeError, "window must be an integer"),
    (dict(workers=0), ValueError, "workers must be at least 1"),
    (dict(iter=0), ValueError, "iter .* at least 1"),
    (dict(epochs=0), ValueError, "epochs"),
    (dict(hs=0, negative=0), ValueError, "hs=1 or negative"),
    (dict(negative=-1), ValueError, "negative must be 0"),
    (dict(hs=2), ValueError, "hs must be 0 or 1"),
    (dict(sg="yes"), ValueError, "sg must be 0 or 1"),
    (dict(min_count=-1), ValueError, "min_count"),
    (dict(max_vocab_size=0), ValueError, "max_vocab_size .* None for no limit"),
    (dict(max_final_vocab=0), ValueError, "max_final_vocab"),
    (dict(sample=-0.1), ValueError, "sample must be 0"),
    (dict(sample=float("nan")), ValueError, "sample must be finite"),
    (dict(alpha=0.001, min_alpha=0.01), ValueError, "below min_alpha"),
    (dict(alpha=float("inf")), ValueError, "alpha must be finite"),
    (dict(alpha=-1), ValueError, "alpha must be positive"),
    (dict(seed="x"), TypeError, "seed must be an integer"),
    (dict(ns_exponent=None), TypeError, "ns_exponent"),
    (dict(cbow_gradient="right"), UnsupportedOptionError, "cbow_gradient='right'"),
    (dict(algorithm="magic"), UnsupportedOptionError, "algorithm='magic'"),
    (dict(dialect="pirate"), UnsupportedOptionError, "dialect='pirate'"),
    (dict(backend="fortran"), ValueError, "unknown backend 'fortran': choose"),
    (dict(vector_sise=50), TypeError, "did you mean vector_size="),
    (dict(size=10, vector_size=10), TypeError, "two spellings"),
    (dict(iter=2, epochs=2), TypeError, "two spellings"),
    (dict(sentences=SENTENCES, corpus_file="x"), TypeError, "both sentences and corpus_file"),
    (dict(hashfxn=5), TypeError, "hashfxn must be None or a function"),
    (dict(sentences=SENTENCES, min_count=1, hashfxn=str.upper), TypeError, "hashfxn must return an integer"),
    (dict(sentences=SENTENCES, min_count=1, callbacks=[3]), TypeError, "derive it from CallbackAny2Vec"),
]


@pytest.mark.parametrize(("arguments", "error", "message"), BAD_ARGUMENTS, ids=lambda v: str(v)[:40])
def test_constructor(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Word2Vec(**arguments)


BAD_CORPORA: list[tuple[Any, type[Exception], str]] = [
    ([], RuntimeError, "corpus is empty"),
    ([[], []], RuntimeError, "corpus is empty"),
    ("the cat sat", TypeError, "str"),
    (["the cat sat", "the dog"], TypeError, "str"),
    ([["a", 1]], TypeError, "str"),
    ([["a", ["b"]]], TypeError, "str"),
    ([["a", None]], TypeError, "str"),
    ([1, 2], TypeError, "sentence"),
    (5, TypeError, "iterable"),
]


@pytest.mark.parametrize(("corpus", "error", "message"), BAD_CORPORA, ids=lambda v: str(v)[:30])
def test_bad_corpus(corpus: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Word2Vec(corpus, **OPTIONS)
    model = trained()
    before = state(model)
    with pytest.raises(error, match=message):
        model.build_vocab(corpus)
    assert_unchanged(model, before)
    if error is TypeError:
        for call in (model.train, model.score):
            with pytest.raises(error, match=message):
                call(corpus)
        assert_unchanged(model, before)


def test_no_word_left() -> None:
    with pytest.raises(RuntimeError, match="no word occurs 99 times"):
        Word2Vec(SENTENCES, min_count=99)


def broken() -> Iterator[list[str]]:
    yield ["the", "cat"]
    raise ZeroDivisionError("in the user's iterator")


@pytest.mark.parametrize(
    "call",
    [
        lambda m: m.build_vocab(broken()),
        lambda m: m.build_vocab(broken(), update=True),
        lambda m: m.train(broken()),
        lambda m: m.score(broken()),
        lambda m: m.scan_vocab(broken()),
    ],
)
def test_an_exception_in_the_users_iterator_reaches_the_caller(call: Callable[[Word2Vec], object]) -> None:
    with pytest.raises(ZeroDivisionError, match="in the user's iterator"):
        Word2Vec(broken(), **OPTIONS)
    model = trained()
    before = state(model)
    with pytest.raises(ZeroDivisionError, match="in the user's iterator"):
        call(model)
    assert_unchanged(model, before)


TRAIN_CALLS: list[tuple[dict[str, Any], type[Exception], str]] = [
    (dict(epochs=0), ValueError, "epochs must be at least 1"),
    (dict(epochs=1.5), TypeError, "epochs"),
    (dict(start_alpha=0.1, end_alpha=0.2), ValueError, "below min_alpha"),
    (dict(sentences=[]), ValueError, "nothing to train"),
    (dict(sentences=[["unknown"]]), ValueError, "nothing to train: none of the corpus's 1 words"),
    (dict(sentences=SENTENCES, corpus_file="x"), TypeError, "both"),
    (dict(sentences=SENTENCES, corpus_iterable=SENTENCES), TypeError, "two spellings"),
    (dict(callbacks=[print]), TypeError, "no callback, it lacks on_train_begin"),
    (dict(corpus_file="/no/such/file"), FileNotFoundError, "no/such/file"),
    (dict(total_exampels=3), TypeError, "did you mean total_examples="),
]


@pytest.mark.parametrize(("arguments", "error", "message"), TRAIN_CALLS, ids=lambda v: str(v)[:40])
def test_train(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    model = trained()
    before = state(model)
    with pytest.raises(error, match=message):
        model.train(**arguments)
    assert_unchanged(model, before)


SETTINGS = [
    ("workers", 0),
    ("window", 0),
    ("negative", -1),
    ("alpha", -1.0),
    ("iter", 0),
    ("sg", 7),
    ("size", 9),
]


@pytest.mark.parametrize(("name", "value"), SETTINGS)
def test_a_setting_spoilt_later_is_found_before_training(name: str, value: Any) -> None:
    model = trained()
    setattr(model, "vector_size" if name == "size" else name, value)
    before = state(model)
    with pytest.raises((ValueError, RuntimeError), match=name.replace("iter", "epochs")):
        model.train(SENTENCES)
    assert_unchanged(model, before)


def test_without_vocabulary() -> None:
    model = Word2Vec(**OPTIONS)
    for call in (
        lambda: model.train(SENTENCES),
        lambda: model.score(SENTENCES),
        model.reset_weights,
        model.create_binary_tree,
        model.make_cum_table,
        model.delete_temporary_training_data,
        lambda: Word2Vec(**OPTIONS).reset_from(model),
    ):
        with pytest.raises(RuntimeError, match="you must first build vocabulary"):
            call()
    with pytest.raises(ValueError, match=r"call build_vocab\(\) first"):
        model.build_vocab(SENTENCES, update=True)
    with pytest.raises(RuntimeError, match="scan_vocab"):
        model.scale_vocab()
    with pytest.raises(TypeError, match="no corpus"):
        model.build_vocab()


def test_one_word_vocabulary() -> None:
    one = [["word", "word", "word"]] * 3
    with pytest.raises(ValueError, match="at least two words"):
        Word2Vec(one, hs=1, negative=0, **OPTIONS)
    with pytest.raises(ValueError, match="at least two words"):
        Word2Vec(one, hs=1, **OPTIONS)
    model = Word2Vec(one, **OPTIONS)  # each negative is the target and is skipped
    assert np.isfinite(model.wv.vectors).all()
    model = trained(hs=1)
    before = state(model)
    with pytest.raises(ValueError, match="at least two words"):
        model.build_vocab(one)
    assert_unchanged(model, before)


def test_training_data_deleted() -> None:
    model = trained()
    vector = model.wv["cat"].copy()
    model.delete_temporary_training_data()
    assert not hasattr(model, "syn1neg")
    with pytest.raises(RuntimeError, match="can be queried but not trained"):
        model.train(SENTENCES)
    np.testing.assert_array_equal(model.wv["cat"], vector)
    with pytest.raises(RuntimeError, match="cannot be updated"):
        model.build_vocab(SENTENCES, update=True)


def test_an_objective_switched_on_later_needs_new_weights() -> None:
    model = trained()
    model.hs = 1
    with pytest.raises(RuntimeError, match=r"hs was 0 .* reset_weights"):
        model.train(SENTENCES)
    model.reset_weights()
    model.train(SENTENCES)
    assert np.isfinite(model.syn1).all()


def test_rows_added_to_wv_by_hand_are_no_vocabulary() -> None:
    model = trained()
    model.wv["new"] = np.zeros(4, dtype=np.float32)
    with pytest.raises(RuntimeError, match=r"build_vocab\(update=True\)"):
        model.train(SENTENCES)


def test_locks_of_a_wrong_length() -> None:
    model = trained()
    with pytest.raises(ValueError, match="vectors_lockf"):
        model.wv.vectors_lockf = np.ones(2, dtype=np.float32)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_locks_that_are_not_finite(value: float) -> None:
    model = trained()
    model.wv.vectors_lockf = np.full(len(model.wv), value, dtype=np.float32)
    before = model.wv.vectors.copy()
    with pytest.raises(ValueError, match="vectors_lockf has a value that is not finite"):
        model.train(SENTENCES)
    assert np.array_equal(model.wv.vectors, before)


def test_divergence_is_named_and_only_a_reset_helps() -> None:
    # Sums over wide windows and an absurd learning rate: the projections explode.
    sentences = [["a", "b", "c", "d"] * 5] * 4
    model = Word2Vec(**{**OPTIONS, "alpha": 1e30, "cbow_mean": 0, "window": 10, "size": 4})
    model.build_vocab(sentences)
    with pytest.raises(TrainingDivergedError, match=r"epoch 0: .* of (word|node) .*alpha"):
        model.train(epochs=20)
    for use in (
        lambda: model.wv,
        lambda: model.train(sentences),
        lambda: model.score(sentences),
        lambda: model.build_vocab(sentences, update=True),
    ):
        with pytest.raises(TrainingDivergedError, match="reset_weights"):
            use()
    model.alpha = 0.025
    model.reset_weights()
    model.train(sentences)
    assert np.isfinite(model.wv.vectors).all()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_before_training(value: float) -> None:
    model = trained()
    model.wv.vectors[1, 2] = value
    with pytest.raises(ValueError, match=r"input_vectors .* row 1"):
        model.train(SENTENCES)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_row_of_large_values_is_not_taken_for_a_bad_one(value: float) -> None:
    rows = np.zeros((5, 16), dtype=np.float32)
    rows[1] = np.finfo(np.float32).max  # their sum is infinite
    assert first_bad_row(rows) is None
    rows[3, 7] = value
    assert first_bad_row(rows) == 3


def test_totals_are_compared(caplog: pytest.LogCaptureFixture) -> None:
    model = trained()
    with caplog.at_level("WARNING", logger="w2vref"):
        model.train(SENTENCES, total_examples=len(SENTENCES), total_words=3 * len(SENTENCES))
        assert "announced" not in caplog.text
        model.train(SENTENCES, total_examples=7, total_words=8)
    assert "the corpus has 12 sentences, but 7 were announced" in caplog.text
    assert "the corpus has 36 words, but 8 were announced" in caplog.text


def test_a_model_that_was_trained_says_when_alpha_goes_up(caplog: pytest.LogCaptureFixture) -> None:
    model = trained()
    with caplog.at_level("WARNING", logger="w2vref"):
        model.train(SENTENCES)
    assert "Effective 'alpha' higher" in caplog.text
