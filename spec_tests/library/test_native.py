"""The native file: safetensors, checked before anything is believed."""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from w2vref.errors import FileFormatError, TruncatedFileError
from w2vref.io import source
from w2vref.io.native import DTYPES, VERSION, load_native, save_native

TENSORS = st.dictionaries(
    st.text(max_size=5).filter(lambda name: name != "__metadata__").filter(str.isalnum),
    st.sampled_from(sorted(DTYPES.values())).flatmap(
        lambda dtype: arrays.arrays(
            dtype, arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5)
        )
    ),
    max_size=4,
)
VALUES = (
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False)
)
RECORDS = st.dictionaries(st.text(), VALUES | st.lists(VALUES, max_size=3), max_size=4)

MODEL = {
    "vectors": np.arange(30, dtype=np.float32).reshape(5, 6),
    "counts": np.arange(5),
    "bytes": np.uint8([7]),
}


def saved(tensors=MODEL, metadata=None) -> bytes:
    stream = io.BytesIO()
    save_native(stream, tensors, metadata or {"kind": "test"})
    return stream.getvalue()


def read(data: bytes, **options):
    return load_native(io.BytesIO(data), **options)


def same(one, other):
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


@given(TENSORS, RECORDS)
def test_round_trip(tensors, record):
    data = saved(tensors, record)
    file = read(data)
    assert file.metadata == (record or {"kind": "test"})
    assert file.version == VERSION
    assert set(file.tensors) == set(tensors)
    assert all(same(file.tensors[name], array) for name, array in tensors.items())
    assert saved(dict(reversed(tensors.items())), record) == data or len(tensors) > 1


@given(TENSORS, RECORDS)
def test_the_package_safetensors_reads_what_is_written(tensors, record):
    loaded = safetensors.numpy.load(saved(tensors, record))
    assert set(loaded) == set(tensors)
    for name, array in tensors.items():
        assert loaded[name].tobytes() == array.tobytes()
        assert loaded[name].shape == array.shape


def test_what_the_package_writes_is_read():
    record = {"format": "w2vref", "version": "1", "data": json.dumps({"kind": "test"})}
    data = safetensors.numpy.save(MODEL, metadata=record)
    file = read(data)
    assert all(same(file.tensors[name], array) for name, array in MODEL.items())


def test_arrays_begin_at_multiples_of_their_items():
    data = saved({"a": np.uint8([1]), "b": np.float32([1]), "c": np.int64([1]), "d": np.float16([1])})
    length = int.from_bytes(data[:8], "little")
    assert (8 + length) % 64 == 0
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name != "__metadata__":
            assert entry["data_offsets"][0] % np.dtype(DTYPES[entry["dtype"]]).itemsize == 0


def test_views_of_any_layout_are_stored_as_they_look():
    matrix = np.arange(60, dtype=np.float32).reshape(6, 10)
    for view in (matrix[:, :7], matrix.T, matrix[::-2], matrix.astype(">f4"), matrix[0, :0], np.float32(3)):
        stored = read(saved({"a": np.asarray(view)})).tensors["a"]
        assert stored.dtype == np.dtype("<f4")
        assert (stored == view).all()
        assert stored.shape == np.shape(view)


def test_what_cannot_be_stored_is_named():
    with pytest.raises(TypeError, match="'a' of dtype complex128"):
        saved({"a": np.zeros(1, complex)})
    with pytest.raises(TypeError, match="JSON"):
        saved(metadata={"a": {1, 2}})
    with pytest.raises(TypeError, match="JSON"):
        saved(metadata={"a": float("nan")})


@pytest.mark.parametrize("suffix", ["", ".gz", ".bz2", ".xz"])
@pytest.mark.parametrize("block", [1 << 20, 40])
def test_paths_and_compressed_paths(tmp_path, monkeypatch, suffix, block):
    monkeypatch.setattr(source, "BLOCK_BYTES", block)
    path = tmp_path / f"model{suffix}"
    save_native(path, MODEL, {"kind": "test"})
    assert suffix != "" or path.read_bytes() == saved()
    file = load_native(path, padded=["vectors"])
    assert all(same(file.tensors[name].copy(), array) for name, array in MODEL.items())
    assert file.blocks["vectors"].shape == (5, 16)
    assert file.blocks["vectors"].ctypes.data % 64 == 0
    assert not file.blocks["vectors"][:, 6:].any()
    file.tensors["vectors"][0, 0] = 9
    assert file.blocks["vectors"][0, 0] == 9


