"""The rows that words begin with are the reference's, whoever makes them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from w2vref import Word2Vec
from w2vref.backends.c.library import SIMD_VARIABLE, available_simd
from w2vref.corpora.native import native_library
from w2vref.reference.initialization import initial_vectors, vector_keys
from w2vref.training import initial_rows as module
from w2vref.training.initial_rows import write_initial_rows

LIBRARY = native_library()
MAKERS = ("numpy", *(available_simd(LIBRARY) if LIBRARY else ()))


@pytest.fixture(scope="module", params=MAKERS)
def maker(request: pytest.FixtureRequest) -> Iterator[str]:
    """Let the rows be made without the extension, and by it in each instruction set."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "numpy":
            patch.setattr(module, "native_library", lambda: None)
        else:
            patch.setenv(SIMD_VARIABLE, request.param)
        yield request.param


WORDS = st.lists(st.text(st.characters(codec=None), max_size=70), max_size=20)


@given(words=WORDS, suffix=st.sampled_from(("1", "0", "123456789")), size=st.sampled_from((1, 7, 16, 100)))
@example(words=["", "a", "", "a\nb", "\n", "\ud800", "é" * 100], suffix="1", size=3)
@example(words=["a", "", "\udfff", "ß", "word" * 40], suffix="12", size=31)
@example(words=["two\nlines"], suffix="1", size=3)
@example(words=["", ""], suffix="1", size=3)
def test_rows_are_those_of_the_reference(maker: str, words: list[str], suffix: str, size: int) -> None:
    wide = np.full((len(words), size + 5), 7.0, dtype=np.float32)
    write_initial_rows(wide[:, :size], words, suffix, None)
    expected = initial_vectors(vector_keys([word + suffix for word in words]), size)
    assert np.array_equal(wide[:, :size].view(np.int32), expected.view(np.int32))
    assert (wide[:, size:] == 7).all()


def test_a_hash_function_of_the_users_own(maker: str) -> None:
    rows = np.zeros((3, 300), dtype=np.float32)
    write_initial_rows(rows, ["a", "b\n", "a"], "1", lambda string: -len(string))
    expected = initial_vectors(vector_keys(["a1", "b\n1", "a1"], lambda string: -len(string)), 300)
    assert np.array_equal(rows.view(np.int32), expected.view(np.int32))


def test_a_model_begins_with_them(maker: str) -> None:
    model = Word2Vec(size=20, min_count=1, seed=5)
    model.build_vocab([["a", "b\n", "c"], ["a"]])
    for word in ("a", "b\n", "c"):
        assert np.array_equal(model.wv[word], initial_vectors(vector_keys([word + "5"]), 20)[0])
    before = model.wv.vectors.copy()
    model.build_vocab([["d", "a"]], update=True)
    assert np.array_equal(model.wv.vectors[:3], before)
    assert np.array_equal(model.wv["d"], initial_vectors(vector_keys(["d5"]), 20)[0])


def test_a_hash_function_that_fails_leaves_the_model_as_it_was() -> None:
    def fails_for_b(string: str) -> int:
        if string.startswith("b"):
            raise LookupError(string)
        return 1

    model = Word2Vec(size=4, min_count=1, hashfxn=fails_for_b)
    model.build_vocab([["a"]])
    before = model.wv.vectors.copy()
    with pytest.raises(LookupError):
        model.build_vocab([["b"]])
    with pytest.raises(LookupError):
        model.build_vocab([["b"]], update=True)
    assert model.wv.index_to_key == ["a"]
    assert np.array_equal(model.wv.vectors, before)
