"""Values as JSON and back, by the type that `operations` gives a field.

Floats are strings as C prints them with %a and Python with float.hex, so that no digit is lost; a target that
cannot read them asks for decimals. Integers of 2^53 and more are decimal strings, bytes are base64.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

SAFE_INTEGER = 1 << 53
"""From here on a JSON number may lose its last digit: many readers make a float64 of it."""
FLOAT_STYLES = ("hex", "decimal")


class CodecError(ValueError):
    """A value is not of the type that its field has; the message names the field."""


def encode_float(value: float, floats: str = "hex") -> str | float:
    """Return a float as JSON: a string "0x1.8p+1", or a number; "nan", "inf" and "-inf" are strings."""
    value = float(value)
    if not math.isfinite(value):
        return repr(value)
    return value.hex() if floats == "hex" else value


def decode_float(value: Any, where: str) -> float:
    """Return a float from a JSON number or a string, hexadecimal or decimal."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise CodecError(f"{where} should be a number or a string like '0x1.8p+1', got {value!r}")
    try:
        if isinstance(value, str) and "0x" in value.lower():
            return float.fromhex(value)
        return float(value)
    except (ValueError, OverflowError) as error:
        raise CodecError(f"{where} is no number: {value!r}") from error


def encode_int(value: int) -> int | str:
    """Return an integer as JSON: a number, or a string from 2^53 on."""
    value = int(value)
    return value if abs(value) < SAFE_INTEGER else str(value)


def decode_int(value: Any, where: str) -> int:
    """Return an integer from a JSON integer or a string of decimal digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < SAFE_INTEGER:
        return int(value)  # some languages write 3 as 3.0
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            pass
    raise CodecError(f"{where} should be an integer, got {value!r}")


def _decode_bool(value: Any, where: str) -> bool:
    if isinstance(value, bool) or value in (0, 1):
        return bool(value)
    raise CodecError(f"{where} should be true or false, got {value!r}")


def _decode_str(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise CodecError(f"{where} should be a string, got {value!r}")
    return value


def _decode_bytes(value: Any, where: str) -> bytes:
    try:
        return base64.b64decode(_decode_str(value, where), validate=True)
    except binascii.Error as error:
        raise CodecError(f"{where} should be base64: {error}") from error


def _decode_list(value: Any, where: str, item: Callable[[Any, str], Any]) -> list[Any]:
    if not isinstance(value, list):
        raise CodecError(f"{where} should be a list, got {value!r:.80}")
    return [item(element, f"{where}[{i}]") for i, element in enumerate(value)]


def _decode_matrix(value: Any, where: str) -> np.ndarray[Any, Any]:
    rows = _decode_list(value, where, lambda row, w: _decode_list(row, w, decode_float))
    sizes = {len(row) for row in rows}
    if len(sizes) > 1:
        raise CodecError(f"{where} should have rows of one length, got lengths {sorted(sizes)}")
    return np.array(rows, dtype=np.float64).reshape(len(rows), sizes.pop() if sizes else 0)


OPTION_TYPES = {
    "size": "int",
    "window": "int",
    "sg": "bool",
    "hs": "bool",
    "negative": "int",
    "cbow_mean": "bool",
    "sample": "float",
    "ns_exponent": "float",
    "min_count": "int",
    "epochs": "int",
    "alpha": "float",
    "min_alpha": "float",
    "seed": "int",
    "workers": "int",
    "save_after": "int",
}
"""The options of `epoch.train_text`."""


def _encode_options(value: Mapping[str, Any], floats: str) -> dict[str, Any]:
    return {name: encode(option, OPTION_TYPES[name], floats) for name, option in value.items()}


def _decode_options(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise CodecError(f"{where} should be an object, got {value!r:.80}")
    unknown = sorted(set(value) - set(OPTION_TYPES))
    if unknown:
        raise CodecError(f"{where} has unknown options {unknown}")
    return {name: decode(option, OPTION_TYPES[name], f"{where}.{name}") for name, option in value.items()}


def encode(value: Any, kind: str, floats: str = "hex") -> Any:
    """Return a value of this type as what `json` writes."""
    encoders: dict[str, Callable[[Any], Any]] = {
        "int": encode_int,
        "float": lambda v: encode_float(v, floats),
        "bool": bool,
        "str": str,
        "bytes": lambda v: base64.b64encode(v).decode("ascii"),
        "options": lambda v: _encode_options(v, floats),
        "matrix": lambda v: [[encode_float(x, floats) for x in row] for row in v],
    }
    if kind in encoders:
        return encoders[kind](value)
    depth, item = LISTS[kind]
    return _encode_nested(value, depth, encoders[item])


def _encode_nested(value: Sequence[Any], depth: int, item: Callable[[Any], Any]) -> Any:
    if depth == 0:
        return item(value)
    return [_encode_nested(element, depth - 1, item) for element in value]


LISTS = {
    "ints": (1, "int"),
    "ints2": (2, "int"),
    "floats": (1, "float"),
    "strs": (1, "str"),
    "strs2": (2, "str"),
}
"""Type -> (depth of lists, type of the items)."""


def decode(value: Any, kind: str, where: str) -> Any:
    """Return the value of this type that JSON stands for; matrices as float64 (rows, size).

    Raises: CodecError that names the field.
    """
    decoders: dict[str, Callable[[Any, str], Any]] = {
        "int": decode_int,
        "float": decode_float,
        "bool": _decode_bool,
        "str": _decode_str,
        "bytes": _decode_bytes,
        "options": _decode_options,
        "matrix": _decode_matrix,
    }
    if kind in decoders:
        return decoders[kind](value, where)
    depth, item = LISTS[kind]
    read = decoders[item]
    for _ in range(depth):
        read = _list_reader(read)
    return read(value, where)


def _list_reader(item: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    return lambda value, where: _decode_list(value, where, item)
