"""Properties of files that a target has written: read here by a reader of their own."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np

from w2vref.conformance.suite.case import Case
from w2vref.conformance.suite.findings import Finding
from w2vref.conformance.suite.properties.registry import prop


@prop()
def written(case: Case, answers: list[dict[str, Any]], binary: bool) -> Iterator[Finding]:
    """The file, read back, has the same words and the same bits; a newline after binary rows is free."""
    inputs, data = case.calls[0].inputs, answers[0]["data"]
    vectors = np.asarray(inputs["vectors"], dtype=np.float32)
    try:
        words, rows = (read_binary if binary else read_text)(data)
    except (ValueError, IndexError, struct.error) as problem:
        yield Finding(f"the file cannot be read: {problem}", None, data[:120])
        return
    if words != list(inputs["words"]):
        yield Finding("the words differ", list(inputs["words"]), words)
    elif rows.shape != vectors.shape:
        yield Finding("the shape differs", list(vectors.shape), list(rows.shape))
    elif (wrong := np.argwhere(rows.view(np.uint32) != vectors.view(np.uint32))).size:
        i, j = (int(x) for x in wrong[0])
        yield Finding(
            f"number {j} of {words[i]!r} does not come back to the bit, the first of {len(wrong)} of "
            f"{rows.size}",
            float(vectors[i, j]),
            float(rows[i, j]),
        )


def read_text(data: bytes) -> tuple[list[str], np.ndarray[Any, Any]]:
    """Return words and float32 rows of a text file."""
    header, *lines = data.decode("utf-8").split("\n")
    count, size = (int(number) for number in header.split())
    parts = [line.rstrip(" \r").split(" ") for line in lines if line]
    if len(parts) != count:
        raise ValueError(f"the header promises {count} rows, there are {len(parts)}")
    rows = np.array([[np.float32(number) for number in part[1:]] for part in parts], dtype=np.float32)
    return [part[0] for part in parts], rows.reshape(count, size)


def read_binary(data: bytes) -> tuple[list[str], np.ndarray[Any, Any]]:
    """Return words and float32 rows of a binary file."""
    end = data.index(b"\n")
    count, size = (int(number) for number in data[:end].split())
    place, words, rows = end + 1, [], []
    for _ in range(count):
        place += data[place : place + 1] == b"\n"
        space = data.index(b" ", place)
        words.append(data[place:space].decode("utf-8"))
        rows.append(struct.unpack_from(f"<{size}f", data, space + 1))
        place = space + 1 + 4 * size
    if data[place:].strip(b"\n"):
        raise ValueError(f"{len(data) - place} bytes are left over after {count} rows")
    return words, np.array(rows, dtype=np.float32).reshape(count, size)
