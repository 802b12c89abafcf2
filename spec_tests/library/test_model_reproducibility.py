"""The same bits from any source of the same text, in any process, however a call is cut."""

from __future__ import annotations

import hashlib
import inspect
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from w2vref import Word2Vec
from w2vref.backends import Control, TrainingJob, available_backends, get_backend
from w2vref.callbacks import CallbackAny2Vec
from w2vref.word2vec import LineSentence

from .interruption import interrupt

RNG = np.random.default_rng(7)
TEXT = "\n".join(" ".join(f"w{i}" for i in RNG.zipf(1.4, size=9) % 23) for _ in range(25))
SENTENCES = [line.split() for line in TEXT.split("\n")]
OPTIONS = dict(size=5, min_count=2, iter=2, backend="numpy", sample=0.05)


def digest(model: Word2Vec) -> str:
    arrays = [model.wv.vectors, *(getattr(model, n) for n in ("syn1", "syn1neg") if hasattr(model, n))]
    return hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)).hexdigest()


@pytest.mark.parametrize("mode", [dict(sg=1), dict(sg=0), dict(sg=1, hs=1, negative=0), dict(sg=0, hs=1)])
def test_list_generator_and_file_give_the_same_bits(tmp_path: Path, mode: dict[str, int]) -> None:
    file = tmp_path / "text.txt"
    file.write_text(TEXT, encoding="utf-8")
    options = {**OPTIONS, **mode}
    expected = digest(Word2Vec(SENTENCES, workers=1, **options))
    assert digest(Word2Vec((s for s in SENTENCES), workers=4, **options)) == expected
    assert digest(Word2Vec(LineSentence(str(file)), batch_words=3, **options)) == expected
    assert digest(Word2Vec(corpus_file=file, **options)) == expected
    by_steps = Word2Vec(**options)
    by_steps.build_vocab(iter(SENTENCES))
    by_steps.train(tuple(s) for s in SENTENCES)
    assert digest(by_steps) == expected
    another_seed = Word2Vec(SENTENCES, seed=2, **options)
    assert digest(another_seed) != expected


PROGRAM = f"""
import hashlib, sys
import numpy as np
from w2vref import Word2Vec
from w2vref.word2vec import LineSentence

{inspect.getsource(digest)}
print(digest(Word2Vec(LineSentence(sys.argv[1]), **{OPTIONS!r})))
"""


