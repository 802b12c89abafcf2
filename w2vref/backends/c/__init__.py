"""The C backend: the reference's bits at the speed of the machine."""

from __future__ import annotations

from w2vref.backends.c.library import choose_simd, load_library
from w2vref.errors import BackendUnavailableError

__all__ = ["CBackend"]


class CBackend:
    """`backend="c"`."""

    def __init__(self, simd: str | None = None) -> None:
        choose_simd(load_library(), simd)
        raise BackendUnavailableError("backend 'c' has no training kernels yet: use backend='auto'")
