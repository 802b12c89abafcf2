"""The names of w2vref.utils."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vref import utils
from w2vref.corpora import LineSentence


def test_rules() -> None:
    assert (utils.RULE_DEFAULT, utils.RULE_DISCARD, utils.RULE_KEEP) == (0, 1, 2)


@pytest.mark.parametrize("name", ["corpus", "corpus.gz", "corpus.bz2", "corpus.xz"])
def test_a_corpus_reads_back(tmp_path: Path, name: str) -> None:
    corpus = [["a", "b"], [], ["é語", "\U0001f600", "\ufeff"], ("x", "y")]
    utils.save_as_line_sentence(corpus, tmp_path / name)
    assert list(LineSentence(tmp_path / name)) == [["a", "b"], ["é語", "\U0001f600", "\ufeff"], ["x", "y"]]
    assert os.listdir(tmp_path) == [name]


def test_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "corpus"
    utils.save_as_line_sentence(iter([["a", "é"], [], iter(["c"])]), str(path))
    assert path.read_bytes() == "a é\n\nc\n".encode()


@given(token=st.text(max_size=3))
def test_every_token_reads_back_or_is_refused(tmp_path_factory: pytest.TempPathFactory, token: str) -> None:
    path = tmp_path_factory.mktemp("corpus") / "corpus"
    try:
        utils.save_as_line_sentence([["a", token, "b"]], path)
    except ValueError:
        assert token.split() != [token]
        assert not path.exists()
    else:
        assert list(LineSentence(path)) == [["a", token, "b"]]


@pytest.mark.parametrize(
    ("sentence", "error", "message"),
    [
        ("a b", TypeError, "sentence 1 is a str"),
        (["a", 1], TypeError, "sentence 1 has the token 1"),
        ([b"a"], TypeError, "tokens must be str"),
        (["a b"], ValueError, "'a b'.*white space"),
        (["a", ""], ValueError, "empty"),
        (["a\u00a0"], ValueError, "white space"),
        (["\ud800"], ValueError, "surrogate"),
        (3, TypeError, "not iterable"),
    ],
)
def test_a_bad_sentence_leaves_the_old_file(
    tmp_path: Path, sentence: object, error: type[Exception], message: str
) -> None:
    path = tmp_path / "corpus"
    path.write_text("old")
    with pytest.raises(error, match=message):
        utils.save_as_line_sentence([["fine"], sentence], path)  # type: ignore[list-item]
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["corpus"]


def test_an_error_of_the_corpus_reaches_the_caller(tmp_path: Path) -> None:
    def corpus() -> Iterator[list[str]]:
        yield ["a"]
        raise LookupError("the user's own")

    with pytest.raises(LookupError, match="the user's own"):
        utils.save_as_line_sentence(corpus(), tmp_path / "corpus")
    assert os.listdir(tmp_path) == []
