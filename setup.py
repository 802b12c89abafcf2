"""The build of the C backend; all other metadata stands in pyproject.toml.

The extension is optional: without a working compiler the package still installs, and the compiler's own
message is kept beside the extension's place, so that `backend="c"` can say why it is unavailable.
W2VREF_REQUIRE_C=1 makes a failure fatal (for building wheels).
"""

import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from setuptools import setup
from setuptools.command.build_ext import build_ext

FAILURE_FILE = "_build_failure.txt"


@contextmanager
def copy_of_stderr():
    """Yield a file that receives what this process and its children write to standard error."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as log:
        terminal = os.dup(2)
        os.dup2(log.fileno(), 2)
        try:
            yield log
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)
            log.seek(0)
            sys.stderr.write(log.read().decode(errors="replace"))


class OptionalBuildExt(build_ext):
    """Builds the extension, or writes down why it could not be built."""

    def build_extension(self, ext):
        """Build one extension; keep the compiler's message if that fails."""
        note = Path(self.get_ext_fullpath(ext.name)).parent / FAILURE_FILE
        note.unlink(missing_ok=True)
        with copy_of_stderr() as log:
            try:
                super().build_extension(ext)
            except Exception as error:  # whatever a compiler driver may raise: the install goes on
                if os.environ.get("W2VREF_REQUIRE_C") == "1":
                    raise
                log.seek(0)
                message = log.read().decode(errors="replace").strip()
                note.parent.mkdir(parents=True, exist_ok=True)
                note.write_text(f"{message}\n{error}".strip() + "\n", encoding="utf-8")
                log.seek(0, os.SEEK_END)
                print(f"w2vref: installing without the C backend: {error}", file=sys.stderr)


setup(
    cffi_modules=["w2vref/backends/c/_build.py:ffibuilder"],
    cmdclass={"build_ext": OptionalBuildExt},
)
