"""The word2vec formats: what word2vec.c and gensim write is read, and the other way round, to the bit."""

from __future__ import annotations

import bz2
import gzip
import io
import logging
import lzma
import os
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from w2vref.errors import FileFormatError, TruncatedFileError
from w2vref.io import rows_kernel, source, word2vec_binary, word2vec_text
from w2vref.io.vocabulary_files import read_vocabulary
from w2vref.io.word2vec_format import read_word2vec, write_word2vec

NASTY_WORDS = [
    "a",
    "\xa0",
    "b\xa0c",
    "é" * 100,
    "w" * 200,
    "\u2028",
    "\u3000x",
    "\0",
    "\t",
    "\ufeff",
    "1",
    "日本",
    "😀",
]
"""NBSP and other Unicode spaces, 200 bytes, control characters, a BOM, a number."""

WORDS = st.one_of(
    st.sampled_from(NASTY_WORDS),
    st.text(st.characters(exclude_characters=" \n", exclude_categories=["Cs"]), max_size=12),
)


@st.composite
def models(draw):
    """Draw distinct words, and a matrix of any float32 but nan (which has many bit patterns)."""
    words = draw(st.lists(WORDS, min_size=0, max_size=8, unique=True))
    size = draw(st.sampled_from([1, 2, 15, 16, 17]))
    bits = draw(st.lists(st.integers(0, 2**32 - 1), min_size=len(words) * size, max_size=len(words) * size))
    vectors = np.array(bits, dtype=np.uint32).view(np.float32).reshape(len(words), size)
    return words, np.where(np.isnan(vectors), np.float32(-0.0), vectors)


@pytest.fixture(params=["compiled", "python"])
def kernel(request, monkeypatch):
    """Run a test with the compiled kernel, and as on an install without one."""
    if request.param == "compiled":
        if rows_kernel.load_kernel() is None:
            pytest.skip("this install has no compiled kernel")
    else:
        for module in (word2vec_text, word2vec_binary):
            monkeypatch.setattr(module, "load_kernel", lambda: None)
    return request.param


def assert_same(result, words, vectors):
    assert result.words == list(words)
    assert result.places == {word: place for place, word in enumerate(words)}
    assert result.vectors.dtype == vectors.dtype
    assert result.vectors.shape == vectors.shape
    assert result.vectors.tobytes() == np.ascontiguousarray(vectors).tobytes()


def read(data: bytes, **options):
    return read_word2vec(io.BytesIO(data), **options)


def floats(*values: float) -> bytes:
    return struct.pack(f"<{len(values)}f", *values)


# ---- round trips ----


@given(models(), st.booleans(), st.booleans())
@example((["a"], np.zeros((1, 1), np.float32)), True, True)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_round_trip(kernel, model, binary, newline):
    words, vectors = model
    stream = io.BytesIO()
    write_word2vec(stream, words, vectors, binary=binary, newline=newline)
    assert_same(read(stream.getvalue(), binary=binary), words, vectors)


@given(models())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_without_a_header(kernel, model):
    words, vectors = model
    stream = io.BytesIO()
    write_word2vec(stream, words, vectors, write_header=False)
    if words:
        assert_same(read(stream.getvalue(), no_header=True), words, vectors)
    else:
        assert read(b"", no_header=True).words == []


@given(models(), st.booleans())
def test_both_kernels_write_the_same_bytes(model, binary):
    words, vectors = model
    if rows_kernel.load_kernel() is None:
        pytest.skip("this install has no compiled kernel")
    written = []
    with pytest.MonkeyPatch.context() as patch:
        for _ in range(2):
            stream = io.BytesIO()
            write_word2vec(stream, words, vectors, binary=binary)
            written.append(stream.getvalue())
            for module in (word2vec_text, word2vec_binary):
                patch.setattr(module, "load_kernel", lambda: None)
    assert written[0] == written[1]


@pytest.mark.parametrize("binary", [False, True])
def test_more_rows_than_fit_one_block(kernel, monkeypatch, binary):
    # Blocks of 1,000 bytes cut rows everywhere; memory grows from room for one row.
    for module in (source, word2vec_text, word2vec_binary):
        monkeypatch.setattr(module, "BLOCK_BYTES", 1000)
    monkeypatch.setattr(source, "GROWTH_START", 1)
    rng = np.random.default_rng(3)
    vectors = rng.normal(0, 0.1, (2_000, 9)).astype(np.float32)
    words = [f"w{'é' * (i % 5)}{i}" for i in range(len(vectors))]
    stream = io.BytesIO()
    write_word2vec(stream, words, vectors, binary=binary)
    assert_same(read(stream.getvalue(), binary=binary), words, vectors)
    assert_same(read(stream.getvalue(), binary=binary, limit=1_234), words[:1_234], vectors[:1_234])
    order = rng.permutation(len(words))[:1_500]
    stream = io.BytesIO()
    write_word2vec(stream, words, vectors, binary=binary, order=order)
    assert_same(read(stream.getvalue(), binary=binary), [words[row] for row in order], vectors[order])


