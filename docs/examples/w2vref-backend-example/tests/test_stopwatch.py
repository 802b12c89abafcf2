"""The example does what its text says; run by `nox -s example_backend` once it is installed."""

import logging

import numpy as np
import pytest

from w2vref import Word2Vec
from w2vref.backends import available_backends, get_backend
from w2vref.config import TrainingConfig
from w2vref.records import Parameters, Tables, padded_zeros

SENTENCES = [["the", "quick", "brown", "fox"], ["the", "lazy", "dog"], ["the", "fox"]] * 10


def trained(backend: str) -> Word2Vec:
    return Word2Vec(SENTENCES, size=20, min_count=1, iter=2, workers=1, hs=1, backend=backend)


def test_it_is_found_by_its_entry_point() -> None:
    assert available_backends()["stopwatch"]
    assert get_backend("stopwatch").name == "stopwatch"


def test_it_trains_and_scores_as_the_reference_does(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="w2vref_stopwatch")
    ours, reference = trained("stopwatch"), trained("numpy")
    assert np.array_equal(ours.wv.vectors, reference.wv.vectors)
    np.testing.assert_allclose(ours.score(SENTENCES), reference.score(SENTENCES), rtol=1e-9)
    assert [record.args[:2] for record in caplog.records] == [(0, 90), (1, 90)]


def test_the_pair_functions_are_handed_on() -> None:
    rows, none = padded_zeros(2, 3), np.zeros(0)
    tables = Tables(
        sample_int=np.zeros(2, np.uint64),
        cum_table=np.array([1, 2], np.uint32),
        codes=none.astype(np.uint8),
        points=none.astype(np.uint32),
        code_offsets=np.zeros(1, np.int64),
    )
    parameters = Parameters(3, rows, rows, rows[:0], np.ones(1, np.float32))
    score = get_backend("stopwatch").score_sg_pair(TrainingConfig(3), parameters, tables, 0, 1)
    assert score == pytest.approx(np.log(0.5))
