"""The same vectors in gensim and here: the same answers, and the same figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from w2vref.keyedvectors import KeyedVectors

gensim = pytest.importorskip("gensim")
# gensim's own use of a method that it deprecates
pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated `init_sims`")

WORDS = [f"w{i}" for i in range(300)] + [f"W{i}" for i in range(0, 60, 2)]


@pytest.fixture(scope="module")
def pair() -> tuple:
    """Clusters of related words, so that analogies have right and wrong answers."""
    rng = np.random.default_rng(11)
    base, offset = rng.standard_normal((150, 12)), rng.standard_normal(12)
    vectors = np.empty((len(WORDS), 12), dtype=np.float32)
    vectors[:300:2] = base
    vectors[1:300:2] = base + offset + 0.5 * rng.standard_normal((150, 12))
    vectors[300:] = vectors[:60:2] + rng.standard_normal((30, 12))
    mine, theirs = KeyedVectors(12), gensim.models.KeyedVectors(12)
    mine.add_vectors(WORDS, vectors)
    theirs.add_vectors(WORDS, vectors)
    return mine, theirs


QUERIES = [
    ("most_similar", ("w3",), {}),
    ("most_similar", (["w3", "w5"], ["w8"]), {"topn": 25}),
    ("most_similar", ([("w3", 0.3), "w5"], [("w8", -2.0), "w9"]), {"topn": 7}),
    ("most_similar", ("w3",), {"clip_start": 20, "clip_end": 90}),
    ("most_similar", ("w3",), {"restrict_vocab": 50}),
    ("most_similar_cosmul", (["w3", "w5"], ["w8"]), {}),
    ("similar_by_word", ("w7",), {}),
    ("similar_by_vector", (np.arange(12.0),), {}),
]


@pytest.mark.parametrize(("name", "arguments", "options"), QUERIES)
def test_rankings(pair: tuple, name: str, arguments: tuple, options: dict) -> None:
    mine, theirs = (getattr(kv, name)(*arguments, **options) for kv in pair)
    assert [key for key, _ in mine] == [key for key, _ in theirs]
    assert [value for _, value in mine] == pytest.approx([value for _, value in theirs], rel=1e-4, abs=1e-6)


NUMBERS = [
    ("most_similar", ("w3", None, None)),
    ("most_similar_cosmul", (["w3"], ["w4"], None)),
    ("similarity", ("w3", "w5")),
    ("n_similarity", (["w3", "w5"], ["w8"])),
    ("distance", ("w3", "w5")),
    ("distances", ("w3",)),
    ("distances", ("w3", ["w5", "w9"])),
    ("rank", ("w3", "w50")),
    ("relative_cosine_similarity", ("w3", "w50")),
    ("get_mean_vector", (["w3", "w5"], [1, -2])),
    ("get_mean_vector", (["w3", "w5"], None, False, True)),
    ("get_normed_vectors", ()),
]


@pytest.mark.parametrize(("name", "arguments"), NUMBERS)
def test_numbers(pair: tuple, name: str, arguments: tuple) -> None:
    mine, theirs = (getattr(kv, name)(*arguments) for kv in pair)
    assert mine == pytest.approx(theirs, rel=1e-4, abs=1e-6)


def test_words(pair: tuple) -> None:
    words = ["w3", "w40", "w77", "w90"]
    for name, arguments in [
        ("doesnt_match", (words,)),
        ("closer_than", ("w3", "w40")),
        ("most_similar_to_given", ("w3", words[1:])),
    ]:
        mine, theirs = (getattr(kv, name)(*arguments) for kv in pair)
        assert mine == theirs
    for norm in (True, False):
        mine, theirs = (kv.rank_by_centrality(words, use_norm=norm) for kv in pair)
        assert [word for _, word in mine] == [word for _, word in theirs]
        assert [value for value, _ in mine] == pytest.approx([value for value, _ in theirs], rel=1e-5)


def test_wmdistance(pair: tuple) -> None:
    pytest.importorskip("ot")
    documents = ["w1", "w2", "w3", "w3", "zz"], ["w4", "w2", "w9"]
    for norm in (True, False):
        mine, theirs = (kv.wmdistance(*documents, norm=norm) for kv in pair)
        assert mine == pytest.approx(theirs, rel=1e-5)


@pytest.mark.parametrize(
    "options",
    [{}, {"case_insensitive": False}, {"restrict_vocab": 200}, {"dummy4unknown": True}],
    ids=str,
)
def test_evaluation_figures(pair: tuple, tmp_path: Path, options: dict) -> None:
    rng = np.random.default_rng(2)
    lines = []
    for number, (i, j) in enumerate(rng.integers(0, 150, (300, 2)).tolist()):
        if number % 60 == 0:
            lines.append(f": section {number}")
        lines.append(f"w{2 * i} w{2 * i + 1} W{2 * j} w{2 * j + 1}")
    lines.append("w1 w2 w3 unknown")
    questions = tmp_path / "questions.txt"
    questions.write_text("\n".join(lines))
    mine, theirs = (kv.evaluate_word_analogies(str(questions), **options) for kv in pair)
    assert 0.02 < mine[0] < 0.98
    assert mine[0] == theirs[0]
    assert mine[1] == theirs[1]
    pytest.importorskip("scipy")
    pairs = tmp_path / "pairs.tsv"
    ids = rng.integers(0, 330, (100, 2)).tolist()
    pairs.write_text("".join(f"w{a}\tW{b}\t{a * b % 17}\n" for a, b in ids))
    ours, others = (kv.evaluate_word_pairs(str(pairs), **options) for kv in pair)
    for a, b in zip(ours, others, strict=True):
        assert a == pytest.approx(b, rel=1e-5, abs=1e-6)
