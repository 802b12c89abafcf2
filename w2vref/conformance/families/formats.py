"""Files of vectors, text and binary: read, written, damaged."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from w2vref.conformance.families.material import one, rows
from w2vref.conformance.suite.case import EXACT, SHOULD, Case, Compare, Property, family

TEXT, BINARY, BOTH = "formats.md#text", "formats.md#binary", "formats.md#both"
SAME = Compare({"words": EXACT, "vectors": EXACT})
WORDS = ["the", "of", "and"]
VECTORS = np.array([[0.5, -1.25], [1e-05, 123.25], [-0.0, 3.0]], dtype=np.float32)
AWKWARD = np.array(
    [
        [0.1, 1.0 / 3.0, -2.5e-39, 1e-45],
        [3.4028235e38, -1.17549435e-38, 16777217.0, -0.0],
        [0.00012345678, 9.999999e-5, 1234567.9, 0.30000001],
    ],
    dtype=np.float32,
)
"""Numbers that lose digits easily: denormals, the largest, those that need nine digits."""


def text_file(
    words: Sequence[str], numbers: Sequence[Sequence[str]], header: str = "", end: str = "\n"
) -> bytes:
    """Return a text file; header and ends of lines can be told."""
    head = header or f"{len(words)} {len(numbers[0])}"
    lines = [f"{word} {' '.join(row)}{end}" for word, row in zip(words, numbers, strict=True)]
    return f"{head}\n{''.join(lines)}".encode()


def binary_file(words: Sequence[bytes], vectors: Any, header: str = "", newline: bytes = b"") -> bytes:
    """Return a binary file, with or without a newline after each row."""
    head = header or f"{len(words)} {len(vectors[0])}"
    parts = [
        word + b" " + struct.pack(f"<{len(row)}f", *row) + newline
        for word, row in zip(words, vectors, strict=True)
    ]
    return head.encode() + b"\n" + b"".join(parts)


NUMBERS = [["0.5", "-1.25"], ["1e-05", "123.25"], ["-0.0", "3"]]
ENCODED = [word.encode() for word in WORDS]


def reading(name: str, title: str, data: bytes, binary: bool, judge: Any = SAME, **more: Any) -> Case:
    """Return a case of `format.read`."""
    kind = "binary" if binary else "text"
    options = {"rule": BINARY if binary else TEXT, "needs": (kind,), **more}
    return Case(
        f"format.read.{kind}.{name}",
        title,
        calls=one("format.read", data=data, binary=binary),
        judge=judge,
        **options,
    )


@family("formats")
def whole_files() -> Iterator[Case]:
    """Yield files that are as they should be."""
    yield reading("plain", "Three words and two numbers each.", text_file(WORDS, NUMBERS), False, tiny=True)
    yield reading(
        "trailing-space",
        "A space before each newline, as word2vec.c writes it.",
        text_file(WORDS, NUMBERS, end=" \n"),
        False,
        tiny=True,
    )
    yield reading("no-last-newline", "A last line without a newline.", text_file(WORDS, NUMBERS)[:-1], False)
    yield reading(
        "windows-lines",
        "Lines that end with CR LF.",
        text_file(WORDS, NUMBERS, end="\r\n"),
        False,
        strength=SHOULD,
    )
    yield reading(
        "exponents",
        "Numbers with many digits, with exponents in every form.",
        text_file(
            ["a", "b"], [["1.0E-5", "+2.5e+02"], ["0.100000001490116119384765625", "-3.4028234663852886e38"]]
        ),
        False,
        catches=("P3",),
    )
    yield reading(
        "number-as-word", "A word that looks like a number.", text_file(["12", "-1.5", "1e3"], NUMBERS), False
    )
    yield reading(
        "no-break-space",
        "A word with a no-break space is one word.",
        text_file(["a\u00a0b", "c", "d"], NUMBERS),
        False,
        strength=SHOULD,
    )
    yield reading("one-row", "One word, one number.", text_file(["a"], [["0.25"]]), False)
    yield reading(
        "plain",
        "Rows without newlines, as gensim writes them.",
        binary_file(ENCODED, VECTORS),
        True,
        tiny=True,
    )
    yield reading(
        "newlines",
        "A newline after each row, as word2vec.c writes it.",
        binary_file(ENCODED, VECTORS, newline=b"\n"),
        True,
        tiny=True,
    )
    spaces = np.array(
        [struct.unpack("<2f", b"    \n\n\n\n"), struct.unpack("<2f", b"\n a \n b ")], dtype=np.float32
    )
    for newline, word in ((b"", "without"), (b"\n", "with")):
        yield reading(
            f"white-space-in-numbers-{word}-newlines",
            f"Numbers whose bytes are spaces and newlines, {word} newlines after the rows.",
            binary_file([b"x", b"y"], spaces, newline=newline),
            True,
            catches=("P5",),
        )
    for name, word in (
        ("200-bytes", "w" * 200),
        ("51-bytes", "v" * 51),
        ("99-bytes-multibyte", "ä" * 49 + "x"),
        ("150-bytes-multibyte", "語" * 50),
        ("1000-bytes", "long" * 250),
    ):
        words = [word, word + "2", "short"]
        yield reading(
            f"word-{name}",
            "Long words are whole, and two that differ at the end stay two.",
            text_file(words, NUMBERS),
            False,
            catches=("P1", "P7"),
            tiny=name == "200-bytes",
        )
        yield reading(
            f"word-{name}",
            "Long words are whole, and two that differ at the end stay two.",
            binary_file([w.encode() for w in words], VECTORS),
            True,
            catches=("P1", "P7"),
            tiny=name == "200-bytes",
        )
    wide = rows(3, 40, 300)
    names = [f"w{i}" for i in range(40)]
    yield reading(
        "wide", "Forty vectors of 300 components.", binary_file([n.encode() for n in names], wide), True
    )


@family("formats")
def damaged_files() -> Iterator[Case]:
    """Yield files that are damaged: an error, and never rows that belong to another word."""
    error = Property("error")
    yield reading(
        "too-few-rows",
        "The header promises more rows than there are: an error.",
        text_file(WORDS, NUMBERS, header="5 2"),
        False,
        error,
        catches=("P5",),
        tiny=True,
    )
    yield reading(
        "too-few-rows",
        "The header promises more rows than there are: an error.",
        binary_file(ENCODED, VECTORS, header="5 2"),
        True,
        error,
        catches=("P5",),
        tiny=True,
    )
    yield reading(
        "cut-row", "The last row is cut.", binary_file(ENCODED, VECTORS)[:-3], True, error, catches=("P5",)
    )
    yield reading(
        "cut-word",
        "The file ends inside a word.",
        binary_file(ENCODED, VECTORS)[: -8 - 3],
        True,
        error,
        catches=("P5",),
    )
    yield reading(
        "short-row",
        "A row lacks a number.",
        text_file(WORDS, [NUMBERS[0], NUMBERS[1][:1], NUMBERS[2]], header="3 2"),
        False,
        error,
        catches=("P5",),
    )
    yield reading(
        "long-row",
        "A row has a number too many.",
        text_file(WORDS, [NUMBERS[0], [*NUMBERS[1], "7"], NUMBERS[2]], header="3 2"),
        False,
        error,
        strength=SHOULD,
        catches=("P5",),
    )
    yield reading(
        "not-a-number", "A number that is none.", text_file(WORDS, [["0.5", "x"], *NUMBERS[1:]]), False, error
    )
    for name, header in (
        ("words", "three two"),
        ("missing", "\x20"),
        ("negative", "-3 2"),
        ("huge", "3 99999999999999"),
    ):
        yield reading(
            f"header-{name}",
            f"The header is {header!r}.",
            text_file(WORDS, NUMBERS, header=header),
            False,
            error,
            catches=("P5",),
        )
    yield reading(
        "huge-header",
        "A header of 10^14 numbers on a file of some bytes.",
        binary_file(ENCODED, VECTORS, "3 99999999999999"),
        True,
        error,
    )
    yield reading("empty", "An empty file.", b"", False, error, tiny=True)
    yield reading("empty", "An empty file.", b"", True, error)
    rows_of = {word: row.tolist() for word, row in zip(WORDS, VECTORS, strict=True)}
    survives = Property("right_rows", {"rows": rows_of})
    yield reading(
        "too-many-rows",
        "More rows than the header says: an error, or the rows that were promised.",
        text_file(WORDS, NUMBERS, header="2 2"),
        False,
        survives,
        rule=BOTH,
        catches=("P5",),
    )
    twice = Property("right_rows", {"rows": {"the": [0.5, -1.25], "of": [2.0, 3.0]}})
    yield reading(
        "duplicate",
        "A word comes twice: an error, or its first vector; the rows that follow are not shifted.",
        text_file(["the", "the", "of"], [["0.5", "-1.25"], ["9", "9"], ["2", "3"]]),
        False,
        twice,
        rule=BOTH,
        catches=("P5",),
        tiny=True,
    )
    yield reading(
        "duplicate",
        "A word comes twice: an error, or its first vector; the rows that follow are not shifted.",
        binary_file([b"the", b"the", b"of"], np.array([[0.5, -1.25], [9, 9], [2, 3]], np.float32)),
        True,
        twice,
        rule=BOTH,
        catches=("P5",),
        tiny=True,
    )
    cut = "é".encode()[:1]
    whole = Property("right_rows", {"rows": {"the": [0.5, -1.25], "and": [-0.0, 3.0]}, "others": 1})
    for binary in (False, True):
        words = [b"the", b"caf" + cut, b"and"]
        data = (
            binary_file(words, VECTORS)
            if binary
            else b"3 2\nthe 0.5 -1.25\ncaf" + cut + b" 1e-05 123.25\nand -0.0 3\n"
        )
        yield reading(
            "cut-utf8",
            "A word that is cut inside a character: an error, or a word of its own; the others are right.",
            data,
            binary,
            whole,
            rule=BOTH,
            catches=("P1",),
        )


@family("formats")
def written() -> Iterator[Case]:
    """Yield vectors that are written and must come back to the bit."""
    for binary in (False, True):
        kind = "binary" if binary else "text"
        for name, title, words, vectors, catches in (
            ("plain", "Three words.", WORDS, VECTORS, ("P3",)),
            (
                "awkward-numbers",
                "Numbers that need nine digits, denormals, the largest: none loses a bit.",
                WORDS,
                AWKWARD,
                ("P3",),
            ),
            (
                "long-words",
                "Words of 51, 99 and 200 bytes.",
                ["v" * 51, "ä" * 49 + "x", "w" * 200],
                VECTORS,
                ("P1", "P7"),
            ),
            ("scripts", "Words of other scripts.", ["слово", "语言", "\U0001f600"], VECTORS, ("P1",)),
            (
                "trained",
                "Fifty rows of 20 components of usual size.",
                [f"w{i}" for i in range(50)],
                rows(9, 50, 20),
                ("P3",),
            ),
        ):
            yield Case(
                f"format.write.{kind}.{name}",
                title,
                BINARY if binary else TEXT,
                one("format.write", words=words, vectors=vectors, binary=binary),
                Property("written", {"binary": binary}),
                strength=SHOULD if not binary else "must",
                needs=(kind,),
                catches=catches,
                tiny=name in {"plain", "awkward-numbers"},
            )