def test_copies_can_be_written():
    for array in read(saved()).tensors.values():
        array[...] = 0


# ---- mapped files ----


def test_a_mapped_file_is_read_only_and_refers_to_the_pages(tmp_path):
    path = tmp_path / "model"
    save_native(path, MODEL, {"kind": "test"})
    file = load_native(path, "r")
    for name, array in MODEL.items():
        assert same(file.tensors[name], array)
        with pytest.raises(ValueError, match="read-only"):
            file.tensors[name][...] = 0
    data = bytearray(path.read_bytes())
    place = data.index(MODEL["vectors"].tobytes())
    with path.open("r+b") as stream:
        stream.seek(place)
        stream.write(np.float32(42).tobytes())
    assert file.tensors["vectors"][0, 0] == 42


def test_what_cannot_be_mapped(tmp_path):
    path = tmp_path / "model.gz"
    save_native(path, MODEL, {})
    with pytest.raises(ValueError, match="compressed file cannot be memory-mapped: decompress"):
        load_native(path, "r")
    with pytest.raises(ValueError, match="open file cannot be memory-mapped"):
        read(saved(), mmap="r")
    with pytest.raises(ValueError, match="mmap must be None or 'r'"):
        load_native(path, "r+")


READER = """
import sys
import numpy as np
from w2vref.io.native import load_native
vectors = load_native(sys.argv[1], sys.argv[2] or None).tensors["vectors"]
total = float(vectors.sum())
print("ready", flush=True)
sys.stdin.readline()
fields = dict.fromkeys(["Rss", "Pss", "Private_Dirty", "Anonymous"], 0)
mine = False
for line in open("/proc/self/smaps"):
    first = line.split()[0]
    if not first.endswith(":"):
        mine = line.rstrip().endswith(sys.argv[1])
    elif mine and first[:-1] in fields:
        fields[first[:-1]] += int(line.split()[1])
print(fields["Rss"], fields["Pss"], fields["Private_Dirty"], fields["Anonymous"], flush=True)
sys.stdin.readline()  # hold the pages until the other one has counted
"""


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="reads Linux's account of pages")
def test_two_processes_share_the_pages_of_a_mapped_file(tmp_path):
    """Pss counts a page that n processes map as 1/n: with two it is half of what is resident."""
    path = tmp_path / "model"
    save_native(path, {"vectors": np.ones((4096, 512), np.float32)}, {})
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(path), "r"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for _ in range(2)
    ]
    try:
        for reader in readers:
            assert reader.stdout.readline() == "ready\n"
        figures = []
        for reader in readers:  # one after the other: both still hold the file
            reader.stdin.write("\n")
            reader.stdin.flush()
            figures.append([int(number) for number in reader.stdout.readline().split()])
    finally:
        for reader in readers:
            reader.communicate()
    resident, proportional, dirty, anonymous = figures[0]
    assert resident >= 8 * 1024  # 8 MiB of vectors, in KiB
    assert proportional <= 0.6 * resident
    assert dirty == anonymous == 0


# ---- damage ----


