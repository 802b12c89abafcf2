"""The one place that chooses between intrinsics and twins, and that says how kernels are compiled."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np

from w2vref import records
from w2vref.backends import base, numba_twins
from w2vref.reference import arithmetic, draws
from w2vref.reference.arithmetic import check_arithmetic

logger = logging.getLogger(__name__)

_config: Any = numba.config
JITTED = not _config.DISABLE_JIT
"""False with NUMBA_DISABLE_JIT=1: the kernels then run as plain Python."""


def _primitives_of(module: str) -> Any:
    return import_module("w2vref.backends." + (module if JITTED else "numba_twins"))


_primitives = _primitives_of("numba_intrinsics")
_groups = _primitives_of("numba_group_intrinsics")
_threads = _primitives_of("numba_thread_intrinsics")
GROUP = numba_twins.GROUP
TARGETS = numba_twins.TARGETS
pointer = _primitives.pointer
row = _primitives.row
dot = _primitives.dot
set_zero = _primitives.set_zero
add = _primitives.add
multiply = _primitives.multiply
add_scaled = _primitives.add_scaled
exchange = _primitives.exchange
sigmoids = _primitives.sigmoids
prefetch = _primitives.prefetch
fetch_add = _primitives.fetch_add
load_flag = _primitives.load_flag
dots = _groups.dots
add_products = _groups.add_products
exchange_products = _groups.exchange_products
add_outer_products = _groups.add_outer_products
part = _threads.part
load_word = _threads.load_word
store_word = _threads.store_word
compare_and_swap = _threads.compare_and_swap
pause = _threads.pause
let_go = _threads.let_go
nap = _threads.nap

_njit: Any = numba.njit
F = TypeVar("F", bound=Callable[..., Any])


def jit(function: F) -> F:
    """Compile a function that kernels call: without the GIL, dividing as IEEE-754, no fast math.

    Python itself cannot call it: the wrappers left out would double the time of compilation.
    """
    inner = _njit(nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
    return cast("F", inner(function))


def entry_point(function: F) -> F:
    """Compile a function that Python calls, and keep the machine code on disk where that is possible.

    numba looks only at the file of the function itself to see whether what it kept is still good,
    and at the values of its closure: an entry point closes over `source_digest()`, so that a change
    in any file of the kernels counts.
    """
    try:
        return cast("F", _njit(nogil=True, error_model="numpy", cache=True)(function))
    except RuntimeError as error:  # no directory for the cache is writable
        logger.info("numba kernels are compiled anew in each process: %s", error)
        return cast("F", _njit(nogil=True, error_model="numpy")(function))


def source_digest() -> str:
    """Return a digest of the source of all kernels, and of the modules whose constants they hold."""
    digest = hashlib.sha256()
    constants = (base.__file__, arithmetic.__file__, draws.__file__, records.__file__)
    for path in (*sorted(Path(__file__).parent.glob("numba_*.py")), *map(Path, constants)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _make_arithmetic(source: str) -> tuple[Callable[[], int], Callable[[int], None]]:
    read_arithmetic, write_arithmetic = _primitives.read_arithmetic, _primitives.write_arithmetic

    @entry_point
    def read() -> Any:
        _ = source
        return read_arithmetic()

    @entry_point
    def write(mode: int) -> None:
        _ = source
        write_arithmetic(mode)

    return read, write


_read_arithmetic, _write_arithmetic = _make_arithmetic(source_digest())


@contextmanager
def standard_arithmetic() -> Iterator[None]:
    """Round to nearest even and keep denormals, in this thread, until the block ends.

    The mode found on entry comes back on exit. Where it cannot be set (`CONTROLS_ARITHMETIC`) it is
    only checked: RuntimeError, as for the reference.
    """
    if not _primitives.CONTROLS_ARITHMETIC:
        check_arithmetic()
        # Without the compiler, uint64 scalars warn when they wrap; wrapping is what draws are made of.
        with np.errstate(over="ignore"):
            yield
        return
    found = _read_arithmetic()
    _write_arithmetic(_primitives.STANDARD_ARITHMETIC)
    try:
        yield
    finally:
        _write_arithmetic(found)
