"""Loads the compiled extension, or says why it is not there."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from w2vref.errors import BackendUnavailableError

MODULE = "w2vref.backends.c._w2v_kernel"
FAILURE_FILE = Path(__file__).with_name("_build_failure.txt")
SIMD_VARIABLE = "W2VREF_SIMD"
SIMD_NAMES = ("baseline", "avx2", "avx512", "neon")
"""By their number in w2vref.h, slowest first."""


class Library(NamedTuple):
    """A cffi module: `ffi` makes C values, `lib` has the functions of include/w2vref.h."""

    ffi: Any
    lib: Any


def load_library() -> Library:
    """Return the compiled extension.

    Raises: BackendUnavailableError with the compiler's own message and what to install.
    """
    try:
        module = import_module(MODULE)
    except ImportError as error:
        raise BackendUnavailableError(_why_unavailable(error)) from error
    return Library(module.ffi, module.lib)


def _why_unavailable(error: ImportError) -> str:
    remedy = (
        "install GCC or Clang and Python's headers (Debian: gcc python3-dev; Fedora: gcc python3-devel; "
        "macOS: xcode-select --install), then reinstall with "
        "pip install --force-reinstall --no-binary w2vref w2vref; or use backend='auto'"
    )
    if FAILURE_FILE.exists():
        message = FAILURE_FILE.read_text(encoding="utf-8").strip()
        return f"backend 'c' was not built: the compiler said:\n{message}\nTo have it, {remedy}"
    return f"backend 'c' cannot be imported ({error}): {remedy}"


def available_simd(library: Library) -> tuple[str, ...]:
    """Return the names of the instruction sets that this build and this processor have, slowest first."""
    return tuple(name for number, name in enumerate(SIMD_NAMES) if library.lib.w2v_simd_available(number))


def choose_simd(library: Library, name: str | None = None) -> str:
    """Return the instruction set to use: `name`, or what W2VREF_SIMD says, or the widest there is.

    Raises: ValueError for a name that is unknown or that this machine lacks. It is not a
        BackendUnavailableError: backend="auto" must not pass over what was asked for.
    """
    available = available_simd(library)
    source = "simd"
    if name is None:
        name = os.environ.get(SIMD_VARIABLE) or available[-1]
        source = SIMD_VARIABLE
    if name not in SIMD_NAMES:
        raise ValueError(f"{source}={name!r} is unknown: choose one of {', '.join(SIMD_NAMES)}")
    if name not in available:
        raise ValueError(
            f"{source}={name!r} is not available here: this processor and this build have "
            f"{', '.join(available)}"
        )
    return name
