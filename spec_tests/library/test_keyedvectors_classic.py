"""The classic queries and names on the model."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from w2vref import Word2Vec
from w2vref.keyedvectors.prediction import best_predictions, predict_output

SENTENCES = [["the", "cat", "sat", "there"], ["the", "dog", "sat", "here"], ["a", "cat", "ran"]] * 5


@pytest.fixture
def model() -> Word2Vec:
    return Word2Vec(SENTENCES, size=6, min_count=1, iter=1, workers=1, backend="numpy", negative=2)


def test_a_word_gives_a_writable_view_a_list_a_copy(model: Word2Vec) -> None:
    before = model.wv.similarity("cat", "dog")
    assert np.shares_memory(model["cat"], model.wv.vectors)
    model["cat"] *= -1
    assert model.similarity("cat", "dog") == pytest.approx(-before)
    model["cat"][:] = 0
    assert model.similarity("cat", "dog") == 0
    model[["cat", "dog"]][:] = 7
    assert model["dog"].max() < 7
    assert ("cat" in model, "unicorn" in model, 0 in model) == (True, False, False)


@pytest.mark.parametrize(
    ("key", "error"),
    [("unicorn", KeyError), (["cat", "unicorn"], KeyError), ([], ValueError), (3, TypeError)],
)
def test_what_is_no_word_is_an_error(model: Word2Vec, key: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        model[key]  # type: ignore[index]


def test_only_known_words_can_be_set(model: Word2Vec) -> None:
    model["cat"] = np.ones(6)
    assert model.wv["cat"].tolist() == [1] * 6
    with pytest.raises(KeyError, match="update=True"):
        model["unicorn"] = np.ones(6)
    assert len(model.wv) == len(model.wv.vectors)


def test_queries_are_those_of_wv(model: Word2Vec) -> None:
    wv = model.wv
    assert model.most_similar(["cat"], ["dog"], 3, 5) == wv.most_similar(
        ["cat"], ["dog"], 3, restrict_vocab=5
    )
    assert model.most_similar("cat", topn=2) == model.similar_by_word("cat", 2) == wv.similar_by_key("cat", 2)
    assert len(model.most_similar("cat", topn=False)) == len(wv)
    assert model.most_similar("cat", topn=0) == model.most_similar("cat", restrict_vocab=0) == []
    assert model.most_similar_cosmul(["cat"], ["dog"], 2) == wv.most_similar_cosmul(["cat"], ["dog"], 2)
    assert model.similar_by_vector(wv["cat"], 1)[0][0] == "cat"
    assert model.doesnt_match(["cat", "dog", "the"]) == wv.doesnt_match(["cat", "dog", "the"])
    assert model.similarity("cat", "dog") == wv.similarity("cat", "dog")
    assert model.n_similarity(["cat", "a"], ["dog"]) == wv.n_similarity(["cat", "a"], ["dog"])


def test_wmdistance_uses_the_vectors_as_they_are(model: Word2Vec) -> None:
    pytest.importorskip("ot")
    model.wv.vectors *= 100
    documents = ["cat", "sat"], ["dog", "ran"]
    assert model.wmdistance(*documents) == model.wv.wmdistance(*documents, norm=False)
    assert model.wmdistance(*documents) > 2 * model.wv.wmdistance(*documents)


def test_names_of_the_data_work_and_warn(model: Word2Vec, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert np.shares_memory(model.syn0, model.wv.vectors)
        assert np.linalg.norm(model.syn0norm, axis=1) == pytest.approx(np.ones(len(model.wv)))
        assert model.index2word == model.wv.index_to_key
        assert model.vocab["cat"].count == 10
        assert model.vocab["cat"].sample_int > 0
    assert [record.message.split()[0] for record in caplog.records] == [
        "syn0", "syn0norm", "index2word", "vocab", "vocab",
    ]  # fmt: skip
    assert "use model.wv.vocab" in caplog.text


def test_the_warnings_have_a_switch(model: Word2Vec, caplog: pytest.LogCaptureFixture) -> None:
    assert Word2Vec.keyed_vector_warnings is True
    try:
        Word2Vec.disable_keyed_vectors_warnings()
        with caplog.at_level(logging.WARNING):
            model.syn0 = model.syn0 * 2
            model.syn0norm = None
            del model.syn0norm
            model.index2word = list(model.index2word)
            model.vocab = model.vocab
        assert not caplog.records
        model.enable_keyed_vectors_warnings()
        assert Word2Vec.keyed_vector_warnings is True
        with caplog.at_level(logging.WARNING):
            del model.syn0
            del model.vocab
            del model.index2word
        assert len(caplog.records) == 3
    finally:
        Word2Vec.enable_keyed_vectors_warnings()
    assert "cat" not in model


def test_a_set_matrix_is_noticed_at_once(model: Word2Vec) -> None:
    model.init_sims()
    model.wv.vectors = np.eye(len(model.wv), 6)
    assert model.similarity(model.wv.index_to_key[0], model.wv.index_to_key[1]) == 0
    model.clear_sims()
    assert model.wv.norms.max() == 1


def test_init_sims_with_replace_ends_training(model: Word2Vec) -> None:
    before = model.most_similar("cat")
    model.init_sims(replace=True)
    assert model.wv.norms == pytest.approx(np.ones(len(model.wv)))
    assert dict(model.most_similar("cat")) == pytest.approx(dict(before), abs=1e-6)
    with pytest.raises(RuntimeError, match="init_sims"):
        model.train(SENTENCES)


def test_norms_follow_training(model: Word2Vec) -> None:
    model.wv.fill_norms()
    model.train(SENTENCES)
    expected = np.linalg.norm(model.wv.vectors.astype(np.float64), axis=1)
    assert model.wv.norms == pytest.approx(expected, rel=1e-6)


def test_what_a_context_predicts() -> None:
    inputs = np.array([[1, 0], [0, 1], [1, 1]], dtype=np.float32)
    outputs = np.array([[2, 0], [0, 0], [0, 2]], dtype=np.float32)
    mean = predict_output(inputs, outputs, [0, 0, 1])
    logits = np.array([4 / 3, 0, 2 / 3])
    assert mean == pytest.approx(np.exp(logits) / np.exp(logits).sum())
    total = predict_output(inputs, outputs, [0, 0, 1], cbow_mean=False)
    assert total == pytest.approx(np.exp(3 * logits) / np.exp(3 * logits).sum())
    assert mean.sum() == pytest.approx(1)
    assert [word for word, _ in best_predictions(mean, ["p", "q", "r"])] == ["p", "r", "q"]
    assert len(best_predictions(mean, ["p", "q", "r"], topn=1)) == 1
    assert len(best_predictions(mean, ["p", "q", "r"], topn=None)) == 3
    huge = predict_output(inputs * 1000, outputs * 1000, [0])
    assert huge == pytest.approx([1, 0, 0])
    with pytest.raises(ValueError, match="at least one word"):
        predict_output(inputs, outputs, [])
    with pytest.raises(IndexError):
        predict_output(inputs, outputs, [3])
