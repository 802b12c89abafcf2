"""Rows beyond 2^31 elements: a place in the arrays is a 64-bit number everywhere."""

from __future__ import annotations

import mmap
import sys
from typing import Any

import numpy as np
import pytest

from w2vref.backends.base import Control, TrainingJob
from w2vref.config import TrainingConfig
from w2vref.records import EncodedCorpus, Parameters, Tables, padded_size

SIZE = 2000
ROWS = 2**31 // padded_size(SIZE) + 100
"""So that the last hundred rows begin beyond 2^31 elements, or 8 GB."""
WORDS = np.array([0, 3, ROWS - 90, ROWS - 5, ROWS - 1])

MAP_NORESERVE = 0x4000
"""Of Linux; older versions of Python have no name for it."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="maps memory without reserving it")


def sparse_rows() -> Any:
    """Return zeroed rows that take memory only where they are written."""
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_NORESERVE
    memory = mmap.mmap(-1, ROWS * padded_size(SIZE) * 4, flags=flags)
    return np.frombuffer(memory, dtype=np.float32).reshape(ROWS, padded_size(SIZE))


@pytest.fixture(scope="module")
def parameters() -> Parameters:
    return Parameters(SIZE, sparse_rows(), sparse_rows(), sparse_rows(), locks=np.ones(1, dtype=np.float32))


@pytest.mark.parametrize("sg", [True, False])
@pytest.mark.parametrize("hs", [True, False])
def test_rows_beyond_two_to_the_31_elements(
    parameters: Parameters, reference: Any, backends: Any, sg: bool, hs: bool
) -> None:
    config = TrainingConfig(vector_size=SIZE, sg=sg, hs=hs, negative=0 if hs else 3, window=2)
    counts = np.zeros(ROWS, dtype=np.int64)
    counts[WORDS] = 1
    lengths = np.where(counts > 0, 2, 0)
    tables = Tables(
        sample_int=np.full(ROWS, 1 << 32, dtype=np.uint64),
        # Only the five words are ever drawn.
        cum_table=(np.cumsum(counts) * (2**31 - 1) // len(WORDS)).astype(np.uint32),
        codes=np.array([0, 1] * len(WORDS), dtype=np.uint8),
        points=np.array([ROWS - 2, 7] * len(WORDS), dtype=np.uint32),
        code_offsets=np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
    )
    tokens = np.random.default_rng(1).choice(WORDS, size=40).astype(np.int32)
    corpus = EncodedCorpus(tokens, np.array([0, 25, 40], dtype=np.int64), len(tokens))
    job = TrainingJob(config, parameters, tables, corpus, 0, 0, len(tokens), 0.025, 0.0001)
    touched = np.unique([*WORDS, 7, ROWS - 2])
    start = np.random.default_rng(2).normal(0.0, 0.1, (3, len(touched), SIZE)).astype(np.float32)

    def trained(backend: Any) -> list[Any]:
        arrays = (parameters.input_vectors, parameters.output_vectors, parameters.node_vectors)
        for array, rows in zip(arrays, start, strict=True):
            array[touched, :SIZE] = rows
        backend.train(job, Control())
        negatives = np.array(WORDS[:0] if hs else WORDS[1:3], dtype=np.int64)
        backend.train_sg_pair(config, parameters, tables, WORDS[-1], WORDS[-2], negatives, 0.02)
        return [array[touched].copy() for array in arrays]

    expected = trained(reference)
    assert any((array[:, :SIZE] != rows).any() for array, rows in zip(expected, start, strict=True))
    for backend in backends:
        for mine, theirs in zip(trained(backend), expected, strict=True):
            np.testing.assert_array_equal(mine.view(np.uint32), theirs.view(np.uint32))
