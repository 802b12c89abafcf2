"""The registry: by name, by registration, the fastest that works, and why one does not."""

from __future__ import annotations

import pytest

from w2vref import Word2Vec, backends, errors, word2vec
from w2vref.backends import available_backends, get_backend, register_backend
from w2vref.backends.numpy_backend import NumpyBackend
from w2vref.errors import BackendUnavailableError


@pytest.fixture(autouse=True)
def _registry_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "_factories", dict(backends._factories))
    monkeypatch.setattr(backends, "_loaded", dict(backends._loaded))


class Mine(NumpyBackend):
    name = "mine"


def test_a_registered_backend_is_used_by_name() -> None:
    register_backend("mine", Mine)
    model = Word2Vec([["a", "b"]] * 3, size=3, min_count=1, iter=1, backend="mine")
    assert model.backend == "mine"
    assert "backend='mine'" in repr(model)
    model.backend = "numpy"
    assert model.backend == "numpy"
    assert get_backend("mine") is get_backend("mine")


def unavailable() -> Mine:
    raise BackendUnavailableError("needs a quantum computer: buy one")


def test_the_status_of_each_backend_says_why() -> None:
    register_backend("later", unavailable)
    statuses = available_backends()
    assert statuses["numpy"]
    assert statuses["numpy"].reason == ""
    assert not statuses["later"]
    assert statuses["later"].reason == "needs a quantum computer: buy one"
    with pytest.raises(BackendUnavailableError, match="buy one"):
        Word2Vec(backend="later")


def test_auto_passes_over_what_is_not_available_and_never_over_what_was_named() -> None:
    for name in ("c", "numba"):
        backends._factories[name] = unavailable
        backends._loaded.pop(name, None)
    assert Word2Vec().backend == "numpy"
    for name in ("c", "numba"):
        with pytest.raises(BackendUnavailableError, match="buy one"):
            Word2Vec(backend=name)


def test_the_errors_of_the_registry() -> None:
    for taken in ("auto", "numpy"):
        with pytest.raises(ValueError, match="choose another name"):
            register_backend(taken, Mine)
    with pytest.raises(ValueError, match="unknown backend 'forth': choose 'auto' or one of"):
        get_backend("forth")
    register_backend("half", object)  # type: ignore[arg-type]
    with pytest.raises(BackendUnavailableError, match=r"backend 'half' is a object without .*train"):
        get_backend("half")

    def missing() -> Mine:
        raise ImportError("No module named 'numba'")

    register_backend("absent", missing)
    with pytest.raises(BackendUnavailableError, match=r"No module named 'numba'.*pip install"):
        get_backend("absent")
    for name in (
        "BackendUnavailableError",
        "UnsupportedOptionError",
        "TrainingDivergedError",
        "FileFormatError",
    ):
        assert issubclass(getattr(errors, name), errors.W2VError)


def test_fast_version_tells_whether_compiled_code_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = 1 if available_backends()["c"] else -1
    assert compiled == word2vec.FAST_VERSION
    monkeypatch.setitem(backends._factories, "c", unavailable)
    monkeypatch.delitem(backends._loaded, "c", raising=False)
    assert word2vec.FAST_VERSION == -1
    assert word2vec.MAX_WORDS_IN_BATCH == 10_000
    with pytest.raises(AttributeError, match=r"'w2vref.word2vec' has no attribute 'FASTER'"):
        _ = word2vec.FASTER
