"""Block training through the model: the same bits with any number of workers, however a call is cut."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from w2vref import BlockRule, Word2Vec
from w2vref.backends import available_backends, get_backend
from w2vref.errors import TrainingDivergedError, UnsupportedOptionError
from w2vref.io.native import load_native, save_native
from w2vref.reference.block_layout import block_bounds

from .interruption import interrupt
from .test_model_reproducibility import Count, digest

RNG = np.random.default_rng(11)
LENGTHS = (*RNG.integers(1, 30, size=60).tolist(), 400, 0, 1, 1)
SENTENCES = [[f"w{i}" for i in RNG.zipf(1.3, size=n) % 60] for n in LENGTHS]
RULE = BlockRule(words=100)
OPTIONS: dict[str, Any] = dict(
    size=20, min_count=1, iter=3, sample=0.01, algorithm="block", block=RULE, backend="numpy"
)
THREADED = [
    name
    for name, reason in available_backends().items()
    if reason
    and get_backend(name).capabilities.threads
    and "block" in get_backend(name).capabilities.algorithms
]


@pytest.fixture(autouse=True)
def processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let as many workers be used as are asked for; on a small machine they would be fewer."""
    monkeypatch.setattr("w2vref.training.training.available_cores", lambda: 64)


@pytest.fixture(params=THREADED)
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("sg", [0, 1])
@pytest.mark.parametrize("workers", [1, 2, 3, 8])
def test_any_number_of_workers_gives_the_bits_of_the_reference(backend: str, sg: int, workers: int) -> None:
    expected = Word2Vec(SENTENCES, sg=sg, compute_loss=True, **OPTIONS)
    got = Word2Vec(SENTENCES, sg=sg, compute_loss=True, workers=workers, **OPTIONS | {"backend": backend})
    assert digest(got) == digest(expected)
    assert got.get_latest_training_loss() == pytest.approx(expected.get_latest_training_loss(), rel=1e-9)
    another = Word2Vec(SENTENCES, sg=sg, **OPTIONS | {"algorithm": "sequential"})
    assert digest(another) != digest(expected)


@pytest.mark.parametrize("sg", [0, 1])
@pytest.mark.parametrize("window", [5, 8, 9])
def test_whole_windows_have_the_bits_of_the_reference(backend: str, sg: int, window: int) -> None:
    """Kernels take neighbours in groups, of eight at most: ten, sixteen and eighteen are more than one."""
    options = OPTIONS | {"window": window, "shrink_windows": False, "iter": 1, "sample": 0}
    expected = Word2Vec(SENTENCES, sg=sg, **options)
    assert digest(Word2Vec(SENTENCES, sg=sg, **options | {"backend": backend})) == digest(expected)


def test_the_loss_is_the_same_number_for_any_number_of_workers(backend: str) -> None:
    losses = {
        Word2Vec(
            SENTENCES, sg=1, compute_loss=True, workers=workers, **OPTIONS | {"backend": backend}
        ).get_latest_training_loss()
        for workers in (1, 2, 3, 8)
    }
    assert len(losses) == 1


def test_no_warning_of_racing_workers(backend: str, caplog: pytest.LogCaptureFixture) -> None:
    Word2Vec(SENTENCES, workers=3, **OPTIONS | {"backend": backend})
    assert "reproducible" not in caplog.text
    Word2Vec(SENTENCES, workers=3, **OPTIONS | {"backend": backend, "algorithm": "sequential"})
    assert "algorithm='block', for the same bits" in caplog.text


@pytest.mark.parametrize("words", [1, 700, 1500, 2400])
def test_an_interrupted_call_resumes_with_the_bits_of_an_uninterrupted_one(words: int) -> None:
    expected = digest(Word2Vec(SENTENCES, **OPTIONS))
    model = Word2Vec(**OPTIONS)
    model.build_vocab(SENTENCES)
    interrupt(model, SENTENCES, words)
    assert model.train_position is not None
    assert model.train_position.words_done >= words
    model.train(SENTENCES, resume=True)
    assert digest(model) == expected


def test_a_call_that_stands_inside_a_block_cannot_be_finished_by_block_training() -> None:
    model = Word2Vec(**OPTIONS | {"algorithm": "sequential", "iter": 1})
    model.build_vocab(SENTENCES)
    interrupt(model, SENTENCES, words=30)
    assert model.train_position is not None
    bounds = block_bounds(model.step_state().config, model._corpus)  # type: ignore[arg-type]
    assert model.train_position.token not in bounds
    model.algorithm = "block"
    before = digest(model)
    with pytest.raises(ValueError, match="no block begins at token"):
        model.train(SENTENCES, resume=True)
    assert digest(model) == before