@pytest.mark.parametrize("binary", [False, True])
def test_a_row_longer_than_a_block(kernel, monkeypatch, binary):
    monkeypatch.setattr(source, "BLOCK_BYTES", 64)
    vectors = np.random.default_rng(3).normal(0, 1, (2, 700)).astype(np.float32)
    stream = io.BytesIO()
    write_word2vec(stream, ["a", "b"], vectors, binary=binary)
    assert_same(read(stream.getvalue(), binary=binary), ["a", "b"], vectors)


@pytest.mark.parametrize(("suffix", "opener"), [(".gz", gzip.open), (".bz2", bz2.open), (".xz", lzma.open)])
@pytest.mark.parametrize("binary", [False, True])
def test_compressed_by_name(tmp_path, suffix, opener, binary):
    path = tmp_path / f"vectors{suffix}"
    vectors = np.arange(12, dtype=np.float32).reshape(4, 3)
    write_word2vec(path, "abcd", vectors, binary=binary)
    with opener(path) as stream:
        assert stream.read().startswith(b"4 3\na ")
    assert_same(read_word2vec(path, binary=binary), "abcd", vectors)


def test_zstandard_by_name(tmp_path):
    pytest.importorskip("backports.zstd")
    path = tmp_path / "vectors.zst"
    write_word2vec(path, ["a"], np.ones((1, 2), np.float32))
    assert path.read_bytes()[:4] == b"\x28\xb5\x2f\xfd"
    assert_same(read_word2vec(path), ["a"], np.ones((1, 2), np.float32))


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
@pytest.mark.parametrize("binary", [False, True])
def test_other_datatypes(dtype, binary):
    vectors = np.array([[0.1, -2.5], [1e-3, 7.0]], dtype=dtype)
    stream = io.BytesIO()
    write_word2vec(stream, ["a", "b"], vectors, binary=binary)
    if binary:  # the format holds float32
        vectors = vectors.astype(np.float32).astype(dtype)
    assert_same(read(stream.getvalue(), binary=binary, datatype=dtype), ["a", "b"], vectors)


def test_rows_in_any_memory_layout(kernel):
    vectors = np.arange(24, dtype=np.float32).reshape(4, 6)
    for view in (
        vectors.T,
        vectors[::-1],
        vectors[:, ::2],
        np.asfortranarray(vectors),
        vectors.astype(">f4"),
    ):
        for binary in (False, True):
            stream = io.BytesIO()
            write_word2vec(stream, [f"w{i}" for i in range(len(view))], view, binary=binary)
            assert (read(stream.getvalue(), binary=binary).vectors == view).all()


# ---- layouts that others write ----


@pytest.mark.parametrize("end", [b"\n", b"", b"\n\n"])
def test_binary_with_and_without_newlines(kernel, end):
    data = b"2 2\n" + b"a " + floats(1, 2) + end + "b\xa0c ".encode() + floats(3, 4) + end
    assert_same(read(data, binary=True), ["a", "b\xa0c"], np.array([[1, 2], [3, 4]], np.float32))


def test_the_layout_of_word2vec_c(kernel):
    """fprintf "%lld %lld\\n"; for each word "%s ", fwrite of each float, "\\n"."""
    stream = io.BytesIO()
    write_word2vec(
        stream, ["</s>", "the"], np.array([[1, -2], [3, 4]], np.float32), binary=True, newline=True
    )
    assert stream.getvalue() == b"2 2\n</s> " + floats(1, -2) + b"\nthe " + floats(3, 4) + b"\n"


def test_the_text_of_word2vec_c(kernel):
    """word2vec.c writes "%lf " for each number: six decimals, a space before the newline."""
    result = read(b"2 2\n</s> 0.002001 -0.002210 \nthe 1.000000 0.500000 \n")
    assert_same(result, ["</s>", "the"], np.array([[0.002001, -0.00221], [1, 0.5]], np.float32))


