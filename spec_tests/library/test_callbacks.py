"""Callbacks: when they are called, and the progress bar."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from w2vref import Word2Vec
from w2vref.callbacks import CallbackAny2Vec, EpochSaver, ProgressBar

SENTENCES = [["a", "b", "c", "d"], ["b", "a", "d", "c"]] * 5


class Recorder(CallbackAny2Vec):
    def __init__(self, fail_in_epoch: int | None = None) -> None:
        self.calls: list[str] = []
        self.fail_in_epoch = fail_in_epoch

    def on_train_begin(self, model: Word2Vec) -> None:
        self.calls.append("train begins")

    def on_epoch_begin(self, model: Word2Vec) -> None:
        self.calls.append("epoch begins")

    def on_epoch_end(self, model: Word2Vec) -> None:
        self.calls.append("epoch ends")
        if self.calls.count("epoch ends") == self.fail_in_epoch:
            raise RuntimeError("enough")

    def on_train_end(self, model: Word2Vec) -> None:
        self.calls.append("train ends")


def model(**options: object) -> Word2Vec:
    return Word2Vec(size=4, min_count=1, workers=1, sample=0, backend="numpy", **options)  # type: ignore[arg-type]


def test_callbacks_are_called_in_order_in_the_constructor_and_in_train() -> None:
    epoch = ["epoch begins", "epoch ends"]
    first, second = Recorder(), Recorder()
    trained = model(sentences=SENTENCES, iter=2, callbacks=[first, second])
    assert first.calls == second.calls == ["train begins", *epoch, *epoch, "train ends"]
    trained.train(SENTENCES, epochs=1)
    assert len(first.calls) == 6  # those of the constructor are not kept
    trained.train(SENTENCES, epochs=1, callbacks=[first])
    assert first.calls[6:] == ["train begins", *epoch, "train ends"]


def test_an_error_of_a_callback_reaches_the_caller_and_says_how_far_training_came() -> None:
    recorder = Recorder(fail_in_epoch=2)
    unlucky = model(iter=3)
    unlucky.build_vocab(SENTENCES)
    with pytest.raises(RuntimeError, match="enough"):
        unlucky.train(SENTENCES, callbacks=[recorder])
    assert recorder.calls[-1] == "epoch ends"
    assert unlucky.train_position is not None
    assert unlucky.train_position.epoch == 2


def test_the_base_class_does_nothing() -> None:
    assert (
        model(sentences=SENTENCES, callbacks=[CallbackAny2Vec()]).wv["a"].tolist()
        == model(sentences=SENTENCES).wv["a"].tolist()
    )


def test_progress_bar_counts_epochs_and_shows_the_loss_of_each() -> None:
    out = io.StringIO()
    bar = ProgressBar(file=out, mininterval=0, ascii=True)
    trained = model(sentences=SENTENCES, iter=3, compute_loss=True, callbacks=[bar])
    assert "3/3" in out.getvalue()
    assert "loss=" in out.getvalue()
    last = float(out.getvalue().rpartition("loss=")[2].partition("]")[0])
    assert 0 < last < trained.get_latest_training_loss()


def test_progress_bar_without_loss_and_after_an_error() -> None:
    out = io.StringIO()
    bar = ProgressBar(file=out, mininterval=0, ascii=True)
    unlucky = model(iter=3)
    unlucky.build_vocab(SENTENCES)
    with pytest.raises(RuntimeError, match="enough"):
        unlucky.train(SENTENCES, callbacks=[bar, Recorder(fail_in_epoch=2)])
    unlucky.train(SENTENCES, resume=True, callbacks=[bar])
    assert "loss" not in out.getvalue()
    assert "2/3" in out.getvalue()
    assert "3/3" in out.getvalue()


def test_a_training_that_was_killed_goes_on_from_the_saved_epoch(tmp_path: Path) -> None:
    whole = model(sentences=SENTENCES, iter=3)
    unlucky = model(iter=3)
    unlucky.build_vocab(SENTENCES)
    path = tmp_path / "model"
    with pytest.raises(RuntimeError, match="enough"):
        unlucky.train(SENTENCES, callbacks=[EpochSaver(path), Recorder(fail_in_epoch=2)])
    resumed = Word2Vec.load(path, backend="numpy")
    resumed.train(SENTENCES, resume=True, callbacks=[EpochSaver(tmp_path / "epoch-{epoch}")])
    assert resumed.wv.vectors.tobytes() == whole.wv.vectors.tobytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["epoch-3", "model"]
