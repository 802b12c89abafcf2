"""`corpus_file=`: the sentences of LineSentence, whatever the number of workers and the size of chunks."""

from __future__ import annotations

import bz2
import errno
import gzip
import lzma
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vref.corpora import corpus_file as module
from w2vref.corpora.chunks import CHUNK_BYTES
from w2vref.corpora.corpus_file import Progress, encode_file, scan_file
from w2vref.corpora.encoded import encode, encode_corpus
from w2vref.corpora.file_scan import FileScan
from w2vref.corpora.native import native_library
from w2vref.corpora.readers import LineSentence
from w2vref.corpora.spool import CHUNK, MEMORY_LIMIT, Spool
from w2vref.errors import FileFormatError
from w2vref.vocabulary.scan import Scan, scan
from w2vref.vocabulary.vocabulary import Vocabulary

LIBRARY = native_library()
needs_library = pytest.mark.skipif(LIBRARY is None, reason="the C extension is not built here")

WORKERS = (1, 2, 3, 8)
TINY_CHUNKS = (1, 2, 3, 7, 63, 64, 65, 130)
"""Around one byte, a character of three, and the 64 bytes that are looked at at once."""

SPACES = [chr(code) for code in range(sys.maxunicode + 1) if len(f"a{chr(code)}b".split()) == 2]
NO_SPACES = ["\x1b", "\x00", "\x7f", "\x84", "\x86", "\x9f", "\xa1", "\u167f", "\u1681", "\u1fff", "\u200b"]
NO_SPACES += ["\u200c", "\u2027", "\u202a", "\u202e", "\u2030", "\u205e", "\u2060", "\u2fff", "\u3001"]
NO_SPACES += ["\ufeff", "\u180e", "\ufffe", "\uffff", "\U00010000", "\U0010ffff", "é", "я", "中", "a", "zz"]

