"""C of the benchmarks, compiled for the machine at hand."""

from __future__ import annotations

import os
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import cffi


@lru_cache
def compiled(name: str, declaration: str) -> tuple[cffi.FFI, Any]:
    """Compile bench/NAME.c with the declared functions; return cffi's types and the loaded library.

    Raises: subprocess.CalledProcessError if the compiler (`CC`, or cc) refuses it, OSError if there is none.
    """
    ffi = cffi.FFI()
    ffi.cdef(declaration)
    command = [os.environ.get("CC", "cc"), "-O3", "-march=native", "-funroll-loops", "-shared", "-fPIC"]
    with tempfile.TemporaryDirectory(prefix="w2vref-bench-") as folder:
        target = Path(folder) / f"{name}.so"
        subprocess.run([*command, str(Path(__file__).with_name(f"{name}.c")), "-o", str(target)], check=True)
        return ffi, ffi.dlopen(str(target))  # once loaded, the file is not needed
