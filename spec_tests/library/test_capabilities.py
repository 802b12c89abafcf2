"""What a backend lacks is refused in its name, before anything changes; what it has is used."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from w2vref import Word2Vec, backends
from w2vref.backends import Capabilities, register_backend
from w2vref.backends.checks import check_corpus, check_ids, check_rows, check_supported
from w2vref.backends.numpy_backend import NumpyBackend
from w2vref.config import TrainingConfig
from w2vref.dialects import GENSIM
from w2vref.errors import UnsupportedOptionError
from w2vref.records import EncodedCorpus, Parameters, Tables, padded_zeros

SENTENCES = [["a", "b", "c", "a"], ["b", "c", "d"]] * 3
FULL = NumpyBackend.capabilities
NONE: frozenset[str] = frozenset()


def backend_with(**lacks: object) -> NumpyBackend:
    backend = NumpyBackend()
    backend.capabilities = replace(FULL, **lacks)
    backend.name = "partial"
    return backend


LACKING = [
    # what is lacking, what is asked for, what the message says of the option
    ({"architectures": frozenset({"cbow"})}, {"sg": True}, {}, "sg=1"),
    ({"architectures": frozenset({"sg"})}, {}, {}, "sg=0"),
    ({"objectives": frozenset({"negative"})}, {"hs": True}, {}, "hs=1"),
    ({"objectives": frozenset({"hs"})}, {"hs": True, "negative": 3}, {}, "negative=3"),
    ({"objectives": NONE}, {}, {}, "negative=5: it has none"),
    ({"cbow_gradients": frozenset({"word2vec"})}, {"cbow_gradient": "exact"}, {}, "cbow_gradient='exact'"),
    ({"locks": False}, {}, {"locked": True}, "lock factors"),
    ({"loss": False}, {}, {"loss": True}, "compute_loss"),
    ({"score": False}, {}, {"score": True}, r"score\(\)"),
    ({"algorithms": NONE}, {}, {}, "algorithm='sequential'"),
    ({"algorithms": frozenset({"sequential"})}, {"algorithm": "block"}, {}, "algorithm='block'"),
    ({"dialect_choices": NONE}, {"dialect": GENSIM}, {}, "dialect='gensim': it lacks sigmoid="),
]


@pytest.mark.parametrize(("lacks", "options", "asks", "message"), LACKING)
def test_what_a_backend_lacks_is_refused_in_its_name(
    lacks: dict[str, object], options: dict[str, object], asks: dict[str, object], message: str
) -> None:
    config = TrainingConfig(4, **options)
    with pytest.raises(UnsupportedOptionError, match=rf"backend 'partial' does not support {message}"):
        check_supported(backend_with(**lacks), config, **asks)
    if lacks:  # with all capabilities the same is allowed
        check_supported(NumpyBackend(), config, **asks)


def test_what_is_not_asked_for_may_be_lacking() -> None:
    partial = backend_with(
        architectures=frozenset({"sg"}),
        objectives=frozenset({"negative"}),
        cbow_gradients=NONE,
        locks=False,
        score=False,
        loss=False,
    )
    check_supported(partial, TrainingConfig(4, sg=True, cbow_gradient="exact"))
    # A score has no gradient.
    check_supported(backend_with(cbow_gradients=NONE), TrainingConfig(4), score=True)


@pytest.mark.parametrize(
    ("promise", "words"),
    [
        ({"objectives": {"hs", "ns"}}, r"objectives=\.\.\.\) has \['ns'\]: choose from \['hs', 'negative'\]"),
        ({"architectures": {"skipgram"}}, r"has \['skipgram'\]: choose from \['cbow', 'sg'\]"),
        ({"cbow_gradients": {"mean"}}, r"has \['mean'\]: choose from \['exact', 'gensim', 'word2vec'\]"),
        ({"algorithms": {"blocks"}}, r"has \['blocks'\]: choose from \['block', 'sequential'\]"),
        (
            {"dialect_choices": {("sigmoid", "tabel")}},
            r"has \[\('sigmoid', 'tabel'\)\]: choose \(axis, choice\)",
        ),
    ],
)
def test_a_misspelt_capability_is_no_promise(promise: dict[str, set[object]], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Capabilities(**{name: frozenset(values) for name, values in promise.items()})  # type: ignore[arg-type]


@pytest.fixture
def partial(monkeypatch: pytest.MonkeyPatch) -> NumpyBackend:
    monkeypatch.setattr(backends, "_factories", dict(backends._factories))
    monkeypatch.setattr(backends, "_loaded", dict(backends._loaded))
    backend = backend_with(locks=False, loss=False, score=False)
    register_backend("partial", lambda: backend)
    return backend


def test_the_model_refuses_before_anything_changes(partial: NumpyBackend) -> None:
    model = Word2Vec(SENTENCES, size=4, min_count=1, iter=1, backend="partial", workers=1)
    before, position = model.wv.vectors.copy(), model.train_position
    with pytest.raises(UnsupportedOptionError, match="'partial' does not support compute_loss"):
        model.train(SENTENCES, compute_loss=True)
    with pytest.raises(UnsupportedOptionError, match=r"'partial' does not support score"):
        model.score(SENTENCES)
    model.wv.vectors_lockf = np.array([0.5], dtype=np.float32)
    with pytest.raises(UnsupportedOptionError, match="'partial' does not support lock factors"):
        model.train(SENTENCES)
    assert np.array_equal(model.wv.vectors, before)
    assert model.train_position == position


def test_a_backend_is_prepared_before_the_clock_starts(partial: NumpyBackend) -> None:
    calls: list[str] = []
    partial.prepare = lambda config: calls.append(f"prepare {config.vector_size}")  # type: ignore[attr-defined]
    train = partial.train

    def noted(*arguments: object) -> object:
        calls.append("train")
        return train(*arguments)

    partial.train = noted  # type: ignore[method-assign]
    Word2Vec(SENTENCES, size=4, min_count=1, iter=1, backend="partial", workers=1)
    assert calls == ["prepare 4", "train"]


def parameters(**changes: object) -> Parameters:
    rows = padded_zeros(3, 4)
    return replace(Parameters(4, rows, rows, rows, np.ones(1, dtype=np.float32)), **changes)


TABLES = Tables(
    np.zeros(3, dtype=np.uint64),
    np.array([1, 2, 3], dtype=np.uint32),
    np.zeros(0, dtype=np.uint8),
    np.zeros(0, dtype=np.uint32),
    np.zeros(4, dtype=np.int64),
)


@pytest.mark.parametrize(
    ("changed", "tables", "message"),
    [
        ({"input_vectors": padded_zeros(3, 17)}, TABLES, "input_vectors must be C-ordered float32"),
        ({"output_vectors": padded_zeros(2, 4)}, TABLES, r"output_vectors .* \(3, 16\)"),
        ({"node_vectors": np.zeros((3, 16))}, TABLES, "node_vectors .* float64"),
        ({"input_vectors": padded_zeros(3, 32)[:, ::2]}, TABLES, "input_vectors"),
        ({"locks": np.ones(2, dtype=np.float32)}, TABLES, "locks must have 1 or 3"),
        ({}, replace(TABLES, cum_table=np.zeros(2, dtype=np.uint32)), "cum_table must have 3"),
        ({}, replace(TABLES, code_offsets=np.zeros(3, dtype=np.int64)), "code_offsets must have 4"),
    ],
)
def test_rows_that_machine_code_would_misread_are_refused(
    changed: dict[str, object], tables: Tables, message: str
) -> None:
    config = TrainingConfig(4, hs=True)
    check_rows(config, parameters(), TABLES)
    with pytest.raises(ValueError, match=message):
        check_rows(config, parameters(**changed), tables)


@pytest.mark.parametrize("offsets", [[], [1, 3], [0, 2], [0, 2, 1, 3]])
def test_offsets_that_do_not_rise_to_the_end_are_refused(offsets: list[int]) -> None:
    tokens = np.array([0, 1, 2], dtype=np.int32)
    check_corpus(parameters(), EncodedCorpus(tokens, np.array([0, 0, 3]), 3))
    with pytest.raises(ValueError, match="sentence_offsets must rise"):
        check_corpus(parameters(), EncodedCorpus(tokens, np.array(offsets, dtype=np.int64), 3))


@pytest.mark.parametrize("ids", [[0, 3], [-1, 0]])
def test_ids_outside_the_vocabulary_are_refused(ids: list[int]) -> None:
    check_ids("tokens", np.array([], dtype=np.int64), 3)
    with pytest.raises(IndexError, match=r"tokens: word ids must be in 0 \.\. 2, got"):
        check_ids("tokens", np.array(ids), 3)
