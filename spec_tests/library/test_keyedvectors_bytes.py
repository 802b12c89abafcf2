"""Rows in bytes choose candidates; the answers are those of the floats, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vref.keyedvectors import KeyedVectors, storage
from w2vref.keyedvectors.byte_rows import ByteRows, library_for_bytes
from w2vref.keyedvectors.ranking import exact_cosines, few, unit

LIBRARY = library_for_bytes()
pytestmark = pytest.mark.skipif(LIBRARY is None, reason="the C extension is not built")


def spiky(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Rows with components of very different sizes, copies, opposites, zeros, and scales up to 10^30."""
    rows = rng.standard_normal(shape) ** rng.choice([1, 3, 7], (shape[0], 1))
    rows[1::9] = rows[0]
    rows[2::11] = -rows[0]
    rows[3::13] = 0
    rows[4::17] *= 1e30
    rows[5::17] *= 1e-30
    return rows.astype(np.float32)


# 63, 64, 65: around one register of codes; 300: a usual size; 600: whole numbers beyond 2^24
@given(
    st.sampled_from([1, 3, 16, 63, 64, 65, 300, 600]),
    st.integers(1, 300),
    st.integers(1, 17),
    st.sampled_from([1, 2, 10, 50]),
    st.integers(0, 2**32),
)
def test_candidates_hold_the_best(size: int, count: int, queries: int, wanted: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = spiky(rng, (count, size))
    asked = np.array([unit(row) for row in spiky(rng, (queries, size))])
    asked[0] = unit(rows[count // 2])
    assert LIBRARY is not None
    found = ByteRows(LIBRARY, rows).candidates(asked, wanted, 0, count)
    for query, places in zip(asked, found, strict=True):
        cosines = exact_cosines(rows, query)
        worst = np.sort(cosines)[-min(wanted, count)]
        assert set(np.flatnonzero(cosines >= worst).tolist()) <= set(places.tolist())


def test_few_others_are_candidates() -> None:
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((30_000, 100)).astype(np.float32)
    assert LIBRARY is not None
    found = ByteRows(LIBRARY, rows).candidates(np.array([unit(row) for row in rows[:9]]), 10, 0, len(rows))
    assert max(len(places) for places in found) < 100


def test_a_part_of_the_rows() -> None:
    rows = np.random.default_rng(0).standard_normal((500, 20)).astype(np.float32)
    assert LIBRARY is not None
    (found,) = ByteRows(LIBRARY, rows).candidates(unit(rows[0])[np.newaxis], 5, 100, 400)
    assert (found.min() >= 100, found.max() < 400) == (True, True)
    assert 100 + np.argmax(exact_cosines(rows[100:400], unit(rows[0]))) in found


def test_rows_that_are_not_finite_are_no_candidates() -> None:
    rows = np.ones((40, 8), dtype=np.float32)
    rows[7, 3], rows[9, 0] = np.nan, np.inf
    assert LIBRARY is not None
    (found,) = ByteRows(LIBRARY, rows).candidates(unit(rows[0])[np.newaxis], 3, 0, 40)
    assert set(found.tolist()) == set(range(40)) - {7, 9}


def test_more_equal_rows_than_there_is_room_for() -> None:
    rows = np.ones((20_000, 8), dtype=np.float32)
    assert LIBRARY is not None
    found = ByteRows(LIBRARY, rows).candidates(np.array([unit(rows[0])] * 9), 3, 0, len(rows))
    assert [len(places) for places in found] == [20_000] * 9


@pytest.fixture
def kv(monkeypatch: pytest.MonkeyPatch) -> KeyedVectors:
    monkeypatch.setattr(storage, "BYTES_FROM_ROWS", 0)
    monkeypatch.setattr(storage, "QUERIES_WITHOUT_BYTES", 0)
    kv = KeyedVectors(30)
    kv.add_vectors([*range(3000)], spiky(np.random.default_rng(3), (3000, 30)))
    return kv


def floats_only(kv: KeyedVectors, monkeypatch: pytest.MonkeyPatch) -> None:
    kv.clear_sims()
    monkeypatch.setattr(storage, "BYTES_FROM_ROWS", 10**9)


def test_answers_do_not_depend_on_bytes(kv: KeyedVectors, monkeypatch: pytest.MonkeyPatch) -> None:
    def answers() -> list:
        return [
            *kv.most_similar_batch([*range(40)], topn=7),
            *kv.most_similar_batch([*range(5)], topn=2000),
            *(kv.most_similar(key, topn=7) for key in range(40)),
            kv.most_similar([3, 5], [8], topn=20, clip_start=900, clip_end=2900),
            kv.most_similar(3, restrict_vocab=1500),
        ]

    with_bytes = answers()
    assert kv._storage.in_bytes is not None
    assert few(8, 3000)
    assert not few(2001, 3000)
    floats_only(kv, monkeypatch)
    assert answers() == with_bytes
    assert kv._storage.in_bytes is None


@pytest.mark.parametrize(
    "change",
    [
        lambda kv: kv.vectors.__setitem__(17, kv[4] * 2),
        lambda kv: kv.__setitem__(17, kv[4] * 2),
        lambda kv: kv.writable_vector(17).__setitem__(slice(None), kv[4] * 2),
        lambda kv: kv.add_vector("new", kv[4] * 2),
        lambda kv: setattr(kv, "vectors", np.roll(kv.vectors, 13, axis=0)),
        lambda kv: kv.padded().__setitem__((17, slice(30)), kv[4] * 2),
    ],
)
def test_bytes_follow_every_change(kv: KeyedVectors, monkeypatch: pytest.MonkeyPatch, change: object) -> None:
    before = kv.most_similar(4, topn=50)
    assert kv._storage.in_bytes is not None
    change(kv)  # type: ignore[operator]
    after = kv.most_similar(4, topn=50)
    assert kv._storage.in_bytes is not None
    assert after != before
    floats_only(kv, monkeypatch)
    assert kv.most_similar(4, topn=50) == after


def test_while_somebody_can_write_the_floats_are_read(kv: KeyedVectors) -> None:
    kv.most_similar(4)
    held = kv.vectors
    held[17] = kv[4]
    assert kv.most_similar(4, topn=30) == kv.most_similar_batch([4], topn=30)[0]
    assert 17 in dict(kv.most_similar(4, topn=600))
    assert kv._storage.in_bytes is None


def test_the_first_queries_do_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "BYTES_FROM_ROWS", 100)
    kv = KeyedVectors(3)
    kv.add_vectors([*range(100)], np.random.default_rng(0).standard_normal((100, 3)))
    for number in range(storage.QUERIES_WITHOUT_BYTES + 1):
        assert kv._storage.in_bytes is None
        kv.most_similar(number)
    assert kv._storage.in_bytes is not None


def test_without_the_extension_answers_are_the_same(
    kv: KeyedVectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = kv.most_similar_batch([1, 2, 3])
    kv.clear_sims()
    monkeypatch.setattr("w2vref.keyedvectors.most_similar.library_for_bytes", lambda: None)
    assert kv.most_similar_batch([1, 2, 3]) == answers
    assert kv._storage.in_bytes is None


@pytest.mark.parametrize("simd", ["baseline"])
def test_every_instruction_set_finds_the_same(
    kv: KeyedVectors, monkeypatch: pytest.MonkeyPatch, simd: str
) -> None:
    answers = kv.most_similar_batch([*range(20)])
    kv.clear_sims()
    monkeypatch.setenv("W2VREF_SIMD", simd)
    assert kv.most_similar_batch([*range(20)]) == answers
