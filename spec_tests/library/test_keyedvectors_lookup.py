"""Keys, rows, attributes, and the other names of both."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from w2vref import keyedvectors
from w2vref.keyedvectors import KeyedVectors, prep_vectors, pseudorandom_weak_vector
from w2vref.records import Tables
from w2vref.vocabulary.entry import Vocab

EYE = np.eye(4, dtype=np.float32)


@pytest.fixture
def kv() -> KeyedVectors:
    vectors = KeyedVectors(4)
    vectors.add_vectors(["a", "b", "c", "d"], EYE)
    return vectors


def test_a_key_or_a_row_number_gives_a_read_only_vector(kv: KeyedVectors) -> None:
    for key in ("b", 1, np.int64(1)):
        assert np.array_equal(kv[key], EYE[1])
    with pytest.raises(ValueError, match="read-only"):
        kv["b"][0] = 5
    assert ("b" in kv, 3 in kv, 4 in kv, -1 in kv, "z" in kv, True in kv, [] in kv) == (
        True, True, False, False, False, False, False,
    )  # fmt: skip
    assert kv.has_index_for("a")
    assert not kv.has_index_for("z")


def test_a_list_of_keys_gives_a_copy(kv: KeyedVectors) -> None:
    for keys in (["a", "c"], ("a", "c"), np.array([0, 2])):
        assert np.array_equal(kv[keys], EYE[[0, 2]])
    kv[["a", "b"]][:] = 9
    assert np.array_equal(kv["a"], EYE[0])


@pytest.mark.parametrize(
    ("keys", "error"),
    [("z", KeyError), (4, KeyError), (-1, KeyError), (["a", "z"], KeyError), ([], ValueError),
     (1.5, TypeError), (None, TypeError), (True, TypeError)],
)  # fmt: skip
def test_what_is_not_there_is_an_error(kv: KeyedVectors, keys: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        kv[keys]


def test_get_index(kv: KeyedVectors) -> None:
    assert (kv.get_index("c"), kv.get_index(2), kv.get_index("z", -5)) == (2, 2, -5)
    with pytest.raises(KeyError, match="'z'"):
        kv.get_index("z")


def test_get_vector_of_length_one(kv: KeyedVectors) -> None:
    kv["a"] = [3, 0, 4, 0]
    kv["b"] = np.zeros(4)
    assert np.allclose(kv.get_vector("a", norm=True), [0.6, 0, 0.8, 0])
    assert np.array_equal(kv.get_vector("b", norm=True), np.zeros(4))
    assert np.allclose(kv.word_vec("a", use_norm=True), [0.6, 0, 0.8, 0])
    assert kv.word_vec("a").dtype == kv.get_vector("a", norm=True).dtype == np.float32


def test_assignment_replaces_and_adds(kv: KeyedVectors) -> None:
    kv["a"] = [9, 9, 9, 9]
    kv[["b", "new"]] = np.full((2, 4), 5)
    kv[7] = np.ones(4)  # in an assignment an int is a key
    assert kv.index_to_key == ["a", "b", "c", "d", "new", 7]
    assert np.array_equal(kv.vectors[:, 0], [9, 5, 0, 0, 5, 1])
    assert kv.key_to_index == {"a": 0, "b": 1, "c": 2, "d": 3, "new": 4, 7: 5}


@pytest.mark.parametrize("value", [3, np.ones(3), np.ones((1, 4)), "text", np.array(["a"] * 4)])
def test_assignment_of_another_shape_changes_nothing(kv: KeyedVectors, value: object) -> None:
    for key in ("a", "new"):
        with pytest.raises(ValueError, match=r"need numbers of shape \(1, 4\)"):
            kv[key] = value
    assert len(kv) == 4
    assert np.array_equal(kv.vectors, EYE)


def test_add_vector_returns_the_row_and_refuses_a_known_key(kv: KeyedVectors) -> None:
    assert kv.add_vector("e", np.ones(4)) == 4
    with pytest.raises(ValueError, match="present"):
        kv.add_vector("e", np.zeros(4))
    with pytest.raises(TypeError, match="str or an int"):
        kv.add_vector(1.5, np.ones(4))  # type: ignore[arg-type]
    assert np.array_equal(kv["e"], np.ones(4))


def test_add_vectors_keeps_or_replaces_and_takes_duplicates_once(kv: KeyedVectors) -> None:
    rows = np.arange(12).reshape(3, 4)
    kv.add_vectors(["a", "e", "e"], rows, extras={"x": [7, 8, 9]})
    assert np.array_equal(kv["a"], EYE[0])
    assert np.array_equal(kv["e"], rows[1])
    assert kv.expandos["x"].tolist() == [0, 0, 0, 0, 8]
    kv.add_vectors(["a", "e", "e"], rows, extras={"x": [7, 8, 9]}, replace=True)
    assert np.array_equal(kv["a"], rows[0])
    assert np.array_equal(kv["e"], rows[2])
    assert kv.expandos["x"].tolist() == [7, 0, 0, 0, 9]
    kv.add_vectors("single", np.ones(4))
    assert kv.index_to_key == ["a", "b", "c", "d", "e", "single"]


@pytest.mark.parametrize(
    ("keys", "rows", "extras"),
    [
        (["x", "y"], np.ones((1, 4)), {}),
        (["x"], np.ones((1, 3)), {}),
        (["x"], np.ones((1, 4)), {"n": [1, 2]}),
    ],
)
def test_add_vectors_with_lengths_that_differ(
    kv: KeyedVectors, keys: list, rows: np.ndarray, extras: dict
) -> None:
    with pytest.raises(ValueError, match="keys"):
        kv.add_vectors(keys, rows, extras)
    assert len(kv) == 4
    assert not kv.expandos


def test_rows_made_beforehand_are_filled_and_never_found_empty() -> None:
    kv = KeyedVectors(4, count=3)
    assert (len(kv), kv.index_to_key, kv.next_index) == (3, [None] * 3, 0)
    assert kv.add_vector("a", np.ones(4)) == 0
    assert kv.most_similar("a") == []
    kv.add_vectors(["x", "y", "z"], np.ones((3, 4)))
    assert kv.index_to_key == ["a", "x", "y", "z"]
    assert [key for key, _ in kv.most_similar("a")] == ["x", "y", "z"]


def test_attributes(kv: KeyedVectors) -> None:
    kv.set_vecattr("a", "count", 3)
    assert (kv.get_vecattr("a", "count"), kv.get_vecattr("b", "count")) == (3, 0)
    kv["new"] = np.ones(4)
    assert kv.get_vecattr("new", "count") == 0
    kv.set_vecattr("new", "count", np.int32(5))
    kv.set_vecattr("b", "weight", 0.5)
    kv.set_vecattr("b", "weight", 2)
    kv.set_vecattr("b", "tag", "noun")
    kv.set_vecattr("c", "tag", "a longer string than the first")
    assert kv.expandos["count"].tolist() == [3, 0, 0, 0, 5]
    assert kv.expandos["weight"].dtype == np.float64
    assert kv.get_vecattr("c", "tag") == "a longer string than the first"
    with pytest.raises(TypeError, match="cannot hold float64"):
        kv.set_vecattr("a", "count", 1.5)
    with pytest.raises(TypeError, match="cannot hold object"):
        kv.set_vecattr("a", "weight", "heavy")
    for key, attr in (("z", "count"), ("a", "nothing")):
        with pytest.raises(KeyError):
            kv.get_vecattr(key, attr)
    with pytest.raises(KeyError):
        kv.set_vecattr("z", "count", 1)


def test_attributes_can_be_set_as_arrays_and_grow_with_the_keys(kv: KeyedVectors) -> None:
    counts = np.array([4, 3, 2, 1])
    kv.expandos["count"] = counts
    kv.expandos["name"] = np.array(["p", "q", "r", "s"])
    for i in range(50):
        kv[f"n{i}"] = np.ones(4)
    assert kv.expandos["count"].tolist() == [4, 3, 2, 1] + [0] * 50
    assert counts.tolist() == [4, 3, 2, 1]
    kv.expandos["count"] = np.arange(54)
    kv["last"] = np.ones(4)
    assert kv.expandos["count"].tolist() == [*range(54), 0]
    kv.set_vecattr("n0", "name", "longer than one letter")
    assert kv.get_vecattr("n0", "name") == "longer than one letter"


def test_allocate_vecattrs(kv: KeyedVectors) -> None:
    kv.allocate_vecattrs(["x", "y"], [np.float32, int])
    assert kv.expandos["x"].dtype == np.float32
    assert kv.expandos["y"].tolist() == [0, 0, 0, 0]
    kv.allocate_vecattrs()
    with pytest.raises(TypeError, match="cannot hold"):
        kv.allocate_vecattrs(["y"], [float])
    for attrs, types in (("x", [int]), (["x"], [])):
        with pytest.raises(ValueError, match="same length"):
            kv.allocate_vecattrs(attrs, types)


def test_tables_give_attributes_and_the_classic_vocabulary(kv: KeyedVectors) -> None:
    kv.expandos["count"] = np.array([9, 5, 2, 1])
    kv.attach_tables(
        Tables(
            sample_int=np.array([1 << 32, 7, 6, 5], dtype=np.uint64),
            cum_table=np.zeros(0, np.uint32),
            codes=np.array([0, 1, 0, 1, 1, 0, 1, 1, 1], np.uint8),
            points=np.array([2, 2, 1, 2, 1, 0, 2, 1, 0], np.uint32),
            code_offsets=np.array([0, 1, 3, 6, 9]),
        )
    )
    assert kv.get_vecattr("a", "sample_int") == 1 << 32
    assert kv.get_vecattr("c", "code").tolist() == [1, 1, 0]
    entry = kv.vocab["c"]
    assert isinstance(entry, Vocab)
    assert (entry.count, entry.index, entry.sample_int, entry.point.tolist()) == (2, 2, 6, [2, 1, 0])
    assert (list(kv.vocab), len(kv.vocab), "c" in kv.vocab, "z" in kv.vocab) == (list("abcd"), 4, True, False)
    assert max(kv.vocab.values()).count == 9
    kv["new"] = np.ones(4)
    assert (kv.vocab["new"].count, kv.vocab["new"].sample_int, len(kv.vocab["new"].code)) == (0, 0, 0)
    with pytest.raises(KeyError):
        kv.vocab["z"]
    with pytest.raises(RuntimeError, match="cannot be sorted"):
        kv.sort_by_descending_frequency()


def test_vocab_without_tables_has_counts_only(kv: KeyedVectors) -> None:
    assert str(kv.vocab["b"]) == "Vocab(count:0, index:1)"
    kv.vocab = {"x": SimpleNamespace(index=1, count=3), "y": SimpleNamespace(index=0, count=None)}
    assert kv.key_to_index == {"x": 1, "y": 0}
    assert np.array_equal(kv["x"], EYE[1])
    assert kv.get_vecattr("x", "count") == 3
    del kv.vocab
    assert len(kv.vocab) == 0
    assert "4 words" not in repr(kv.vocab)


def test_lock_factors(kv: KeyedVectors) -> None:
    assert kv.vectors_lockf.tolist() == [1]
    kv.vectors_lockf = [0, 1, 1, 0.5]
    kv["new"] = np.ones(4)
    assert kv.vectors_lockf.tolist() == [0, 1, 1, 0.5, 1]
    assert kv.vectors_lockf.dtype == np.float32
    for bad in ([1, 2], np.ones((5, 1))):
        with pytest.raises(ValueError, match="one per key"):
            kv.vectors_lockf = bad


def test_classic_names_of_the_data(kv: KeyedVectors) -> None:
    assert kv.index2word is kv.index2entity is kv.index_to_key
    assert np.shares_memory(kv.syn0, kv.vectors)
    kv.syn0 = 2 * EYE
    assert kv.norms.tolist() == [2, 2, 2, 2]
    kv.index2word = ["p", "q", "r", "s"]
    assert kv.index_to_key == ["p", "q", "r", "s"]
    del kv.syn0
    with pytest.raises(KeyError):
        kv["a"]
    del kv.index2word
    assert len(kv) == 0


def test_vectors_for_all(kv: KeyedVectors) -> None:
    kv.expandos["count"] = np.array([4, 3, 2, 1])
    kv["ü"] = np.ones(4)
    some = kv.vectors_for_all(["d", "zz", "a", "d", 0], copy_vecattrs=True)
    assert some.index_to_key == ["d", "a"]
    assert np.array_equal(some.vectors, EYE[[3, 0]])
    assert some.expandos["count"].tolist() == [1, 4]
    assert not kv.vectors_for_all(["a"], allow_inference=False).expandos
    some["a"] = np.ones(4)
    assert np.array_equal(kv["a"], EYE[0])


def test_sort_by_descending_frequency(kv: KeyedVectors) -> None:
    with pytest.raises(KeyError, match="count"):
        kv.sort_by_descending_frequency()
    kv.expandos["count"] = np.array([1, 5, 1, 9])
    kv.set_vecattr("c", "tag", "third")
    kv.vectors_lockf = [0, 0.1, 0.2, 0.3]
    kv.fill_norms()
    kv.sort_by_descending_frequency()
    assert kv.index_to_key == ["d", "b", "a", "c"]  # a before c: ties keep their order
    assert np.array_equal(kv.vectors, EYE[[3, 1, 0, 2]])
    assert kv.expandos["count"].tolist() == [9, 5, 1, 1]
    assert kv.get_vecattr("c", "tag") == "third"
    assert kv.vectors_lockf == pytest.approx([0.3, 0.1, 0, 0.2])
    assert all(np.array_equal(kv[key], EYE["abcd".index(key)]) for key in "abcd")


def test_resize_vectors_fills_with_initial_vectors(kv: KeyedVectors) -> None:
    kv.index_to_key = ["a", "b", "c", "d", "e", "f"]
    kv.key_to_index = {key: row for row, key in enumerate(kv.index_to_key)}
    kv.resize_vectors(seed=3)
    assert np.array_equal(kv.vectors[:4], EYE)
    assert np.array_equal(kv["f"], pseudorandom_weak_vector(4, "f3"))
    kv.index_to_key = ["a", "b"]
    kv.resize_vectors()
    assert kv.vectors.shape == (2, 4)


def test_module_functions() -> None:
    vector = pseudorandom_weak_vector(50, "word1")
    assert np.array_equal(vector, pseudorandom_weak_vector(50, "word1"))
    assert (np.abs(vector) <= 0.5 / 50).all()
    assert vector.dtype == np.float32
    same = [pseudorandom_weak_vector(5, text, lambda s: 7) for text in ("x", "y")]
    assert np.array_equal(*same)
    assert not np.array_equal(pseudorandom_weak_vector(50), pseudorandom_weak_vector(50))
    prior = np.ones((2, 3), np.float32)
    matrix = prep_vectors((5, 3), prior, seed=2)
    assert np.array_equal(matrix[:2], prior)
    assert np.array_equal(matrix, prep_vectors((5, 3), prior, seed=2))
    assert not np.array_equal(matrix[2], matrix[3])
    assert prep_vectors((2, 3), dtype=np.float64).dtype == np.float64
    with pytest.raises(ValueError, match="do not fit"):
        prep_vectors((1, 3), prior)
    assert keyedvectors.Word2VecKeyedVectors is keyedvectors.EuclideanKeyedVectors is KeyedVectors
    assert keyedvectors.CompatVocab(count=3).count == 3


def test_str(kv: KeyedVectors) -> None:
    assert str(kv) == "KeyedVectors<vector_size=4, 4 keys>"
