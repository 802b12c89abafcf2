"""What the native file of vectors and models holds: plain data to arrays and a record, and back.

Words are one array of UTF-8 bytes and one of offsets, so that they load without parsing and nothing in
them needs an escape. docs/formats.md has the table.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2vref._typing import Float32Array
from w2vref.errors import FileFormatError
from w2vref.io.native import NativeFile

logger = logging.getLogger("w2vref.io")

KEYED_VECTORS = "KeyedVectors"
WORD2VEC = "Word2Vec"

KEY_KINDS = {0: "a str", 1: "an int", 2: "no key yet"}
ATTRIBUTE = "attribute."
"""Before the name of an attribute of keys ('count') in the names of arrays."""

Tensors = dict[str, npt.NDArray[Any]]


class KeyedData(NamedTuple):
    """Vectors by key, as plain data."""

    keys: list[Any]
    """str, int, or None for a row without a key yet."""
    vectors: npt.NDArray[Any]
    """(keys, vector_size)."""
    attributes: dict[str, npt.NDArray[Any]]
    """Name -> (keys,)."""
    locks: Float32Array
    """(1,) or (keys,)."""


# ---- words ----


def words_to_tensors(prefix: str, words: Sequence[Any]) -> Tensors:
    """Return `prefix`.bytes and `prefix`.offsets, int64 (words + 1,); and .kinds if not all are str."""
    # surrogatepass: a lone surrogate in a word is odd, but losing the word would be worse.
    plain = set(map(type, words)) <= {str}
    texts = words if plain else [_text(word) for word in words]
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    offsets = np.zeros(len(encoded) + 1, dtype=np.int64)
    np.cumsum([len(word) for word in encoded], out=offsets[1:])
    tensors: Tensors = {
        f"{prefix}.offsets": offsets,
        f"{prefix}.bytes": np.frombuffer(b"".join(encoded), dtype=np.uint8),
    }
    if not plain:
        tensors[f"{prefix}.kinds"] = np.array([_kind(word) for word in words], dtype=np.uint8)
    return tensors


def _text(word: Any) -> str:
    return "" if word is None else str(word)


def _kind(word: Any) -> int:
    return 0 if isinstance(word, str) else 2 if word is None else 1


def words_from_tensors(prefix: str, file: NativeFile) -> list[Any]:
    """Return the words.

    Raises: FileFormatError naming the file and what is wrong.
    """
    offsets = require(file, f"{prefix}.offsets", np.int64, 1)
    data = require(file, f"{prefix}.bytes", np.uint8, 1).tobytes()
    if len(offsets) == 0 or offsets[0] != 0 or offsets[-1] != len(data) or (np.diff(offsets) < 0).any():
        raise damaged(file, f"the offsets of {prefix!r} do not fit its bytes")
    bounds = offsets.tolist()
    try:
        words: list[Any] = [
            data[start:end].decode("utf-8", "surrogatepass") for start, end in pairwise(bounds)
        ]
        if f"{prefix}.kinds" in file.tensors:
            kinds = require(file, f"{prefix}.kinds", np.uint8, 1, len(words))
            if (kinds > max(KEY_KINDS)).any():
                raise damaged(file, f"{prefix!r} has keys of an unknown kind")
            convert = (str, int, lambda _: None)
            words = [convert[kind](word) for kind, word in zip(kinds.tolist(), words, strict=True)]
    except UnicodeDecodeError as error:
        raise damaged(file, f"{prefix!r} has a word that is not UTF-8: {error}") from error
    except FileFormatError:
        raise
    except ValueError as error:
        raise damaged(file, f"{prefix!r} has a key that is no int: {error}") from error
    return words


# ---- vectors by key ----


def keyedvectors_to_tensors(data: KeyedData, ignore: Collection[str] = ()) -> tuple[Tensors, dict[str, Any]]:
    """Return the arrays and the record of vectors by key; attributes named in `ignore` are left out.

    Raises: ValueError if there are not as many vectors as keys; TypeError for values no file can hold.
    """
    if len(data.keys) != len(data.vectors):
        raise ValueError(
            f"{len(data.keys)} keys but {len(data.vectors)} vectors: make them equal before saving"
        )
    tensors: Tensors = {"vectors": data.vectors, "locks": data.locks}
    tensors.update(words_to_tensors("words", data.keys))
    objects: dict[str, list[Any]] = {}
    for name, column in data.attributes.items():
        if name in ignore:
            continue
        if column.dtype.kind == "O":
            objects[name] = column.tolist()
        else:
            tensors[ATTRIBUTE + name] = column
    return tensors, {"kind": KEYED_VECTORS, "object_attributes": objects}


def keyedvectors_from_tensors(file: NativeFile) -> KeyedData:
    """Return the vectors by key of a file of vectors or of a model.

    Raises: FileFormatError naming the file and what is wrong.
    """
    if file.metadata.get("kind") not in (KEYED_VECTORS, WORD2VEC):
        raise damaged(file, f"it holds {file.metadata.get('kind')!r}, not vectors")
    keys = words_from_tensors("words", file)
    vectors = require(file, "vectors", None, 2, len(keys))
    if vectors.dtype.kind != "f":
        raise damaged(file, f"the vectors are {vectors.dtype}, not floats")
    present = [key for key in keys if key is not None]
    if len(set(present)) != len(present):
        raise damaged(file, "a key comes twice")
    locks = require(file, "locks", np.float32, 1)
    if len(locks) not in (1, len(keys)):
        raise damaged(file, f"it has {len(locks)} locks for {len(keys)} keys")
    attributes = {
        name.removeprefix(ATTRIBUTE): require(file, name, None, 1, len(keys))
        for name in file.tensors
        if name.startswith(ATTRIBUTE)
    }
    objects = file.metadata.get("object_attributes")
    if not isinstance(objects, dict):
        raise damaged(file, "its record of attributes is missing")
    for name, values in objects.items():
        if not isinstance(values, list) or len(values) != len(keys):
            raise damaged(file, f"the attribute {name!r} does not have a value for each key")
        column = np.empty(len(keys), dtype=object)
        column[:] = values
        attributes[name] = column
    return KeyedData(keys, vectors, attributes, locks)


# ---- checks ----


def require(
    file: NativeFile, name: str, dtype: npt.DTypeLike | None, dimensions: int, length: int | None = None
) -> npt.NDArray[Any]:
    """Return an array of the file.

    Raises: FileFormatError if it is missing, or of another dtype, number of dimensions or length.
    """
    array = file.tensors.get(name)
    if array is None:
        raise damaged(file, f"the array {name!r} is missing")
    expected = "any" if dtype is None else np.dtype(dtype)
    fits = array.ndim == dimensions and (dtype is None or array.dtype == expected)
    if not fits or (length is not None and len(array) != length):
        wanted = f"{dimensions} dimensions" + ("" if length is None else f", {length} rows")
        raise damaged(file, f"the array {name!r} is {array.dtype} {array.shape}, not {expected} of {wanted}")
    return array


def damaged(file: NativeFile, what: str) -> FileFormatError:
    """Return an error about the content of a file."""
    return FileFormatError(f"{file.name}: {what} (native format, version {file.version})")


def warn_of_pickle_options(separately: object, sep_limit: int, pickle_protocol: int) -> None:
    """Log that options of the classic `save` have nothing to do in a single safe file, if any was given."""
    given = [
        name
        for name, value, default in (
            ("separately", separately, None),
            ("sep_limit", sep_limit, SEP_LIMIT),
            ("pickle_protocol", pickle_protocol, PICKLE_PROTOCOL),
        )
        if value != default
    ]
    if given:
        logger.warning(
            "save: %s %s nothing to do: everything goes into one file, without pickle",
            " and ".join(given),
            "has" if len(given) == 1 else "have",
        )


SEP_LIMIT = 10 * 1024**2
PICKLE_PROTOCOL = 2
"""The defaults of the classic `save`; a value that is not one of them was given by the user."""


def storable(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record that JSON can hold: NumPy scalars as Python's own, floats it lacks as their names."""

    def plain(value: Any) -> Any:
        value = value.item() if isinstance(value, np.generic) else value
        return str(value) if isinstance(value, float) and not np.isfinite(value) else value

    return {name: plain(value) for name, value in record.items()}
