"""The readers of text and the opening of files by name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vref.corpora import BrownCorpus, LineSentence, PathLineSentences, Text8Corpus, text
from w2vref.errors import FileFormatError
from w2vref.io import opening

# NBSP, U+2028, \x0b and \x85 divide tokens but end no line; a BOM is a character like any other.
TEXT = "a b\u00a0c\u2028d\x85e\r\n\n \nf\x0bg h\n\ufeffx y"
SENTENCES = [["a", "b", "c", "d", "e"], ["f", "g", "h"], ["\ufeffx", "y"]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_bytes(TEXT.encode())
    return path


def test_a_line_is_a_sentence_and_blank_lines_yield_nothing(path: Path) -> None:
    assert list(LineSentence(path)) == SENTENCES
    assert list(LineSentence(str(path))) == SENTENCES


def test_a_reader_can_be_iterated_again_and_twice_at_once(path: Path) -> None:
    reader = LineSentence(path)
    assert [a for pair in zip(reader, reader, strict=True) for a in pair] == [
        s for s in SENTENCES for _ in range(2)
    ]
    assert list(pickle.loads(pickle.dumps(reader))) == SENTENCES


@pytest.mark.parametrize(
    ("limit", "count"), [(None, 3), (0, 0), (1, 1), (2, 1), (3, 1), (4, 2), (5, 3), (99, 3)]
)
def test_blank_lines_count_toward_limit(path: Path, limit: int | None, count: int) -> None:
    assert list(LineSentence(path, limit=limit)) == SENTENCES[:count]


def test_longer_lines_come_in_pieces(path: Path) -> None:
    expected = [["a", "b"], ["c", "d"], ["e"], ["f", "g"], ["h"], ["\ufeffx", "y"]]
    assert list(LineSentence(path, max_sentence_length=2)) == expected
    assert list(LineSentence(path, 2, 1)) == expected[:3]


@pytest.mark.parametrize("opened", [io.BytesIO, lambda b: io.StringIO(b.decode(), newline="")])
@pytest.mark.parametrize("reader", [LineSentence, Text8Corpus])
def test_a_file_object_is_read_from_its_start_each_time_and_left_open(
    opened: Callable[[bytes], io.IOBase], reader: Callable[..., LineSentence | Text8Corpus]
) -> None:
    stream = opened(TEXT.encode())
    stream.seek(3)
    for _ in range(2):
        assert [w for s in reader(stream) for w in s] == [w for s in SENTENCES for w in s]
    assert not stream.closed


@pytest.mark.parametrize("source", [["a", "b"], 3, None, [["a"]]])
def test_another_source_is_refused(source: object) -> None:
    with pytest.raises(TypeError, match="path or an open file"):
        LineSentence(source)  # type: ignore[arg-type]


@pytest.mark.parametrize("length", [0, -1])
def test_max_sentence_length_is_at_least_one(path: Path, length: int) -> None:
    for reader in (LineSentence, Text8Corpus, PathLineSentences):
        with pytest.raises(ValueError, match="max_sentence_length"):
            reader(path, max_sentence_length=length)


def test_limit_is_not_negative(path: Path) -> None:
    for reader in (LineSentence, PathLineSentences):
        with pytest.raises(ValueError, match="limit"):
            reader(path, limit=-1)
    with pytest.raises(TypeError):
        LineSentence(path, limit=1.5)  # type: ignore[arg-type]


def test_a_missing_file_raises_on_iteration(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(LineSentence(tmp_path / "none"))


@pytest.mark.parametrize(
    "bad", [b"\xff", b"\xe2\x82 ", b"\xe2\x82"]
)  # no start byte, cut by a space, by the end
@pytest.mark.parametrize("good", [b"one two\nthree ", b"x " * text.BLOCK + b"\ny\n"])
def test_bytes_that_are_not_utf8_are_named_with_file_and_offset(
    tmp_path: Path, bad: bytes, good: bytes
) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes(good + bad)
    seen = []
    with pytest.raises(FileFormatError, match=rf"bad\.txt: byte {len(good)} .*not UTF-8"):
        for sentence in LineSentence(path):
            seen.append(sentence)
    lines = good.decode().split("\n")[:-1]
    assert [w for s in seen for w in s] == " ".join(lines).split()
    assert list(LineSentence(path, limit=1)) == list(LineSentence(io.BytesIO(lines[0].encode())))


ALPHABET = st.sampled_from(
    ["a", "bc", "é", "語", "\U0001f600", " ", "\n", "\t", "\u00a0", "\u2028", "\r", "\x1c"]
)


@given(
    pieces=st.lists(ALPHABET, max_size=60),
    max_length=st.integers(1, 5),
    limit=st.none() | st.integers(0, 6),
    block=st.integers(1, 9),
)
def test_the_sentences_do_not_depend_on_where_blocks_are_cut(
    pieces: list[str], max_length: int, limit: int | None, block: int
) -> None:
    content = "".join(pieces)
    expected = [
        tokens[i : i + max_length]
        for tokens in (line.split() for line in content.split("\n")[:limit])
        for i in range(0, len(tokens), max_length)
    ]
    words = content.split()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "BLOCK", block)
        for stream in (io.BytesIO(content.encode()), io.StringIO(content, newline="")):
            assert list(LineSentence(stream, max_length, limit)) == expected
            assert list(Text8Corpus(stream, max_length)) == [
                words[i : i + max_length] for i in range(0, len(words), max_length)
            ]


def test_a_token_longer_than_many_blocks_is_one_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "BLOCK", 4)
    content = "a " + "x" * 1000 + " b"
    assert list(LineSentence(io.BytesIO(content.encode()))) == [content.split()]
    assert list(Text8Corpus(io.BytesIO(content.encode()), 1)) == [[w] for w in content.split()]


def test_text8_sentences_are_of_exactly_that_length(path: Path, tmp_path: Path) -> None:
    assert [len(s) for s in Text8Corpus(path, max_sentence_length=3)] == [3, 3, 3, 1]
    (tmp_path / "empty").touch()
    assert list(Text8Corpus(tmp_path / "empty")) == []
    assert list(LineSentence(tmp_path / "empty")) == []


def test_text8_keeps_words_apart_that_a_newline_divides(tmp_path: Path) -> None:
    # The original glues "b" and "c" together when its block of 8192 bytes ends behind the newline.
    path = tmp_path / "t"
    path.write_bytes(b"a" * 8189 + b" b\nc d")
    assert list(Text8Corpus(path, 10)) == [["a" * 8189, "b", "c", "d"]]


def test_path_line_sentences_reads_files_in_name_order_with_a_limit_for_each(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("b 1\nb 2\nb 3\n", encoding="utf-8")
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"a 1\na 2\n"))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c").write_text("c", encoding="utf-8")
    reader = PathLineSentences(tmp_path, limit=2)
    assert list(reader) == list(reader) == [["a", "1"], ["a", "2"], ["b", "1"], ["b", "2"]]
    assert list(PathLineSentences(tmp_path / "b", max_sentence_length=1, limit=1)) == [["b"], ["1"]]
    with pytest.raises(ValueError, match="neither a file nor a folder"):
        PathLineSentences(tmp_path / "none")


def test_brown_corpus(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "cb").write_text("zwei/nn\n", encoding="utf-8")
    (tmp_path / "ca").write_text(
        "\tThe/AT Fulton/np-tl x/y/z 3/cd end/. a/b1 plain q/N1 s/\n\n  ./. ,/,\nÉ/NN ß/vbd\n",
        encoding="utf-8",
    )
    reader = BrownCorpus(tmp_path)
    assert list(reader) == list(reader) == [["the/AT", "fulton/np", "3/cd"], ["é/NN", "ß/vb"], ["zwei/nn"]]
    with pytest.raises(ValueError, match="not a folder"):
        BrownCorpus(tmp_path / "none")


def zstd_compress(data: bytes) -> bytes:
    for name in ("compression.zstd", "backports.zstd"):
        try:
            module = import_module(name)
        except ImportError:
            continue
        return bytes(module.compress(data, options={module.CompressionParameter.checksum_flag: 1}))
    pytest.skip("the extra w2vref[zstd] is not installed")


COMPRESSIONS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstd_compress}


@pytest.mark.parametrize("suffix", [*COMPRESSIONS, ".GZ"])
def test_compressed_files_open_by_name(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"t{suffix}"
    compress = COMPRESSIONS[suffix.lower()]
    path.write_bytes(compress(TEXT.encode()) + compress(b" z\n"))  # two members or frames: one file
    assert list(LineSentence(path)) == [*SENTENCES[:2], ["\ufeffx", "y", "z"]]
    with opening.open_text(path) as stream:
        assert stream.read() == TEXT + " z\n"


@pytest.mark.parametrize("suffix", COMPRESSIONS)
def test_a_damaged_or_cut_compressed_file_is_an_error_that_names_it(tmp_path: Path, suffix: str) -> None:
    whole = COMPRESSIONS[suffix]("".join(f"{i} {i * i}\n" for i in range(2000)).encode())
    path = tmp_path / f"t{suffix}"
    middle = len(whole) // 2
    damaged = bytes(b ^ 0x55 for b in whole[middle : middle + 8])
    for content in (
        whole[:middle],
        whole[:-3],
        whole[:middle] + damaged + whole[middle + 8 :],
        b"no such format",
    ):
        path.write_bytes(content)
        with pytest.raises(FileFormatError, match=rf"t\{suffix}.*byte \d+"):
            list(LineSentence(path))


@pytest.mark.parametrize("suffix", ["", *COMPRESSIONS])
def test_what_is_written_compressed_reads_back(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"t{suffix}"
    if suffix == ".zst":
        zstd_compress(b"")
    for _ in range(2):
        with open(path, "wb") as raw:
            with opening.compressing(raw, path) as stream:
                stream.write(TEXT.encode())
            assert not raw.closed
        with opening.open_binary(path) as back:
            assert back.read() == TEXT.encode()
    if suffix:
        assert path.read_bytes() != TEXT.encode()


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(opening, "import_module", missing)
    with pytest.raises(ImportError, match=r"w2vref\[zstd\]"):
        opening.open_binary(tmp_path / "t.zst")
    with pytest.raises(ImportError, match="standard library"):
        opening.open_binary(tmp_path / "t.xz")


def test_readers_agree_with_gensim(path: Path, tmp_path: Path) -> None:
    word2vec = pytest.importorskip("gensim.models.word2vec")
    assert list(LineSentence(path, 2, 4)) == list(word2vec.LineSentence(str(path), 2, 4))
    spaced = tmp_path / "spaced"
    spaced.write_text("a é 語\t" * 5000, encoding="utf-8")
    assert list(Text8Corpus(spaced, 7)) == list(word2vec.Text8Corpus(str(spaced), 7))
    folder = tmp_path / "brown"
    folder.mkdir()
    (folder / "ca").write_text("The/AT x/y/z 3/cd end/. a/b1 q\n./.\nß/vbd\n", encoding="utf-8")
    assert list(BrownCorpus(folder)) == list(word2vec.BrownCorpus(str(folder)))
    assert list(PathLineSentences(folder)) == list(word2vec.PathLineSentences(str(folder)))
