"""Texts with the corners in which implementations differ, the programs, and how vectors are compared."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pytest

from w2vref import KeyedVectors
from w2vref.conformance.adapters.word2vec_c_program import find_program, run_program
from w2vref.errors import BackendUnavailableError

TOLERANCE = 1e-5
"""Of the larger of a component and the largest component of its row."""
WORDS = [f"w{i}" for i in range(150)]
WEIGHTS = [1 / (i + 1) for i in range(150)]

Vectors = npt.NDArray[np.float32]


@pytest.fixture(scope="session")
def zipf_text() -> Callable[[int, int, int], list[list[str]]]:
    """Give f(seed, sentences, longest): sentences of 0 .. longest words by Zipf's law."""

    def text(seed: int, sentences: int, longest: int) -> list[list[str]]:
        rng = random.Random(seed)
        return [rng.choices(WORDS, WEIGHTS, k=rng.randint(0, longest)) for _ in range(sentences)]

    return text


@pytest.fixture(scope="session")
def same_vectors() -> Callable[[Vectors, Vectors], None]:
    """Give the comparison of rows with the tolerance of the dialects."""

    def compare(got: Vectors, wanted: Vectors) -> None:
        assert got.shape == wanted.shape
        scale = np.maximum(np.abs(wanted), np.abs(wanted).max(axis=1, keepdims=True))
        off = np.abs(got - wanted) > TOLERANCE * scale
        assert not off.any(), f"{off.any(axis=1).sum()} of {len(got)} rows, first {off.any(axis=1).argmax()}"

    return compare


class Written(NamedTuple):
    """What the program wrote."""

    vectors: KeyedVectors
    counts: dict[str, int]


@pytest.fixture(scope="session")
def word2vec_c(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes, Sequence[object]], Written]:
    """Give f(text, options), which runs the real program; skip where there is none and none can be made."""
    try:
        program = find_program()
    except BackendUnavailableError as error:
        pytest.skip(str(error))

    def run(text: bytes, options: Sequence[object]) -> Written:
        folder: Path = tmp_path_factory.mktemp("word2vec_c")
        (folder / "text").write_bytes(text)
        arguments = [*map(str, options), "-save-vocab", "counts"]
        run_program(program, folder / "text", folder / "vectors", arguments)
        lines = (folder / "counts").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        counts = {word: int(count) for word, count in (line.split(" ") for line in lines)}
        vectors = KeyedVectors.load_word2vec_format(folder / "vectors", binary=True, unicode_errors="replace")
        return Written(vectors, counts)

    return run
