"""The numba backend against the reference: the same bits, whatever the case, the thread or the mode."""

from __future__ import annotations

import mmap
import os
import re
import subprocess
import sys
import threading
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vref.backends import Control, TrainingJob, get_backend
from w2vref.backends.base import EpochResult
from w2vref.config import CBOW_GRADIENTS, TrainingConfig
from w2vref.records import EncodedCorpus, Parameters, Tables, padded_zeros
from w2vref.reference import cbow, huffman, sampling

pytest.importorskip("numba", reason="numba is an optional extra")

from w2vref.backends.numba_epoch import SPAN
from w2vref.backends.numba_kernels import ENTRY_POINTS
from w2vref.backends.numba_primitives import JITTED

NUMBA = get_backend("numba")
NUMPY = get_backend("numpy")
# 1, 7: less than a block; 15, 16, 17, 31, 33: around one and two; 100: the default, with padding.
SIZES = (1, 7, 15, 16, 17, 31, 33, 100)
# 2^33: wider than any sentence, and its product with 32 random bits does not fit 64.
WINDOWS = (1, 2, 5, 1 << 33)
# 7: with the target exactly one group of sigmoids; 8 and 17: more than one and two.
NEGATIVES = (0, 1, 5, 7, 8, 17)
LOSS_TOLERANCE = 1e-9

jitted = pytest.mark.skipif(not JITTED, reason="needs machine code")


@dataclass(frozen=True)
class Case:
    config: TrainingConfig
    parameters: Parameters
    tables: Tables
    corpus: EncodedCorpus

    def job(self, parameters: Parameters, **changes: object) -> TrainingJob:
        job = TrainingJob(
            config=self.config,
            parameters=parameters,
            tables=self.tables,
            corpus=self.corpus,
            epoch=3,
            words_before=11,
            total_words=11 + 2 * max(1, self.corpus.words),
            start_alpha=0.05,
            end_alpha=0.001,
            compute_loss=True,
        )
        return replace(job, **changes)


def copy_of(parameters: Parameters) -> Parameters:
    arrays = (parameters.input_vectors, parameters.output_vectors, parameters.node_vectors)
    copies = [padded_zeros(len(a), parameters.vector_size) for a in arrays]
    for copy, array in zip(copies, arrays, strict=True):
        copy[:] = array
    return Parameters(parameters.vector_size, *copies, parameters.locks.copy())


def random_parameters(rng: np.random.Generator, vocab_size: int, size: int, scale: float) -> Parameters:
    arrays = [padded_zeros(vocab_size, size) for _ in range(3)]
    for array in arrays:
        array[:, :size] = rng.normal(size=(vocab_size, size)).astype(np.float32) * np.float32(scale)
    return Parameters(size, *arrays, np.ones(1, dtype=np.float32))


def encoded(sentences: list[list[int]]) -> EncodedCorpus:
    tokens = np.array([word_id for sentence in sentences for word_id in sentence], dtype=np.int32)
    offsets = np.zeros(len(sentences) + 1, dtype=np.int64)
    np.cumsum([len(sentence) for sentence in sentences], out=offsets[1:])
    return EncodedCorpus(tokens, offsets, len(tokens))