def test_two_processes_with_different_hash_seeds_agree(tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_text(TEXT, encoding="utf-8")
    digests = set()
    for hash_seed in ("0", "77"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
        run = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(file)],
            env=environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        digests.add(run.stdout.strip())
    assert digests == {digest(Word2Vec(SENTENCES, **OPTIONS))}


def test_train_twice_differs_from_one_call_but_repeats_after_reset() -> None:
    model = Word2Vec(**OPTIONS)
    model.build_vocab(SENTENCES)
    model.train()
    first = digest(model)
    model.train()
    assert digest(model) != first
    model.reset_weights()
    model.train()
    assert digest(model) == first


def test_reset_from_shares_the_vocabulary_and_makes_its_own_tree() -> None:
    with_negative = Word2Vec(SENTENCES, **OPTIONS)
    with_tree = Word2Vec(hs=1, negative=0, **OPTIONS)
    with_tree.reset_from(with_negative)
    assert with_tree.wv.index_to_key == with_negative.wv.index_to_key
    with_tree.train()
    assert digest(with_tree) == digest(Word2Vec(SENTENCES, hs=1, negative=0, **OPTIONS))


class StopAt(CallbackAny2Vec):
    """Raises in the middle of training, as Ctrl-C or a full disk would."""

    def __init__(self, words: int) -> None:
        self.words = words

    def __call__(self, done: int, total: int) -> None:
        if done >= self.words:
            raise KeyboardInterrupt


@pytest.mark.parametrize("words", [1, 60, 150, 230, 300])
def test_an_interrupted_call_resumes_with_the_bits_of_an_uninterrupted_one(words: int) -> None:
    options = {**OPTIONS, "iter": 3, "size": 40}
    expected = digest(Word2Vec(SENTENCES, **options))
    model = Word2Vec(**options)
    model.build_vocab(SENTENCES)
    interrupt(model, SENTENCES, words)
    position = model.train_position
    assert position is not None
    assert words <= position.words_done < words + 40
    model.train(SENTENCES, resume=True)
    assert model.train_position is not None
    assert model.train_position.finished
    assert digest(model) == expected


def test_the_hook_of_progress_may_interrupt_a_call() -> None:
    """Where, hangs on which thread is faster; not what comes of it."""
    options = {**OPTIONS, "iter": 3, "size": 40}
    model = Word2Vec(**options)
    model.build_vocab(SENTENCES)
    model.progress_hook = StopAt(1)
    with pytest.raises(KeyboardInterrupt):
        model.train(SENTENCES)
    position = model.train_position
    assert position is not None
    assert not position.finished or position.words_done == position.total_words
    model.progress_hook = None
    if not position.finished:
        model.train(SENTENCES, resume=True)
    assert digest(model) == digest(Word2Vec(SENTENCES, **options))


def test_a_new_call_does_not_repeat_the_draws_of_an_interrupted_epoch() -> None:
    model = Word2Vec(**{**OPTIONS, "iter": 3, "size": 40})
    model.build_vocab(SENTENCES)
    interrupt(model, SENTENCES, words=1)
    interrupted = model.train_position
    assert interrupted is not None
    assert (interrupted.first_epoch, interrupted.epoch) == (0, 0)
    assert interrupted.token > 0
    model.train(SENTENCES, epochs=2)
    assert model.train_position is not None
    assert model.train_position.first_epoch == 1  # epoch 0 has been begun
    model.train(SENTENCES, epochs=1)
    assert model.train_position.first_epoch == 3


def test_resume_refuses_another_corpus_and_changes_nothing() -> None:
    model = Word2Vec(**{**OPTIONS, "iter": 3, "size": 40})
    model.build_vocab(SENTENCES)
    with pytest.raises(ValueError, match="no interrupted"):
        model.train(resume=True)
    interrupt(model, SENTENCES, words=1)
    before = digest(model), model.train_position
    for other in (SENTENCES[::-1], SENTENCES[:-1]):  # as long, and shorter
        with pytest.raises(ValueError, match="not the corpus of the interrupted call"):
            model.train(other, resume=True)
    with pytest.raises(ValueError, match="omit"):
        model.train(SENTENCES, resume=True, epochs=2)
    assert (digest(model), model.train_position) == before


class Count(CallbackAny2Vec):
    def __init__(self) -> None:
        self.events: list[str] = []

    def on_train_begin(self, model: Word2Vec) -> None:
        self.events.append("train begin")

    def on_epoch_begin(self, model: Word2Vec) -> None:
        self.events.append("epoch begin")

    def on_epoch_end(self, model: Word2Vec) -> None:
        assert model.train_position is not None
        self.events.append(f"epoch end {model.train_position.epoch}")

    def on_train_end(self, model: Word2Vec) -> None:
        self.events.append("train end")


def test_callbacks_come_in_order() -> None:
    count = Count()
    Word2Vec(SENTENCES, callbacks=[count], **OPTIONS)
    middle = ["epoch begin", "epoch end 1", "epoch begin", "epoch end 2"]
    assert count.events == ["train begin", *middle, "train end"]


def test_an_exception_in_a_callback_reaches_the_caller_and_the_position_is_exact() -> None:
    class Break(CallbackAny2Vec):
        def on_epoch_end(self, model: Word2Vec) -> None:
            raise OSError("disk full")

    model = Word2Vec(**{**OPTIONS, "iter": 3})
    model.build_vocab(SENTENCES)
    with pytest.raises(OSError, match="disk full"):
        model.train(callbacks=[Break()])
    assert model.train_position is not None
    assert (model.train_position.epoch, model.train_position.token) == (1, 0)
    model.train(resume=True)
    assert digest(model) == digest(Word2Vec(SENTENCES, **{**OPTIONS, "iter": 3}))


def test_results_and_losses() -> None:
    model = Word2Vec(**{**OPTIONS, "sample": 0})
    model.build_vocab(SENTENCES)
    words = sum(model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key)
    result = model.train(compute_loss=True)
    assert result == result.effective_words == 2 * words
    effective, raw = result
    assert (effective, raw) == (2 * words, 2 * 25 * 9)
    assert result.loss == model.get_latest_training_loss() > 0
    # Each call adds up its own.
    again = model.train(compute_loss=True)
    assert again.loss == model.get_latest_training_loss() > 0
    assert model.train().loss is None
    assert model.get_latest_training_loss() == 0


@pytest.mark.parametrize(
    "mode", [dict(sg=1), dict(sg=0), dict(sg=1, hs=1, negative=0), dict(hs=1, negative=0)]
)
def test_loss_falls(mode: dict[str, int]) -> None:
    # Words of one sentence go together, and with no other: there is something to learn.
    sentences = [[f"{t}{i}" for i in RNG.permutation(4)] for t in "abc" for _ in range(15)]
    model = Word2Vec(size=16, min_count=1, backend="numpy", sample=0, alpha=0.1, min_alpha=0.1, **mode)
    model.build_vocab(sentences)
    losses = [model.train(epochs=1, compute_loss=True).loss for _ in range(4)]
    assert all(loss is not None and np.isfinite(loss) for loss in losses)
    assert losses[-1] < 0.9 * losses[0]  # type: ignore[operator]


def test_words_that_are_trained_do_not_depend_on_the_sentences_around(tmp_path: Path) -> None:
    """An out-of-vocabulary sentence has a number; a blank line of a file has none."""
    file = tmp_path / "text.txt"
    file.write_text(TEXT.replace("\n", "\n\n\n"), encoding="utf-8")
    assert digest(Word2Vec(corpus_file=file, **OPTIONS)) == digest(Word2Vec(SENTENCES, **OPTIONS))
    model = Word2Vec(**OPTIONS)
    model.build_vocab(SENTENCES)
    model.train([["unknown"], *SENTENCES])
    assert digest(model) != digest(Word2Vec(SENTENCES, **OPTIONS))


@pytest.mark.parametrize("backend", ["numpy", "c"])
def test_a_call_is_the_epochs_of_the_reference(backend: str) -> None:
    """Two train() calls: which epoch, which learning rate and which total each epoch of them is given."""
    if not available_backends()[backend]:
        pytest.skip("the C extension is not built")
    sentences = [["a", "b", "c", "a"], ["b", "a"], ["c", "d", "a", "b"]] * 3
    model = Word2Vec(size=20, min_count=1, negative=2, sample=0, workers=1, seed=7, backend=backend)
    model.build_vocab(sentences)
    expected = Word2Vec(size=20, min_count=1, negative=2, sample=0, workers=1, seed=7, backend="numpy")
    expected.build_vocab(sentences)
    effective, state, corpus = [0, 0], expected.step_state(), expected._corpus
    assert corpus is not None
    epoch = 0
    for call, (epochs, start, end) in enumerate(((3, 0.5, 0.1), (2, 0.05, 0.001))):
        for number in range(epochs):
            job = TrainingJob(
                *(state.config, state.parameters, state.tables, corpus, epoch, number * corpus.words),
                total_words=epochs * corpus.words,
                start_alpha=start,
                end_alpha=end,
            )
            effective[call] += get_backend("numpy").train(job, Control()).effective_words
            epoch += 1
        result = model.train(epochs=epochs, start_alpha=start, end_alpha=end)
        assert result.effective_words == effective[call]
        np.testing.assert_array_equal(model.wv.vectors, expected.wv.vectors)
        np.testing.assert_array_equal(model.syn1neg, expected.syn1neg)
