"""Analogies and word pairs: figures by hand, every kind of line, and nothing changed."""

from __future__ import annotations

import gzip
import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from w2vref.evaluation import log_accuracy, read_pairs, read_questions
from w2vref.keyedvectors import KeyedVectors

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_text(text: str) -> Path:
        path = tmp_path / "file.txt"
        path.write_text(text, encoding="utf-8")
        return path

    return write_text


@pytest.fixture
def kv() -> KeyedVectors:
    """Two relations, man - woman = king - queen exactly; KING is a rarer spelling, far away."""
    vectors = {
        "man": [1, 0, 0, 0],
        "woman": [1, 1, 0, 0],
        "king": [1, 0, 1, 0],
        "queen": [1, 1, 1, 0],
        "KING": [0, 0, 0, 1],
        "apple": [-1, 0, 0, 0.5],
    }
    kv = KeyedVectors(4)
    kv.add_vectors(list(vectors), np.array(list(vectors.values())))
    return kv


QUESTIONS = """: royal
man woman king queen
woman man queen king
Man Woman King Queen
unicorn woman king queen
man woman king

: fruit
man woman king apple
"""


def counts(sections: list) -> list[tuple[str, int, int]]:
    return [(s["section"], len(s["correct"]), len(s["incorrect"])) for s in sections]


def test_word_analogies(kv: KeyedVectors, write: Write) -> None:
    score, sections = kv.evaluate_word_analogies(write(QUESTIONS))
    assert counts(sections) == [("royal", 3, 0), ("fruit", 0, 1), ("Total accuracy", 3, 1)]
    assert score == 0.75
    assert sections[0]["correct"][0] == ("MAN", "WOMAN", "KING", "QUEEN")
    assert sections[1]["incorrect"] == [("MAN", "WOMAN", "KING", "APPLE")]


def test_case_matters_if_asked(kv: KeyedVectors, write: Write) -> None:
    score, sections = kv.evaluate_word_analogies(write(QUESTIONS), case_insensitive=False)
    assert counts(sections)[0] == ("royal", 2, 0)
    assert score == pytest.approx(2 / 3)
    assert sections[0]["correct"][0] == ("man", "woman", "king", "queen")


def test_unknown_words_can_count_as_wrong(kv: KeyedVectors, write: Write) -> None:
    score, sections = kv.evaluate_word_analogies(write(QUESTIONS), dummy4unknown=True)
    assert counts(sections) == [("royal", 3, 1), ("fruit", 0, 1), ("Total accuracy", 3, 2)]
    assert sections[0]["incorrect"] == [("UNICORN", "WOMAN", "KING", "QUEEN")]
    assert score == 0.6


def test_restrict_vocab_limits_questions_and_answers(kv: KeyedVectors, write: Write) -> None:
    path = write(": s\nman woman king queen\nman woman man king\n")
    _, sections = kv.evaluate_word_analogies(path, restrict_vocab=3)
    assert counts(sections)[-1] == ("Total accuracy", 1, 0)  # only king is left to be answered
    with pytest.raises(ValueError, match="nothing to score"):
        kv.evaluate_word_analogies(path, restrict_vocab=0)
    with pytest.raises(ValueError, match="must not be negative"):
        kv.evaluate_word_analogies(path, restrict_vocab=-1)
    assert kv.evaluate_word_analogies(path, restrict_vocab=None)[0] == 0.5


def test_no_answer_is_left(write: Write) -> None:
    kv = KeyedVectors(2)
    kv.add_vectors(["a", "b", "c"], np.array([[1, 0], [0, 1], [1, 1]]))
    path = write(": s\na b c a\n")
    for function in ("most_similar", "most_similar_cosmul", lambda kv, **_: np.ones(3)):
        assert kv.evaluate_word_analogies(path, similarity_function=function)[0] == 0


def test_all_spellings_of_the_inputs_are_left_out(write: Write) -> None:
    kv = KeyedVectors(2)
    kv.add_vectors(["a", "b", "c", "C", "d"], np.array([[1, 0], [1, 0], [0, 1], [0, 1.1], [1, 1]]))
    path = write(": s\na b c d\n")
    assert kv.evaluate_word_analogies(path)[0] == 1  # not C, which is nearer
    assert kv.evaluate_word_analogies(path, case_insensitive=False)[0] == 0


