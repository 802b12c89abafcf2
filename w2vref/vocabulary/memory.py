"""How much memory a model takes."""

from __future__ import annotations

from collections.abc import MutableMapping

VOCABULARY_BYTES = 500
"""For a word: its str, its entries in list and dict, and its counts; the classic estimate."""
CODE_BYTES = 200
"""For a word's Huffman code and points."""
FLOAT32_BYTES = 4


def estimate_memory(
    vocab_size: int,
    *,
    vector_size: int,
    hs: bool,
    negative: int,
    report: MutableMapping[str, int] | None = None,
) -> MutableMapping[str, int]:
    """Estimate the bytes that a model needs, by the classic formula.

    The arrays are counted as vocab_size x vector_size float32. In memory the rows are padded to
    a multiple of 16 floats, so that a size of 100 takes the room of 112.

    Args:
        vocab_size: words.
        report: is written into and returned; numbers it already has join the total.

    Returns: `vocab` (500 a word, 700 with hs), `syn0`, `syn1` (only with hs), `syn1neg` (only with
        negative > 0), `total`.
    Raises: ValueError for a negative vocab_size.
    """
    if vocab_size < 0:
        raise ValueError(f"vocab_size must not be negative, got {vocab_size}")
    report = {} if report is None else report
    report.pop("total", None)
    matrix = vocab_size * vector_size * FLOAT32_BYTES
    report["vocab"] = vocab_size * (VOCABULARY_BYTES + CODE_BYTES * bool(hs))
    report["syn0"] = matrix
    if hs:
        report["syn1"] = matrix
    if negative:
        report["syn1neg"] = matrix
    report["total"] = sum(report.values())
    return report