texts = st.lists(
    st.one_of(
        st.sampled_from(SPACES),
        st.sampled_from(NO_SPACES),
        st.sampled_from(["\n", "\r\n", "\n\n", " ", "a", "b" * 15, "c" * 16, "d" * 17, "e" * 70, "the "]),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=120,
).map("".join)


def sentences_of(text: str, longest: int = 10000) -> list[list[str]]:
    """Say what a text's sentences are, in the plainest Python."""
    lines = [line.split() for line in text.split("\n")]
    return [line[i : i + longest] for line in lines for i in range(0, len(line), longest)]


def sentences_from(result: Scan) -> list[list[str]]:
    """Turn the ids of a scan into words again."""
    assert result.spool is not None
    words = list(result.raw_vocab)
    places = result.spool.tokens if result.ranks is None else result.ranks[result.spool.tokens]
    tokens = [words[place] for place in places.tolist()]
    offsets = result.spool.sentence_offsets.tolist()
    assert offsets[0] == 0
    assert offsets[-1] == len(tokens)
    return [tokens[a:b] for a, b in pairwise(offsets)]


def check(result: Scan, sentences: list[list[str]]) -> None:
    """Compare all that a scan gives with the sentences themselves."""
    counts = Counter(word for sentence in sentences for word in sentence)
    assert list(result.raw_vocab.items()) == list(counts.items()), "words, counts and order"
    assert sentences_from(result) == sentences
    assert result.sentences == len(sentences)
    assert result.words == sum(map(len, sentences))


def scan_chunks(
    path: Path, workers: int, chunk_bytes: int, max_vocab_size: int | None = None, memory: int = MEMORY_LIMIT
) -> Scan:
    """Scan with the C extension and chunks of a size that a test chooses."""
    assert LIBRARY is not None
    with FileScan(
        LIBRARY,
        path,
        workers=workers,
        max_vocab_size=max_vocab_size,
        memory_limit=memory,
        chunk_bytes=chunk_bytes,
    ) as file_scan:
        file_scan.run(None)
        return file_scan.finish()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corpus")


def written(folder: Path, data: bytes | str, name: str = "text.txt") -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@needs_library
@given(text=texts, workers=st.sampled_from(WORKERS), chunk=st.sampled_from((*TINY_CHUNKS, CHUNK_BYTES)))
def test_any_text_any_workers_any_chunks(folder: Path, text: str, workers: int, chunk: int) -> None:
    path = written(folder, text)
    sentences = sentences_of(text)
    assert list(LineSentence(path)) == sentences
    check(scan_chunks(path, workers, chunk), sentences)


@given(text=texts, workers=st.sampled_from(WORKERS))
def test_a_file_scans_like_its_sentences(folder: Path, text: str, workers: int) -> None:
    path = written(folder, text)
    result, expected = scan_file(path, workers=workers), scan(LineSentence(path))
    assert list(result.raw_vocab.items()) == list(expected.raw_vocab.items())
    assert (result.sentences, result.words) == (expected.sentences, expected.words)
    assert result.spool is not None
    assert expected.spool is not None
    for name in Spool._fields:
        mine, theirs = getattr(result.spool, name), getattr(expected.spool, name)
        assert mine.dtype == theirs.dtype
        np.testing.assert_array_equal(mine, theirs, err_msg=name)


@needs_library
def test_every_code_point_splits_as_in_python(folder: Path) -> None:
    # Each between two letters, and 64 of them at every place of a block of 64 bytes.
    codes = [code for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    text = "".join(f"a{chr(code)}b " for code in codes)
    result = scan_chunks(written(folder, text), 1, CHUNK_BYTES)
    assert list(result.raw_vocab) == list(dict.fromkeys(text.split()))
    assert result.words == len(text.split())
    assert len(SPACES) == 29
    text = "\n".join(" ".join("x" * n + space + "y" for n in range(70)) for space in SPACES)
    check(scan_chunks(written(folder, text), 2, 65), sentences_of(text))


@needs_library
@given(
    before=texts,
    bad=st.one_of(
        st.binary(min_size=1, max_size=6),
        st.sampled_from(
            [
                b"\x80",
                b"\xbf ",
                b"\xc0\x80",
                b"\xc1\xbf",
                b"\xc2",
                b"\xc2 ",
                b"\xe0\x9f\xbf",
                b"\xe2\x80",
                b"\xe2 \x80",
                b"\xed\xa0\x80",
                b"\xf0\x8f\xbf\xbf",
                b"\xf4\x90\x80\x80",
                b"\xf5\x80\x80\x80",
                b"\xff",
                b"\xe3\x80",
                b"\xf0\x9f\x98",
                b"\xf0\xe2\x80\x80",
                b"\xe2\x80\xe2\x80\x80",
                b"\xc2\xc2\x85",
                b"\xe1\x9a \x80",
            ]
        ),
    ),
    after=texts,
    workers=st.sampled_from(WORKERS),
    chunk=st.sampled_from((*TINY_CHUNKS, CHUNK_BYTES)),
)
def test_the_first_invalid_byte_is_named(
    folder: Path, before: str, bad: bytes, after: str, workers: int, chunk: int
) -> None:
    data = before.encode() + bad + after.encode() + b"\xff"
    path = written(folder, data)
    with pytest.raises(UnicodeDecodeError) as expected:
        data.decode()
    start = expected.value.start
    with pytest.raises(FileFormatError, match=rf"byte {start} \(0x{data[start]:02x}\) is not UTF-8") as error:
        scan_chunks(path, workers, chunk)
    assert isinstance(error.value, ValueError)
    assert str(path) in str(error.value)


@needs_library
@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("is_first_slow", [True, False])
def test_of_several_errors_the_first_in_the_file_is_raised(
    tmp_path: Path, workers: int, is_first_slow: bool
) -> None:
    # Every chunk ends on an error; the workers reach theirs in one order or in the other.
    new_words = " ".join(f"{i:x}" for i in range(60_000))[: CHUNK_BYTES - 3].encode()
    one_word = (b"a " * CHUNK_BYTES)[: CHUNK_BYTES - 3]
    first, later = (new_words, one_word) if is_first_slow else (one_word, new_words)
    assert len(first) == len(later) == CHUNK_BYTES - 3
    path = written(tmp_path, first + b" \xff\n" + (later + b" \xff\n") * 7)
    for _ in range(3):
        with pytest.raises(FileFormatError, match=f"byte {CHUNK_BYTES - 2} "):
            scan_file(path, workers=workers)


@needs_library
@given(text=texts, workers=st.sampled_from(WORKERS), limit=st.sampled_from((1, 2, 5)))
def test_max_vocab_size_changes_nothing(folder: Path, text: str, workers: int, limit: int) -> None:
    # Chunks of 7 bytes and a file spool from the first byte on: everything is parked, again and again.
    check(scan_chunks(written(folder, text), workers, 7, limit, memory=1), sentences_of(text))


@pytest.mark.parametrize("workers", WORKERS)
def test_max_vocab_size_with_the_public_function(tmp_path: Path, workers: int) -> None:
    words = [f"w{i % 977}x{i // 3 % 5}" for i in range(30000)]
    text = "\n".join(" ".join(words[i : i + 20]) for i in range(0, len(words), 20))
    check(scan_file(written(tmp_path, text), workers=workers, max_vocab_size=100), sentences_of(text))


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("text", ["", " ", "\n", "\n\n \r\n", "\x1c\u2028\n"])
def test_a_file_without_words_has_no_sentences(tmp_path: Path, text: str, workers: int) -> None:
    check(scan_file(written(tmp_path, text), workers=workers), [])


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("length", [9999, 10000, 10001, 20000, 20001, 50003])
def test_long_lines_are_cut_every_10000_tokens(tmp_path: Path, length: int, workers: int) -> None:
    line = " ".join(f"w{i % 1234}" for i in range(length))
    text = f"one line\n{line}\nthen one\n{line}"
    path = written(tmp_path, text)
    expected = sentences_of(text)
    assert list(LineSentence(path)) == expected
    check(scan_file(path, workers=workers), expected)


@needs_library
@pytest.mark.parametrize("workers", [1, 3])
def test_two_million_tokens_in_one_line(tmp_path: Path, workers: int) -> None:
    result = scan_file(written(tmp_path, "ab c " * 1_000_000), workers=workers)
    assert result.raw_vocab == {"ab": 1_000_000, "c": 1_000_000}
    assert result.spool is not None
    np.testing.assert_array_equal(result.spool.sentence_offsets, np.arange(0, 2_000_001, 10_000))
    np.testing.assert_array_equal(result.spool.tokens, np.tile(np.array([0, 1], np.int32), 1_000_000))


@pytest.mark.parametrize("workers", [1, 3])
def test_words_longer_than_a_chunk(tmp_path: Path, workers: int) -> None:
    # Also words that differ in their last byte alone, and chunks after a long word.
    words = ["x" * 3 * CHUNK_BYTES, "x" * 3 * CHUNK_BYTES + "y", "é" * CHUNK_BYTES, "x" * 3 * CHUNK_BYTES]
    text = "a\n" + " ".join(words) + "\n" + "b c\n" * CHUNK_BYTES
    check(scan_file(written(tmp_path, text), workers=workers), sentences_of(text))


@needs_library
def test_words_of_every_length_are_told_apart(tmp_path: Path) -> None:
    # 16 bytes are compared in the table's slot, more in the text; a NUL is no padding.
    words = [c * n + tail for n in range(40) for c in "ab" for tail in ("", "\0", "\0\0", "c", "cé")]
    text = "\n".join([*words, *reversed(words)])
    for chunk in (CHUNK_BYTES, 40):
        check(scan_chunks(written(tmp_path, text), 2, chunk), sentences_of(text))


def colliding_words() -> tuple[bytes, bytes]:
    """Make two words of 24 bytes whose hashes are equal when the seed is 0 (see w2v_hash_bytes)."""
    mask = 2**64 - 1

    def first_step(block: int) -> int:
        product = (24 ^ block) * 0xD1B54A32D192ED03
        return (product & mask) ^ (product >> 64)

    # A block that equals the state before it makes the state 0, whatever came before.
    one = (24).to_bytes(8, "little") + bytes(8)
    for number in range(10**6):
        text = f"{number:08d}".encode()
        state = first_step(int.from_bytes(text, "little")).to_bytes(8, "little")
        if all(33 <= byte < 128 for byte in state):
            return one + b"the same", text + state + b"the same"
    raise AssertionError("no pair was found")


@needs_library
@pytest.mark.skipif(sys.byteorder == "big", reason="the words are made for the other byte order")
def test_long_words_with_equal_hashes_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "randbits", lambda bits: 0)
    one, two = (word.decode().replace(" ", "_") for word in colliding_words())
    text = f"{one} {two} {one} {one} {two}"
    check(scan_file(written(tmp_path, text)), sentences_of(text))


@needs_library
def test_many_distinct_words(tmp_path: Path) -> None:
    # The table doubles seven times, also in the midst of a batch of look-ups.
    text = " ".join(f"{i * 7919 % 150001:x}" for i in range(150_000))
    for workers in (1, 2):
        check(scan_file(written(tmp_path, text), workers=workers), sentences_of(text))


def test_a_byte_order_mark_belongs_to_the_first_word(tmp_path: Path) -> None:
    path = written(tmp_path, b"\xef\xbb\xbfone two\n\xef\xbb\xbfone")
    assert dict(scan_file(path).raw_vocab) == {"\ufeffone": 2, "two": 1}


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize(
    ("suffix", "compress"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)]
)
def test_compressed_files(tmp_path: Path, suffix: str, compress, workers: int) -> None:  # type: ignore[no-untyped-def]
    text = "\n".join(f"a b{i % 1000} é\u3000c" for i in range(60_000))
    path = written(tmp_path, compress(text.encode()), f"text{suffix}")
    check(scan_file(path, workers=workers), sentences_of(text))
    damaged = written(tmp_path, path.read_bytes()[:-20], f"cut{suffix}")
    with pytest.raises(FileFormatError, match="damaged or cut short"):
        scan_file(damaged, workers=workers)


