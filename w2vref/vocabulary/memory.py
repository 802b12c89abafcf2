"""How much memory a model takes."""

from __future__ import annotations

from collections.abc import MutableMapping

from w2vref.records import padded_size

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
    a multiple of 16 floats: `allocated_bytes` counts that, too.

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


def allocated_bytes(vocab_size: int, *, vector_size: int, hs: bool, negative: int) -> dict[str, int]:
    """Return the bytes of the arrays that w2vref allocates for training.

    Rows are padded to a multiple of 16 floats: a vector_size of 100 takes the room of 112.

    Returns: `input_vectors`, `output_vectors`, `node_vectors` (0 if not used), `tables` (the sampling
        thresholds and the noise table; the Huffman codes, some 5 bytes for each of a word's digits,
        depend on the counts and are not in it), `total`.
    """
    matrix = vocab_size * padded_size(vector_size) * FLOAT32_BYTES
    sizes = {
        "input_vectors": matrix,
        "output_vectors": matrix if negative else 0,
        "node_vectors": matrix if hs else 0,
        "tables": vocab_size * (8 + 4 * bool(negative)),
    }
    return sizes | {"total": sum(sizes.values())}
