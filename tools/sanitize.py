"""Builds the extension with AddressSanitizer and UndefinedBehaviorSanitizer and runs the C tests with it.

    python tools/sanitize.py [arguments of pytest]

A copy of the project is built in a temporary folder, so the working tree keeps its own extension.
Python itself is not instrumented: the runtime of the sanitizer is preloaded, and leaks, which are
Python's own, are not reported.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SANITIZERS = "-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g"
COPIED = ("w2vref", "spec_tests", "setup.py", "pyproject.toml", "README.md", "LICENSE")
DEFAULT_TESTS = ("spec_tests/library/c_backend", "-m", "not slow", "-p", "no:cacheprovider")


def runtime(name: str) -> str:
    """Return the path of a runtime library of the compiler."""
    found = subprocess.run(["gcc", f"-print-file-name={name}"], capture_output=True, text=True, check=True)
    return found.stdout.strip()


def main() -> int:
    """Build, test, and return pytest's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
            else:
                shutil.copy(source, copy / name)
        environment = {**os.environ, "W2VREF_REQUIRE_C": "1", "PYTHONPATH": str(copy)}
        environment |= {"W2VREF_CFLAGS": SANITIZERS, "W2VREF_LDFLAGS": "-fsanitize=address,undefined"}
        build = [sys.executable, "setup.py", "build_ext", "--inplace", "--quiet"]
        subprocess.run(build, cwd=copy, env=environment, check=True, stdout=subprocess.DEVNULL)
        environment["LD_PRELOAD"] = f"{runtime('libasan.so')} {runtime('libubsan.so')}"
        environment["ASAN_OPTIONS"] = "detect_leaks=0:abort_on_error=1"
        environment["UBSAN_OPTIONS"] = "print_stacktrace=1:halt_on_error=1"
        tests = sys.argv[1:] or DEFAULT_TESTS
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *tests], cwd=copy, env=environment, check=False
        ).returncode


if __name__ == "__main__":
    raise SystemExit(main())