def test_zst_files(tmp_path: Path) -> None:
    zstd = (
        pytest.importorskip("backports.zstd")
        if sys.version_info < (3, 14)
        else pytest.importorskip("compression.zstd")
    )
    path = written(tmp_path, zstd.compress(b"a b\nc a"), "text.zst")
    check(scan_file(path, workers=2), [["a", "b"], ["c", "a"]])


def test_what_is_no_text_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="missing"):
        scan_file(tmp_path / "missing.txt")
    with pytest.raises(IsADirectoryError, match="PathLineSentences"):
        scan_file(tmp_path)
    with pytest.raises(TypeError, match="path of a text file, got list"):
        scan_file([["a"]])  # type: ignore[arg-type]
    path = written(tmp_path, "a")
    with pytest.raises(ValueError, match="workers must be at least 1, got 0"):
        scan_file(path, workers=0)
    with pytest.raises(ValueError, match="max_vocab_size"):
        scan_file(path, max_vocab_size=0)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="no regular file"):
        scan_file(tmp_path / "pipe")


@needs_library
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("size", [0, 1_000_000, 5_000_000])
def test_a_file_whose_length_changes_is_an_error(tmp_path: Path, size: int, workers: int) -> None:
    path = written(tmp_path, "some words\n" * 300_000)

    def change(progress: Progress) -> None:
        os.truncate(path, size)

    assert LIBRARY is not None
    with FileScan(
        LIBRARY, path, workers=workers, max_vocab_size=None, memory_limit=MEMORY_LIMIT
    ) as file_scan:
        os.truncate(path, size)  # after the file was opened
        with pytest.raises(RuntimeError, match="changed while it was read: it had 3300000 bytes"):
            file_scan.run(None)


