"""save and load of models and vectors, and the word2vec formats as methods."""

from __future__ import annotations

import gzip
import importlib.util
import io
import logging
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vref.errors import FileFormatError, UnsupportedOptionError
from w2vref.io.native import load_native, save_native
from w2vref.keyedvectors import KeyedVectors
from w2vref.model import Word2Vec
from w2vref.utils import SaveLoad

SENTENCES = [[f"w{(i * j) % 17}" for j in range(1, 8)] for i in range(1, 18)]
SETTINGS = {"size": 5, "min_count": 2, "iter": 2, "workers": 1, "backend": "numpy", "sample": 0.05}


@pytest.fixture(scope="module")
def model():
    return Word2Vec(SENTENCES, hs=1, sg=1, comment="für die Prüfung", **SETTINGS)


def copied(model: Word2Vec, **options) -> Word2Vec:
    stream = io.BytesIO()
    model.save(stream)
    stream.seek(0)
    return Word2Vec.load(stream, **{"backend": "numpy", **options})


def assert_same_model(one: Word2Vec, other: Word2Vec) -> None:
    state, expected = one.step_state(), other.step_state()
    assert state.config == expected.config
    for record in ("parameters", "tables"):
        ours, theirs = getattr(state, record), getattr(expected, record)
        for name in ours.__slots__:
            assert np.array_equal(getattr(ours, name), getattr(theirs, name)), name
    for name in (
        "train_count",
        "min_alpha_yet_reached",
        "corpus_count",
        "corpus_total_words",
        "train_position",
    ):
        assert getattr(one, name) == getattr(other, name)
    assert one.wv.index_to_key == other.wv.index_to_key


def test_a_loaded_model_is_the_one_that_was_saved(model, tmp_path):
    path = tmp_path / "model"
    model.save(path)
    loaded = Word2Vec.load(path, backend="numpy")
    assert_same_model(loaded, model)
    assert loaded.comment == "für die Prüfung"
    assert loaded.lifecycle_events == model.lifecycle_events
    assert loaded.most_similar("w3") == model.most_similar("w3")
    assert isinstance(loaded, SaveLoad)


def test_training_goes_on_with_the_same_bits(model):
    one, other = copied(model), copied(model)
    again = copied(one)
    one.train(SENTENCES)
    again.train(SENTENCES)
    assert_same_model(one, again)
    assert (one.wv.vectors != other.wv.vectors).any()


@pytest.mark.parametrize("options", [{"sg": 1}, {"cbow_mean": 0, "negative": 0, "hs": 1}, {"null_word": 1}])
def test_other_settings(options):
    model = Word2Vec(SENTENCES, **{**SETTINGS, **options})
    loaded = copied(model)
    assert_same_model(loaded, model)
    for name, value in options.items():
        assert getattr(loaded, name) == value


def test_an_updated_model_keeps_its_tree_and_locks(model):
    updated = copied(model)
    updated.build_vocab([["new"] * 5 + ["w1"]], update=True)
    updated.wv.vectors_lockf = np.linspace(0, 1, len(updated.wv), dtype=np.float32)
    loaded = copied(updated)
    assert_same_model(loaded, updated)
    updated.train(SENTENCES)
    loaded.train(SENTENCES)
    assert_same_model(loaded, updated)


def test_an_interrupted_call_is_resumed_from_a_file(tmp_path):
    whole = Word2Vec(SENTENCES, **SETTINGS)
    stopped = Word2Vec(**SETTINGS)
    stopped.build_vocab(SENTENCES)

    class Stop:
        def on_train_begin(self, model): ...

        def on_train_end(self, model): ...

        def on_epoch_begin(self, model): ...

        def on_epoch_end(self, model):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped.train(SENTENCES, callbacks=[Stop()])
    loaded = copied(stopped)
    loaded.train(SENTENCES, resume=True)
    assert loaded.wv.vectors.tobytes() == whole.wv.vectors.tobytes()


def test_models_between_the_steps_of_their_vocabulary():
    scanned = Word2Vec(**SETTINGS)
    scanned.scan_vocab(SENTENCES)
    loaded = copied(scanned)
    assert list(loaded.raw_vocab.items()) == list(scanned.raw_vocab.items())
    scanned.scale_vocab()
    selected = copied(scanned)
    loaded.scale_vocab()
    for one in (loaded, selected, scanned):
        one.finalize_vocab()
    assert loaded.wv.vectors.tobytes() == selected.wv.vectors.tobytes() == scanned.wv.vectors.tobytes()
    assert len(copied(Word2Vec(**SETTINGS)).wv) == 0