def tables_of(counts: np.ndarray, sample: float) -> Tables:
    return Tables(
        sampling.make_sample_int(counts, sample),
        sampling.make_cum_table(counts),
        *huffman.huffman_codes(counts),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Small vocabularies, so that negatives repeat and hit the target, and windows hold a word twice."""
    vocab_size = draw(st.integers(2, 12))
    word_ids = st.integers(0, vocab_size - 1)
    sentences = draw(st.lists(st.lists(word_ids, max_size=12), min_size=1, max_size=5))
    hs = draw(st.booleans())
    config = TrainingConfig(
        vector_size=draw(st.sampled_from(SIZES)),
        window=draw(st.sampled_from(WINDOWS)),
        shrink_windows=draw(st.booleans()),
        sg=draw(st.booleans()),
        hs=hs,
        negative=draw(st.sampled_from(NEGATIVES if hs else NEGATIVES[1:])),
        cbow_mean=draw(st.booleans()),
        cbow_gradient=draw(st.sampled_from(CBOW_GRADIENTS)),
        seed=draw(st.sampled_from((0, 1, 2**63, 2**64 - 1))),
    )
    counts = np.sort(np.array(draw(st.lists(st.integers(1, 50), min_size=vocab_size, max_size=vocab_size))))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    # Up to 30: logits beyond the sigmoid's range of 87.
    parameters = random_parameters(
        rng, vocab_size, config.vector_size, draw(st.sampled_from((0.1, 1.0, 30.0)))
    )
    if draw(st.booleans()):
        locks = rng.choice(np.array([0.0, 0.25, 1.0, -1.5], dtype=np.float32), vocab_size)
        parameters = replace(parameters, locks=locks)
    tables = tables_of(counts[::-1].astype(np.int64), draw(st.sampled_from((0.0, 0.05, 3.0))))
    return Case(config, parameters, tables, encoded(sentences))


def assert_same_bits(ours: Parameters, theirs: Parameters) -> None:
    for name in ("input_vectors", "output_vectors", "node_vectors"):
        mine, reference = (getattr(p, name).view(np.uint32) for p in (ours, theirs))
        assert np.array_equal(mine, reference), (
            f"{name} differs in rows {(mine != reference).any(1).nonzero()}"
        )


def train_both(case: Case, first: int = 0, **changes: object) -> Parameters:
    """Train with both backends from token `first` on, compare all, and return what came out."""
    ours, theirs = copy_of(case.parameters), copy_of(case.parameters)
    results: list[EpochResult] = []
    for backend, parameters in ((NUMBA, ours), (NUMPY, theirs)):
        control = Control()
        control.next_token[0] = first
        results.append(backend.train(case.job(parameters, **changes), control))
        assert control.position(case.corpus) == case.corpus.words
    assert_same_bits(ours, theirs)
    assert results[0].effective_words == results[1].effective_words
    assert results[0].loss == pytest.approx(results[1].loss, rel=LOSS_TOLERANCE, abs=1e-12)
    return ours


@given(cases())
def test_training_equals_the_reference(case: Case) -> None:
    train_both(case)


@given(cases(), st.integers(0, 60))
def test_training_from_the_middle_equals_the_reference(case: Case, first: int) -> None:
    train_both(case, min(first, case.corpus.words), compute_loss=False)


@pytest.mark.parametrize("sg", [True, False])
def test_spans_that_begin_and_end_inside_a_sentence_change_nothing(sg: bool) -> None:
    rng = np.random.default_rng(5)
    words = 2 * SPAN + 77  # the third span is short
    sentences = [rng.integers(0, 40, length).tolist() for length in (9, words - 10, 1)]
    counts = np.arange(40, 0, -1).astype(np.int64) * 100
    config = TrainingConfig(vector_size=3, window=3, sg=sg, negative=2)
    # Two hundred kept tokens and more in some twenty thousand: windows reach far beyond a span.
    tables = tables_of(counts, 1e-6)
    case = Case(config, random_parameters(rng, 40, 3, 0.5), tables, encoded(sentences))
    trained = train_both(case)
    assert (trained.input_vectors != case.parameters.input_vectors).any()


@given(cases())
def test_scores_equal_the_reference(case: Case) -> None:
    arguments = (case.config, case.parameters, case.tables, case.corpus)
    ours, theirs = NUMBA.score(*arguments, workers=2), NUMPY.score(*arguments)
    assert ours.dtype == np.float64
    np.testing.assert_allclose(ours, theirs, rtol=LOSS_TOLERANCE, atol=1e-12)


@given(cases(), st.data())
def test_pair_functions_equal_the_reference(case: Case, data: st.DataObject) -> None:
    config, tables = case.config, case.tables
    word_ids = st.integers(0, len(case.parameters.input_vectors) - 1)
    input_id, target_id = data.draw(word_ids), data.draw(word_ids)
    context_ids = np.array(data.draw(st.lists(word_ids, min_size=1, max_size=5)), dtype=np.int64)
    negative_ids = np.array(data.draw(st.lists(word_ids, max_size=10)), dtype=np.int64)
    flags = data.draw(st.booleans()), data.draw(st.booleans())
    hidden = cbow.project(config, case.parameters, context_ids)
    for name, first in (("sg", (input_id,)), ("cbow", (context_ids, hidden))):
        ours, theirs = copy_of(case.parameters), copy_of(case.parameters)
        rest = (target_id, negative_ids, 0.037, *flags)
        step = getattr(NUMBA, f"train_{name}_pair")(config, ours, tables, *first, *rest)
        wanted = getattr(NUMPY, f"train_{name}_pair")(config, theirs, tables, *first, *rest)
        assert_same_bits(ours, theirs)
        assert np.array_equal(step.hidden_error.view(np.uint32), wanted.hidden_error.view(np.uint32))
        assert step.loss == pytest.approx(wanted.loss, rel=LOSS_TOLERANCE, abs=1e-12)
    for name, first in (("score_sg_pair", input_id), ("score_cbow_pair", hidden)):
        scores = [getattr(b, name)(config, case.parameters, tables, first, target_id) for b in (NUMBA, NUMPY)]
        assert scores[0] == pytest.approx(scores[1], rel=LOSS_TOLERANCE)


def sentences_that_share_no_row(blocks: int, words_in_block: int) -> Case:
    """Each block of words has its own sentence, of one span, and its own inner nodes."""
    rng = np.random.default_rng(8)
    vocab_size = blocks * words_in_block
    sentences = [
        (block * words_in_block + rng.integers(0, words_in_block, SPAN)).tolist() for block in range(blocks)
    ]
    word_ids = np.arange(vocab_size)
    # The path of a word: itself and its successor in the block, as inner nodes. No Huffman tree, but a path.
    successors = word_ids // words_in_block * words_in_block + (word_ids + 1) % words_in_block
    points = np.stack([word_ids, successors], axis=1).reshape(-1).astype(np.uint32)
    codes = np.tile(np.array([0, 1], dtype=np.uint8), vocab_size)
    tables = Tables(
        sampling.make_sample_int(np.ones(vocab_size, dtype=np.int64), 0.0),
        np.zeros(0, dtype=np.uint32),
        codes,
        points,
        np.arange(vocab_size + 1, dtype=np.int64) * 2,
    )
    config = TrainingConfig(vector_size=17, window=4, sg=True, hs=True, negative=0)
    return Case(config, random_parameters(rng, vocab_size, 17, 0.5), tables, encoded(sentences))


@jitted
def test_workers_that_share_no_row_agree_with_one_worker() -> None:
    case = sentences_that_share_no_row(blocks=12, words_in_block=5)
    outcomes = []
    for workers in (1, 3):
        parameters = copy_of(case.parameters)
        result = NUMBA.train(case.job(parameters, workers=workers), Control())
        assert result.effective_words == case.corpus.words
        outcomes.append((parameters, result.loss))
    assert_same_bits(outcomes[1][0], outcomes[0][0])
    assert outcomes[1][1] == pytest.approx(outcomes[0][1], rel=LOSS_TOLERANCE)
    assert (outcomes[0][0].input_vectors != case.parameters.input_vectors).any()


@jitted
def test_racing_workers_train_each_token_once_and_stay_finite() -> None:
    rng = np.random.default_rng(9)
    sentences = [rng.integers(0, 30, 1000).tolist() for _ in range(60)]
    config = TrainingConfig(vector_size=16, sg=True, negative=3)
    tables = tables_of(np.full(30, 100, dtype=np.int64), 0.0)
    case = Case(config, random_parameters(rng, 30, 16, 0.1), tables, encoded(sentences))
    result = NUMBA.train(case.job(case.parameters, workers=4), Control())
    assert result.effective_words == case.corpus.words
    assert np.isfinite(case.parameters.input_vectors).all()


def test_a_stop_asked_for_before_the_start_trains_nothing() -> None:
    case = sentences_that_share_no_row(blocks=1, words_in_block=5)
    before, control = copy_of(case.parameters), Control()
    control.stop[0] = 1
    result = NUMBA.train(case.job(case.parameters), control)
    assert result == EpochResult(0, 0.0)
    assert control.position(case.corpus) == 0
    assert_same_bits(case.parameters, before)


@jitted
def test_a_stop_acts_within_a_span_and_the_position_is_exact() -> None:
    case = sentences_that_share_no_row(blocks=30, words_in_block=5)
    whole, parameters = copy_of(case.parameters), copy_of(case.parameters)
    control = Control()

    def stop_at_once() -> None:
        if control.next_token[0]:
            control.stop[0] = 1

    stopping = Control(control.stop, control.next_token, stop_at_once)
    first = NUMBA.train(case.job(parameters), stopping)
    assert first.effective_words == stopping.position(case.corpus)
    stopping.stop[0] = 0
    second = NUMBA.train(case.job(parameters), Control(stopping.stop, stopping.next_token))
    NUMBA.train(case.job(whole), Control())
    assert first.effective_words + second.effective_words == case.corpus.words
    assert_same_bits(parameters, whole)


FLUSH_TO_ZERO = 0x8040
"""FTZ and DAZ of MXCSR."""
ROUND_DOWN = 0x2000


@jitted
@pytest.mark.parametrize("mode", [FLUSH_TO_ZERO, ROUND_DOWN])
def test_the_mode_of_the_thread_neither_matters_nor_changes(mode: int) -> None:
    from w2vref.backends import numba_intrinsics  # noqa: PLC0415
    from w2vref.backends.numba_primitives import _read_arithmetic, _write_arithmetic  # noqa: PLC0415

    if not numba_intrinsics.IS_X86:
        pytest.skip("the bits of the mode are those of MXCSR")
    rng = np.random.default_rng(3)
    # Values around the smallest normal float32: half of them, and most of what is added, are denormal.
    case = replace(
        sentences_that_share_no_row(blocks=1, words_in_block=5),
        parameters=random_parameters(rng, 5, 17, 1e-38),
    )
    case = replace(case, corpus=encoded([case.corpus.tokens[:60].tolist()]))
    wanted, found = copy_of(case.parameters), copy_of(case.parameters)
    NUMPY.train(case.job(wanted), Control())
    pair_wanted, pair_found = copy_of(case.parameters), copy_of(case.parameters)
    pair = (case.tables, 1, 2, np.zeros(0, dtype=np.int64), 0.025)
    NUMPY.train_sg_pair(case.config, pair_wanted, *pair)
    modes: list[int] = []

    def with_mode() -> None:
        before = _read_arithmetic()
        _write_arithmetic(before | mode)
        try:  # a thread inherits the mode of the one that starts it
            NUMBA.train(case.job(found), Control())
            NUMBA.train_sg_pair(case.config, pair_found, *pair)
            modes.append(_read_arithmetic() & mode)
        finally:
            _write_arithmetic(before)

    thread = threading.Thread(target=with_mode)
    thread.start()
    thread.join()
    assert modes == [mode]
    assert_same_bits(found, wanted)
    assert_same_bits(pair_found, pair_wanted)
    tiny = np.finfo(np.float32).tiny
    changed = found.node_vectors[found.node_vectors != 0.0]
    assert ((np.abs(changed) < tiny) & (changed != 0.0)).any(), "the case should reach denormals"


@jitted
def test_one_compilation_serves_read_only_memory_mapped_and_odd_arrays(tmp_path: Path) -> None:
    case = sentences_that_share_no_row(blocks=1, words_in_block=5)
    case.corpus.tokens.tofile(tmp_path / "tokens")
    mapped = np.memmap(tmp_path / "tokens", dtype=np.int32, mode="r")
    doubled = np.repeat(case.corpus.tokens, 2)[::2]  # every second element of a larger array
    wanted = copy_of(case.parameters)
    NUMBA.train(case.job(wanted), Control())
    for tokens in (mapped, doubled):
        found = copy_of(case.parameters)
        corpus = replace(case.corpus, tokens=tokens)
        NUMBA.train(case.job(found, corpus=corpus), Control())
        assert_same_bits(found, wanted)
    assert len(ENTRY_POINTS.train.signatures) == 1


def sparse_rows(rows: int, stride: int) -> np.ndarray:
    """Return zeroed rows that take memory only where they are written."""
    no_reserve = 0x4000  # Linux's MAP_NORESERVE; older versions of Python have no name for it
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | no_reserve
    return np.frombuffer(mmap.mmap(-1, rows * stride * 4, flags=flags), np.float32).reshape(rows, stride)


@jitted
@pytest.mark.skipif(sys.platform != "linux", reason="maps memory without reserving it")
def test_rows_beyond_two_to_the_31_elements() -> None:
    size = 2000  # 125 blocks
    rows = 2**31 // size + 100  # the last hundred begin beyond 2^31 elements, or 8 GB
    config = TrainingConfig(vector_size=size, sg=True, negative=2)
    ids = np.array([rows - 1, rows - 5, rows - 90, 3])
    tables = Tables(
        sample_int=np.zeros(0, dtype=np.uint64),
        cum_table=np.zeros(rows, dtype=np.uint32),  # not looked at: the negatives are given
        codes=np.zeros(0, dtype=np.uint8),
        points=np.zeros(0, dtype=np.uint32),
        code_offsets=np.zeros(1, dtype=np.int64),
    )
    start = np.random.default_rng(2).normal(0.0, 0.1, (2, len(ids), size)).astype(np.float32)
    trained = []
    for backend in (NUMBA, NUMPY):
        inputs, outputs = sparse_rows(rows, size), sparse_rows(rows, size)
        inputs[ids], outputs[ids] = start
        parameters = Parameters(size, inputs, outputs, inputs[:0], np.ones(1, dtype=np.float32))
        step = backend.train_sg_pair(config, parameters, tables, int(ids[0]), int(ids[1]), ids[2:], 0.1)
        trained.append(np.concatenate([inputs[ids], outputs[ids], step.hidden_error[None]]))
    assert (trained[1][:-1] != np.concatenate(start)).any(axis=1).sum() == 4  # the input, three outputs
    assert np.array_equal(trained[0].view(np.uint32), trained[1].view(np.uint32))


def test_ids_outside_the_vocabulary_are_refused_before_anything_changes() -> None:
    case = sentences_that_share_no_row(blocks=1, words_in_block=5)
    before = copy_of(case.parameters)
    bad = replace(case.corpus, tokens=np.full_like(case.corpus.tokens, 5))
    with pytest.raises(IndexError, match=r"0 \.\. 4"):
        NUMBA.train(case.job(case.parameters, corpus=bad), Control())
    with pytest.raises(IndexError, match="word ids"):
        NUMBA.train_sg_pair(case.config, case.parameters, case.tables, -1, 0, np.zeros(0, np.int64), 0.1)
    with pytest.raises(ValueError, match="context_ids is empty"):
        none = np.zeros(0, dtype=np.int64)
        hidden = np.zeros(32, dtype=np.float32)
        NUMBA.train_cbow_pair(case.config, case.parameters, case.tables, none, hidden, 0, none, 0.1)
    with pytest.raises(ValueError, match="hidden must have 32"):
        NUMBA.score_cbow_pair(case.config, case.parameters, case.tables, np.zeros(17, np.float32), 0)
    assert_same_bits(case.parameters, before)


def run_python(code: str, **environment: str) -> str:
    """Run code in a new process that turns warnings into errors, and return what it printed."""
    root = str(Path(str(sys.modules["w2vref"].__file__)).parents[1])
    path = os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=os.environ | {"PYTHONPATH": path} | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout + run.stderr


SCORE_A_PAIR = """
import logging, numpy as np
logging.basicConfig(level=logging.INFO, format="%(message)s")
logging.getLogger("numba").setLevel(logging.ERROR)
from w2vref.backends import get_backend
from w2vref.config import TrainingConfig
from w2vref.records import Parameters, Tables, padded_zeros
rows = padded_zeros(2, 3)
tables = Tables(np.zeros(2, np.uint64), np.array([1, 2], np.uint32), np.zeros(0, np.uint8),
                np.zeros(0, np.uint32), np.zeros(1, np.int64))
parameters = Parameters(3, rows, rows, rows[:0], np.ones(1, np.float32))
print(get_backend("numba").score_sg_pair(TrainingConfig(3), parameters, tables, 0, 1))
"""


ASSEMBLY = """
import numpy as np
from w2vref.backends import get_backend
from w2vref.backends.numba_kernels import ENTRY_POINTS
from w2vref.config import TrainingConfig
from w2vref.records import Parameters, Tables, padded_zeros
rows, none = padded_zeros(2, 17), np.zeros(0, np.int64)
tables = Tables(np.zeros(2, np.uint64), np.array([1, 2], np.uint32), np.zeros(0, np.uint8),
                np.zeros(0, np.uint32), np.zeros(1, np.int64))
parameters = Parameters(17, rows, rows, rows[:0], np.ones(1, np.float32))
config, numba = TrainingConfig(17), get_backend("numba")
pair = (parameters, tables, np.array([0]), rows[0], 1, none, 0.1)
if "NAME" == "train":
    numba.prepare(config)
elif "NAME" == "train_blocks":
    numba.prepare(TrainingConfig(17, algorithm="block"))
else:
    numba.train_cbow_pair(config, *pair)
print(*ENTRY_POINTS.NAME.inspect_asm().values())
"""


@jitted
@pytest.mark.parametrize(
    "entry",
    [
        "train_cbow_pair",
        pytest.param("train", marks=pytest.mark.slow),
        pytest.param("train_blocks", marks=pytest.mark.slow),
    ],
)
def test_no_kernel_has_a_fused_multiply_add(entry: str, tmp_path: Path) -> None:
    # numba keeps no assembly of what it loads from disk, so the code is compiled anew.
    assembly = run_python(ASSEMBLY.replace("NAME", entry), NUMBA_CACHE_DIR=str(tmp_path))
    assert re.search(r"\bv?f?mul(ps|ss)?\b", assembly), "this should be the code of a kernel"
    fused = re.findall(r"\bv?fn?m(?:add|sub|la|ls)\w*", assembly)
    assert not fused, f"{entry} has {fused[:3]}"


@jitted
def test_compilation_is_logged_and_done_once(tmp_path: Path) -> None:
    first = run_python(SCORE_A_PAIR, NUMBA_CACHE_DIR=str(tmp_path))
    assert "compiling numba kernels" in first
    assert "-0.693147" in first
    second = run_python(SCORE_A_PAIR, NUMBA_CACHE_DIR=str(tmp_path))
    assert "loading numba kernels" in second
    assert "compiling" not in second


@jitted
def test_without_a_writable_cache_it_still_works() -> None:
    # No folder is unwritable for root, so numba is left without any place to look for.
    output = run_python(
        "from numba.core import caching; caching.CompileResultCacheImpl._locator_classes = []\n"
        + SCORE_A_PAIR
    )
    assert "compiled anew in each process" in output
    assert "-0.693147" in output


@jitted
def test_without_the_compiler_the_kernels_give_the_same() -> None:
    names = "equals_the_reference or equal_the_reference or asked_for_before or refused"
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", __file__, "-k", names],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:]
    assert "skipped" not in run.stdout