@pytest.mark.parametrize("end", [b"\r\n", b" \r\n", b"\t\n", b"  \n"])
def test_blanks_at_the_end_of_a_line(kernel, end):
    data = b"2 2" + end + b"a 1 2" + end + b"b 3 4" + end
    assert_same(read(data), ["a", "b"], np.array([[1, 2], [3, 4]], np.float32))


def test_the_last_newline_may_be_missing(kernel):
    assert_same(read(b"1 2\na 1 2"), ["a"], np.array([[1, 2]], np.float32))
    assert_same(read(b"a 1 2", no_header=True), ["a"], np.array([[1, 2]], np.float32))


def test_numbers_that_need_exact_arithmetic_stand_between_plain_ones(kernel):
    data = b"3 2\na 1 2\nb 1.000000059604644775390626 nan\nc 1e-30 4\n"
    rows = read(data).vectors
    assert rows[1, 0] == np.float32(1.0000001)
    assert np.isnan(rows[1, 1])
    assert rows[2].tolist() == [np.float32(1e-30), 4]


# ---- words ----


def test_a_word_cut_inside_a_character(kernel):
    data = b"2 1\n" + "né".encode()[:2] + b" 1\nb 2\n"
    with pytest.raises(UnicodeDecodeError, match=r"BytesIO|open file.*offset 4 .*unicode_errors='ignore'"):
        read(data)
    assert read(data, unicode_errors="ignore").words == ["n", "b"]
    assert read(data, unicode_errors="replace").words == ["n\ufffd", "b"]
    assert read(data, encoding="latin-1").words == ["n\xc3", "b"]


def test_a_word_of_a_binary_file_may_have_a_newline_in_it(kernel):
    data = b"2 1\na\nb " + floats(1) + b"\nc " + floats(2)
    assert read(data, binary=True).words == ["a\nb", "c"]


def test_an_unknown_encoding_is_an_error_at_once():
    with pytest.raises(LookupError):
        read(b"", encoding="no-such-code")
    with pytest.raises(LookupError):
        read(b"", unicode_errors="no-such-handler")


@pytest.mark.parametrize("binary", [False, True])
def test_of_a_word_that_comes_again_the_first_is_kept(kernel, binary, caplog):
    stream = io.BytesIO()
    vectors = np.arange(10, dtype=np.float32).reshape(5, 2)
    write_word2vec(stream, ["a", "b", "a", "c", "b"], vectors, binary=binary)
    with caplog.at_level(logging.WARNING, "w2vref.io"):
        assert_same(read(stream.getvalue(), binary=binary), ["a", "b", "c"], vectors[[0, 1, 3]])
    assert "2 words come more than once (such as 'a')" in caplog.text


def test_an_empty_word_is_a_word(kernel):
    assert_same(read(b"1 2\n 1 2\n"), [""], np.array([[1, 2]], np.float32))
    assert_same(read(b"1 1\n " + floats(5), binary=True), [""], np.array([[5]], np.float32))


@pytest.mark.parametrize("word", ["two words", "line\nbreak", "\ud800"])
@pytest.mark.parametrize("binary", [False, True])
def test_words_that_could_not_be_read_back_are_refused(tmp_path, word, binary):
    path = tmp_path / "vectors"
    path.write_bytes(b"old")
    with pytest.raises(ValueError, match="cannot be written"):
        write_word2vec(path, ["a", word], np.ones((2, 2), np.float32), binary=binary)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["vectors"]


# ---- options ----


def test_vocabulary_files(tmp_path, caplog):
    path, vocabulary = tmp_path / "vectors", tmp_path / "words.gz"
    vectors = np.ones((3, 2), np.float32)
    write_word2vec(path, ["a", "b\xa0c", "\t"], vectors, [9, 5, 2**40], fvocab=vocabulary, prefix="*dt_")
    assert gzip.decompress(vocabulary.read_bytes()).decode() == f"*dt_a 9\n*dt_b\xa0c 5\n*dt_\t {2**40}\n"
    result = read_word2vec(path, fvocab=vocabulary)
    assert result.words == ["*dt_a", "*dt_b\xa0c", "*dt_\t"]
    assert result.counts.tolist() == [9, 5, 2**40]

    vocabulary.write_bytes(gzip.compress(b"*dt_a 9 \r\n"))
    with caplog.at_level(logging.WARNING, "w2vref.io"):
        assert read_word2vec(path, fvocab=vocabulary).counts.tolist() == [9, 0, 0]
    assert "2 words are not in the vocabulary file" in caplog.text


