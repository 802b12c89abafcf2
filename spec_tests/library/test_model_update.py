"""`build_vocab(update=True)`, the null word, the classic steps, and the pair functions with a model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from w2vref import Word2Vec, score_cbow_pair, score_sg_pair, train_cbow_pair, train_sg_pair
from w2vref.reference.arithmetic import log_sigmoid
from w2vref.reference.draws import pair_call_key
from w2vref.reference.sampling import draw_negatives, make_sample_int

FIRST = [["a", "b", "c", "a"], ["a", "c", "b", "d"]] * 3
SECOND = [["x", "a", "y", "x"], ["b", "x", "e", "a"]] * 2
OPTIONS: dict[str, Any] = dict(size=6, min_count=2, iter=1, backend="numpy", sample=0.3)


def trained(**options: Any) -> Word2Vec:
    return Word2Vec(FIRST, **{**OPTIONS, **options})


def test_update_adds_counts_and_keeps_rows_and_locks() -> None:
    model = trained()
    keys, rows, output = list(model.wv.index_to_key), model.wv.vectors.copy(), model.syn1neg.copy()
    assert keys == ["a", "b", "c", "d"]
    model.wv.vectors_lockf = np.array([0.5, 1, 0, 2], dtype=np.float32)
    wv = model.wv
    model.build_vocab(SECOND, update=True)
    assert model.wv is wv
    assert model.wv.index_to_key == ["a", "b", "c", "d", "x", "y", "e"]
    np.testing.assert_array_equal(wv.expandos["count"], [9 + 4, 6 + 2, 6, 3, 6, 2, 2])
    np.testing.assert_array_equal(wv.vectors[:4], rows)
    np.testing.assert_array_equal(model.syn1neg[:4], output)
    np.testing.assert_array_equal(model.syn1neg[4:], 0)
    np.testing.assert_array_equal(wv.vectors[4], model.seeded_vector("x1"))
    np.testing.assert_array_equal(wv.vectors_lockf, [0.5, 1, 0, 2, 1, 1, 1])
    # Thresholds come from the merged counts.
    expected = make_sample_int(np.array([13, 8, 6, 3, 6, 2, 2]), 0.3)
    assert [wv.get_vecattr(key, "sample_int") for key in wv.index_to_key] == expected.tolist()
    assert model.corpus_count == len(SECOND)
    model.train()
    np.testing.assert_array_equal(wv.vectors[2], rows[2])  # locked by 0
    assert not np.array_equal(wv.vectors[0], rows[0])


def test_update_judges_new_words_by_their_count_alone() -> None:
    model = trained(min_count=4)
    assert model.wv.index_to_key == ["a", "b", "c"]
    model.build_vocab([["d", "x", "x", "x", "x"]], update=True)  # d: 3 before, 1 now
    assert model.wv.index_to_key == ["a", "b", "c", "x"]


@pytest.mark.parametrize("second", [SECOND, [["x", "x"]], [["a", "b"]]], ids=["three new", "one new", "none"])
def test_hierarchical_softmax_keeps_its_meaning_over_an_update(second: list[list[str]]) -> None:
    """Before the new root has learned, p_new(word) = p_old(word) / 2 for each old word."""
    model = Word2Vec(FIRST * 5, **{**OPTIONS, "hs": 1, "negative": 0, "alpha": 0.5, "sample": 0})
    old = list(model.wv.index_to_key)
    before = {(w, v): score_sg_pair(model, w, v) for w in old for v in old}
    nodes = model.syn1.copy()
    model.build_vocab(second, update=True)
    new_words = len(model.wv.index_to_key) - len(old)
    np.testing.assert_array_equal(model.syn1[: len(old) - 1], nodes[:-1])
    shift = log_sigmoid(0.0) if new_words else 0.0
    for (w, v), score in before.items():
        assert score_sg_pair(model, w, v) == pytest.approx(score + shift, rel=1e-9)
    for v in model.wv.index_to_key:
        total = sum(np.exp(score_sg_pair(model, w, v)) for w in model.wv.index_to_key)
        assert total == pytest.approx(1.0, rel=1e-9)
    model.train()
    codes = {tuple(model.wv.get_vecattr(w, "code")) for w in model.wv.index_to_key}
    assert len(codes) == len(model.wv.index_to_key)
    used = {p for w in model.wv.index_to_key for p in model.wv.get_vecattr(w, "point").tolist()}
    assert used == set(range(len(model.wv.index_to_key) - 1))


def test_a_tree_with_trained_nodes_is_not_rebuilt() -> None:
    model = trained(hs=1, negative=0, sample=0)
    model.create_binary_tree()  # the same tree: nothing to refuse
    model.build_vocab(SECOND, update=True)
    with pytest.raises(RuntimeError, match="trained nodes"):
        model.create_binary_tree()


def test_the_null_word_has_a_row_and_is_never_touched() -> None:
    options = dict(null_word=1, hs=1, sample=0)
    model = Word2Vec(**{**OPTIONS, **options})
    model.build_vocab(FIRST)
    null = model.wv.key_to_index["\0"]
    assert null == 4
    start = model.wv.vectors[null].copy()
    model.train(FIRST)
    np.testing.assert_array_equal(model.wv.vectors[null], start)
    np.testing.assert_array_equal(model.syn1neg[null], 0)
    assert model.wv.get_vecattr("\0", "sample_int") == 0
    assert len(model.wv.get_vecattr("\0", "code")) == 0
    assert model.cum_table[null] == model.cum_table[null - 1]
    # Nothing else notices: the other rows are those of a model without it.
    plain = Word2Vec(FIRST, **{**OPTIONS, **options, "null_word": 0})
    np.testing.assert_array_equal(model.wv.vectors[:4], plain.wv.vectors)


def test_the_classic_steps_give_what_build_vocab_gives() -> None:
    at_once = trained()
    model = Word2Vec(**OPTIONS)
    assert model.scan_vocab(FIRST) == (24, 6)
    assert dict(model.raw_vocab) == {"a": 9, "b": 6, "c": 6, "d": 3}
    report = model.scale_vocab(min_count=6, dry_run=True)
    assert (report["drop_unique"], report["retain_total"], report["num_retained_words"]) == (1, 21, 3)
    assert model.min_count == 2
    assert len(model.wv) == 0
    model.scale_vocab()
    model.sort_vocab()
    model.finalize_vocab()
    assert model.wv.index_to_key == at_once.wv.index_to_key
    model.train()
    np.testing.assert_array_equal(model.wv.vectors, at_once.wv.vectors)
    with pytest.raises(RuntimeError, match="must sort before"):
        model.sort_vocab()


def test_build_vocab_from_freq() -> None:
    model = Word2Vec(**OPTIONS)
    model.build_vocab_from_freq({"d": 3, "a": 9, "c": 6, "b": 6, "rare": 1}, corpus_count=6)
    assert model.wv.index_to_key == ["a", "c", "b", "d"]
    assert model.corpus_count == 6
    with pytest.raises(TypeError, match="no corpus"):
        model.train()
    model.train(FIRST)


def test_seeded_vectors_follow_the_word_the_seed_and_hashfxn() -> None:
    model = Word2Vec(**OPTIONS)
    model.build_vocab(FIRST)
    for word in model.wv.index_to_key:
        np.testing.assert_array_equal(model.wv[word], model.seeded_vector(word + "1"))
    same = Word2Vec(hashfxn=len, **OPTIONS)
    same.build_vocab(FIRST)
    np.testing.assert_array_equal(same.wv["a"], same.wv["b"])  # strings of equal length, equal keys
    assert len({row.tobytes() for row in model.wv.vectors}) == len(model.wv)


def test_make_cum_table() -> None:
    model = Word2Vec(**OPTIONS)
    model.build_vocab(FIRST)
    model.make_cum_table(power=0, domain=8)
    assert model.cum_table.tolist() == [2, 4, 6, 8]


# The pair functions: the exact arithmetic is the reference's business, here the signatures.


@pytest.mark.parametrize("mode", [dict(negative=3), dict(hs=1, negative=0), dict(hs=1, negative=3)])
def test_train_sg_pair(mode: dict[str, int]) -> None:
    model = trained(**mode)
    before = model.wv.vectors.copy()
    error = train_sg_pair(model, "b", 2, 0.1)
    assert error is not None
    assert error.shape == (6,)
    np.testing.assert_array_equal(model.wv.vectors[2], before[2] + error)
    untouched = [0, 1, 3]
    np.testing.assert_array_equal(model.wv.vectors[untouched], before[untouched])
    assert train_sg_pair(model, "unknown", 2, 0.1) is None
    with pytest.raises(IndexError, match="context_index"):
        train_sg_pair(model, "b", 4, 0.1)


def test_pair_calls_draw_from_streams_of_their_own() -> None:
    model = trained(negative=3)
    for call in range(3):
        other = trained(negative=3)
        drawn = draw_negatives(model.cum_table, pair_call_key(1, call), 3, 0)
        other.wv.vectors[:] = model.wv.vectors
        other.syn1neg = model.syn1neg
        error = train_sg_pair(model, "b", 2, 0.1)
        np.testing.assert_array_equal(train_sg_pair(other, "b", 2, 0.1, negative_ids=drawn.tolist()), error)
        np.testing.assert_array_equal(other.syn1neg, model.syn1neg)


def test_sg_pair_with_vectors_and_locks_of_its_own() -> None:
    model = trained()
    documents = np.linspace(-1, 1, 12, dtype=np.float32).reshape(2, 6)
    before, words = documents.copy(), model.wv.vectors.copy()
    locks = np.array([1.0, 0.5], dtype=np.float32)
    error = train_sg_pair(model, "a", 1, 0.1, context_vectors=documents, context_locks=locks)
    assert error is not None
    np.testing.assert_array_equal(documents[1], before[1] + np.float32(0.5) * error)
    np.testing.assert_array_equal(documents[0], before[0])
    np.testing.assert_array_equal(model.wv.vectors, words)


def test_learn_flags() -> None:
    model = trained()
    vectors, output = model.wv.vectors.copy(), model.syn1neg.copy()
    train_sg_pair(model, "a", 1, 0.1, learn_vectors=False, learn_hidden=False)
    np.testing.assert_array_equal(model.wv.vectors, vectors)
    np.testing.assert_array_equal(model.syn1neg, output)
    train_cbow_pair(model, "a", [1, 2], None, 0.1, learn_hidden=False)
    np.testing.assert_array_equal(model.syn1neg, output)
    assert not np.array_equal(model.wv.vectors, vectors)


def test_train_cbow_pair_updates_a_repeated_row_twice() -> None:
    model = trained()
    before = model.wv.vectors.copy()
    l1 = (before[1] + before[1] + before[3]) * (np.float32(1) / np.float32(3))
    error = train_cbow_pair(model, "a", [1, 1, 3], l1, 0.1)
    np.testing.assert_array_equal(model.wv.vectors[1], before[1] + error + error)
    np.testing.assert_array_equal(model.wv.vectors[3], before[3] + error)
    with pytest.raises(ValueError, match="at least one context word"):
        train_cbow_pair(model, "a", [], l1, 0.1)
    with pytest.raises(KeyError, match="unknown"):
        train_cbow_pair(model, "unknown", [1], l1, 0.1)
    with pytest.raises(ValueError, match="l1 must have shape"):
        train_cbow_pair(model, "a", [1], l1[:3], 0.1)


def test_scores_of_pairs_and_sentences() -> None:
    model = trained(sg=1, hs=1, negative=0, window=1, sample=0)
    expected = score_sg_pair(model, "a", "b") + score_sg_pair(model, "b", "a")
    scores = model.score([["a", "b"], ["a"], [], ["unknown"]])
    assert scores.dtype == np.float64
    np.testing.assert_allclose(scores, [expected, 0, 0, 0], rtol=1e-12)
    l1 = model.wv["b"]
    assert score_cbow_pair(model, "a", None, l1) == pytest.approx(score_sg_pair(model, "a", "b"), rel=1e-12)
    assert score_cbow_pair(model, "a", [1], None) == score_cbow_pair(model, "a", None, l1)
    assert model.score([]).shape == (0,)


def test_score_of_negative_sampling_is_the_positive_term() -> None:
    model = trained(sg=1, negative=4, window=1, sample=0)
    a, b = model.wv.key_to_index["a"], model.wv.key_to_index["b"]
    logit = float(np.dot(model.wv.vectors[b].astype(np.float64), model.syn1neg[a].astype(np.float64)))
    assert score_sg_pair(model, "a", "b") == pytest.approx(log_sigmoid(logit), rel=1e-5)


def test_pair_functions_after_deleting_training_data() -> None:
    model = trained()
    model.delete_temporary_training_data()
    with pytest.raises(RuntimeError, match="not trained"):
        train_sg_pair(model, "a", 1, 0.1)


def test_predict_output_word() -> None:
    model = Word2Vec([["a", "b"], ["c", "d"]] * 30, **{**OPTIONS, "sample": 0, "iter": 60, "alpha": 0.2})
    predicted = model.predict_output_word(["a"])
    assert predicted is not None
    assert predicted[0][0] == "b"
    assert sum(p for _, p in predicted) == pytest.approx(1.0)
    assert model.predict_output_word([model.wv.key_to_index["a"]], topn=1) == predicted[:1]
    assert model.predict_output_word(["unknown"]) is None
    with pytest.raises(TypeError, match="list of words"):
        model.predict_output_word("a")
    model = trained(hs=1, negative=0)
    with pytest.raises(RuntimeError, match="negative > 0"):
        model.predict_output_word(["a"])


def test_the_names_that_are_left() -> None:
    model = Word2Vec(max_final_vocab=3, comment="a note", **OPTIONS)
    model.build_vocab(FIRST)
    assert model.effective_min_count == 4  # d occurs 3 times and has to go
    assert model.corpus_total_words == 24
    assert (model.train_count, model.total_train_time, model.min_alpha_yet_reached) == (0, 0.0, 0.025)
    model.train()
    assert model.train_count == 1
    assert model.total_train_time > 0
    assert model.min_alpha_yet_reached == pytest.approx(0.0001)
    assert str(model) == "Word2Vec(vocab=3, size=6, alpha=0.025)"
    assert model.comment == "a note"
    assert [event["event"] for event in model.lifecycle_events] == ["created", "train"]
    model.add_lifecycle_event("measured", score=0.5)
    assert model.lifecycle_events[-1]["score"] == 0.5
    np.testing.assert_array_equal(model.syn0_lockf, [1])
    model.syn0_lockf = [0, 1, 0.5]
    np.testing.assert_array_equal(model.wv.vectors_lockf, np.array([0, 1, 0.5], dtype=np.float32))
    trained_rows = model.wv.vectors.copy()
    model.init_weights()
    assert not np.array_equal(model.wv.vectors, trained_rows)
    model.prepare_weights(update=True)
    by_steps = Word2Vec(**OPTIONS)
    by_steps.add_null_word()
    by_steps.scan_vocab(FIRST)
    report = by_steps.prepare_vocab(min_count=6)
    assert report["num_retained_words"] == 3
    assert by_steps.wv.index_to_key == ["a", "b", "c", "\0"]
    assert by_steps.epochs == by_steps.iter == 1
    assert by_steps.layer1_size == 6
