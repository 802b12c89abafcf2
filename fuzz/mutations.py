"""Changes to a file that a disk, a network, an editor or somebody malicious could make."""

from __future__ import annotations

import json
import struct
from copy import deepcopy
from random import Random
from typing import Any

NUMBERS = [0, 1, -1, 2, 255, 256, 2**15, 2**31 - 1, 2**31, 2**32, 2**53, 2**62, 2**63 - 1, 2**63, 2**64]
NUMBERS += [10**30]
"""Sizes and offsets around the ends of the integer types."""
TOKENS = [b"\n", b" ", b"  ", b"\t", b"\r\n", b"\0", b"\x80", b"\xc3", b"\xff" * 4, b"nan", b"inf", b"1e999"]
TOKENS += [b"-", b"1e-999", b"0x1", b"1_0", b"." * 5, b"9" * 400, b"\xc2\xa0", "\u2028".encode(), b"{", b'"']
TOKENS += [b"[" * 300]
VALUES = [None, True, False, "", "F32", "I64", "x" * 50, 0.5, -0.5, 1e308, [], {}, [[]], [1, 2, 3], {"a": 1}]


def mutated(data: bytes, random: Random) -> bytes:
    """Return data with one to eight random changes; few enough that most of its structure survives."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        data = random.choice(CHANGES)(data, random)
    return data


def _place(data: bytes, random: Random) -> int:
    # The start of a file has its sizes: half of the changes go there.
    return random.randint(0, min(len(data), 100) if random.random() < 0.5 else len(data))


def _flip(data: bytes, random: Random) -> bytes:
    if not data:
        return data
    place = min(_place(data, random), len(data) - 1)
    return data[:place] + bytes([data[place] ^ 1 << random.randrange(8)]) + data[place + 1 :]


def _truncate(data: bytes, random: Random) -> bytes:
    return data[: random.randint(0, len(data))]


def _delete(data: bytes, random: Random) -> bytes:
    place = _place(data, random)
    return data[:place] + data[place + random.choice((1, 2, 4, 16, 100)) :]


def _double(data: bytes, random: Random) -> bytes:
    place, length = _place(data, random), random.choice((1, 4, 20, 200))
    return data[:place] + data[place : place + length] * random.choice((2, 3)) + data[place + length :]


def _insert(data: bytes, random: Random) -> bytes:
    place = _place(data, random)
    return data[:place] + random.choice(TOKENS) + data[place + random.choice((0, 0, 1, 4)) :]


def _number_text(data: bytes, random: Random) -> bytes:
    """Replace a run of digits by another number."""
    places = [i for i in range(len(data)) if data[i : i + 1].isdigit() and not data[i - 1 : i].isdigit()]
    if not places:
        return data
    start = places[0] if random.random() < 0.3 else random.choice(places)
    end = start
    while data[end : end + 1].isdigit():
        end += 1
    return data[:start] + str(random.choice(NUMBERS)).encode() + data[end:]


def _number_binary(data: bytes, random: Random) -> bytes:
    """Overwrite eight or four bytes by another number."""
    place, number = _place(data, random), random.choice(NUMBERS) % 2**64
    packed = struct.pack("<Q", number) if random.random() < 0.5 else struct.pack("<I", number % 2**32)
    return data[:place] + packed + data[place + len(packed) :]


CHANGES = [_flip, _flip, _truncate, _delete, _double, _insert, _number_text, _number_binary]


# ---- the header of a native file ----


def mutated_native(data: bytes, random: Random) -> bytes:
    """Return a native file whose JSON, still well-formed, has another value in one to three places."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    record = json.loads(header["__metadata__"]["data"])
    for _ in range(random.choice((1, 1, 2, 3))):
        _change(header if random.random() < 0.5 else record, random)
    if isinstance(header.get("__metadata__"), dict) and "data" in header["__metadata__"]:
        header["__metadata__"]["data"] = json.dumps(record)
    text = json.dumps(header).encode()
    body = data[8 + length :]
    return len(text).to_bytes(8, "little") + text + (mutated(body, random) if random.random() < 0.2 else body)


def _change(node: Any, random: Random) -> None:
    """Change one value somewhere below node, in place."""
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = random.choice(keys)
        if isinstance(node[key], dict | list) and node[key] and random.random() < 0.8:
            node = node[key]
            continue
        action = random.random()
        if action < 0.15:
            del node[key]
        elif action < 0.3:
            other = random.choice(keys)
            node[key], node[other] = node[other], node[key]
        elif action < 0.7 and isinstance(node[key], int):
            node[key] = random.choice([node[key] + 1, node[key] - 1, *NUMBERS])
        else:
            # A copy: a value that is put into itself would be no JSON.
            node[key] = deepcopy(random.choice([*VALUES, *NUMBERS]))
        return
