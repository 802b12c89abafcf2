"""Queries: closed forms in four words, a brute-force oracle in float64, and every error."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vref.keyedvectors import Indexer, KeyedVectors, UsearchIndexer
from w2vref.keyedvectors.ranking import candidates, exact_cosines, lower_bound, margin, nearest, unit

ROOT_HALF = math.sqrt(0.5)


def space(**vectors: list[float]) -> KeyedVectors:
    kv = KeyedVectors(len(next(iter(vectors.values()))))
    kv.add_vectors(list(vectors), np.array(list(vectors.values())))
    return kv


@pytest.fixture
def kv() -> KeyedVectors:
    """Directions at 0, 45 and 90 degrees of different lengths, and one orthogonal to all."""
    return space(a=[2, 0, 0], b=[1, 1, 0], c=[0, 3, 0], d=[0, 0, 5])


def approx(pairs: list[tuple[str, float]]) -> list:
    return [(key, pytest.approx(value, abs=1e-6)) for key, value in pairs]


# ---- closed forms ----


@pytest.mark.parametrize(
    ("positive", "negative", "expected"),
    [
        ("a", None, [("b", ROOT_HALF), ("c", 0), ("d", 0)]),
        (["a"], [], [("b", ROOT_HALF), ("c", 0), ("d", 0)]),
        (0, None, [("b", ROOT_HALF), ("c", 0), ("d", 0)]),
        (["a", "c"], None, [("b", 1), ("d", 0)]),
        (None, "a", [("c", 0), ("d", 0), ("b", -ROOT_HALF)]),
        (["a"], ["c"], [("b", 0), ("d", 0)]),
        ([("a", 3.0), ("c", 4.0)], None, [("b", 1.4 * ROOT_HALF), ("d", 0)]),
        (("a", 0.5), None, [("b", ROOT_HALF), ("c", 0), ("d", 0)]),
        # In `negative` too a weight is taken as it is given: +1 adds.
        (["a"], [("c", 1.0)], [("b", 1), ("d", 0)]),
        (["a"], [("c", -1)], [("b", 0), ("d", 0)]),
        (np.array([0.0, 9, 0]), None, [("c", 1), ("b", ROOT_HALF), ("a", 0), ("d", 0)]),
        ([np.array([1.0, 0, 0]), "c"], None, [("b", 1), ("a", ROOT_HALF), ("d", 0)]),
        # An array is taken as it is, a key at length 1: 3 * (1, 0, 0) + (0, 1, 0).
        ([np.array([3.0, 0, 0]), "c"], None, [("a", 0.9486833), ("b", 4 / math.sqrt(20)), ("d", 0)]),
        (np.array([[1.0, 0, 0], [0, 1, 0]]), None, [("b", 1), ("a", ROOT_HALF), ("c", ROOT_HALF), ("d", 0)]),
        ([[0, 0, 1]], None, [("d", 1), ("a", 0), ("b", 0), ("c", 0)]),
        (["a"], ["a"], [("b", 0), ("c", 0), ("d", 0)]),
    ],
)
def test_most_similar(kv: KeyedVectors, positive: object, negative: object, expected: list) -> None:
    assert kv.most_similar(positive, negative) == approx(expected)


def test_topn(kv: KeyedVectors) -> None:
    assert kv.most_similar("a", topn=1) == approx([("b", ROOT_HALF)])
    assert kv.most_similar("a", topn=0) == []
    assert len(kv.most_similar("a", topn=99)) == 3
    for everything in (None, False):
        similarities = kv.most_similar("a", topn=everything)
        assert similarities == pytest.approx([1, ROOT_HALF, 0, 0])
        assert similarities.dtype == np.float32
    with pytest.raises(ValueError, match="must not be negative"):
        kv.most_similar("a", topn=-1)
    with pytest.raises(TypeError, match="whole number"):
        kv.most_similar("a", topn=2.5)  # type: ignore[arg-type]


def test_ranges(kv: KeyedVectors) -> None:
    assert kv.most_similar("a", clip_start=2) == approx([("c", 0), ("d", 0)])
    assert kv.most_similar("a", clip_start=1, clip_end=3) == approx([("b", ROOT_HALF), ("c", 0)])
    assert kv.most_similar("d", restrict_vocab=2) == approx([("a", 0), ("b", 0)])
    assert kv.most_similar("a", clip_start=1, restrict_vocab=2) == approx([("b", ROOT_HALF)])
    assert kv.most_similar("a", restrict_vocab=0) == []
    assert kv.most_similar("a", clip_start=3, clip_end=1) == []
    assert kv.most_similar("a", restrict_vocab=99, clip_end=50, topn=1) == approx([("b", ROOT_HALF)])
    assert kv.most_similar("c", topn=None, clip_start=1, clip_end=3) == pytest.approx([ROOT_HALF, 1])
    assert kv.most_similar("c", topn=None, restrict_vocab=0).shape == (0,)
    for limits in ({"clip_start": -1}, {"clip_end": -1}, {"restrict_vocab": -1}):
        with pytest.raises(ValueError, match="must not be negative"):
            kv.most_similar("a", **limits)


@pytest.mark.parametrize(
    ("positive", "error", "message"),
    [
        ([], ValueError, "no input"),
        (None, ValueError, "no input"),
        ("z", KeyError, "'z'"),
        (["a", 9], KeyError, "9"),
        ([np.zeros(2)], ValueError, r"shape \(3,\)"),
        ([("a", "b")], TypeError, "must be a number"),
        ([None], TypeError, "expected a key"),
        ([True], TypeError, "expected a key"),
    ],
)
@pytest.mark.parametrize("query", ["most_similar", "most_similar_cosmul"])
def test_bad_inputs(
    kv: KeyedVectors, query: str, positive: object, error: type[Exception], message: str
) -> None:
    if query == "most_similar_cosmul" and message == "must be a number":
        message = "no weights"
    with pytest.raises(error, match=message):
        getattr(kv, query)(positive)


def test_similar_by(kv: KeyedVectors) -> None:
    assert kv.similar_by_word("a", 1) == kv.similar_by_key("a", 1) == kv.most_similar("a", topn=1)
    assert kv.similar_by_word("a", 5, 2) == approx([("b", ROOT_HALF)])
    # A list of numbers is a vector here, not row numbers.
    assert kv.similar_by_vector([0, 1, 0], topn=1) == approx([("c", 1)])
    with pytest.raises(KeyError):
        kv.similar_by_word("z")


def test_cosmul(kv: KeyedVectors) -> None:
    shifted = (1 + ROOT_HALF) / 2
    assert kv.most_similar_cosmul("a") == approx([("b", shifted), ("c", 0.5), ("d", 0.5)])
    assert kv.most_similar_cosmul(["a"], ["c"]) == [
        ("b", pytest.approx(1, abs=1e-5)),
        ("d", pytest.approx(1, abs=1e-5)),
    ]
    assert kv.most_similar_cosmul(["a", "b"], ["c"]) == approx([("d", 0.499999)])
    assert kv.most_similar_cosmul(["a"], topn=None) == pytest.approx([1, shifted, 0.5, 0.5], abs=1e-5)
    assert kv.most_similar_cosmul(["a"], topn=0) == []
    assert kv.most_similar_cosmul(["a"], restrict_vocab=2) == approx([("b", shifted)])
    # An array is used as it is: cosines of 2 * a give (1 + 2) / 2.
    assert kv.most_similar_cosmul([np.array([2.0, 0, 0])], topn=1) == [("a", pytest.approx(1.5, abs=1e-5))]
    with pytest.raises(ValueError, match="no input"):
        kv.most_similar_cosmul(negative=["a"])
    with pytest.raises(TypeError, match="no weights"):
        kv.most_similar_cosmul([("a", 2.0)])


def test_similarity_and_distance(kv: KeyedVectors) -> None:
    assert kv.similarity("a", "b") == pytest.approx(ROOT_HALF)
    assert kv.similarity(0, "a") == pytest.approx(1)
    assert kv.distance("a", "c") == pytest.approx(1)
    assert kv.distances("a") == pytest.approx([0, 1 - ROOT_HALF, 1, 1], abs=1e-6)
    assert kv.distances("a", ["c", "b"]) == pytest.approx([1, 1 - ROOT_HALF])
    for vector in ([0, 2, 0], np.array([0, 2.0, 0])):
        assert kv.distances(vector) == pytest.approx([1, 1 - ROOT_HALF, 0, 1], abs=1e-6)
    assert kv.distances("a").dtype == kv.distances("a", ["b"]).dtype == np.float32
    for call in (
        lambda: kv.similarity("a", "z"),
        lambda: kv.distance("z", "a"),
        lambda: kv.distances("a", ["z"]),
    ):
        with pytest.raises(KeyError, match="'z'"):
            call()
    with pytest.raises(ValueError, match="shape"):
        kv.distances([1, 2])


def test_n_similarity_uses_vectors_as_they_are(kv: KeyedVectors) -> None:
    # mean of (2,0,0) and (0,3,0) with b = (1,1,0): 2.5 / (sqrt(3.25) * sqrt(2))
    assert kv.n_similarity(["a", "c"], ["b"]) == pytest.approx(2.5 / math.sqrt(6.5))
    with pytest.raises(KeyError):
        kv.n_similarity(["a", "z"], ["b"])
    for sides in (([], ["a"]), (["a"], [])):
        with pytest.raises(ZeroDivisionError, match="at least one key"):
            kv.n_similarity(*sides)


def test_doesnt_match(kv: KeyedVectors, caplog: pytest.LogCaptureFixture) -> None:
    assert kv.doesnt_match(["a", "b", "c", "d"]) == "d"
    assert kv.doesnt_match(["c", "a"]) == "a"  # equally far: the first in the alphabet
    with caplog.at_level(logging.WARNING):
        assert kv.doesnt_match(["a", "z", "b", "d"]) == "d"
    assert "['z']" in caplog.text
    for words in ([], ["z"]):
        with pytest.raises(ValueError, match="cannot select a word from an empty list"):
            kv.doesnt_match(words)


@pytest.mark.parametrize(
    "call",
    [
        lambda kv: kv.doesnt_match("abd"),
        lambda kv: kv.rank_by_centrality("abd"),
        lambda kv: kv.n_similarity("a", ["b"]),
        lambda kv: kv.wmdistance("a", ["b"]),
        lambda kv: kv.most_similar_batch("a"),
    ],
)
def test_a_string_is_not_a_list_of_words(kv: KeyedVectors, call: Callable[[KeyedVectors], object]) -> None:
    with pytest.raises(TypeError, match="list"):
        call(kv)


def test_rank_and_closer_than(kv: KeyedVectors) -> None:
    assert (kv.rank("a", "b"), kv.rank("a", "c"), kv.rank("a", "d"), kv.rank("a", "a")) == (1, 2, 2, 1)
    assert kv.closer_than("a", "d") == ["b"]  # c is as far as d
    assert kv.closer_than("d", "d") == []
    assert kv.words_closer_than("b", "d") == ["a", "c"]
    for query in (kv.rank, kv.closer_than):
        with pytest.raises(KeyError):
            query("a", "z")


def test_equal_vectors_are_not_closer_than_each_other() -> None:
    rows = np.random.default_rng(0).standard_normal((1, 50))
    kv = KeyedVectors(50)
    kv.add_vectors([f"w{i}" for i in range(700)], np.repeat(rows, 700, axis=0))
    kv["probe"] = np.random.default_rng(1).standard_normal(50)
    assert kv.closer_than("probe", "w300") == []
    assert [key for key, _ in kv.most_similar("probe", topn=5)] == ["w0", "w1", "w2", "w3", "w4"]


def test_relative_cosine_similarity(kv: KeyedVectors) -> None:
    assert kv.relative_cosine_similarity("b", "a", topn=2) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="no similarity"):
        kv.relative_cosine_similarity("d", "a")
    with pytest.raises(ValueError, match="at least 1"):
        kv.relative_cosine_similarity("a", "b", topn=0)
    with pytest.raises(ValueError, match="no similarity"):
        space(a=[1, 0]).relative_cosine_similarity("a", "a")


def test_rank_by_centrality(kv: KeyedVectors) -> None:
    assert [word for _, word in kv.rank_by_centrality(["a", "b", "c"])] == ["b", "a", "c"]
    scores = {word: score for score, word in kv.rank_by_centrality(["a", "d"], use_norm=False)}
    assert scores == pytest.approx({"d": 25 / math.sqrt(29), "a": 4 / math.sqrt(29)})
    with pytest.raises(ValueError, match="empty list"):
        kv.rank_by_centrality(["z"])


def test_most_similar_to_given(kv: KeyedVectors) -> None:
    assert kv.most_similar_to_given("a", ["d", "c", "b"]) == "b"
    assert kv.most_similar_to_given("a", ["d", "c"]) == "d"
    with pytest.raises(ValueError, match="empty"):
        kv.most_similar_to_given("a", [])
    with pytest.raises(KeyError):
        kv.most_similar_to_given("a", ["b", "z"])


def test_get_mean_vector(kv: KeyedVectors) -> None:
    def mean(*arguments: object, **options: object) -> list[float]:
        vector = kv.get_mean_vector(*arguments, **options)
        assert vector.dtype == np.float32
        return pytest.approx(vector.tolist(), abs=1e-6)

    assert mean(["a", "c"]) == [0.5, 0.5, 0]
    assert mean("a") == [1, 0, 0]
    assert mean(["a", "c"], pre_normalize=False) == [1, 1.5, 0]
    assert mean(["a", "c"], weights=[3, -1]) == [0.75, -0.25, 0]
    assert mean(["a", "c"], weights=[0, 0]) == [0, 0, 0]
    assert mean(["a", "c"], post_normalize=True) == [ROOT_HALF, ROOT_HALF, 0]
    assert mean(["a", np.array([0, 4.0, 0])]) == [0.5, 2, 0]
    assert mean(["a", "z"]) == [1, 0, 0]
    assert mean(["z"]) == [0, 0, 0]
    assert mean(np.eye(3)) == [1 / 3, 1 / 3, 1 / 3]
    with pytest.raises(KeyError, match="'z'"):
        kv.get_mean_vector(["a", "z"], ignore_missing=False)
    with pytest.raises(ValueError, match="no input"):
        kv.get_mean_vector([])
    with pytest.raises(ValueError, match="2 keys but 1 weights"):
        kv.get_mean_vector(["a", "c"], weights=[1])


def test_cosine_similarities() -> None:
    matrix = [[1, 0], [1, 1], [0, 0], [-3, 0]]
    assert KeyedVectors.cosine_similarities([2, 0], matrix) == pytest.approx([1, ROOT_HALF, 0, -1])
    assert KeyedVectors.cosine_similarities([0, 0], matrix).tolist() == [0, 0, 0, 0]


def test_a_zero_vector_has_similarity_zero_with_everything() -> None:
    kv = space(a=[1, 0], z=[0, 0], b=[-1, 1])
    assert kv.most_similar("z") == [("a", 0), ("b", 0)]
    assert kv.most_similar("a") == approx([("z", 0), ("b", -ROOT_HALF)])
    assert kv.similarity("z", "z") == 0
    assert kv.distance("a", "z") == 1
    assert kv.distances("z").tolist() == [1, 1, 1]
    assert kv.distances("a", ["z"]).tolist() == [1]
    assert kv.n_similarity(["z"], ["a"]) == 0
    assert np.isfinite(kv.most_similar("z", topn=None)).all()
    assert dict(kv.most_similar_cosmul(["a"], ["z"])) == pytest.approx({"b": 1 - ROOT_HALF}, abs=1e-5)
    assert kv.doesnt_match(["a", "z"]) == "z"


def test_a_row_with_nan_is_never_found() -> None:
    kv = space(a=[1, 0], n=[math.nan, 1], b=[1, 1], i=[math.inf, 0])
    assert [key for key, _ in kv.most_similar("a")] == ["b"]
    assert [key for key, _ in kv.most_similar_batch(["a"])[0]] == ["b"]


def test_similarity_unseen_docs_says_what_to_use(kv: KeyedVectors) -> None:
    with pytest.raises(NotImplementedError, match="n_similarity"):
        kv.similarity_unseen_docs()


# ---- properties, against brute force in float64 ----

SIZES = st.sampled_from([1, 2, 7, 16, 17, 40])


@st.composite
def spaces(draw: st.DrawFn) -> KeyedVectors:
    """Random spaces with repeated, opposite and zero rows among the others."""
    size, rows = draw(SIZES), draw(st.integers(2, 30))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    vectors = rng.standard_normal((rows, size)).astype(np.float32)
    for row in range(1, rows):
        kind = draw(st.sampled_from(["own"] * 4 + ["copy", "opposite", "zero"]))
        vectors[row] = {"own": vectors[row], "copy": vectors[row - 1], "opposite": -vectors[0], "zero": 0}[
            kind
        ]
    kv = KeyedVectors(size)
    kv.add_vectors([f"w{row}" for row in range(rows)], vectors)
    return kv


def oracle(kv: KeyedVectors, positive: list[str], negative: list[str]) -> list[tuple[str, float]]:
    """Rank all other keys by cosines computed one by one with Python's floats."""

    def normed(vector: np.ndarray) -> list[float]:
        length = math.sqrt(math.fsum(float(x) ** 2 for x in vector))
        return [float(x) / length if length else 0.0 for x in vector]

    target = np.zeros(kv.vector_size)
    for key in positive:
        target += normed(kv[key])
    for key in negative:
        target -= normed(kv[key])
    target = np.array(normed(np.where(np.abs(target) > 1e-12, target, 0)))
    cosines = {
        key: math.fsum(a * b for a, b in zip(normed(kv[key]), target, strict=True))
        for key in kv.index_to_key
        if key not in positive + negative
    }
    return sorted(cosines.items(), key=lambda pair: -pair[1])