def test_save_and_load_keep_the_rule(tmp_path: Path) -> None:
    model = Word2Vec(SENTENCES, **OPTIONS)
    path = tmp_path / "model"
    model.save(path)
    loaded = Word2Vec.load(path, backend="numpy")
    assert (loaded.algorithm, loaded.block) == ("block", RULE)
    model.train(SENTENCES)
    loaded.train(SENTENCES)
    assert digest(loaded) == digest(model)
    other = Word2Vec(SENTENCES, **OPTIONS | {"block": replace(RULE, input_cap=0.2)})
    other.save(path)
    assert Word2Vec.load(path).block == replace(RULE, input_cap=0.2)
    for rule in (None, BlockRule()):  # not the same: None lets each text have its own
        Word2Vec(SENTENCES, **OPTIONS | {"block": rule}).save(path)
        assert Word2Vec.load(path).block == rule


NOVEL = [RNG.integers(0, 2000, size=40).tolist() for _ in range(60)]
"""No trigram comes twice."""
MANUAL = [*NOVEL[:30], *[NOVEL[30]] * 30]
SUITED = {"novel": BlockRule(draws=28), "manual": BlockRule(words=128, tile=16, draws=112, cap=0.25)}
"""What suits them with negative=10."""


@pytest.mark.parametrize("text", SUITED)
def test_a_text_has_the_rule_that_suits_it_if_none_is_given(
    text: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    sentences = [[f"w{i}" for i in sentence] for sentence in (NOVEL if text == "novel" else MANUAL)]
    options = OPTIONS | {"negative": 10, "sample": 0, "seed": 5}
    expected = Word2Vec(sentences, **options | {"block": SUITED[text]})
    with caplog.at_level("INFO", logger="w2vref.model"):
        model = Word2Vec(sentences, **options | {"block": None})
    assert digest(model) == digest(expected)
    assert ("the text repeats itself" in caplog.text) == (text == "manual")
    assert model.block is None
    (event,) = [event for event in model.lifecycle_events if event["event"] == "train"]
    assert BlockRule(**event["block"]) == SUITED[text]
    model.save(tmp_path / "model")
    assert Word2Vec.load(tmp_path / "model").lifecycle_events[-1]["block"] == event["block"]
    other = SUITED["novel" if text == "manual" else "manual"]
    assert digest(Word2Vec(sentences, **options | {"block": other})) != digest(expected)


def test_an_interrupted_call_goes_on_with_the_rule_that_suited_its_text() -> None:
    sentences = [[f"w{i}" for i in sentence] for sentence in MANUAL]
    options = OPTIONS | {"block": None, "iter": 2}
    expected = digest(Word2Vec(sentences, **options))
    model = Word2Vec(**options)
    model.build_vocab(sentences)
    interrupt(model, sentences, 600)
    model.train(sentences, resume=True)
    assert digest(model) == expected


def test_training_of_a_file_without_a_cap_of_input_rows_goes_on_with_that_of_output_rows(
    tmp_path: Path,
) -> None:
    """Files older than `input_cap` do not have it."""
    path, rule = tmp_path / "model", replace(RULE, cap=2.0)
    options = OPTIONS | {"sg": 1, "alpha": 0.5, "sample": 0, "block": rule}
    model = Word2Vec(**options)
    model.build_vocab(SENTENCES)
    interrupt(model, SENTENCES, words=1000)
    model.save(path)
    file = load_native(path)
    del file.metadata["settings"]["block"]["input_cap"]
    save_native(path, file.tensors, file.metadata)
    older = Word2Vec.load(path, backend="numpy")
    assert older.block == rule
    older.train(SENTENCES, resume=True)
    of_one_cap = Word2Vec(SENTENCES, **options | {"block": replace(rule, input_cap=2.0)})
    assert digest(older) == digest(of_one_cap)
    of_two = Word2Vec(SENTENCES, **options | {"block": replace(rule, input_cap=0.5)})
    assert digest(of_two) != digest(of_one_cap)


def test_a_small_cap_of_input_rows_lets_short_blocks_diverge() -> None:
    """Why the default is not the 0.1 that is better on long texts; the usual rule is tested below."""
    options = OPTIONS | {"sg": 1, "alpha": 0.5, "sample": 0, "iter": 8}
    sentences = [["a", "b"] * 300]
    with pytest.raises(TrainingDivergedError):
        Word2Vec(sentences, **options | {"block": BlockRule(words=9, input_cap=0.1)})
    for rule in (BlockRule(words=9), BlockRule(words=1024, input_cap=0.1)):
        assert np.abs(Word2Vec(sentences, **options | {"block": rule}).wv.vectors).max() < 2


@pytest.mark.parametrize("sg", [0, 1])
def test_the_setting_closest_to_sequential_training_holds_in_small_vocabularies(sg: int) -> None:
    rule = BlockRule(words=512, tile=16, draws=48, cap=0.25)
    for words in (2, 20):
        sentences = [[f"w{i}" for i in RNG.integers(0, words, size=1500)]]
        options = OPTIONS | {"sg": sg, "alpha": 0.5, "sample": 0, "iter": 4, "block": rule}
        assert np.abs(Word2Vec(sentences, **options).wv.vectors).max() < 10


def test_new_words_are_trained_after_an_update(backend: str) -> None:
    models = []
    for name in ("numpy", backend):
        model = Word2Vec(SENTENCES, sg=1, workers=2, **OPTIONS | {"backend": name})
        more = [["new", "w1", "words"] * 5, ["w2", "new"] * 9]
        model.build_vocab(more, update=True)
        start = model.wv["new"].copy()
        model.train(more)
        assert not np.array_equal(model.wv["new"], start)
        models.append(digest(model))
    assert models[0] == models[1]


def test_callbacks_come_in_order() -> None:
    count = Count()
    Word2Vec(SENTENCES, callbacks=[count], **OPTIONS | {"iter": 2})
    middle = ["epoch begin", "epoch end 1", "epoch begin", "epoch end 2"]
    assert count.events == ["train begin", *middle, "train end"]


@pytest.mark.parametrize("sg", [0, 1])
@pytest.mark.parametrize("words", [None, 1, 17, 1024])
def test_small_and_extreme_corpora_stay_finite_and_equal(backend: str, sg: int, words: int | None) -> None:
    corpora = {
        "one word": [["a"] * 25],
        "one-word sentences": [["a"], ["b"], ["c"]] * 12,
        "a long sentence": [[f"w{i}" for i in RNG.integers(0, 20, size=10 if words == 1 else 1500)]],
        "two words": [["a", "b"] * (10 if words == 1 else 300)],
    }
    for name, sentences in corpora.items():
        options = OPTIONS | {"alpha": 0.5, "sample": 0, "iter": 4, "block": BlockRule(words=words), "sg": sg}
        expected = Word2Vec(sentences, **options)
        assert np.isfinite(expected.wv.vectors).all(), name
        for workers in (1, 3):
            got = Word2Vec(sentences, workers=workers, **options | {"backend": backend})
            assert digest(got) == digest(expected), (name, workers)


def test_locks_hold_rows_still(backend: str) -> None:
    models = []
    for name in ("numpy", backend):
        model = Word2Vec(sg=1, workers=2, **OPTIONS | {"backend": name})
        model.build_vocab(SENTENCES)
        start = model.wv.vectors.copy()
        locks = np.ones(len(model.wv), dtype=np.float32)
        locks[:5], locks[5:9] = 0, 0.3
        model.wv.vectors_lockf = locks
        model.train()
        assert np.array_equal(model.wv.vectors[:5], start[:5])
        assert (model.wv.vectors[5:] != start[5:]).any(axis=1).all()
        models.append(digest(model))
    assert models[0] == models[1]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (dict(hs=1), UnsupportedOptionError, "negative sampling alone"),
        (dict(hs=1, negative=0), UnsupportedOptionError, "negative sampling alone"),
        (dict(block=512), TypeError, "block must be a BlockRule or None, got 512"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Word2Vec(**OPTIONS | options)


@pytest.mark.parametrize("sg", [0, 1])
def test_it_learns(sg: int) -> None:
    """Words of one topic stand together, and with no other: there is something to learn."""
    rng = np.random.default_rng(1)  # its own: the text does not depend on which tests ran before
    sentences = [[f"{t}{i}" for i in rng.permutation(8)[:5]] for t in "abc" for _ in range(30)]
    model = Word2Vec(sg=sg, **OPTIONS | {"size": 16, "sample": 0, "alpha": 0.1, "window": 3})
    model.build_vocab(sentences)
    losses = [model.train(epochs=1, compute_loss=True, end_alpha=0.1).loss for _ in range(12)]
    assert all(loss is not None and np.isfinite(loss) for loss in losses)
    assert losses[-1] < 0.85 * losses[0]  # type: ignore[operator]


def test_no_more_workers_than_processors(
    backend: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One that waits for a processor keeps the others waiting; sequential training's do not."""
    seen: list[int] = []
    kind: Any = type(get_backend(backend))
    train = kind.train

    def spy(self: Any, job: Any, control: Any) -> Any:
        seen.append(job.workers)
        return train(self, job, control)

    monkeypatch.setattr(kind, "train", spy)
    monkeypatch.setattr("w2vref.training.training.available_cores", lambda: 3)
    for algorithm, given, used in (("block", 8, 3), ("block", 2, 2), ("sequential", 8, 8)):
        options = OPTIONS | {"backend": backend, "algorithm": algorithm, "iter": 1}
        caplog.clear()
        with caplog.at_level("INFO", logger="w2vref"):
            assert Word2Vec(SENTENCES, workers=given, **options).workers == given
        assert seen.pop() == used
        assert (f"uses {used} of {given} workers" in caplog.text) == (used < given)