@needs_library
@pytest.mark.parametrize("workers", [1, 2])
def test_an_exception_in_progress_ends_the_scan_at_once(tmp_path: Path, workers: int) -> None:
    path = tmp_path / "large.txt"
    with open(path, "wb") as file:
        file.truncate(20 << 30)  # a sparse file of NUL bytes, one word: only memory would end it
    called = 0.0

    def fail(progress: Progress) -> None:
        nonlocal called
        if not called:
            called = time.monotonic()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan_file(path, workers=workers, progress=fail)
    assert time.monotonic() - called < 1.0  # 0.1 s on an idle machine
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("w2vref-")]


@needs_library
def test_progress_reaches_the_end(tmp_path: Path) -> None:
    seen: list[Progress] = []
    scan_file(written(tmp_path, "a b\n" * 200_000), progress=seen.append)
    assert seen[-1] == Progress(400_000, 200_000, 1.0)
    seen.clear()
    scan_file(written(tmp_path, gzip.compress(b"a b\n"), "text.gz"), progress=seen.append)
    assert seen[-1] == Progress(2, 1, None)


@needs_library
@pytest.mark.parametrize("workers", [1, 2])
def test_ids_go_to_an_unlinked_file_when_there_are_many(
    tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "spool"))
    (tmp_path / "spool").mkdir()
    text = "some words\nand more \n" * 40_000
    result = scan_file(written(tmp_path, text), workers=workers, memory_limit=1000)
    assert os.listdir(tmp_path / "spool") == []
    check(result, sentences_of(text))
    vocabulary = Vocabulary(["words", "and"], np.array([1, 1]))
    expected = encode_corpus(LineSentence(tmp_path / "text.txt"), vocabulary)
    encoded = encode(result, vocabulary, consume=True, workers=workers)
    np.testing.assert_array_equal(encoded.tokens, expected.tokens)
    np.testing.assert_array_equal(encoded.sentence_offsets, expected.sentence_offsets)


