"""w2vref.io.atomic: the old file or the new one, never anything else."""

import errno
import io
import os
import stat
import sys
import threading

import pytest

from w2vref.io import atomic
from w2vref.io.atomic import atomic_write


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_has_the_bytes_and_nothing_is_left_beside_it(tmp_path):
    with atomic_write(tmp_path / "new") as stream:
        stream.write(b"abc")
        assert names(tmp_path) != ["new"]  # still under its temporary name
    assert (tmp_path / "new").read_bytes() == b"abc"
    assert names(tmp_path) == ["new"]


@pytest.mark.parametrize("error", [ValueError("bad word"), KeyboardInterrupt(), SystemExit(3)])
def test_an_exception_leaves_the_old_file_and_no_temporary(tmp_path, error):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(type(error)), atomic_write(path) as stream:
        stream.write(b"half of the new")
        stream.flush()
        raise error
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("append", [False, True])
def test_bytes_that_start_for_the_disk_early_are_those_written(tmp_path, monkeypatch, append):
    monkeypatch.setattr(atomic, "EARLY_BYTES", 3 * atomic.BUFFER_BYTES)
    begun = []
    begin_writing = atomic._begin_writing
    monkeypatch.setattr(
        atomic, "_begin_writing", lambda fd, *span: (begun.append(span), begin_writing(fd, *span))
    )
    path = tmp_path / "file"
    path.write_bytes(b"old")
    parts = [bytes([n]) * (atomic.BUFFER_BYTES // 2 * n + n) for n in range(1, 8)]
    with atomic_write(path, append=append) as stream:
        for part in parts:
            stream.write(part)
    assert path.read_bytes() == b"".join([b"old"] * append + parts)
    # One span after the other, from the start, each of so many bytes at least.
    ends = [start + length for start, length in begun]
    assert [start for start, _ in begun] == [0, *ends[:-1]]
    assert all(length >= atomic.EARLY_BYTES for _, length in begun)
    assert path.stat().st_size - ends[-1] < atomic.EARLY_BYTES


def test_the_old_file_is_there_until_the_end(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with atomic_write(str(path)) as stream:
        stream.write(b"new")
        stream.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def test_append_keeps_the_old_bytes_in_front(tmp_path):
    path = tmp_path / "file"
    for piece in (b"one", b"two"):
        with atomic_write(path, append=True) as stream:
            stream.write(piece)
    assert path.read_bytes() == b"onetwo"


def test_a_failed_append_adds_nothing(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"one")
    with pytest.raises(RuntimeError), atomic_write(path, append=True) as stream:
        stream.write(b"two")
        raise RuntimeError
    assert path.read_bytes() == b"one"


def test_an_open_file_is_written_to_and_left_open():
    stream = io.BytesIO()
    with atomic_write(stream) as same:
        assert same is stream
        same.write(b"abc")
    assert stream.getvalue() == b"abc"
    assert not stream.closed


def test_a_write_that_fails_names_the_file_and_says_that_the_old_one_is_intact(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(OSError, match="the old file is unchanged") as caught, atomic_write(path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert caught.value.errno == errno.ENOSPC
    assert caught.value.filename == str(path)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_an_error_about_another_file_is_left_as_it_is(tmp_path):
    with pytest.raises(FileNotFoundError) as caught, atomic_write(tmp_path / "file"):
        (tmp_path / "another").read_bytes()
    assert caught.value.filename == str(tmp_path / "another")
    assert names(tmp_path) == []


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"), atomic_write(tmp_path / "nowhere" / "file"):
        pass


def test_a_folder_is_refused(tmp_path):
    with pytest.raises((IsADirectoryError, PermissionError)), atomic_write(tmp_path):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permission bits and links")
def test_permissions_and_links_are_kept(tmp_path):
    path, link = tmp_path / "file", tmp_path / "link"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to(path)
    with atomic_write(link) as stream:
        stream.write(b"new")
    assert link.is_symlink()
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permission bits")
def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    with atomic_write(tmp_path / "atomic"):
        pass
    assert (tmp_path / "atomic").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes")
def test_a_pipe_is_written_to_directly(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    seen = []
    reader = threading.Thread(target=lambda: seen.append(pipe.read_bytes()))
    reader.start()
    with atomic_write(pipe) as stream:
        stream.write(b"abc")
    reader.join(10)
    assert seen == [b"abc"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_name_of_the_greatest_length(tmp_path):
    path = tmp_path / ("n" * 255)
    with atomic_write(path) as stream:
        stream.write(b"abc")
    assert path.read_bytes() == b"abc"