def with_header(header: object, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


RECORD = {"format": "w2vref", "version": "1", "data": "{}"}


def entry(dtype="F32", shape=(1,), offsets=(0, 4)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "ends before the length of its header"),
        (b"1234567", "ends before the length"),
        (b"3 4\nthe 0.1 0.2 0.3 0.4\n", "no native file.*load_word2vec_format"),
        (pickle.dumps({"a": 1}), "looks like a pickle.*save_word2vec_format"),
        ((1 << 40).to_bytes(8, "little"), "no native file"),
        (with_header(b"{}")[:9], "ends in its header"),
        (with_header(b"\xff\xff"), "header is damaged"),
        (with_header(b"[1]"), "no JSON object"),
        (with_header(b"[" * 100_000), "header is damaged"),
        (with_header(b'{"a": NaN}'), "NaN is not JSON"),
        (with_header(b'{"a": 1, "a": 1}'), "a name comes twice"),
        (with_header(b'{"a":' + b"1" * 5000 + b"}"), "header is damaged"),
        (with_header({"a": entry()}, b"1234"), "another program"),
        (with_header({"__metadata__": {"format": "pt"}}), "another program"),
        (with_header({"__metadata__": {**RECORD, "version": "99"}}), "version 99 .* update it"),
        (with_header({"__metadata__": {**RECORD, "version": "x"}}), "version of the format is damaged"),
        (with_header({"__metadata__": {**RECORD, "data": 1}}), "record is missing"),
        (with_header({"__metadata__": {**RECORD, "data": "[]"}}), "no JSON object"),
        (with_header({"__metadata__": RECORD, "a": 7}), "entry of the array 'a' is damaged"),
        (with_header({"__metadata__": RECORD, "a": entry("F33")}, b"1234"), "entry of the array 'a'"),
        (with_header({"__metadata__": RECORD, "a": entry(shape=(-1,))}, b"1234"), "entry of the array 'a'"),
        (with_header({"__metadata__": RECORD, "a": entry(shape=(True,))}, b"1234"), "entry of the array"),
        (
            with_header({"__metadata__": RECORD, "a": entry(shape=(2,))}, b"1234"),
            r"\[2\] does not have 4 bytes",
        ),
        (
            with_header({"__metadata__": RECORD, "a": entry(offsets=(4, 0))}, b"1234"),
            "does not have -4 bytes",
        ),
        (with_header({"__metadata__": RECORD, "a": entry(offsets=(1, 5))}, b"12345"), "places the array 'a'"),
        (
            with_header({"__metadata__": RECORD, "a": entry(), "b": entry()}, b"12345678"),
            "places the array 'b'",
        ),
        (with_header({"__metadata__": RECORD, "a": entry()}, b"12345"), "goes on after its last array"),
    ],
)
def test_damaged_headers(tmp_path, data, message):
    path = tmp_path / "model.native"
    path.write_bytes(data)
    with pytest.raises(FileFormatError, match=message) as caught:
        load_native(path)
    assert "model.native" in str(caught.value)
    assert "byte offset" in str(caught.value)
    with pytest.raises(FileFormatError, match="byte offset"):
        load_native(path, "r")
    with pytest.raises(FileFormatError, match=message):
        read(data)


def test_a_file_cut_anywhere(tmp_path):
    path, whole = tmp_path / "model", saved()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        for target, mode in ((path, None), (path, "r"), (io.BytesIO(whole[:length]), None)):
            with pytest.raises(FileFormatError, match="byte offset"):
                load_native(target, mode, padded=["vectors"])


@pytest.mark.parametrize("shape", [(1 << 50,), (1 << 40, 300), (1 << 59, 1)])
def test_a_lying_header_allocates_nothing(tmp_path, shape):
    header = {
        "__metadata__": RECORD,
        "vectors": entry(shape=shape, offsets=(0, 4 * int(np.prod(shape, dtype=object)))),
    }
    path = tmp_path / "lie"
    path.write_bytes(with_header(header, b"1234"))
    for mode in (None, "r"):
        with pytest.raises(TruncatedFileError, match="promises arrays up to"):
            load_native(path, mode, padded=["vectors"])
    squeezed = tmp_path / "lie.gz"
    squeezed.write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(TruncatedFileError, match="ends too soon"):
        load_native(squeezed, padded=["vectors"])


def test_a_shape_with_a_zero_and_a_giant(tmp_path):
    header = {"__metadata__": RECORD, "vectors": entry(shape=(0, 1 << 61), offsets=(0, 0))}
    with pytest.raises(FileFormatError):
        read(with_header(header), padded=["vectors"])