@needs_library
@pytest.mark.parametrize("workers", [1, 2])
def test_a_full_disk_is_an_error_that_leaves_nothing(
    tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullDisk:
        def __init__(self, file) -> None:  # type: ignore[no-untyped-def]
            self.file = file

        def write(self, data: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self) -> None:
            self.file.close()

    real = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **options: FullDisk(real(**options)))
    with pytest.raises(OSError, match="free some space") as error:
        scan_file(written(tmp_path, "some words\n" * 100_000), workers=workers, memory_limit=1000)
    assert error.value.errno == errno.ENOSPC
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("w2vref-")]


@pytest.mark.parametrize("workers", WORKERS)
def test_encode_file_is_encode_corpus(tmp_path: Path, workers: int) -> None:
    # More ids than are encoded at once, unknown words at every place, sentences without a known one.
    text = "\n".join("a b c d e f g h"[: i % 17] + (" x" * (i % 3)) for i in range(250_000)) + "\nx\n"
    path = written(tmp_path, text)
    assert scan_file(path).words > CHUNK
    vocabulary = Vocabulary(["c", "a", "not there", "e"], np.array([3, 2, 1, 1]))
    expected, encoded = (
        encode_corpus(LineSentence(path), vocabulary),
        encode_file(path, vocabulary, workers=workers),
    )
    np.testing.assert_array_equal(encoded.tokens, expected.tokens)
    np.testing.assert_array_equal(encoded.sentence_offsets, expected.sentence_offsets)
    assert encoded.raw_words == expected.raw_words
    assert encoded.tokens.dtype == np.int32
    assert encoded.sentence_offsets.dtype == np.int64


def test_without_the_extension_the_result_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "one two\u2028three\n\none\r\n" * 2000
    path = written(tmp_path, text)
    monkeypatch.setattr(module, "native_library", lambda: None)
    seen: list[Progress] = []
    check(scan_file(path, workers=2, progress=seen.append), sentences_of(text))
    assert seen[-1] == Progress(6000, 3000, None)
    with pytest.raises(FileFormatError, match="byte 4 "):
        scan_file(written(tmp_path, b"a b \xff"))


def test_the_missing_extension_is_logged_once() -> None:
    code = (
        "import logging, sys, w2vref.corpora.native as native\n"
        "logging.basicConfig(level=logging.INFO, stream=sys.stdout)\n"
        "from w2vref.errors import BackendUnavailableError\n"
        "def fail(): raise BackendUnavailableError('no compiler')\n"
        "native.load_library = fail\n"
        "print(native.native_library(), native.native_library())\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.count("no compiler") == 1
    assert "None None" in run.stdout
