"""Random small trainings for the tests of the C backend, and its instruction sets."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from w2vref.backends.base import Control, EpochResult, TrainingJob
from w2vref.backends.c import CBackend
from w2vref.backends.c.library import available_simd, load_library
from w2vref.backends.numpy_backend import NumpyBackend
from w2vref.config import TrainingConfig
from w2vref.errors import BackendUnavailableError
from w2vref.records import EncodedCorpus, Parameters, Tables, padded_zeros
from w2vref.reference.huffman import huffman_codes
from w2vref.reference.sampling import make_cum_table, make_sample_int


def _simd() -> list[str]:
    try:
        return list(available_simd(load_library()))
    except BackendUnavailableError:
        if os.environ.get("W2VREF_TEST_INSTALLED"):
            raise  # a wheel under test must have its extension
        return []


SIMD = _simd()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not SIMD:
        for item in items:
            if "c_backend" in item.nodeid and "without_a_compiler" not in item.nodeid:
                item.add_marker(pytest.mark.skip("build it: python setup.py build_ext --inplace"))


@dataclass(frozen=True)
class Case:
    """One training job that can be run again and again from the same start."""

    job: TrainingJob

    def copy(self, **changes: Any) -> Case:
        """Return the case with its own parameters and these fields of the job changed."""
        old = self.job.parameters
        rows = {
            name: padded_zeros(len(getattr(old, name)), old.vector_size)
            for name in ("input_vectors", "output_vectors", "node_vectors")
        }
        for name, array in rows.items():
            array[:] = getattr(old, name)
        return Case(replace(self.job, parameters=replace(old, **rows), **changes))

    def arrays(self) -> list[Any]:
        parameters = self.job.parameters
        return [parameters.input_vectors, parameters.output_vectors, parameters.node_vectors]

    def assert_same_bits(self, expected: Case, what: str) -> None:
        for mine, theirs, name in zip(
            self.arrays(), expected.arrays(), ("input", "output", "node"), strict=True
        ):
            differs = np.argwhere(mine.view(np.uint32) != theirs.view(np.uint32))
            assert not len(differs), (
                f"{what}: {name}_vectors differ at {differs[:5].tolist()} of {len(differs)};"
                f" {self.job.config}"
            )


def build_case(
    seed: int = 0,
    lengths: tuple[int, ...] = (9, 0, 1, 30, 2),
    vocab_size: int = 12,
    sample: float = 0.0,
    locks: str = "one",
    workers: int = 1,
    compute_loss: bool = False,
    scale: float = 0.4,
    **options: Any,
) -> Case:
    """Return a job over a random corpus of Zipf-like words in sentences of these lengths."""
    config = TrainingConfig(**{"vector_size": 20, "seed": seed, **options})
    rng = np.random.default_rng(seed)
    counts = np.array([1000 // (rank + 1) + 1 for rank in range(vocab_size)], dtype=np.int64)
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    tokens = rng.choice(vocab_size, size=int(offsets[-1]), p=counts / counts.sum()).astype(np.int32)

    def rows(count: int) -> Any:
        array = padded_zeros(count, config.vector_size)
        array[:, : config.vector_size] = rng.normal(0.0, scale, (count, config.vector_size))
        return array

    factors = {
        "one": np.ones(1),
        "half": np.array([0.5]),
        "ones": np.ones(vocab_size),
        "each": rng.choice([0.0, 0.3, 1.0], size=vocab_size),
    }
    parameters = Parameters(
        vector_size=config.vector_size,
        input_vectors=rows(vocab_size),
        output_vectors=rows(vocab_size if config.negative else 0),
        node_vectors=rows(vocab_size if config.hs else 0),
        locks=factors[locks].astype(np.float32),
    )
    codes = huffman_codes(counts) if config.hs else None
    tables = Tables(
        sample_int=make_sample_int(counts, sample),
        cum_table=make_cum_table(counts) if config.negative else np.zeros(0, dtype=np.uint32),
        codes=codes.codes if codes else np.zeros(0, dtype=np.uint8),
        points=codes.points if codes else np.zeros(0, dtype=np.uint32),
        code_offsets=codes.code_offsets if codes else np.zeros(1, dtype=np.int64),
    )
    words = len(tokens)
    return Case(
        TrainingJob(
            config=config,
            parameters=parameters,
            tables=tables,
            corpus=EncodedCorpus(tokens, offsets, words),
            epoch=2,
            words_before=2 * words,
            total_words=3 * words + 1,
            start_alpha=0.05,
            end_alpha=0.001,
            compute_loss=compute_loss,
            workers=workers,
        )
    )


def train_with(backend: Any, case: Case, first: int = 0) -> tuple[Case, EpochResult]:
    """Return a copy of the case trained from token `first`, and the result."""
    trained = case.copy()
    control = Control()
    control.next_token[0] = first
    result = backend.train(trained.job, control)
    assert control.position(case.job.corpus) == case.job.corpus.words
    return trained, result


@pytest.fixture(scope="session")
def make_case() -> Callable[..., Case]:
    """Return `build_case`."""
    return build_case


@pytest.fixture(scope="session")
def train() -> Callable[..., tuple[Case, EpochResult]]:
    """Return `train_with`."""
    return train_with


@pytest.fixture(scope="session")
def reference() -> NumpyBackend:
    return NumpyBackend()


@pytest.fixture(scope="session", params=SIMD)
def backend(request: pytest.FixtureRequest) -> CBackend:
    """Return the C backend in each instruction set of this machine."""
    return CBackend(request.param)


@pytest.fixture(scope="session")
def backends() -> list[CBackend]:
    """Return the C backend in all instruction sets of this machine."""
    return [CBackend(simd) for simd in SIMD]
