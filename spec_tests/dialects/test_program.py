"""How the program word2vec.c is found and built; with a program of our own in its place, and no network."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from w2vref.conformance.adapters import word2vec_c_program as finder
from w2vref.errors import BackendUnavailableError

SOURCE = '#include <stdio.h>\nint main(void) { fputs("written", fopen("vectors", "w")); return 0; }\n'
needs_compiler = pytest.mark.skipif(
    not (shutil.which("gcc") or shutil.which("cc")), reason="there is no C compiler"
)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return a package archive with a program that writes one word."""
    source = tmp_path / "word2vec.c"
    source.write_text(SOURCE, encoding="utf-8")
    path = tmp_path / finder.ARCHIVE
    with tarfile.open(path, "w:gz") as package:
        package.add(source, finder.MEMBER)
    source.unlink()
    return path


@needs_compiler
@pytest.mark.parametrize("kind", ["archive", "source", "program", "cached archive"])
def test_what_the_variable_names_and_what_the_cache_has(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    cache = tmp_path / "cache"
    named = archive
    if kind in ("source", "program"):
        named = finder.source_of(archive, tmp_path / "unpacked")
    if kind == "program":
        named = finder.build(named, tmp_path / "built")
    monkeypatch.setenv(finder.VARIABLE, str(named))
    if kind == "cached archive":
        monkeypatch.delenv(finder.VARIABLE)
        cache.mkdir()
        shutil.copy(archive, cache)
    program = finder.find_program(cache)
    (tmp_path / "text").write_text("a b\n", encoding="utf-8")
    finder.run_program(program, tmp_path / "text", tmp_path / "vectors")
    assert (tmp_path / "vectors").read_text(encoding="utf-8") == "written"
    built = program.stat().st_mtime_ns
    assert finder.find_program(cache).stat().st_mtime_ns == built  # not built again
    with pytest.raises(RuntimeError, match="ended with 0"):
        finder.run_program(program, tmp_path / "text", tmp_path / "elsewhere")


def test_what_cannot_be_used_says_what_helps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(finder.VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(BackendUnavailableError, match="which is no file"):
        finder.find_program(tmp_path)
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(b"no archive")
    monkeypatch.setenv(finder.VARIABLE, str(broken))
    with pytest.raises(BackendUnavailableError, match=r"is not the archive of word2vec==0\.11\.1"):
        finder.find_program(tmp_path)
    source = tmp_path / "wrong.c"
    source.write_text("this is no C", encoding="utf-8")
    monkeypatch.setenv(finder.VARIABLE, str(source))
    with pytest.raises(BackendUnavailableError, match=r"cannot build|no C compiler"):
        finder.find_program(tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(BackendUnavailableError, match="no C compiler"):
        finder.find_program(tmp_path)


def test_a_failed_download_says_what_helps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(finder.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert finder.default_cache() == tmp_path / "w2vref"
    commands: list[list[str]] = []

    def run(command: list[str], **options: object) -> None:
        commands.append(command)
        raise subprocess.CalledProcessError(1, command, stderr="no route to host\n")

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(BackendUnavailableError, match=r"no route to host.*set W2VREF_WORD2VEC_C to the path"):
        finder.find_program()
    assert commands[0][:4] == [sys.executable, "-m", "pip", "download"]
    assert commands[0][-1] == "word2vec==0.11.1"
