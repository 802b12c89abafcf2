"""The C backend gives the reference's bits, in every instruction set, for every mode."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2vref.backends.c.arguments import MANY_WORDS, index_noise
from w2vref.config import CBOW_GRADIENTS
from w2vref.reference.cbow import project
from w2vref.reference.sampling import make_cum_table

# 1, 7, 15: less than a block of 16; 16, 33: a block and the next component; 100, 300: what people use.
SIZES = (1, 7, 15, 16, 17, 31, 33, 100, 300)
LOSS_TOLERANCE = 1e-9

MODES = st.one_of(
    st.fixed_dictionaries({"hs": st.just(True), "negative": st.just(0)}),
    st.fixed_dictionaries({"hs": st.booleans(), "negative": st.integers(1, 20)}),
)
OPTIONS = st.fixed_dictionaries(
    {
        "vector_size": st.sampled_from(SIZES),
        "window": st.integers(1, 10),
        "shrink_windows": st.booleans(),
        "sg": st.booleans(),
        "cbow_mean": st.booleans(),
        "cbow_gradient": st.sampled_from(CBOW_GRADIENTS),
    }
)
CORPORA = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**20),
        # Two words: most negatives are the target or repeat; 300: most rows differ.
        "vocab_size": st.sampled_from((2, 3, 12, 300)),
        "lengths": st.lists(st.sampled_from((0, 1, 2, 5, 20)), min_size=1, max_size=5).map(tuple),
        "sample": st.sampled_from((0.0, 0.02)),
        "locks": st.sampled_from(("one", "half", "ones", "each")),
    }
)


@given(options=OPTIONS, mode=MODES, corpus=CORPORA, compute_loss=st.booleans(), data=st.data())
@settings(max_examples=120)
def test_training_has_the_bits_of_the_reference(
    make_case: Any,
    train: Any,
    reference: Any,
    backends: Any,
    options: Any,
    mode: Any,
    corpus: Any,
    compute_loss: bool,
    data: Any,
) -> None:
    case = make_case(**options, **mode, **corpus, compute_loss=compute_loss)
    first = data.draw(st.integers(0, case.job.corpus.words), label="first token")
    expected, expected_result = train(reference, case, first)
    for backend in backends:
        trained, result = train(backend, case, first)
        trained.assert_same_bits(expected, backend.simd)
        assert result.effective_words == expected_result.effective_words
        assert result.loss == pytest.approx(expected_result.loss, rel=LOSS_TOLERANCE, abs=0.0)


@pytest.mark.parametrize("sg", [True, False])
@pytest.mark.parametrize("negative", range(1, 10))
def test_noise_drawn_two_batches_ahead_is_that_of_its_step(
    make_case: Any, train: Any, reference: Any, backends: Any, sg: bool, negative: int
) -> None:
    """More steps than three batches, few of which meet a word twice, with every number of draws at a time."""
    case = make_case(
        lengths=(90, 3, 60), vocab_size=300, vector_size=17, sg=sg, negative=negative, sample=0.0
    )
    expected, _ = train(reference, case)
    for backend in backends:
        trained, _ = train(backend, case)
        trained.assert_same_bits(expected, backend.simd)


@pytest.mark.parametrize("vocab_size", [20, 300])
@pytest.mark.parametrize("sg", [True, False])
@pytest.mark.parametrize("vector_size", [1, 17, 96, 112, 113, 300])
def test_steps_that_overlap_have_the_bits_of_the_reference(
    make_case: Any, train: Any, reference: Any, backends: Any, vector_size: int, vocab_size: int, sg: bool
) -> None:
    """Of 300 words most steps share none with the one before, of 20 few; 112 components fit a sigmoid."""
    case = make_case(
        lengths=(90, 3, 60), vocab_size=vocab_size, vector_size=vector_size, sg=sg, negative=5,
        sample=0.0, compute_loss=True,
    )  # fmt: skip
    expected, expected_result = train(reference, case)
    for backend in backends:
        trained, result = train(backend, case)
        trained.assert_same_bits(expected, backend.simd)
        assert result.loss == pytest.approx(expected_result.loss, rel=LOSS_TOLERANCE, abs=0.0)


@given(options=OPTIONS, mode=MODES, corpus=CORPORA, workers=st.integers(1, 3))
@settings(max_examples=30)
def test_scores_are_those_of_the_reference(
    make_case: Any, reference: Any, backends: Any, options: Any, mode: Any, corpus: Any, workers: int
) -> None:
    job = make_case(**options, **mode, **corpus).job
    arguments = (job.config, job.parameters, job.tables, job.corpus)
    expected = reference.score(*arguments)
    for backend in backends:
        np.testing.assert_allclose(
            backend.score(*arguments, workers), expected, rtol=LOSS_TOLERANCE, atol=0.0
        )


@given(
    options=OPTIONS,
    mode=MODES,
    corpus=CORPORA,
    learn_vectors=st.booleans(),
    learn_hidden=st.booleans(),
    data=st.data(),
)
@settings(max_examples=60)
def test_pair_functions_have_the_bits_of_the_reference(
    make_case: Any,
    reference: Any,
    backends: Any,
    options: Any,
    mode: Any,
    corpus: Any,
    learn_vectors: bool,
    learn_hidden: bool,
    data: Any,
) -> None:
    case = make_case(**options, **mode, **corpus)
    ids = st.integers(0, corpus["vocab_size"] - 1)
    target = data.draw(ids)
    negatives = np.array(data.draw(st.lists(ids, max_size=20)), dtype=np.int64)
    context = np.array(data.draw(st.lists(ids, min_size=1, max_size=8)), dtype=np.int64)

    def step(backend: Any) -> Any:
        mine = case.copy()
        config, parameters, tables = mine.job.config, mine.job.parameters, mine.job.tables
        how = (target, negatives, 0.03, learn_vectors, learn_hidden)
        if config.sg:
            score = backend.score_sg_pair(config, parameters, tables, int(context[0]), target)
            return mine, backend.train_sg_pair(config, parameters, tables, int(context[0]), *how), score
        hidden = project(config, parameters, context)
        score = backend.score_cbow_pair(config, parameters, tables, hidden, target)
        return mine, backend.train_cbow_pair(config, parameters, tables, context, hidden, *how), score

    expected, expected_step, expected_score = step(reference)
    for backend in backends:
        trained, result, score = step(backend)
        trained.assert_same_bits(expected, backend.simd)
        assert result.hidden_error.tobytes() == expected_step.hidden_error.tobytes()
        assert result.loss == pytest.approx(expected_step.loss, rel=LOSS_TOLERANCE, abs=0.0)
        assert score == pytest.approx(expected_score, rel=LOSS_TOLERANCE, abs=0.0)


def test_sigmoids_where_their_power_of_two_changes_are_those_of_the_reference(
    make_case: Any, reference: Any, backends: Any
) -> None:
    """With one component, an output row of 1 and alpha 1 a negative's error is less the input's sigmoid."""
    case = make_case(vector_size=1, sg=True, negative=1, vocab_size=2, lengths=(2,))
    job, negatives = case.job, np.array([1])
    job.parameters.output_vectors[:, 0] = [0.0, 1.0]
    edges = np.float32([(n + 0.5) * np.log(2) for n in range(-126, 126)])
    steps = np.arange(-4, 5, dtype=np.int32)
    near = (edges.view(np.int32)[:, np.newaxis] + steps).view(np.float32).ravel()
    for x in np.concatenate([near, np.float32([0.0, -0.0, 87.0, -87.0, 88.0, -88.0])]):
        job.parameters.input_vectors[0, 0] = x
        how = (job.config, job.parameters, job.tables, 0, 0, negatives, 1.0, False, False)
        expected = reference.train_sg_pair(*how).hidden_error
        for backend in backends:
            assert backend.train_sg_pair(*how).hidden_error.tobytes() == expected.tobytes(), (backend.simd, x)


@pytest.mark.parametrize("sg", [True, False])
@pytest.mark.parametrize("mode", [{"negative": 5}, {"negative": 0, "hs": True}])
def test_a_longer_text_with_repeats_and_a_size_of_its_own(
    make_case: Any, train: Any, reference: Any, backends: Any, sg: bool, mode: Any
) -> None:
    case = make_case(
        seed=3, lengths=(700, 2, 0, 1500), vocab_size=80, sample=0.02, sg=sg, vector_size=100, **mode
    )
    expected, _ = train(reference, case)
    for backend in backends:
        train(backend, case)[0].assert_same_bits(expected, backend.simd)


@pytest.mark.parametrize("algorithm", ["sequential", "block"])
def test_words_of_little_noise_have_edges_of_their_own(
    make_case: Any, train: Any, reference: Any, backends: Any, algorithm: str
) -> None:
    # There are 1,100 values of r: the last of a word is drawn, too. Of the guide's buckets some have one
    # word, some two, some many.
    masses = [1, 1, 1, 1, 1, 500, 30, 1, 2, 1, 400, 9, 0, 20, 31, 33, 34, 34]
    case = make_case(seed=4, lengths=(900, 900), vocab_size=len(masses), negative=5, algorithm=algorithm)
    tables = dataclasses.replace(case.job.tables, cum_table=np.cumsum(masses, dtype=np.uint32))
    case = case.copy(tables=tables)
    guide = index_noise(tables.cum_table)
    assert len(guide.guide) < guide.total
    assert 0 < (guide.guide >= MANY_WORDS).sum() < len(guide.guide)
    expected, _ = train(reference, case)
    for backend in backends:
        train(backend, case)[0].assert_same_bits(expected, backend.simd)


@given(
    counts=st.lists(st.integers(0, 10**6), min_size=1, max_size=60).filter(any),
    exponent=st.sampled_from((0.75, 0.0, 1.0, -1.0)),
    guide_bits=st.integers(1, 16),
    data=st.data(),
)
def test_the_guide_finds_what_bisect_left_finds(
    counts: list[int], exponent: float, guide_bits: int, data: Any
) -> None:
    cum_table = make_cum_table(np.array(counts, dtype=np.int64), exponent)
    noise = index_noise(cum_table, guide_bits)
    edges = [int(x) + d for x in cum_table for d in (-1, 0, 1)]
    random = data.draw(st.lists(st.integers(1, noise.total), max_size=20))
    for r in [x for x in edges + random if 1 <= x <= noise.total]:
        entry, places = int(noise.guide[r >> noise.shift]), (1 << noise.shift) - 1
        word_id = entry % MANY_WORDS >> noise.shift
        if entry < MANY_WORDS:
            word_id += r & places > entry & places
        else:
            for step in (1 << i for i in reversed(range(noise.steps))):
                word_id += step if noise.cum_table[word_id + step - 1] < r else 0
        assert word_id == np.searchsorted(cum_table, np.uint32(r), side="left")
