"""Padded rows, growth, who may write to them, and norms that follow every write."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vref.keyedvectors import KeyedVectors
from w2vref.keyedvectors.storage import row_norms
from w2vref.records import is_padded

ACTIONS = ["setrow", "view", "replace", "add", "query", "hold", "drop", "norm", "row"]


def make(rows: int = 5, size: int = 4, seed: int = 0) -> KeyedVectors:
    kv = KeyedVectors(size)
    vectors = np.random.default_rng(seed).standard_normal((rows, size)).astype(np.float32)
    kv.add_vectors([f"w{row}" for row in range(rows)], vectors)
    return kv


def true_norms(kv: KeyedVectors) -> np.ndarray:
    return np.linalg.norm(np.array(kv.vectors, dtype=np.float64), axis=1)


# 15, 16, 17: below, at and above one block; 33: two blocks and one
@pytest.mark.parametrize("size", [1, 7, 15, 16, 17, 33, 100])
def test_rows_are_padded_with_zeros_and_fit_a_backend(size: int) -> None:
    kv = make(6, size)
    padded = kv.padded()
    assert is_padded(padded, size)
    assert padded.shape[0] == 6
    assert not padded[:, size:].any()
    assert np.shares_memory(padded, kv.vectors)
    assert kv.vectors.shape == (6, size)


def test_growth_one_by_one_is_amortised_and_keeps_the_rows() -> None:
    kv = KeyedVectors(3)
    blocks = set()
    for i in range(1000):
        kv[f"k{i}"] = np.full(3, i)
        blocks.add(id(kv._storage._block))
    assert np.array_equal(kv.vectors[:, 0], np.arange(1000))
    assert len(blocks) < 30  # 1.5^20 > 1000: each growth by half


def test_norms_follow_writes_through_the_view_that_is_handed_out() -> None:
    kv = make()
    assert kv.norms == pytest.approx(true_norms(kv), rel=1e-6)
    kv.vectors[3] = [3, 4, 0, 0]
    assert kv.norms[3] == 5
    assert kv.most_similar([np.array([3.0, 4, 0, 0])], topn=1)[0][0] == "w3"


def test_norms_follow_writes_through_a_view_held_for_long_and_views_of_it() -> None:
    kv = make()
    held = kv.vectors[1:3][0]  # a view of a view: the outer one is gone
    gc.collect()
    for value in (1.0, 5.0, 0.0, 2.0):
        held[:] = value
        assert kv.norms[1] == pytest.approx(2 * value)
    copied = held.reshape(2, 2).T
    del held
    copied *= 3
    assert kv.norms[1] == pytest.approx(12)


def test_norms_are_kept_once_nobody_can_write() -> None:
    kv = make()
    held = kv.vectors
    assert kv._storage.norms() is not kv._storage.norms()
    del held
    first = kv._storage.norms()
    assert kv._storage.norms() is first


def test_a_writable_row_costs_one_row_and_is_followed() -> None:
    kv = make()
    norms = kv._storage.norms()
    row = kv.writable_vector("w2")
    row[:] = [0, 6, 8, 0]
    assert kv.norms[2] == 10
    assert kv._storage.norms() is norms  # the same array: only its row was computed
    row *= 2
    assert kv.norms[2] == 20
    del row
    assert kv.norms[2] == 20
    assert not kv._storage._row_gates


def test_a_row_written_before_growth_is_not_stale_after_it() -> None:
    kv = make(2)
    assert len(kv.norms) == 2
    row = kv.writable_vector("w0")
    row[:] = 7
    for i in range(40):
        kv[f"new{i}"] = np.ones(4)
    assert kv.norms == pytest.approx(true_norms(kv), rel=1e-6)
    row[:] = 100  # the old memory: the vectors have moved
    assert kv.norms == pytest.approx(true_norms(kv), rel=1e-6)


@given(st.lists(st.sampled_from(ACTIONS), max_size=25))
def test_norms_are_right_after_any_sequence_of_writes(actions: list[str]) -> None:
    kv, held, rng = make(), [], np.random.default_rng(1)
    for step, action in enumerate(actions):
        if action == "setrow":
            kv["w1"] = rng.standard_normal(4)
        elif action == "view":
            kv.vectors[step % len(kv)] *= 2
        elif action == "replace":
            kv.vectors = rng.standard_normal((len(kv), 4)).astype(np.float32)
        elif action == "add":
            kv.add_vector(f"new{step}", rng.standard_normal(4))
        elif action == "query":
            kv.norms  # noqa: B018 - fills the cache
            kv.syn0norm  # noqa: B018
        elif action == "hold":
            held.append(kv.vectors)
        elif action == "row":
            held.append(kv.writable_vector("w0"))
        elif action == "drop":
            held.clear()
        elif action == "norm":
            kv.unit_normalize_all()
        for array in held:
            np.multiply(array, 1.5, out=array)
        if step % 3 == 2:
            assert kv.norms == pytest.approx(true_norms(kv), rel=1e-5)
            assert kv.syn0norm == pytest.approx(kv.vectors / true_norms(kv)[:, None], rel=1e-5)


def test_training_rows_are_followed_while_they_are_held() -> None:
    kv = make()
    kv.fill_norms()
    rows = kv.padded()
    rows[0, :4] = [0, 0, 0, 9]
    assert kv.norms[0] == 9
    rows[0, :4] = [0, 0, 0, 8]
    assert kv.norms[0] == 8


def test_setting_vectors_copies_and_may_change_the_width() -> None:
    kv = make()
    source = np.arange(10, dtype=np.float64).reshape(5, 2)
    kv.vectors = source
    source[:] = -1
    assert kv.vector_size == 2
    assert kv.vectors.dtype == np.float32
    assert np.array_equal(kv["w1"], [2, 3])
    assert is_padded(kv.padded(), 2)
    kv.vector_size = 2  # as programs do that set both
    with pytest.raises(ValueError, match="follows them"):
        kv.vector_size = 3


@pytest.mark.parametrize(
    "bad", [np.zeros(4), np.zeros((2, 2, 2)), np.array([["a"]]), np.zeros((2, 4), complex)]
)
def test_setting_anything_else_is_refused_and_changes_nothing(bad: np.ndarray) -> None:
    kv = make()
    before = kv.vectors.copy()
    with pytest.raises(ValueError, match="matrix of numbers"):
        kv.vectors = bad
    assert np.array_equal(kv.vectors, before)
    assert kv.vector_size == 4


def test_keys_and_vectors_may_be_replaced_one_after_the_other() -> None:
    kv = make()
    kv.vectors = kv.vectors[:2]
    with pytest.raises(KeyError, match="2 vectors"):
        kv["w4"]
    with pytest.raises(ValueError, match="5 keys but 2 vectors"):
        kv.padded()
    assert [key for key, _ in kv.most_similar("w0")] == ["w1"]
    kv.index_to_key = kv.index_to_key[:2]
    kv.key_to_index = {key: row for row, key in enumerate(kv.index_to_key)}
    assert len(kv.padded()) == 2
    assert "w4" not in kv


def test_read_only_vectors_answer_but_cannot_be_changed_or_trained(tmp_path: Path) -> None:
    kv = make()
    np.save(tmp_path / "v.npy", kv.vectors)
    mapped = np.load(tmp_path / "v.npy", mmap_mode="r")
    keys = kv.index_to_key
    kv = KeyedVectors(4)
    kv.adopt_vectors(mapped)
    kv.index_to_key, kv.key_to_index = keys, {key: row for row, key in enumerate(keys)}
    assert np.shares_memory(kv.vectors, mapped)
    assert kv.similarity("w0", "w0") == pytest.approx(1)
    assert len(kv.most_similar("w0")) == 4
    assert not kv.vectors.flags.writeable
    assert not kv.writable_vector("w0").flags.writeable
    for change in (
        lambda: kv.add_vector("new", np.ones(4)),
        kv.unit_normalize_all,
        lambda: kv.__setitem__("w0", np.ones(4)),
    ):
        with pytest.raises(ValueError, match="read-only"):
            change()
    assert len(kv) == 5
    with pytest.raises(ValueError, match=r"read-only .* cannot be trained"):
        kv.padded()


def test_other_dtypes_are_kept_answer_and_cannot_be_trained() -> None:
    for dtype in (np.float16, np.float64):
        kv = KeyedVectors(3, dtype=dtype)
        kv.add_vectors(["a", "b", "c"], np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1]]))
        assert kv.vectors.dtype == dtype
        assert kv["b"].dtype == dtype
        assert kv.similarity("a", "b") == pytest.approx(0.5**0.5)
        assert kv.most_similar("a", topn=1) == [("b", pytest.approx(0.5**0.5))]
        assert kv.most_similar_batch(["a"], topn=1)[0] == kv.most_similar("a", topn=1)
        assert kv.get_normed_vectors().dtype == dtype
        with pytest.raises(ValueError, match=f"{np.dtype(dtype)} cannot be trained"):
            kv.padded()
    with pytest.raises(TypeError, match="floating-point"):
        KeyedVectors(3, dtype=np.int32)


def test_an_unpadded_array_taken_as_it_is_cannot_be_trained_until_copied() -> None:
    kv = make()
    vectors = kv.vectors.copy()
    kv.adopt_vectors(vectors)
    with pytest.raises(ValueError, match="assign a copy"):
        kv.padded()
    kv.vectors = kv.vectors.copy()
    assert np.array_equal(kv.padded()[:, :4], vectors)
    with pytest.raises(ValueError, match="matrix of floats"):
        kv.adopt_vectors(np.zeros((2, 2), dtype=int))


def test_vectors_in_a_mapped_file(tmp_path: Path) -> None:
    path = tmp_path / "vectors"
    kv = KeyedVectors(3, mapfile_path=path)
    for i in range(100):
        kv[f"k{i}"] = [i, 1, 2]
    assert np.array_equal(kv.vectors[:, 0], np.arange(100))
    assert path.stat().st_size >= 100 * 16 * 4
    assert is_padded(kv.padded(), 3)
    kv.vectors = kv.vectors * 2
    assert np.array_equal(kv["k7"], [14, 2, 4])
    kv.vectors = kv.vectors[::-1]
    assert np.array_equal(kv.vectors[:, 0], 2 * np.arange(100)[::-1])
    with pytest.raises(ValueError, match="keep their size"):
        kv.vectors = np.ones((100, 4))
    with pytest.raises(FileExistsError, match="exists"):
        KeyedVectors(3, mapfile_path=path)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [((-1,), ValueError), ((4, -1), ValueError), (("4",), TypeError), ((4.0,), TypeError)],
)
def test_bad_sizes(arguments: tuple, error: type[Exception]) -> None:
    with pytest.raises(error, match="vector_size"):
        KeyedVectors(*arguments)


def test_norms_of_tiny_huge_and_zero_rows() -> None:
    rows = np.array([[3e-30, 4e-30], [3e25, 4e25], [0, 0], [3, 4]], dtype=np.float32)
    assert row_norms(rows) == pytest.approx([5e-30, 5e25, 0, 5], rel=1e-6)
    kv = KeyedVectors(2)
    kv.add_vectors(["tiny", "huge", "zero", "plain"], rows)
    assert dict(kv.most_similar("plain")) == pytest.approx({"tiny": 1, "huge": 1, "zero": 0})
    assert kv.similarity("tiny", "huge") == pytest.approx(1)


def test_norms_cannot_be_set_but_freed() -> None:
    kv = make()
    kv.norms = None
    assert kv.norms == pytest.approx(true_norms(kv), rel=1e-6)
    assert not kv.norms.flags.writeable
    with pytest.raises(ValueError, match="computed from the vectors"):
        kv.norms = np.ones(5)


def test_unit_normalize_all_keeps_zeros_and_reaches_held_views() -> None:
    kv = make()
    kv["w0"] = np.zeros(4)
    held = kv.vectors
    kv.unit_normalize_all()
    assert true_norms(kv) == pytest.approx([0, 1, 1, 1, 1], abs=1e-6)
    assert np.array_equal(held, kv.vectors)
    kv.init_sims()
    kv.init_sims(replace=True)
    assert np.array_equal(kv["w0"], np.zeros(4))


def test_syn0norm_is_kept_until_a_vector_changes() -> None:
    kv = make()
    normed = kv.syn0norm
    assert kv.syn0norm is normed
    assert kv.vectors_norm is normed
    assert not normed.flags.writeable
    kv["w0"] = [0, 0, 0, 2]
    assert np.array_equal(kv.syn0norm[0], [0, 0, 0, 1])
    kv.syn0norm = kv.get_normed_vectors()  # as programs do that keep their own copy
    with pytest.raises(ValueError, match="assign syn0"):
        kv.syn0norm = np.ones((5, 4))
    second = kv.syn0norm
    del kv.syn0norm
    assert kv.syn0norm is not second
    kv.clear_sims()
    kv.syn0norm = None
    assert kv.norms == pytest.approx(true_norms(kv), rel=1e-6)