@pytest.mark.parametrize(
    ("data", "offset"),
    [(b"a 1\nb\n", 4), (b"a x\n", 0), (b"a 1\nb -1\n", 4), (b"a 1\n\nb 2\n", 4), (b"7", 0)],
)
def test_a_bad_vocabulary_file(data, offset):
    with pytest.raises(FileFormatError, match=rf"byte offset {offset}\)"):
        read_vocabulary(io.BytesIO(data))


def test_a_vocabulary_file_needs_counts(tmp_path):
    with pytest.raises(ValueError, match="needs counts"):
        write_word2vec(tmp_path / "v", ["a"], np.ones((1, 1), np.float32), fvocab=tmp_path / "w")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["vectors.txt", "vectors.txt.gz", "vectors.txt.xz"])
@pytest.mark.parametrize("binary", [False, True])
def test_append_and_total(tmp_path, name, binary):
    path = tmp_path / name
    vectors = np.arange(8, dtype=np.float32).reshape(4, 2)
    write_word2vec(path, "ab", vectors[:2], binary=binary, total_vec=4)
    write_word2vec(path, "cd", vectors[2:], binary=binary, write_header=False, append=True)
    assert_same(read_word2vec(path, binary=binary), "abcd", vectors)


def test_limit():
    data = b"2 1\na 1\nb 2\n"
    assert [read(data, limit=limit).words for limit in (None, 0, 1, 2, 9)] == [
        ["a", "b"],
        ["a", "b"],
        ["a"],
        ["a", "b"],
        ["a", "b"],
    ]
    assert read(b"a 1\nb 2\nc x", no_header=True, limit=2).words == ["a", "b"]
    with pytest.raises(ValueError, match="limit"):
        read(data, limit=-1)


def test_a_binary_file_needs_its_header():
    with pytest.raises(NotImplementedError, match="header"):
        read(b"a " + floats(1), binary=True, no_header=True)


def test_what_follows_the_rows_is_ignored_with_a_warning(kernel, caplog):
    with caplog.at_level(logging.WARNING, "w2vref.io"):
        assert read(b"1 1\na 1\n \n\n").words == ["a"]
        assert caplog.text == ""
        assert read(b"1 1\na 1\nb 2\n").words == ["a"]
        assert "from byte offset 8, was ignored" in caplog.text
        assert read(b"2 1\na 1\nb 2\n", limit=1).words == ["a"]
        assert len(caplog.records) == 1


def test_arguments_are_checked():
    with pytest.raises(TypeError, match="datatype"):
        read(b"1 1\na 1\n", datatype=np.int32)
    with pytest.raises(ValueError, match="2 words"):
        write_word2vec(io.BytesIO(), "ab", np.ones((3, 1), np.float32))
    with pytest.raises(ValueError, match="size 0"):
        write_word2vec(io.BytesIO(), "ab", np.ones((2, 0), np.float32))
    with pytest.raises(TypeError, match="rb"):
        read_word2vec(io.StringIO("1 1\na 1\n"))


# ---- GloVe ----


def test_words_of_glove_may_have_spaces(kernel):
    data = b"the 0.5 1\n. . 2 3\nat me@x.org 4 5\n1 2 6 7\n 8 9\n"
    result = read(data, no_header=True, spaced_words=True)
    assert result.words == ["the", ". .", "at me@x.org", "1 2", ""]
    assert result.vectors.tolist() == [[0.5, 1], [2, 3], [4, 5], [6, 7], [8, 9]]
    with pytest.raises(FileFormatError, match=r"row 2 has 3 numbers.*\(byte offset 10\)"):
        read(data, no_header=True)
    with pytest.raises(FileFormatError, match="'x' is not a number"):
        read(b"the 0.5 1\na b x 1\n", no_header=True, spaced_words=True)
    with pytest.raises(FileFormatError, match="row 2 has 1 numbers"):
        read(b"the 0.5 1\na 1\n", no_header=True, spaced_words=True)
    with pytest.raises(ValueError, match="no_header=True"):
        read(data, spaced_words=True)


