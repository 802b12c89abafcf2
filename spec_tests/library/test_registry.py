"""The registry: by name, by registration, the fastest that works, and why one does not."""

from __future__ import annotations

from pathlib import Path

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


class Unnamed(NumpyBackend):
    """A backend whose author has forgotten the name."""


class Promising(NumpyBackend):
    name = "promising"
    capabilities = frozenset({"hs"})  # type: ignore[assignment]


def test_a_backend_has_the_name_it_is_asked_for_by_and_real_capabilities() -> None:
    """Otherwise the suite would check the reference against itself, and report a name that means another."""
    register_backend("unnamed", Unnamed)
    with pytest.raises(BackendUnavailableError, match=r"backend 'unnamed' has the name 'numpy': make its"):
        get_backend("unnamed")
    register_backend("promising", Promising)
    with pytest.raises(
        BackendUnavailableError, match=r"has a frozenset as capabilities, which must be a w2vref"
    ):
        get_backend("promising")


def install(folder: Path, package: str, entry_points: str) -> None:
    """Write what an installer writes."""
    metadata = folder / f"{package.replace('-', '_')}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", "utf-8")
    (metadata / "entry_points.txt").write_text(f"[w2vref.backends]\n{entry_points}\n", "utf-8")


MODULE = """
import sys
from w2vref.backends.numpy_backend import NumpyBackend
from w2vref.errors import BackendUnavailableError

class Good(NumpyBackend):
    name = "good"

class Refuses(NumpyBackend):
    def __init__(self):
        raise BackendUnavailableError("needs a GPU: buy one")

class Breaks(NumpyBackend):
    def __init__(self):
        raise OSError("libgpu.so: cannot open shared object file")
"""


def test_backends_of_packages_and_why_one_of_them_does_not_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package that is broken is told by name, and takes no other backend with it."""
    (tmp_path / "some_backends.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "needs_more.py").write_text("import no_such_module\n", encoding="utf-8")
    points = {
        "good": "some_backends:Good",
        "refuses": "some_backends:Refuses",
        "breaks": "some_backends:Breaks",
        "misspelt": "some_backends:Bakend",
        "needy": "needs_more:Backend",
        "numpy": "some_backends:Good",  # taken
    }
    install(tmp_path, "some-backends", "\n".join(f"{name} = {place}" for name, place in points.items()))
    install(tmp_path, "first", "twice = some_backends:Good")
    install(tmp_path, "second", "twice = some_backends:Good")
    monkeypatch.syspath_prepend(str(tmp_path))
    statuses = available_backends()
    assert statuses["good"]
    assert get_backend("numpy").name == "numpy"
    reasons = {name: status.reason for name, status in statuses.items() if name in {*points, "twice"}}
    of_package = "of the package 'some-backends' cannot be loaded"
    remedy = "install what it needs, or use backend='auto'"
    assert reasons == {
        "good": "",
        "numpy": "",
        "refuses": "needs a GPU: buy one",
        "breaks": f"backend 'breaks' {of_package} "
        f"(OSError: libgpu.so: cannot open shared object file): {remedy}",
        "misspelt": f"backend 'misspelt' {of_package} "
        f"(AttributeError: module 'some_backends' has no attribute 'Bakend'): {remedy}",
        "needy": f"backend 'needy' {of_package} "
        f"(ModuleNotFoundError: No module named 'no_such_module'): {remedy}",
        "twice": "several packages have a backend 'twice': uninstall all but one of first, second",
    }
    with pytest.raises(BackendUnavailableError, match="libgpu"):
        Word2Vec(backend="breaks")


def test_fast_version_tells_whether_compiled_code_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = 1 if available_backends()["c"] else -1
    assert compiled == word2vec.FAST_VERSION
    monkeypatch.setitem(backends._factories, "c", unavailable)
    monkeypatch.delitem(backends._loaded, "c", raising=False)
    assert word2vec.FAST_VERSION == -1
    assert word2vec.MAX_WORDS_IN_BATCH == 10_000
    with pytest.raises(AttributeError, match=r"'w2vref.word2vec' has no attribute 'FASTER'"):
        _ = word2vec.FASTER
