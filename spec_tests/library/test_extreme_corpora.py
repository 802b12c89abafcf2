"""Corpora at the edge: words without neighbours, one word, none, a long sentence, a file beyond memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from w2vref import Word2Vec
from w2vref.backends import available_backends
from w2vref.corpora.native import native_library
from w2vref.corpora.spool import MEMORY_LIMIT

from .test_model_reproducibility import digest

OPTIONS: dict[str, Any] = dict(size=20, min_count=1, iter=2, sample=0, seed=3)
MODES = [dict(sg=sg, hs=hs, negative=5 * (1 - hs)) for sg in (0, 1) for hs in (0, 1)]
SMALL = {
    "one-word sentences": [["a"], ["b"], ["c"], ["a"]] * 12,
    "one word": [["a"] * 25, ["a"]],
    "two words": [["a", "b"] * 20, ["b"], []],
}
FAST = [name for name, status in available_backends().items() if status and name != "numpy"]
TOKENS = 2_000_000


@pytest.fixture(params=FAST)
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: "-".join(f"{k}{v}" for k, v in mode.items()))
@pytest.mark.parametrize("name", SMALL)
def test_small_corpora_give_the_bits_of_the_reference(backend: str, name: str, mode: dict[str, int]) -> None:
    if name == "one word" and mode["hs"]:
        for tried in (backend, "numpy"):
            with pytest.raises(ValueError, match="at least two words"):
                Word2Vec(SMALL[name], backend=tried, **OPTIONS, **mode)
        return
    expected = Word2Vec(SMALL[name], backend="numpy", **OPTIONS, **mode)
    assert digest(Word2Vec(SMALL[name], backend=backend, **OPTIONS, **mode)) == digest(expected)
    # More than there are cores or sentences to share: each token is still trained once.
    several = Word2Vec(SMALL[name], backend=backend, workers=4, **OPTIONS, **mode)
    assert np.isfinite(several.wv.vectors).all()
    assert several.raw_vocab == expected.raw_vocab
    trained = several.train(epochs=1)
    assert (trained.raw_words, trained.effective_words) == (expected.corpus_total_words,) * 2


def test_words_without_neighbours_are_counted_and_learn_nothing(backend: str) -> None:
    for mode in MODES:
        model = Word2Vec(backend=backend, **OPTIONS, **mode)
        model.build_vocab(SMALL["one-word sentences"])
        before = model.wv.vectors.copy()
        trained = model.train(epochs=1)
        assert trained.effective_words == 48
        np.testing.assert_array_equal(model.wv.vectors, before)


@pytest.mark.parametrize("workers", [1, 4])
def test_an_empty_file_is_an_empty_corpus(tmp_path: Path, backend: str, workers: int) -> None:
    for text in (b"", b"\n \n"):
        path = tmp_path / "empty.txt"
        path.write_bytes(text)
        with pytest.raises(RuntimeError, match="corpus is empty"):
            Word2Vec(corpus_file=path, backend=backend, workers=workers, **OPTIONS)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: "-".join(f"{k}{v}" for k, v in mode.items()))
def test_a_sentence_of_two_million_tokens(backend: str, mode: dict[str, int]) -> None:
    """Workers claim parts of it; however they are cut, each token is trained once."""
    words = [f"w{i}" for i in range(50)]
    sentence = [words[i] for i in np.random.default_rng(1).integers(50, size=TOKENS)]
    options = OPTIONS | mode | {"size": 8, "window": 1, "negative": mode["negative"] // 5}
    model = Word2Vec(backend=backend, workers=4, **options)
    model.build_vocab([sentence])
    trained = model.train(epochs=1)
    assert (trained.raw_words, trained.effective_words) == (TOKENS, TOKENS)
    assert np.isfinite(model.wv.vectors).all()


PEAK = """
import sys
from bench_timing import PeakAnonymous
from w2vref import Word2Vec

# Nearly every token is dropped, so that what takes time is to read, encode and walk over all.
options = dict(size=1, sample=1e-12, min_count=1, iter=1, workers=2, backend="c")
Word2Vec([["a", "b"]], **options)
with PeakAnonymous() as peak:
    model = Word2Vec(corpus_file=sys.argv[1], **options)
print(model.corpus_total_words, peak.bytes)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/self/status")
@pytest.mark.skipif(native_library() is None, reason="the C extension is not built here")
def test_anonymous_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    timing = Path(__file__).parents[2] / "bench" / "timing.py"
    (tmp_path / "bench_timing.py").write_bytes(timing.read_bytes())
    line = " ".join(f"{i % 10}" for i in range(1000)) + "\n"
    peaks = []
    # The ids of the first take more than the limit at which they move to a file; of the second, 160 MB more.
    for lines in (20_000, 60_000):
        path = tmp_path / "text.txt"
        path.write_text(line * lines, encoding="utf-8")
        command = [sys.executable, "-c", PEAK, str(path)]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=tmp_path).stdout
        words, peak = map(int, output.split())
        assert words == 1000 * lines
        assert 4 * words > MEMORY_LIMIT
        peaks.append(peak)
    assert peaks[1] < peaks[0] + (16 << 20), peaks
