"""Full disks and kills: the old file or the new one, and an error that says which."""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from w2vref.keyedvectors import KeyedVectors

resource = pytest.importorskip("resource", reason="the limits of POSIX")

SCRIPT = Path(__file__).with_name("kill_saves.py")
SAVES = {
    "native": lambda kv, path: kv.save(path),
    "native.gz": lambda kv, path: kv.save(path),
    "text": lambda kv, path: kv.save_word2vec_format(path),
    "text.gz": lambda kv, path: kv.save_word2vec_format(path),
    "native.xz": lambda kv, path: kv.save(path),
    "binary": lambda kv, path: kv.save_word2vec_format(path, binary=True),
    "appended": lambda kv, path: kv.save_word2vec_format(path, append=True),
}


@pytest.fixture(scope="module")
def kv():
    vectors = KeyedVectors(64)
    rows = np.random.default_rng(1).normal(0, 1, (1_500, 64)).astype(np.float32)
    vectors.add_vectors([f"w{i}" for i in range(len(rows))], rows, extras={"count": np.ones(len(rows), int)})
    return vectors


@contextlib.contextmanager
def file_size_limit(size):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextlib.contextmanager
def small_disk(folder):
    """A file system of 64 KiB, where the tests may mount one."""
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("needs the right to mount a file system")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def check_that_it_fails_and_keeps_the_old_file(kv, folder, kind, expected):
    path = folder / kind
    path.write_bytes(b"the old file")
    with pytest.raises(OSError, match="the old file is unchanged") as caught:
        SAVES[kind](kv, path)
    assert caught.value.errno == expected
    assert caught.value.filename == str(path)
    assert path.read_bytes() == b"the old file"
    assert os.listdir(folder) == [kind]


@pytest.mark.parametrize("kind", SAVES)
def test_a_file_that_may_not_grow(kv, tmp_path, kind):
    with file_size_limit(50_000):
        check_that_it_fails_and_keeps_the_old_file(kv, tmp_path, kind, errno.EFBIG)


@pytest.mark.parametrize("kind", SAVES)
def test_a_full_disk(kv, tmp_path, kind):
    with small_disk(tmp_path):
        check_that_it_fails_and_keeps_the_old_file(kv, tmp_path, kind, errno.ENOSPC)


def test_a_full_disk_without_an_old_file(kv, tmp_path):
    with file_size_limit(50_000), pytest.raises(OSError, match="no file was left behind"):
        kv.save(tmp_path / "new")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("saves", [15, pytest.param(200, marks=pytest.mark.slow)])
def test_kills_never_leave_a_broken_file(saves):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(
        [sys.executable, str(SCRIPT), "--saves", str(saves)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert " 0 broken files" in result.stdout