def test_another_spelling_of_the_answer_is_right(write: Write) -> None:
    kv = KeyedVectors(2)
    kv.add_vectors(["a", "b", "c", "d", "D"], np.array([[1, 0], [1, 0], [0, 1], [-1, 0], [0, 1.1]]))
    path = write(": s\na b c d\n")
    assert kv.evaluate_word_analogies(path)[0] == 1
    assert kv.evaluate_word_analogies(path, case_insensitive=False)[0] == 0


def test_the_similarity_function_is_honoured(write: Write) -> None:
    kv = KeyedVectors(3)
    rows = np.random.default_rng(5).standard_normal((60, 3))
    kv.add_vectors([f"w{i}" for i in range(60)], rows)
    lines = [f"w{i} w{i + 1} w{i + 2} w{j}" for i in range(40) for j in range(i + 3, 60, 7)]
    path = write(": s\n" + "\n".join(lines))
    for name in ("most_similar", "most_similar_cosmul"):
        _, sections = kv.evaluate_word_analogies(path, similarity_function=name)
        method = getattr(KeyedVectors, name)
        for a, b, c, d in (word for s in sections[:1] for word in s["correct"]):
            best = method(kv, positive=[b.lower(), c.lower()], negative=[a.lower()], topn=1)[0][0]
            assert best == d.lower()
        right = set(sections[0]["correct"])
        assert right
        # The method itself, and a function of the user's, give the same answers as its name.
        for function in (method, lambda kv, method=method, **asked: method(kv, **asked)):
            again = kv.evaluate_word_analogies(path, similarity_function=function)[1]
            assert set(again[0]["correct"]) == right
    both = [
        kv.evaluate_word_analogies(path, similarity_function=n)[1]
        for n in ("most_similar", "most_similar_cosmul")
    ]
    assert both[0] != both[1]
    with pytest.raises(ValueError, match="'nearest'"):
        kv.evaluate_word_analogies(path, similarity_function="nearest")
    with pytest.raises(ValueError, match="one score for each"):
        kv.evaluate_word_analogies(path, similarity_function=lambda kv, **asked: np.ones(3))


def test_many_questions_in_batches_answer_as_one_by_one(write: Write) -> None:
    rng = np.random.default_rng(0)
    kv = KeyedVectors(8)
    kv.add_vectors([f"w{i}" for i in range(5000)], rng.standard_normal((5000, 8)))
    ids = rng.integers(0, 5000, (600, 3))
    lines = []
    for a, b, c in ids:
        best = kv.most_similar([f"w{b}", f"w{c}"], [f"w{a}"], topn=1)[0][0]
        lines.append(f"w{a} w{b} w{c} {best}")
    score, sections = kv.evaluate_word_analogies(write(": s\n" + "\n".join(lines)))
    assert score == 1
    assert len(sections[0]["correct"]) == 600


@pytest.mark.parametrize("text", ["", "\n\n", ": empty\n", ": s\nunicorn woman king queen\n"])
def test_nothing_to_score(kv: KeyedVectors, write: Write, text: str) -> None:
    with pytest.raises(ValueError, match="nothing to score"):
        kv.evaluate_word_analogies(write(text))
    assert counts(kv.accuracy(write(text)))[-1] == ("total", 0, 0)


def test_a_question_before_any_section(kv: KeyedVectors, write: Write) -> None:
    path = write("\nman woman king queen\n")
    for evaluate in (kv.evaluate_word_analogies, kv.accuracy):
        with pytest.raises(ValueError, match="line 2: a question before any"):
            evaluate(path)
    with pytest.raises(FileNotFoundError):
        kv.accuracy(path.with_name("missing"))


def test_compressed_questions(tmp_path: Path) -> None:
    path = tmp_path / "q.gz"
    path.write_bytes(gzip.compress(b": s\na b c d\n"))
    assert read_questions(path) == [("s", [("a", "b", "c", "d")])]


