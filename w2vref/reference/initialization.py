"""Initial vectors: a function of the word and the seed, the same in any vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from numbers import Integral

import numpy as np

from w2vref._typing import Float32Array, UInt64Array
from w2vref.reference.draws import GAMMA, MASK64, mix64_array

FNV_OFFSET = 0xCBF29CE484222325
FNV_PRIME = 0x100000001B3
"""FNV-1a, 64 bits (Fowler, Noll & Vo)."""
NUMBERS_AT_ONCE = 1 << 15
"""Of a chunk of rows: so few that what is made on the way stays in the cache."""
HASHED_TOGETHER = 64
"""Bytes of a string; a longer one is hashed by itself."""


def fnv1a_64(data: bytes) -> int:
    """Return the FNV-1a hash of data."""
    h = FNV_OFFSET
    for byte in data:
        h = ((h ^ byte) * FNV_PRIME) & MASK64
    return h


def vector_keys(strings: Iterable[str], hashfxn: Callable[[str], int] | None = None) -> UInt64Array:
    """Return the stream key of each string: its FNV-1a hash, or hashfxn(string) mod 2^64.

    The string of a word is word + str(seed), as in gensim.
    """
    if hashfxn is not None:
        return np.array([_user_hash(hashfxn, s) & MASK64 for s in strings], dtype=np.uint64)
    # "surrogatepass": a str that is no valid Unicode has a vector too.
    return _fnv1a_64_of_all([s.encode("utf-8", "surrogatepass") for s in strings])


def _fnv1a_64_of_all(strings: list[bytes]) -> UInt64Array:
    """Return `fnv1a_64` of each string: byte after byte, of all strings at once that are so long."""
    lengths = np.fromiter(map(len, strings), dtype=np.int64, count=len(strings))
    data = np.frombuffer(b"".join(strings), dtype=np.uint8)
    starts = np.cumsum(lengths) - lengths
    by_length = np.argsort(-lengths, kind="stable")
    hashes = np.full(len(strings), FNV_OFFSET, dtype=np.uint64)
    for place in range(min(HASHED_TOGETHER, int(lengths.max(initial=0)))):
        longer = by_length[: np.count_nonzero(lengths > place)]
        hashes[longer] = (hashes[longer] ^ data[starts[longer] + place]) * np.uint64(FNV_PRIME)
    for row in np.flatnonzero(lengths > HASHED_TOGETHER):
        hashes[row] = fnv1a_64(strings[row])
    return hashes


def _user_hash(hashfxn: Callable[[str], int], string: str) -> int:
    value = hashfxn(string)
    if not isinstance(value, Integral):
        raise TypeError(f"hashfxn must return an integer, got {value!r} for {string!r}")
    return int(value)


def initial_vectors(keys: UInt64Array, size: int) -> Float32Array:
    """Return one row for each key, float32 (len(keys), size), uniform in [-0.5, 0.5) / size.

    Component i = (float32(draw_i >> 40) * 2^-24 - 0.5) / float32(size), each operation in float32.
    """
    rows = np.empty((len(keys), size), dtype=np.float32)
    counters = np.arange(1, size + 1, dtype=np.uint64) * np.uint64(GAMMA)
    step = max(1, NUMBERS_AT_ONCE // max(1, size))
    for start in range(0, len(keys), step):
        part = slice(start, start + step)
        bits = mix64_array(keys[part, None] + counters) >> np.uint64(40)
        uniform = bits.astype(np.float32)
        uniform *= np.float32(2.0**-24)
        uniform -= np.float32(0.5)
        np.divide(uniform, np.float32(size), out=rows[part])
    return rows