def test_a_model_with_keys_of_its_own(model):
    changed = copied(model)
    changed.wv.add_vector("extra", np.ones(5))
    loaded = copied(changed)
    assert loaded.wv["extra"].tolist() == [1] * 5
    assert loaded._vocabulary.words == model._vocabulary.words


def test_a_function_is_not_stored_and_says_so(caplog):
    def numbered(text: str) -> int:
        return len(text)

    hashed = Word2Vec(SENTENCES, hashfxn=numbered, **SETTINGS)
    with caplog.at_level(logging.WARNING, "w2vref.io"):
        loaded = copied(hashed)
    assert [record.message.count("numbered") for record in caplog.records] == [1, 1]
    assert loaded.hashfxn is None
    assert copied(hashed, hashfxn=numbered).hashfxn is numbered


def test_options_of_pickling_are_answered(model, caplog):
    with caplog.at_level(logging.WARNING, "w2vref.io"):
        model.save(io.BytesIO(), separately=["syn0"], pickle_protocol=4)
        model.wv.save(io.BytesIO(), None, 5)
    assert [record.message.split(":")[1] for record in caplog.records] == [
        " separately and pickle_protocol have nothing to do",
        " sep_limit has nothing to do",
    ]


def test_ignore(model, tmp_path):
    stream = io.BytesIO()
    model.save(stream, ignore=["syn1neg", "node_vectors", "lifecycle_events", "cum_table"])
    stream.seek(0)
    loaded = Word2Vec.load(stream)
    assert loaded.most_similar("w3") == model.most_similar("w3")
    assert loaded.lifecycle_events == []
    with pytest.raises(RuntimeError, match="deleted"):
        loaded.train(SENTENCES)
    with pytest.raises(ValueError, match=r"ignore=\['syn0'\]"):
        model.save(tmp_path / "m", ignore=["syn0"])
    assert os.listdir(tmp_path) == []


def test_mapped_models_answer_and_refuse_to_train(model, tmp_path):
    path = tmp_path / "model"
    model.save(path)
    loaded = Word2Vec.load(path, mmap="r")
    assert loaded.most_similar("w3") == model.most_similar("w3")
    with pytest.raises(ValueError, match=r"read-only \(memory-mapped\).*load them without mmap"):
        loaded.train(SENTENCES)
    with pytest.raises(ValueError, match="read-only"):
        loaded.wv.vectors[0] = 0
    with pytest.raises(ValueError, match="read-only"):
        loaded.intersect_word2vec_format(path)
    assert Word2Vec.load(path, backend="numpy").train(SENTENCES) > 0


def test_files_of_another_kind_are_named(model, tmp_path):
    path = tmp_path / "file"
    model.wv.save(path)
    with pytest.raises(FileFormatError, match=r"file: .*without a model: use KeyedVectors.load"):
        Word2Vec.load(path)
    model.save(path)
    assert KeyedVectors.load(path)["w3"].tobytes() == model.wv["w3"].tobytes()
    save_native(path, {}, {"kind": "Phrases"})
    with pytest.raises(FileFormatError, match="'Phrases'"):
        Word2Vec.load(path)
    with pytest.raises(FileFormatError, match="'Phrases'"):
        KeyedVectors.load(path)


def test_every_damaged_part_of_a_model_is_noticed(model):
    stream = io.BytesIO()
    model.save(stream)
    file = load_native(io.BytesIO(stream.getvalue()))

    def load(tensors, record):
        changed = io.BytesIO()
        save_native(changed, tensors, record)
        changed.seek(0)
        return Word2Vec.load(changed, backend="numpy")

    assert_same_model(load(file.tensors, file.metadata), model)
    for name, array in file.tensors.items():
        if name not in ("output_vectors", "node_vectors"):
            with pytest.raises(FileFormatError, match="missing"):
                load({key: value for key, value in file.tensors.items() if key != name}, file.metadata)
        for wrong in (array.astype(bool), array[:-1], array[..., np.newaxis]):
            with pytest.raises(FileFormatError):
                load({**file.tensors, name: wrong}, file.metadata)
    for name in file.metadata:
        if name not in ("hashfxn", "null_index", "selection", "train_position", "object_attributes"):
            with pytest.raises(FileFormatError):
                load(file.tensors, {**file.metadata, name: 7})
    unchecked = {"comment", "compute_loss", "batch_words", "sorted_vocab", "null_word", "shrink_windows"}
    for name in ("settings", "counters", "train_position"):
        for key in set(file.metadata[name]) - unchecked:
            with pytest.raises((FileFormatError, UnsupportedOptionError)):
                load(file.tensors, {**file.metadata, name: {**file.metadata[name], key: [1]}})


# ---- vectors ----

