"""The registry of backends: by name, by entry point, and the fastest that works here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from w2vref.backends.base import Backend, Capabilities, Control, EpochResult, TrainingJob
from w2vref.dialects import W2VREF, Dialect
from w2vref.errors import BackendUnavailableError

__all__ = [
    "Backend",
    "BackendStatus",
    "Capabilities",
    "Control",
    "EpochResult",
    "TrainingJob",
    "available_backends",
    "get_backend",
    "register_backend",
]

ENTRY_POINT_GROUP = "w2vref.backends"
AUTO_ORDER = ("c", "numba", "numpy")
"""What `backend="auto"` tries, fastest first; others are used when they are asked for by name."""

Factory = Callable[[], Backend]


@dataclass(frozen=True, slots=True)
class BackendStatus:
    """One line of `available_backends()`; true if the backend can be used here."""

    name: str
    available: bool
    reason: str
    """Why it is not available and what to do; empty if it is."""
    capabilities: Capabilities | None

    def __bool__(self) -> bool:
        return self.available


def _lazy(module: str, attribute: str) -> Factory:
    def load() -> Backend:
        backend: Backend = getattr(import_module(module), attribute)()
        return backend

    return load


_factories: dict[str, Factory] = {
    "numpy": _lazy("w2vref.backends.numpy_backend", "NumpyBackend"),
    "numba": _lazy("w2vref.backends.numba_backend", "NumbaBackend"),
    "c": _lazy("w2vref.backends.c", "CBackend"),
}
_loaded: dict[str, Backend] = {}


def register_backend(name: str, factory: Factory) -> None:
    """Make `Word2Vec(backend=name)` use what factory() returns.

    Args:
        factory: called once, at first use; it raises BackendUnavailableError, saying what to
            install, where the backend cannot work.

    Raises: ValueError if the name is taken or is "auto".
    """
    if name == "auto" or name in _factories:
        raise ValueError(f"there is already a backend named {name!r}: choose another name")
    _factories[name] = factory


def _of_packages(points: Sequence[EntryPoint]) -> Factory:
    """Return a factory for the entry points of one name: whatever is wrong, other backends still work."""
    name, packages = points[0].name, sorted({p.dist.name if p.dist else p.module for p in points})

    def load() -> Backend:
        if len(packages) > 1:
            raise BackendUnavailableError(
                f"several packages have a backend {name!r}: uninstall all but one of {', '.join(packages)}"
            )
        try:
            backend: Backend = points[0].load()()
        except BackendUnavailableError:
            raise
        except Exception as error:
            raise BackendUnavailableError(
                f"backend {name!r} of the package {packages[0]!r} cannot be loaded "
                f"({type(error).__name__}: {error}): install what it needs, or use backend='auto'"
            ) from error
        return backend

    return load


def _discover() -> dict[str, Factory]:
    """Return all factories: registered ones, then those of installed packages, whose names are not taken."""
    points: dict[str, list[EntryPoint]] = {}
    for point in entry_points(group=ENTRY_POINT_GROUP):
        points.setdefault(point.name, []).append(point)
    return {name: _of_packages(group) for name, group in points.items()} | _factories


def get_backend(name: str = "auto", dialect: Dialect = W2VREF) -> Backend:
    """Return the backend of this name, or for "auto" the fastest one installed that has the dialect.

    A backend that is named is returned whatever the dialect: `checks.check_dialect` refuses.

    Raises: ValueError for an unknown name; BackendUnavailableError, with the reason and the remedy,
        for one that cannot be used here. There is no fallback from one name to another.
    """
    if name == "auto":
        for candidate in AUTO_ORDER:
            try:
                backend = get_backend(candidate)
            except BackendUnavailableError:
                continue
            if candidate == AUTO_ORDER[-1] or not backend.capabilities.lacking(dialect):
                return backend
        raise BackendUnavailableError("not even the backend 'numpy' works: reinstall w2vref")
    if name not in _loaded:
        factories = _discover()
        if name not in factories:
            raise ValueError(f"unknown backend {name!r}: choose 'auto' or one of {sorted(factories)}")
        try:
            backend = factories[name]()
        except ImportError as error:
            raise BackendUnavailableError(
                f"backend {name!r} cannot be imported ({error}); install it with "
                f"pip install 'w2vref[{name}]', or use backend='auto'"
            ) from error
        _check_protocol(name, backend)
        _loaded[name] = backend
    return _loaded[name]


def _check_protocol(name: str, backend: object) -> None:
    """Raise BackendUnavailableError for what is no backend, or has another name than its registration."""
    see = "see w2vref.backends.base.Backend for what a backend provides"
    members = [member for member in dir(Backend) if not member.startswith("_")]
    missing = [member for member in members if not hasattr(backend, member)]
    if missing or not isinstance(backend, Backend):
        raise BackendUnavailableError(
            f"backend {name!r} is a {type(backend).__name__} without {', '.join(missing)}: {see}"
        )
    if not isinstance(backend.capabilities, Capabilities):
        raise BackendUnavailableError(
            f"backend {name!r} has a {type(backend.capabilities).__name__} as capabilities, which must be a "
            f"w2vref.backends.Capabilities: {see}"
        )
    if backend.name != name:
        # Messages and the suite name a backend so that it can be asked for again.
        raise BackendUnavailableError(
            f"backend {name!r} has the name {backend.name!r}: make its attribute `name` what it is "
            "registered as"
        )


def available_backends() -> dict[str, BackendStatus]:
    """Return the status of every known backend by name; a status is true if it can be used here."""
    statuses = {}
    for name in _discover():
        try:
            backend = get_backend(name)
        except BackendUnavailableError as error:
            statuses[name] = BackendStatus(name, False, str(error), None)
        else:
            statuses[name] = BackendStatus(name, True, "", backend.capabilities)
    return statuses
