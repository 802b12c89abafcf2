"""Other implementations as targets: what is known of them is what comes out."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

import w2vref
from w2vref.conformance.adapters.word2vec_c_program import find_program
from w2vref.conformance.suite import collection
from w2vref.conformance.suite.adapter import load_adapter
from w2vref.conformance.suite.expected import ExpectedFailures
from w2vref.conformance.suite.results import EXPECTED_FAILURE, PASS, SKIP
from w2vref.conformance.suite.runner import run
from w2vref.conformance.suite.target import InProcess
from w2vref.errors import BackendUnavailableError

ADAPTERS = "w2vref.conformance.adapters."
EXPECTED = Path(str(w2vref.__file__)).parent / "conformance" / "adapters" / "expected"


def outcomes(adapter: str, expected: str, *patterns: str) -> dict[str, str]:
    cases, _ = collection.select(collection.all_cases(), patterns=patterns)
    known = ExpectedFailures.read(EXPECTED / expected)
    report = run(InProcess(load_adapter(ADAPTERS + adapter), adapter), cases, expected_failures=known)
    return {r.case.id: r.outcome for r in report.results}


@pytest.mark.parametrize("file", ["gensim.txt", "word2vec_c.txt", "fasttext.txt", "target_c.txt"])
def test_known_failures_name_cases_that_exist(file: str) -> None:
    assert ExpectedFailures.read(EXPECTED / file).unused(collection.all_cases()) == []


@pytest.mark.skipif(importlib.util.find_spec("gensim") is None, reason="gensim is not installed")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of gensim's own making
class TestGensim:
    def test_steps_are_those_of_its_dialect(self) -> None:
        found = outcomes("gensim:Gensim", "gensim.txt", "update.sg.*", "update.cbow.mean.*")
        assert set(found.values()) <= {PASS, SKIP}
        assert sum(outcome == PASS for outcome in found.values()) >= 60

    def test_tables_queries_and_files(self) -> None:
        patterns = ("vocabulary.*", "huffman.tree.*", "tables.*", "query.*", "format.*")
        found = outcomes("gensim:Gensim", "gensim.txt", *patterns)
        assert set(found.values()) == {PASS, SKIP, EXPECTED_FAILURE}
        assert found["format.read.text.duplicate"] == EXPECTED_FAILURE

    def test_a_sentence_with_given_windows_and_dropped_tokens(self) -> None:
        found = outcomes("gensim:Gensim", "gensim.txt", "sentence.sg.hs.*", "epoch.sg.hs.epochs-1")
        assert found["sentence.sg.hs.all-kept"] == PASS


def test_word2vec_c_is_what_its_dialect_says() -> None:
    try:
        find_program()
    except BackendUnavailableError as error:
        pytest.skip(str(error))
    names = ("vocabulary.by-count", "vocabulary.long-words", "generator.initial.distinct.40x100")
    found = outcomes(
        "word2vec_c:Word2VecC", "word2vec_c.txt", *names, "text.sg.hs.dialect", "text.words.no-newline"
    )
    assert {name for name, outcome in found.items() if outcome == EXPECTED_FAILURE} == {
        "vocabulary.long-words",
        "text.words.no-newline",
    }
    assert [found[n] for n in (names[0], names[2], "text.sg.hs.dialect")] == [PASS] * 3


@pytest.mark.skipif(importlib.util.find_spec("fasttext") is None, reason="fasttext is not installed")
def test_fasttext_counts_and_drops() -> None:
    found = outcomes("fasttext:FastText", "fasttext.txt", "vocabulary.by-count", "text.sg.ns.learns")
    assert found == {"vocabulary.by-count": PASS, "text.sg.ns.learns": EXPECTED_FAILURE}
