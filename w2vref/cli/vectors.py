"""Files of vectors on the command line: their format is found out, or said."""

from __future__ import annotations

import argparse
import re

from w2vref.io.opening import open_binary
from w2vref.keyedvectors import KeyedVectors

FORMATS = ("text", "binary", "native")
HEADER = re.compile(rb"[ \t]*([0-9]+)[ \t]+([0-9]+)[ \t\r]*")
BYTES_LOOKED_AT = 1 << 20
NATIVE_START = slice(8, 9)
"""A native file has the 8 bytes of a length, then JSON: its ninth byte is a brace."""


def add_input(parser: argparse.ArgumentParser, metavar: str = "VECTORS") -> None:
    """Add the argument for a file to read, and the option that says its format."""
    parser.add_argument("vectors", metavar=metavar, help="word2vec text or binary, GloVe text, or native")
    parser.add_argument("--format", choices=FORMATS, help=f"of {metavar}, if it should not be found out")


def load(path: str, format: str | None) -> KeyedVectors:
    """Read a file of vectors.

    Raises: FileFormatError for a damaged file, OSError.
    """
    start = first_bytes(path)
    form = format or format_of(start)
    if form == "native":
        return KeyedVectors.load(path)
    no_header = form == "text" and not has_header(start)
    return KeyedVectors.load_word2vec_format(path, binary=form == "binary", no_header=no_header)


def first_bytes(path: str) -> bytes:
    """Return the beginning of a file, decompressed by its name."""
    with open_binary(path) as stream:
        return stream.read(BYTES_LOOKED_AT)


def has_header(start: bytes) -> bool:
    """Tell whether a word2vec file begins with its two numbers."""
    return HEADER.fullmatch(start.split(b"\n", 1)[0]) is not None


def format_of(start: bytes) -> str:
    """Return the format that the beginning of a file looks like.

    Text, if what follows the header is a word and as many numbers as it says; so is a file without
    header, as GloVe's. Binary otherwise.
    """
    if start[NATIVE_START] == b"{" and start[7:8] == b"\0":
        return "native"
    header = HEADER.fullmatch(start.split(b"\n", 1)[0])
    if header is None:
        return "text"
    row = start.split(b"\n", 2)[1] if start.count(b"\n") else b""
    # A word may hold spaces that are not ASCII, but no ASCII one.
    numbers = row.rstrip(b" \t\r").split(b" ")[1:]
    try:
        [float(number) for number in numbers]
    except ValueError:
        return "binary"
    return "text" if not row or len(numbers) >= int(header.group(2)) else "binary"