@given(spaces(), st.data())
def test_most_similar_is_the_brute_force_ranking(kv: KeyedVectors, data: st.DataObject) -> None:
    keys = st.sampled_from(kv.index_to_key)
    positive = data.draw(st.lists(keys, min_size=1, max_size=3))
    negative = data.draw(
        st.lists(keys, max_size=2).map(lambda drawn: [k for k in drawn if k not in positive])
    )
    topn = data.draw(st.integers(1, 40))
    expected = oracle(kv, positive, negative)
    got = kv.most_similar(positive, negative, topn=topn)
    assert len(got) == min(topn, len(expected))
    assert not {key for key, _ in got} & {*positive, *negative}
    assert [value for _, value in got] == pytest.approx([v for _, v in expected[:topn]], abs=1e-12)
    assert all(abs(value) <= 1 + 1e-12 for _, value in got)
    assert dict(got) == pytest.approx({key: dict(expected)[key] for key, _ in got}, abs=1e-12)
    rows = [kv.get_index(key) for key, _ in got]
    values = [value for _, value in got]
    assert all(values[i] > values[i + 1] or rows[i] < rows[i + 1] for i in range(len(rows) - 1))


@given(spaces(), st.integers(1, 40))
def test_a_batch_is_its_loop(kv: KeyedVectors, topn: int) -> None:
    assert kv.most_similar_batch(kv.index_to_key, topn) == [
        kv.most_similar(key, topn=topn) for key in kv.index_to_key
    ]


