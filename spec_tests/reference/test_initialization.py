"""Initial vectors: a function of the word and the seed."""

from __future__ import annotations

import numpy as np
import pytest

from w2vref.reference.draws import draw
from w2vref.reference.initialization import fnv1a_64, initial_vectors, vector_keys


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", 0xCBF29CE484222325),
        (b"a", 0xAF63DC4C8601EC8C),
        (b"foobar", 0x85944171F73967E8),
    ],
)
def test_fnv1a_known_values(data: bytes, expected: int) -> None:
    # From the test vectors of Fowler, Noll and Vo.
    assert fnv1a_64(data) == expected


def test_keys_are_hashes_of_utf8() -> None:
    assert vector_keys(["word12"]).tolist() == [fnv1a_64(b"word12")]
    assert vector_keys(["Größe1"]).tolist() == [fnv1a_64("Größe1".encode())]
    assert vector_keys(["word3"], hashfxn=len).tolist() == [5]
    assert vector_keys(["word3"], hashfxn=lambda _: -1).tolist() == [2**64 - 1]


def test_many_words_have_the_keys_of_each() -> None:
    # Bytes are hashed side by side up to 64 of them; in any order of lengths.
    words = ["b", "", "x" * 63, "y" * 64, "z" * 65, "é" * 200, "word", "b"]
    assert vector_keys(words).tolist() == [fnv1a_64(word.encode()) for word in words]
    assert vector_keys([]).tolist() == []


def test_a_lone_surrogate_has_a_vector() -> None:
    assert vector_keys(["\ud8001"]).tolist() == [fnv1a_64(b"\xed\xa0\x801")]


@pytest.mark.parametrize("size", [1, 7, 100])
def test_components_are_as_specified(size: int) -> None:
    row = initial_vectors(np.array([42], dtype=np.uint64), size)[0]
    for i in range(size):
        # 24 bits are exact in binary32, so only the division rounds.
        exact = (draw(42, i) >> 40) / 2**24 - 0.5
        assert row[i] == np.float32(np.float32(exact) / np.float32(size))


def test_components_are_uniform_and_centred() -> None:
    rows = initial_vectors(vector_keys(f"word{i}1" for i in range(2000)), 50) * np.float32(50)
    assert rows.min() >= -0.5
    assert rows.max() < 0.5
    # 100,000 uniform numbers: the mean's standard deviation is 1 / sqrt(12 * 100,000).
    assert abs(float(rows.mean())) < 4 / np.sqrt(12 * rows.size)
    counts = np.bincount(((rows + 0.5) * 16).astype(np.int64).ravel(), minlength=16)
    assert abs(((counts - 6250) ** 2 / 6250).sum() - 15) < 4 * np.sqrt(30)


def test_no_two_initial_rows_are_equal() -> None:
    words = [f"{a}{b}" for a in "abcdefghijklmnopqrst" for b in range(1000)]
    for seed in (1, 11):
        keys = vector_keys(word + str(seed) for word in words)
        assert len(np.unique(keys)) == len(words)
        assert len(np.unique(initial_vectors(keys, 4), axis=0)) == len(words)


def test_a_row_depends_on_its_own_key_alone() -> None:
    keys = vector_keys(f"word{i}1" for i in range(5000))  # more than are made at once
    rows = initial_vectors(keys, 10)
    assert np.array_equal(rows[::-1], initial_vectors(keys[::-1].copy(), 10))
    assert np.array_equal(rows[4097:4098], initial_vectors(keys[4097:4098], 10))
