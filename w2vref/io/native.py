"""The native file: arrays and a JSON record in one safetensors file; see docs/formats.md.

safetensors is 8 bytes with the length of a JSON header, the header, then the arrays without gaps. It is
written and read here, and not by the package of that name, for three things that one does not give: an
array is written and read block by block, so that saving needs no second copy of the model; open files and
compressed ones work; and an error names the file and the offset. The tests compare with the package.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Collection, Mapping
from typing import IO, Any, NamedTuple, NoReturn, TypeGuard, cast

import numpy as np
import numpy.typing as npt

from w2vref._typing import Float32Array
from w2vref.errors import FileFormatError, TruncatedFileError
from w2vref.io.atomic import is_open_file
from w2vref.io.opening import compression_of
from w2vref.io.source import BLOCK_BYTES, Source, Target, open_source, writing
from w2vref.records import padded_zeros

FORMAT = "w2vref"
VERSION = 1
"""Of the files written. Every version up to this one is read."""
MAX_HEADER_BYTES = 100_000_000
"""As the package safetensors has it."""
HEADER_ALIGNMENT = 64

DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "|i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "|u1",
    "BOOL": "|b1",
}
_NAMES = {np.dtype(dtype): name for name, dtype in DTYPES.items()}

PICKLE_START = b"\x80"
"""What a pickle (a file that gensim's save() wrote) begins with; a header as long would be 2^56 bytes."""


class NativeFile(NamedTuple):
    """The content of a native file."""

    name: str
    """Of the file, for messages."""
    tensors: dict[str, npt.NDArray[Any]]
    metadata: dict[str, Any]
    """The JSON record; `kind` says what the file holds."""
    version: int
    blocks: dict[str, Float32Array]
    """The padded rows (see `records`) behind the tensors that were asked for so: tensor = block[:, :size]."""


class _Place(NamedTuple):
    """Where an array lies, in bytes from the start of the file."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    start: int
    length: int


def save_native(target: Target, tensors: Mapping[str, npt.NDArray[Any]], metadata: Mapping[str, Any]) -> None:
    """Write a native file, atomically if target is a path; equal content gives equal bytes.

    Args:
        target: a path (compressed if its name says so), or a file open for writing bytes.
        tensors: arrays of the dtypes in DTYPES, of any memory layout.
        metadata: what JSON can hold.

    Raises: TypeError for another dtype or what JSON cannot hold; OSError.
    """
    try:
        data = json.dumps(metadata, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise TypeError(f"the metadata cannot be stored as JSON: {error}") from error
    # The widest items first: every array then begins at a multiple of its item size.
    order = sorted(tensors, key=lambda name: -tensors[name].dtype.itemsize)
    header: dict[str, Any] = {
        "__metadata__": {
            "format": FORMAT,
            "version": str(VERSION),
            "data": data,
        }
    }
    offset = 0
    for name in order:
        array = tensors[name]
        end = offset + array.size * array.dtype.itemsize
        header[name] = {
            "dtype": _dtype_name(name, array.dtype),
            "shape": array.shape,
            "data_offsets": (offset, end),
        }
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    text += b" " * (-(len(text) + 8) % HEADER_ALIGNMENT)
    if len(text) > MAX_HEADER_BYTES:
        raise ValueError(f"the metadata take {len(text)} bytes; the format allows {MAX_HEADER_BYTES}")
    with writing(target) as stream:
        stream.write(len(text).to_bytes(8, "little") + text)
        for name in order:
            _write_array(stream, tensors[name])


def _dtype_name(name: str, dtype: np.dtype[Any]) -> str:
    little = dtype.newbyteorder("<")
    if little not in _NAMES:
        raise TypeError(f"the array {name!r} of dtype {dtype} cannot be stored: {sorted(DTYPES)} can")
    return _NAMES[little]


def _write_array(stream: IO[bytes], array: npt.NDArray[Any]) -> None:
    little = array.dtype.newbyteorder("<")
    rows = array if array.ndim else array.reshape(1)
    step = max(1, BLOCK_BYTES // max(1, array.dtype.itemsize * math.prod(rows.shape[1:])))
    for start in range(0, len(rows), step):
        block = np.ascontiguousarray(rows[start : start + step], dtype=little)
        stream.write(block.reshape(-1).view(np.uint8).data)


def load_native(target: Target, mmap: str | None = None, *, padded: Collection[str] = ()) -> NativeFile:
    """Read a native file.

    Every size is checked against the file before memory is taken for it; where the length of a file is
    not known (compressed, a pipe) memory grows as the bytes arrive.

    Args:
        target: a path, or a file open for reading bytes.
        mmap: None copies the arrays; 'r' maps the file: the arrays are read-only views of pages that all
            processes share, and are read from the disk when they are used.
        padded: float32 matrices to read into rows padded for a backend (`NativeFile.blocks`); copies only.

    Raises: FileFormatError naming file and offset; its subclass TruncatedFileError if the file is too
        short; ValueError for another mmap, or one of a compressed or open file; OSError.
    """
    if mmap is not None:
        return _map(target, mmap)
    with open_source(target) as source:
        places, metadata, version = _read_header(source)
        tensors: dict[str, npt.NDArray[Any]] = {}
        blocks: dict[str, Float32Array] = {}
        for name, place in places.items():
            if name in padded and place.dtype == np.float32 and len(place.shape) == 2 and place.shape[1]:
                blocks[name] = _read_padded(source, place)
                tensors[name] = blocks[name][:, : place.shape[1]]
            else:
                tensors[name] = _read_array(source, place)
        if source.at_hand() or source.more():
            raise source.error("the file goes on after its last array")
        return NativeFile(source.name, tensors, metadata, version, blocks)


def _map(target: Target, mode: str) -> NativeFile:
    if mode != "r":
        raise ValueError(f"mmap must be None or 'r' (read-only, shared), got {mode!r}")
    if is_open_file(target):
        raise ValueError("an open file cannot be memory-mapped: give its path, or mmap=None")
    path = cast("str | os.PathLike[str]", target)
    if compression_of(path):
        raise ValueError(
            f"{os.fspath(path)}: a compressed file cannot be memory-mapped: decompress it, or use mmap=None"
        )
    with open_source(path) as source:
        places, metadata, version = _read_header(source)
        _check_end(source, places)
    pages = np.memmap(path, np.uint8, "r")
    tensors = {name: _mapped(pages, place) for name, place in places.items()}
    return NativeFile(source.name, tensors, metadata, version, {})


def _check_end(source: Source, places: Mapping[str, _Place]) -> None:
    available = source.available()
    if available is None:
        raise ValueError(f"{source.name} is not a regular file, so it cannot be memory-mapped")
    end = source.offset + sum(place.length for place in places.values())
    if source.offset + available != end:
        raise FileFormatError(
            f"{source.name}: the arrays end at byte offset {end}, "
            f"but the file at {source.offset + available}: it is damaged"
        )


def _mapped(pages: npt.NDArray[np.uint8], place: _Place) -> npt.NDArray[Any]:
    part = pages[place.start : place.start + place.length]
    return np.asarray(part).view(place.dtype).reshape(place.shape)


# ---- the header ----


def _read_header(source: Source) -> tuple[dict[str, _Place], dict[str, Any], int]:
    """Read the header; return the arrays in file order, the metadata and the version."""
    if not source.holds(8) or not _at_hand(source, 8):
        raise source.truncated("the file ends before the length of its header: this is no native file")
    start = bytes(source.window[source.position : source.position + 8])
    length = int.from_bytes(start, "little")
    if length > MAX_HEADER_BYTES or length < 2:
        hint = (
            "it looks like a pickle, as gensim's save() writes, which is not read since it could run any "
            "code: load it in gensim and export it with save_word2vec_format"
            if start.startswith(PICKLE_START)
            else "a word2vec file is read by load_word2vec_format"
        )
        raise source.error(f"this is no native file, its first bytes are {start!r}; {hint}")
    source.position += 8
    if not source.holds(length) or not _at_hand(source, length):
        raise source.truncated(f"the file ends in its header, which is {length} bytes long")
    header = _parse(source, bytes(source.window[source.position : source.position + length]))
    metadata, version = _metadata(source, header)
    places = _places(source, header, source.offset + length)
    source.position += length
    return places, metadata, version


def _at_hand(source: Source, count: int) -> bool:
    while source.at_hand() < count:
        if not source.more():
            return False
    return True


def _parse(source: Source, text: bytes) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        record = dict(pairs)
        if len(record) != len(pairs):
            raise ValueError("a name comes twice")
        return record

    try:
        header = json.loads(text.decode("utf-8"), object_pairs_hook=unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise source.error(f"the header is damaged: {error}") from error
    if not isinstance(header, dict):
        raise source.error("the header is no JSON object: this is no native file")
    return header


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _metadata(source: Source, header: dict[str, Any]) -> tuple[dict[str, Any], int]:
    record = header.pop("__metadata__", None)
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise source.error("this is a safetensors file of another program: it has no w2vref record")
    version = record.get("version")
    if not isinstance(version, str) or not version.isascii() or not version.isdigit() or len(version) > 9:
        raise source.error(f"the version of the format is damaged: {version!r}")
    if int(version) > VERSION:
        raise source.error(
            f"the file has version {version} of the format, and this w2vref reads up to {VERSION}: update it"
        )
    if not isinstance(record.get("data"), str):
        raise source.error("the record is missing from the header")
    return _parse(source, record["data"].encode("utf-8", "surrogatepass")), int(version)


def _places(source: Source, header: Mapping[str, Any], data_start: int) -> dict[str, _Place]:
    """Return the arrays by place: they must follow each other without a gap."""
    places = {name: _place(source, name, entry, data_start) for name, entry in header.items()}
    places = dict(sorted(places.items(), key=lambda item: (item[1].start, item[1].length)))
    expected = data_start
    for name, place in places.items():
        if place.start != expected:
            raise source.error(f"the header places the array {name!r} at {place.start}, not at {expected}")
        expected += place.length
    available = source.available()
    if available is not None and source.offset + available < expected:
        raise TruncatedFileError(
            f"{source.name}: the header promises arrays up to byte offset {expected}, "
            f"but the file ends at byte offset {source.offset + available}"
        )
    return places


def _place(source: Source, name: str, entry: Any, data_start: int) -> _Place:
    fields = entry if isinstance(entry, dict) else {}
    dtype, shape, offsets = fields.get("dtype"), fields.get("shape"), fields.get("data_offsets")
    if not (
        set(fields) == {"dtype", "shape", "data_offsets"}
        and isinstance(dtype, str)
        and dtype in DTYPES
        and _are_sizes(shape)
        and _are_sizes(offsets)
        and len(offsets) == 2
        and len(shape) <= 32
    ):
        raise source.error(f"the header's entry of the array {name!r} is damaged: {str(entry)[:200]}")
    item = np.dtype(DTYPES[dtype])
    if offsets[1] - offsets[0] != math.prod(shape) * item.itemsize or max(shape, default=0) >= 1 << 60:
        length = offsets[1] - offsets[0]
        raise source.error(f"the array {name!r} of shape {shape} does not have {length} bytes")
    return _Place(item, tuple(shape), data_start + offsets[0], offsets[1] - offsets[0])


def _are_sizes(value: Any) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(type(number) is int and number >= 0 for number in value)


# ---- the arrays ----


def _read_array(source: Source, place: _Place) -> npt.NDArray[Any]:
    if source.available() is None:
        return np.frombuffer(_read_growing(source, place.length), place.dtype).reshape(place.shape)
    flat = np.empty(place.length // place.dtype.itemsize, dtype=place.dtype)
    if place.length:
        source.read_exactly(flat.view(np.uint8).data)
    return flat.reshape(place.shape)


def _read_growing(source: Source, length: int) -> bytearray:
    """Read `length` bytes that nobody knows to be there: memory is taken as they arrive."""
    data = bytearray()
    piece = bytearray(BLOCK_BYTES)
    while len(data) < length:
        room = memoryview(piece)[: min(BLOCK_BYTES, length - len(data))]
        source.read_exactly(room)
        data += room
    return data


def _read_padded(source: Source, place: _Place) -> Float32Array:
    """Read a matrix of float32 into padded rows, (rows, stride), block by block: nothing is held twice."""
    rows, size = place.shape
    if source.available() is None:
        matrix = np.frombuffer(_read_growing(source, place.length), place.dtype).reshape(place.shape)
        block = padded_zeros(rows, size)
        block[:, :size] = matrix
        return block
    block = padded_zeros(rows, size)
    step = max(1, BLOCK_BYTES // (4 * size))
    buffer = np.empty((min(step, rows), size), dtype=place.dtype)
    for start in range(0, rows, step):
        part = buffer[: rows - start]
        source.read_exactly(part.reshape(-1).view(np.uint8).data)
        block[start : start + len(part), :size] = part
    return block