@given(spaces(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(kv: KeyedVectors, random: object) -> None:
    shuffled = list(kv.index_to_key)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = kv.vectors_for_all(shuffled)
    for topn in (1, 5, 50):
        mine, theirs = kv.most_similar("w0", topn=topn), other.most_similar("w0", topn=topn)
        assert [value for _, value in mine] == [value for _, value in theirs]
        if topn == 50:
            assert dict(mine) == dict(theirs)


@given(spaces())
def test_ranks_agree_with_similarities(kv: KeyedVectors) -> None:
    similar = dict(kv.most_similar("w0", topn=99))
    for key, value in similar.items():
        assert kv.similarity("w0", key) == pytest.approx(value, abs=1e-12)
        closer = {other for other, theirs in similar.items() if theirs > value}
        assert set(kv.closer_than("w0", key)) == closer
        assert kv.rank("w0", key) == len(closer) + 1


# 1, 255, 256, 257: around one block of maxima; 5000: more than one block of rows of a batch
@pytest.mark.parametrize("rows", [1, 255, 256, 257, 5000])
@pytest.mark.parametrize("k", [1, 10, 300, 6000])
def test_the_nearest_rows_of_many(rows: int, k: int) -> None:
    rng = np.random.default_rng(rows + k)
    kv = KeyedVectors(20)
    kv.add_vectors([*range(rows)], rng.standard_normal((rows, 20)))
    vectors, norms = kv.frozen_rows()
    query = unit(rng.standard_normal(20))
    exact = exact_cosines(vectors, query)
    order = np.lexsort((np.arange(rows), -exact))
    excluded = order[:2]
    best = nearest(vectors, norms, query, k, excluded)
    assert np.array_equal(best.rows, order[2 : k + 2])
    assert np.array_equal(best.cosines, exact[order[2 : k + 2]])
    batch = kv.most_similar_batch([query, *range(min(rows, 3))], topn=k)
    assert [key for key, _ in batch[0]] == order[:k].tolist()
    for key in range(min(rows, 3)):
        assert batch[1 + key] == kv.most_similar(key, topn=k)


def test_candidates_hold_all_within_the_margin() -> None:
    scores = np.linspace(-1, 1, 3000).astype(np.float32)
    np.random.default_rng(0).shuffle(scores)
    for k in (1, 7, 2999, 3000):
        floor = np.sort(scores)[-k]
        assert np.count_nonzero(scores >= lower_bound(scores, k)) >= k
        assert np.array_equal(candidates(scores, k, 0.01), np.flatnonzero(scores >= floor - np.float32(0.01)))
    scores[:10] = -np.inf
    scores[10:20] = np.nan
    assert not set(range(20)) & set(candidates(scores, 3000, 1).tolist())


def test_a_float32_cosine_is_within_half_the_margin() -> None:
    rng = np.random.default_rng(0)
    for size in (1, 16, 300):
        kv = KeyedVectors(size)
        kv.add_vectors(
            [*range(500)], rng.standard_normal((500, size)) * 10.0 ** rng.integers(-3, 4, (500, 1))
        )
        query = unit(rng.standard_normal(size))
        fast = kv.most_similar([query], topn=None)
        assert np.abs(fast - exact_cosines(kv.vectors, query)).max() < margin(size) / 2


def test_batches_of_vectors_and_their_errors(kv: KeyedVectors) -> None:
    assert kv.most_similar_batch(np.eye(3), topn=1) == [approx([(key, 1)]) for key in "acd"]
    assert kv.most_similar_batch([]) == []
    assert kv.most_similar_batch(["a", "b"], topn=0) == [[], []]
    with pytest.raises(KeyError):
        kv.most_similar_batch(["a", "z"])
    with pytest.raises(ValueError, match="needs a number"):
        kv.most_similar_batch(["a"], topn=None)  # type: ignore[arg-type]


# ---- indexes ----


class Recorder:
    """An index that answers with the first keys, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[np.ndarray, int]] = []

    def most_similar(self, vector: np.ndarray, num_neighbors: int) -> list[tuple[str, float]]:
        self.asked.append((vector, num_neighbors))
        return [(key, 0.5) for key in "abcd"][:num_neighbors]


def test_an_indexer_is_asked_for_a_unit_vector_and_inputs_are_left_out(kv: KeyedVectors) -> None:
    index = Recorder()
    assert isinstance(index, Indexer)
    assert kv.most_similar(["c", "a"], topn=2, indexer=index) == [("b", 0.5), ("d", 0.5)]
    vector, count = index.asked[0]
    assert (vector.dtype, count) == (np.float32, 4)
    assert vector == pytest.approx([ROOT_HALF, ROOT_HALF, 0])
    assert kv.most_similar("a", topn=0, indexer=index) == []
    for options in ({"restrict_vocab": 2}, {"clip_start": 1}, {"clip_end": 1}, {"topn": None}):
        with pytest.raises(ValueError, match="indexer"):
            kv.most_similar("a", indexer=index, **options)


def test_usearch_finds_most_and_says_the_true_similarity(tmp_path: object) -> None:
    pytest.importorskip("usearch")
    rng = np.random.default_rng(0)
    kv = KeyedVectors(24, count=2010)
    kv.add_vectors([f"w{i}" for i in range(2000)], rng.standard_normal((2000, 24)))
    index = UsearchIndexer(kv, threads=1)
    queries = [f"w{i}" for i in range(50)]
    found = right = 0
    for key in queries:
        truth, answer = kv.most_similar(key), kv.most_similar(key, indexer=index)
        assert len(answer) == 10
        assert key not in dict(answer)
        right += len({*dict(truth)} & {*dict(answer)})
        found += len(truth)
        assert all(value == pytest.approx(kv.similarity(key, other)) for other, value in answer)
    assert right / found > 0.9
    path = f"{tmp_path}/index"
    index.save(path)
    again = UsearchIndexer.load(path, kv)
    assert kv.most_similar("w3", indexer=again) == kv.most_similar("w3", indexer=index)
    with pytest.raises(ValueError, match="make the index again"):
        UsearchIndexer.load(path, space(a=[1, 0]))
    with pytest.raises(ValueError, match="without keys"):
        UsearchIndexer(KeyedVectors(3))


def test_more_candidates_find_more() -> None:
    pytest.importorskip("usearch")
    kv = KeyedVectors(32)
    kv.add_vectors([*range(3000)], np.random.default_rng(1).standard_normal((3000, 32)))
    index = UsearchIndexer(kv, connectivity=4, expansion_add=16, expansion_search=10, threads=1)
    assert index.expansion_search == 10
    truth = [{*dict(kv.most_similar(key))} for key in range(100)]
    found = []
    for expansion in (10, 1000):
        index.expansion_search = expansion
        answers = [{*dict(kv.most_similar(key, indexer=index))} for key in range(100)]
        found.append(sum(len(a & t) for a, t in zip(answers, truth, strict=True)))
    assert found[0] < 700  # of 1000
    assert found[1] > 950


# ---- Word Mover's Distance ----


def test_wmdistance(kv: KeyedVectors, caplog: pytest.LogCaptureFixture) -> None:
    pytest.importorskip("ot")
    side = math.sqrt(2 - 2 * ROOT_HALF)  # between unit vectors at 45 degrees
    assert kv.wmdistance(["a"], ["b"]) == pytest.approx(side)
    assert kv.wmdistance(["a", "c"], ["b", "b"]) == pytest.approx(side)
    assert kv.wmdistance(["a"], ["b"], norm=False) == pytest.approx(math.sqrt(2))
    # Half of the weight stays where it is, half goes from a to d.
    assert kv.wmdistance(["a", "b"], ["b", "d"]) == pytest.approx((side + math.sqrt(2)) / 2 - side / 2)
    assert kv.wmdistance(["a", "a"], ["a"]) == 0
    assert kv.wmdistance(["a", "b"], ["b", "a"]) == pytest.approx(0, abs=1e-9)
    with caplog.at_level(logging.WARNING):
        assert kv.wmdistance(["z"], ["a"]) == kv.wmdistance(["a"], []) == math.inf
    assert "infinite" in caplog.text