KEYS = st.lists(st.text(max_size=4) | st.integers(), unique=True, max_size=6)


@given(KEYS, st.sampled_from([np.float16, np.float32, np.float64]), st.sampled_from([1, 16, 17]))
def test_any_keys_and_dtypes(keys, dtype, size):
    vectors = np.arange(len(keys) * size).reshape(len(keys), size).astype(dtype)
    kv = KeyedVectors(size, dtype=dtype)
    kv.add_vectors(keys, vectors)
    stream = io.BytesIO()
    kv.save(stream)
    stream.seek(0)
    loaded = KeyedVectors.load(stream)
    assert loaded.index_to_key == keys
    assert [type(key) for key in loaded.index_to_key] == [type(key) for key in keys]
    assert loaded.vectors.dtype == dtype
    assert loaded.vectors.tobytes() == vectors.tobytes()


def test_attributes_unfilled_rows_and_locks(tmp_path):
    kv = KeyedVectors(3, count=3)
    kv.add_vectors(
        ["a", "\ud800"], np.eye(2, 3), extras={"count": [5, 6], "part": np.array(["noun", "verb"])}
    )
    kv.vectors_lockf = [1, 0, 0.5]
    kv.save(tmp_path / "kv.gz")
    loaded = KeyedVectors.load(tmp_path / "kv.gz")
    assert loaded.index_to_key == ["a", "\ud800", None]
    assert loaded.get_vecattr("a", "count") == 5
    assert loaded.get_vecattr("\ud800", "part") == "verb"
    assert loaded.vectors_lockf.tolist() == [1, 0, 0.5]
    loaded.add_vector("b", [1, 2, 3])
    assert loaded.index_to_key[2] == "b"
    kv.save(tmp_path / "kv", ignore=["part", "norms"])
    assert KeyedVectors.load(tmp_path / "kv", mmap="r").vecattrs() == ["count"]
    with pytest.raises(ValueError, match="ignore"):
        kv.save(tmp_path / "kv", ignore="vectors")


# ---- the word2vec formats ----


@pytest.mark.parametrize("binary", [False, True])
def test_rows_are_written_by_descending_count(tmp_path, binary):
    kv = KeyedVectors(2, count=5)
    kv.add_vectors(["a", "b", 7, "d"], np.arange(8).reshape(4, 2), extras={"count": [1, 3, 3, 9]})
    path, vocabulary = tmp_path / "vectors", tmp_path / "words"
    kv.save_word2vec_format(path, fvocab=vocabulary, binary=binary, prefix="p")
    assert path.read_bytes().startswith(b"4 2\npd ")
    assert vocabulary.read_bytes() == b"pd 9\npb 3\np7 3\npa 1\n"
    loaded = KeyedVectors.load_word2vec_format(path, fvocab=vocabulary, binary=binary)
    assert loaded.index_to_key == ["pd", "pb", "p7", "pa"]
    assert loaded.vectors.tolist() == [[6, 7], [2, 3], [4, 5], [0, 1]]
    assert loaded.expandos["count"].tolist() == [9, 3, 3, 1]
    loaded = KeyedVectors.load_word2vec_format(path, binary=binary, limit=3)
    assert loaded.expandos["count"].tolist() == [3, 2, 1]
    assert loaded.padded().shape == (3, 16)


def test_without_the_attribute_to_sort_by(tmp_path, caplog):
    kv = KeyedVectors(1)
    kv.add_vectors(["a", "b"], [[1], [2]])
    with caplog.at_level(logging.WARNING, "w2vref.io"):
        kv.save_word2vec_format(tmp_path / "v")
    assert "'count'" in caplog.text
    assert (tmp_path / "v").read_bytes() == b"2 1\na 1.0\nb 2.0\n"
    with pytest.raises(ValueError, match="fvocab needs the attribute 'count'"):
        kv.save_word2vec_format(tmp_path / "v", fvocab=tmp_path / "w")


def test_glove(tmp_path):
    (tmp_path / "glove").write_bytes(b"the 0.5 1\n. . 2 3\n")
    loaded = KeyedVectors.load_glove_format(tmp_path / "glove")
    assert loaded.index_to_key == ["the", ". ."]
    assert loaded[". ."].tolist() == [2, 3]


def test_a_model_of_vectors_only(model, tmp_path):
    path = tmp_path / "vectors.gz"
    model.save_word2vec_format(path)
    loaded = Word2Vec.load_word2vec_format(path)
    assert gzip.decompress(path.read_bytes()).startswith(f"{len(model.wv)} 5\n".encode())
    assert loaded.vector_size == 5
    for word in model.wv.index_to_key:
        assert loaded[word].tobytes() == model[word].tobytes()
    with pytest.raises(RuntimeError, match="trained"):
        loaded.train(SENTENCES)


