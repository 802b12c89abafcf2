"""Builds the extension `w2vref.backends.c._w2v_kernel` with cffi, in API mode.

The declarations that cffi reads are those of include/w2vref.h, the header that the C files include:
there is no second copy that could differ. Every src/*.c is compiled; src/kernel/*.c are included by the
src/simd_*.c, once for each instruction set.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from cffi import FFI

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
MODULE = "w2vref.backends.c._w2v_kernel"

# One rounding per operation: nothing fused, nothing reassociated, on any processor.
STRICT_FLOATS = ["-ffp-contract=off", "-fno-fast-math"]
FLAGS = [
    "-std=gnu11",
    "-O3",
    "-g0",
    *STRICT_FLOATS,
    "-fno-math-errno",
    "-Wall",
    "-Wextra",
]


def declarations(header: str) -> str:
    """Return what cffi reads of a C header: all but preprocessor lines and comments."""
    without_comments = re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL)
    return "".join(
        line for line in without_comments.splitlines(keepends=True) if not line.lstrip().startswith("#")
    )


def _relative(path: Path) -> str:
    # setuptools wants paths relative to setup.py, with slashes.
    return path.relative_to(ROOT).as_posix()


ffibuilder = FFI()
ffibuilder.cdef(declarations((HERE / "include" / "w2vref.h").read_text(encoding="utf-8")))
ffibuilder.set_source(
    MODULE,
    '#include "w2vref.h"',
    sources=[_relative(path) for path in sorted((HERE / "src").glob("*.c"))],
    depends=[_relative(path) for path in sorted(HERE.rglob("*.[ch]")) if path.stem != "_w2v_kernel"],
    include_dirs=[_relative(HERE / "include"), _relative(HERE / "src")],
    extra_compile_args=[*FLAGS, *os.environ.get("W2VREF_CFLAGS", "").split()],
    extra_link_args=os.environ.get("W2VREF_LDFLAGS", "").split(),
    libraries=["m"],
    optional=True,
)

if __name__ == "__main__":
    ffibuilder.compile(verbose=True)
