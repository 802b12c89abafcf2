"""A small trained-looking model for the tests of the reference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from w2vref.config import TrainingConfig
from w2vref.records import Parameters, Tables, padded_zeros
from w2vref.reference.huffman import huffman_codes
from w2vref.reference.sampling import make_cum_table, make_sample_int

Model = tuple[TrainingConfig, Parameters, Tables]
BuildModel = Callable[..., Model]


def random_rows(rng: np.random.Generator, rows: int, size: int, scale: float) -> Any:
    array = padded_zeros(rows, size)
    array[:, :size] = rng.normal(0.0, scale, (rows, size))
    return array


def build(
    seed: int = 0, vocab_size: int = 12, sample: float = 0.0, scale: float = 0.5, **options: Any
) -> Model:
    """Return a config, parameters with normally distributed rows, and the tables of Zipf-like counts."""
    config = TrainingConfig(**{"vector_size": 20, **options})
    rng = np.random.default_rng(seed)
    counts = np.array([1000 // (rank + 1) + 1 for rank in range(vocab_size)], dtype=np.int64)
    codes, points, offsets = huffman_codes(counts)
    size = config.vector_size
    parameters = Parameters(
        vector_size=size,
        input_vectors=random_rows(rng, vocab_size, size, scale),
        output_vectors=random_rows(rng, vocab_size if config.negative else 0, size, scale),
        node_vectors=random_rows(rng, vocab_size if config.hs else 0, size, scale),
        locks=np.ones(1, dtype=np.float32),
    )
    tables = Tables(
        sample_int=make_sample_int(counts, sample),
        cum_table=make_cum_table(counts) if config.negative else np.zeros(0, dtype=np.uint32),
        codes=codes if config.hs else codes[:0],
        points=points if config.hs else points[:0],
        code_offsets=offsets if config.hs else offsets[:1],
    )
    return config, parameters, tables


@pytest.fixture
def build_model() -> BuildModel:
    """Return `build`: keyword arguments of TrainingConfig, and seed, vocab_size, sample, scale."""
    return build