@pytest.mark.parametrize("binary", [False, True])
def test_intersect_sets_vectors_and_locks(model, tmp_path, binary):
    path = tmp_path / "vectors"
    other = KeyedVectors(5)
    other.add_vectors(["w2", "unknown", "w0"], np.arange(15).reshape(3, 5))
    other.save_word2vec_format(path, binary=binary)
    changed = copied(model)
    before = changed.wv.vectors.copy()
    changed.intersect_word2vec_format(path, lockf=0.25, binary=binary)
    rows = [changed.wv.get_index("w2"), changed.wv.get_index("w0")]
    assert changed.wv.vectors[rows].tolist() == [[0, 1, 2, 3, 4], [10, 11, 12, 13, 14]]
    others = np.setdiff1d(np.arange(len(before)), rows)
    assert (changed.wv.vectors[others] == before[others]).all()
    assert len(changed.wv) == len(before)
    assert changed.wv.vectors_lockf[rows].tolist() == [0.25, 0.25]
    assert (changed.wv.vectors_lockf[others] == 1).all()


def test_intersect_with_lock_0_keeps_these_rows_in_training(model, tmp_path):
    path = tmp_path / "vectors"
    path.write_bytes(b"1 5\nw0 1 2 3 4 5\n")
    changed = copied(model)
    changed.intersect_word2vec_format(path)
    before = changed.wv.vectors.copy()
    changed.train(SENTENCES)
    moved = (changed.wv.vectors != before).any(axis=1)
    assert not moved[changed.wv.get_index("w0")]
    assert moved.sum() == len(moved) - 1


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"1 4\nw0 1 2 3 4\n", "have 4 components, these have 5"),
        (b"2 5\nw0 1 2 3 4 5\nw1 1 2 3 4\n", "byte offset"),
        (b"3 5\nw0 1 2 3 4 5\nw1 1 2 3 4 5\n", "ends after 2 of the 3 rows|only"),
    ],
)
def test_a_failed_intersect_changes_nothing(model, tmp_path, data, error):
    path = tmp_path / "vectors"
    path.write_bytes(data)
    changed = copied(model)
    with pytest.raises(ValueError, match=error):
        changed.intersect_word2vec_format(path)
    assert_same_model(changed, model)


def test_gensim_reads_a_model_and_the_other_way(model, tmp_path):
    gensim = pytest.importorskip("gensim")
    for binary in (False, True):
        path = str(tmp_path / "vectors")
        model.wv.save_word2vec_format(path, fvocab=path + ".words", binary=binary)
        theirs = gensim.models.KeyedVectors.load_word2vec_format(path, fvocab=path + ".words", binary=binary)
        assert theirs.index_to_key == model.wv.index_to_key
        assert theirs.vectors.tobytes() == model.wv.vectors.tobytes()
        assert [theirs.get_vecattr(w, "count") for w in theirs.index_to_key] == list(
            model.wv.expandos["count"]
        )
        theirs.save_word2vec_format(path, fvocab=path + ".words", binary=binary)
        ours = KeyedVectors.load_word2vec_format(path, fvocab=path + ".words", binary=binary)
        assert ours.vectors.tobytes() == model.wv.vectors.tobytes()
        assert list(ours.expandos["count"]) == list(model.wv.expandos["count"])


# ---- files of the past ----

DATA = Path(__file__).parents[1] / "data"


def test_version_1_is_readable():
    kv = KeyedVectors.load(DATA / "native_v1_vectors.safetensors")
    assert kv.index_to_key == ["a", "b\xa0c", 7, None]
    assert kv["a"].tobytes() == np.array([0.1, -0.0, 1e-45], np.float32).tobytes()
    assert kv.get_vecattr(7, "count") == 1
    assert kv.get_vecattr("b\xa0c", "part") == "verb"
    assert kv.vectors_lockf.tolist() == [1, 0.5, 0, 1]
    path = DATA / "native_v1_model.safetensors"
    for old in (Word2Vec.load(path, backend="numpy"), Word2Vec.load(path, mmap="r")):
        assert old.comment == "v1"
        assert old.train_position.finished
        assert old.wv.index_to_key[-1] == "\0"
        assert len(old.most_similar("w3")) == 7


def test_the_samples_are_what_is_written_today(tmp_path):
    spec = importlib.util.spec_from_file_location("make_native_samples", DATA / "make_native_samples.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    for path in script.write_samples(tmp_path):
        assert path.read_bytes() == (DATA / path.name).read_bytes(), f"run {DATA / 'make_native_samples.py'}"
