"""The program word2vec.c: found or fetched, built, and run.

The registry's package `word2vec` 0.11.1 carries the C source (Apache License 2.0; it is not part of
w2vref). What is looked for, in this order:

1. the environment variable `W2VREF_WORD2VEC_C`: a program, a source file `word2vec.c`, or the package's
   archive;
2. the cache folder, `$XDG_CACHE_HOME/w2vref` or `~/.cache/w2vref`;
3. `pip download`, into the cache folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

from w2vref.errors import BackendUnavailableError

VARIABLE = "W2VREF_WORD2VEC_C"
PACKAGE = "word2vec==0.11.1"
ARCHIVE = "word2vec-0.11.1.tar.gz"
MEMBER = "word2vec-0.11.1/word2vec/includes/word2vec.c"
FLAGS = ("-O2", "-ffp-contract=off")
"""One rounding for each operation, in the order of the source: what the dialect is compared with."""
SECONDS_TO_FETCH = 120
SECONDS_TO_RUN = 300


def find_program(cache: Path | None = None) -> Path:
    """Return the path of the program, built if need be.

    Args:
        cache: folder for what is fetched and built; None for the user's own.

    Raises: BackendUnavailableError that says what is missing and what helps.
    """
    cache = default_cache() if cache is None else cache
    named = os.environ.get(VARIABLE)
    if named:
        given = Path(named)
        if not given.is_file():
            raise BackendUnavailableError(f"{VARIABLE} names {named!r}, which is no file")
        if given.suffix not in (".c", ".gz"):
            return given
        return build(source_of(given, cache), cache)
    archive = cache / ARCHIVE
    if not archive.is_file():
        fetch(cache)
    return build(source_of(archive, cache), cache)


def default_cache() -> Path:
    """Return the user's cache folder, which need not exist."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "w2vref"


def fetch(cache: Path) -> None:
    """Download the package's source archive with pip.

    Raises: BackendUnavailableError if pip cannot.
    """
    cache.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--retries", "1", "--timeout", "15"]
    try:
        subprocess.run(
            [*command, "--no-deps", "--no-binary", "word2vec", "--dest", str(cache), PACKAGE],
            check=True,
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_FETCH,
        )
    except (OSError, subprocess.SubprocessError) as error:
        detail = error.stderr if isinstance(error, subprocess.CalledProcessError) else ""
        detail = detail.strip() or str(error)
        raise BackendUnavailableError(
            f"pip cannot download {PACKAGE} ({detail.splitlines()[-1]}); set {VARIABLE} to the "
            "path of word2vec.c or of a program built from it"
        ) from error


def source_of(given: Path, cache: Path) -> Path:
    """Return the path of the C source: the one given, or the one in the archive, unpacked into the cache.

    Raises: BackendUnavailableError if the archive does not have it.
    """
    if given.suffix == ".c":
        return given
    source = cache / "word2vec.c"
    try:
        with tarfile.open(given) as archive:
            member = archive.extractfile(MEMBER)
            assert member is not None  # a regular file
            text = member.read()
    except (tarfile.TarError, OSError, KeyError) as error:
        raise BackendUnavailableError(f"{given} is not the archive of {PACKAGE}: {error}") from error
    cache.mkdir(parents=True, exist_ok=True)
    source.write_bytes(text)
    return source


def build(source: Path, cache: Path) -> Path:
    """Compile the program into the cache, unless it is there: its name has a digest of the source.

    Raises: BackendUnavailableError without a C compiler, or if it fails.
    """
    digest = hashlib.sha256(source.read_bytes() + " ".join(FLAGS).encode()).hexdigest()
    program = cache / f"word2vec-{digest[:12]}"
    if program.is_file():
        return program
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise BackendUnavailableError(f"there is no C compiler (gcc or cc) to build {source.name} with")
    cache.mkdir(parents=True, exist_ok=True)
    unfinished = cache / f"{program.name}.{os.getpid()}"
    try:
        subprocess.run(
            [compiler, *FLAGS, str(source), "-o", str(unfinished), "-lm", "-lpthread"],
            check=True,
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_RUN,
        )
    except subprocess.SubprocessError as error:
        detail = getattr(error, "stderr", "") or str(error)
        raise BackendUnavailableError(f"{compiler} cannot build {source}: {detail}") from error
    unfinished.replace(program)
    return program


def run_program(program: Path, text: Path, output: Path, options: Sequence[str] = ()) -> None:
    """Train on a text with one thread, and write the vectors in the binary format.

    Args:
        options: of the program, as "-size", "20".

    Raises: RuntimeError if it fails or writes nothing.
    """
    # The program keeps file names in 100 bytes: it is run where the files are, with short names.
    if text.parent != output.parent:
        text = Path(shutil.copy(text, output.parent))
    command = [str(program.resolve()), "-train", text.name, "-output", output.name, "-threads", "1"]
    output.unlink(missing_ok=True)
    done = subprocess.run(
        [*command, "-binary", "1", "-debug", "0", *options],
        cwd=output.parent,
        capture_output=True,
        text=True,
        timeout=SECONDS_TO_RUN,
        check=False,
    )
    if done.returncode or not output.is_file():
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stdout}{done.stderr}")