def test_classic_accuracy(kv: KeyedVectors, write: Write) -> None:
    path = write(QUESTIONS)
    assert counts(kv.accuracy(path)) == [("royal", 3, 0), ("fruit", 0, 1), ("total", 3, 1)]
    assert kv.accuracy(path, 30000, KeyedVectors.most_similar) == kv.accuracy(path)
    cosmul = kv.accuracy(path, most_similar=KeyedVectors.most_similar_cosmul, case_insensitive=False)
    assert counts(cosmul)[0] == ("royal", 2, 0)


def test_evaluation_changes_nothing_even_when_it_fails(kv: KeyedVectors, write: Write) -> None:
    state = (list(kv.index_to_key), dict(kv.key_to_index), kv.vectors.copy())

    def failing(kv: KeyedVectors, **asked: object) -> np.ndarray:
        assert kv.index_to_key == state[0]
        assert kv.key_to_index == state[1]
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        kv.accuracy(write(QUESTIONS), most_similar=failing)
    kv.evaluate_word_analogies(write(QUESTIONS))
    assert (kv.index_to_key, kv.key_to_index) == state[:2]
    assert np.array_equal(kv.vectors, state[2])


def test_accuracy_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        log_accuracy({"section": "none", "correct": [], "incorrect": []})
        KeyedVectors.log_accuracy({"section": "some", "correct": [("a",) * 4], "incorrect": [("a",) * 4] * 2})
    assert [record.message for record in caplog.records] == ["some: 33.3% (1/3)"]


PAIRS = """# a comment
man\twoman\t7.0
man\tqueen\t6
MAN\tapple\t0.5

only two\tfields
woman\tunicorn\t3
king\tqueen\tnine
"""


def test_pairs_are_read_and_bad_lines_skipped(write: Write) -> None:
    assert read_pairs(write(PAIRS)) == [
        ("man", "woman", 7.0),
        ("man", "queen", 6.0),
        ("MAN", "apple", 0.5),
        ("woman", "unicorn", 3.0),
    ]
    assert read_pairs(write("a;b;1\n"), delimiter=";") == [("a", "b", 1.0)]


def test_word_pairs(kv: KeyedVectors, write: Write, caplog: pytest.LogCaptureFixture) -> None:
    stats = pytest.importorskip("scipy.stats")
    cosines = [kv.similarity("man", other) for other in ("woman", "queen", "apple")]
    with caplog.at_level(logging.INFO):
        pearson, spearman, oov = kv.evaluate_word_pairs(write(PAIRS))
    assert pearson == pytest.approx(stats.pearsonr(cosines, [7, 6, 0.5]))
    assert spearman == pytest.approx(stats.spearmanr(cosines, [7, 6, 0.5]))
    assert pearson.statistic == pearson[0]
    assert oov == 25
    assert "unknown words ratio: 25.0%" in caplog.text
    assert kv.evaluate_word_pairs(write(PAIRS), case_insensitive=False)[2] == 50
    # The share of unknown pairs is the same, whether they are counted or not.
    dummy = kv.evaluate_word_pairs(write(PAIRS), dummy4unknown=True)
    assert dummy[2] == 25
    assert dummy[0] == pytest.approx(stats.pearsonr([*cosines, 0], [7, 6, 0.5, 3]))
    assert kv.evaluate_word_pairs(write(PAIRS), restrict_vocab=4)[2] == 50


@pytest.mark.parametrize("text", ["", "# nothing\n", "man\tking\t3\n", "x\ty\t1\nx\tz\t2\n"])
def test_too_few_pairs(kv: KeyedVectors, write: Write, text: str) -> None:
    pytest.importorskip("scipy")
    with pytest.raises(ValueError, match="a correlation needs two"):
        kv.evaluate_word_pairs(write(text))


def test_without_scipy_the_error_names_the_extra(
    kv: KeyedVectors, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "scipy", None)
    with pytest.raises(ImportError, match=r"w2vref\[evaluation\]"):
        kv.evaluate_word_pairs(write(PAIRS))
    monkeypatch.setitem(__import__("sys").modules, "ot", None)
    with pytest.raises(ImportError, match=r"w2vref\[wmd\]"):
        kv.wmdistance(["man"], ["king"])
