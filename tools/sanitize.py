"""Builds the extension with the compiler's sanitizers and runs tests of the C backend with it.

    python tools/sanitize.py [arguments of pytest]      AddressSanitizer and UndefinedBehaviorSanitizer
    python tools/sanitize.py --threads [arguments]      ThreadSanitizer, on block training

A copy of the project is built in a temporary folder, so the working tree keeps its own extension.
Python itself is not instrumented: the runtime of the sanitizer is preloaded, and leaks, which are
Python's own, are not reported. Nor is what ThreadSanitizer cannot see to be in order: the C library frees
the thread-local memory of a thread that has ended when another takes its stack, and knows that it has.
Workers of sequential training race on purpose (Hogwild), those of block training must not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("w2vref", "spec_tests", "setup.py", "pyproject.toml", "README.md", "LICENSE")
TESTS = "spec_tests/library/c_backend"
SUPPRESSIONS = "thread_suppressions"
"""A file in the folder of the copy, which tests run in."""
SUPPRESSED = "race:_dl_deallocate_tls\n"
COMMON = ("-m", "not slow", "-p", "no:cacheprovider")


class Sanitizer(NamedTuple):
    """What to compile with, and what to run."""

    flag: str
    libraries: tuple[str, ...]
    environment: dict[str, str]
    tests: tuple[str, ...]


MEMORY = Sanitizer(
    "-fsanitize=address,undefined",
    ("libasan.so", "libubsan.so"),
    {
        # Memory that nothing has been written to holds NaN: what comes from there shows in the bits.
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:max_malloc_fill_size=1000000:malloc_fill_byte=255",
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    },
    (TESTS, *COMMON),
)
THREADS = Sanitizer(
    "-fsanitize=thread",
    ("libtsan.so",),
    {"TSAN_OPTIONS": f"halt_on_error=1:exitcode=66:suppressions={SUPPRESSIONS}", "OPENBLAS_NUM_THREADS": "1"},
    (f"{TESTS}/test_blocks.py", "-s", *COMMON),
)


def runtime(name: str) -> str:
    """Return the path of a runtime library of the compiler."""
    found = subprocess.run(["gcc", f"-print-file-name={name}"], capture_output=True, text=True, check=True)
    return found.stdout.strip()


def main() -> int:
    """Build, test, and return pytest's exit code."""
    arguments = sys.argv[1:]
    sanitizer = MEMORY
    if arguments[:1] == ["--threads"]:
        sanitizer, arguments = THREADS, arguments[1:]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
            else:
                shutil.copy(source, copy / name)
        (copy / SUPPRESSIONS).write_text(SUPPRESSED, encoding="ascii")
        environment = {**os.environ, "W2VREF_REQUIRE_C": "1", "PYTHONPATH": str(copy)}
        environment["W2VREF_CFLAGS"] = (
            f"{sanitizer.flag} -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g"
        )
        environment["W2VREF_LDFLAGS"] = sanitizer.flag
        build = [sys.executable, "setup.py", "build_ext", "--inplace", "--quiet"]
        subprocess.run(build, cwd=copy, env=environment, check=True, stdout=subprocess.DEVNULL)
        environment["LD_PRELOAD"] = " ".join(map(runtime, sanitizer.libraries))
        environment |= sanitizer.environment
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *(arguments or sanitizer.tests)],
            cwd=copy, env=environment, check=False,
        ).returncode  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