# ---- damage ----


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "first line must be two whole numbers"),
        (b"hello\n", "first line must be"),
        (b"2 2 2\na 1 2\n", "first line must be"),
        (b"-1 2\n", "first line must be"),
        (b"1 0\na\n", "first line must be"),
        (b"1" * 5000, "first line must be"),
        (b"1 2\na 1\n\n\n", r"row 1 has 1 numbers instead of 2.*\(byte offset 4\)"),
        (b"2 2\na 1 2\nb 7    \n", r"row 2 has 1 numbers instead of 2.*\(byte offset 10\)"),
        (b"1 2\na 1 2 3\n", "row 1 has 3 numbers"),
        (b"1 2\na 1  2\n", "row 1 has 3 numbers"),
        (b"1 2\na\t1\t2\n", "row 1 has 0 numbers"),
        (b"1 2\na 1 x2\n", r"row 1: 'x2' is not a number \(byte offset 4\)"),
        (b"1 2\na 1 1_0\n", "'1_0' is not a number"),
        (b"2 1\na 1\n\nb 2\n", r"row 2 has 0 numbers instead of 1.*\(byte offset 8\)"),
    ],
)
def test_damaged_text(kernel, data, message):
    with pytest.raises(FileFormatError, match=message):
        read(data)


def test_a_first_row_without_numbers_and_header():
    with pytest.raises(FileFormatError, match="no numbers"):
        read(b"word\n", no_header=True)


@pytest.mark.parametrize("binary", [False, True])
def test_a_file_cut_anywhere_is_an_error_with_name_and_offset(kernel, tmp_path, binary):
    path = tmp_path / "vectors.bin"
    write_word2vec(
        path, ["one", "two", "été"], np.array([[1.25, 2], [3, 4], [5, 6.5]], np.float32), binary=binary
    )
    whole = path.read_bytes()
    # Text that is cut after the last digit or before the last digits is a row like any other.
    last = len(whole) if binary else whole.rindex(b" ") + 1
    for length in range(last):
        path.write_bytes(whole[:length])
        for target in (path, io.BytesIO(whole[:length])):
            with pytest.raises(FileFormatError, match=r"byte offset \d+") as caught:
                read_word2vec(target, binary=binary)
            if target is path:
                assert "vectors.bin" in str(caught.value)
            if length > 4:
                place = int(str(caught.value).rpartition("byte offset ")[2].rstrip(")"))
                assert 4 <= place <= length


@pytest.mark.parametrize("binary", [False, True])
def test_too_few_rows_is_an_eoferror_and_a_valueerror(kernel, binary):
    for error in (EOFError, ValueError, TruncatedFileError):
        with pytest.raises(error, match="ends"):
            read(b"3 1\na 1.5555\nb 2.5555\n" if not binary else b"3 1\na 1234b 5678", binary=binary)


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize(
    "header", [b"999999999999 300\n", b"2 999999999999999\n", b"9999999999999999 9999999999999\n"]
)
def test_a_lying_header_allocates_nothing(tmp_path, kernel, binary, header):
    path = tmp_path / "lie"
    path.write_bytes(header + b"a 1 2 3\n")
    with pytest.raises(TruncatedFileError, match=r"the header promises .* only 8 follow \(byte offset"):
        read_word2vec(path, binary=binary)
    squeezed = tmp_path / "lie.gz"
    squeezed.write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(FileFormatError, match="byte offset"):
        read_word2vec(squeezed, binary=binary)


def test_a_binary_word_without_end(kernel):
    with pytest.raises(FileFormatError, match="no space after the word"):
        read(b"1 2\n" + b"x" * (1 << 21), binary=True)


def test_a_damaged_compressed_file(tmp_path):
    path = tmp_path / "vectors.gz"
    write_word2vec(path, ["a", "b"], np.ones((2, 100), np.float32))
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(FileFormatError, match=r"vectors.gz"):
        read_word2vec(path)


# ---- gensim ----


@given(models().filter(lambda model: model[0]), st.sampled_from(["text", "binary", "binary, newlines"]))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_gensim_reads_what_is_written_here_and_the_other_way(tmp_path, model, kind):
    gensim = pytest.importorskip("gensim")
    words, vectors = model
    path = tmp_path / "vectors"
    binary, newline = kind != "text", kind == "binary, newlines"
    write_word2vec(path, words, vectors, binary=binary, newline=newline)
    theirs = gensim.models.KeyedVectors.load_word2vec_format(str(path), binary=binary)
    assert theirs.index_to_key == words
    assert theirs.vectors.tobytes() == vectors.tobytes()
    ours = path.read_bytes()
    theirs.save_word2vec_format(str(path), binary=binary)
    if kind == "binary":
        assert path.read_bytes() == ours
    assert_same(read_word2vec(path, binary=binary), words, vectors)
