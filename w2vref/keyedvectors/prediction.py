"""What a context predicts: the softmax over the output vectors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from w2vref._typing import Float32Array, Float64Array, Int64Array


def predict_output(
    input_vectors: Float32Array,
    output_vectors: Float32Array,
    context_ids: Sequence[int] | Int64Array,
    cbow_mean: bool = True,
) -> Float64Array:
    """Return each word's probability of being the centre of a context, float64 (vocab_size,), summing to 1.

    The softmax of u_w . h, with h the mean (or with cbow_mean=False the sum) of the context's input
    vectors. Negative sampling does not train these probabilities to be calibrated; their order is telling.

    Args:
        input_vectors: float32 (vocab_size, size).
        output_vectors: float32 (vocab_size, size).
        context_ids: rows of the context words, repeats count.
        cbow_mean: average the context vectors.

    Raises: ValueError for an empty context; IndexError for a row that does not exist.
    """
    ids = np.asarray(context_ids, dtype=np.int64)
    if len(ids) == 0:
        raise ValueError("a context needs at least one word")
    hidden = input_vectors[ids].astype(np.float64).sum(axis=0)
    if cbow_mean:
        hidden /= len(ids)
    dots = (output_vectors @ hidden.astype(np.float32)).astype(np.float64)
    # Shifting all logits changes nothing, and exp cannot overflow then.
    exponentials = np.exp(dots - dots.max())
    probabilities: Float64Array = exponentials / exponentials.sum()
    return probabilities


def best_predictions(
    probabilities: Float64Array, words: Sequence[str], topn: int | None = 10
) -> list[tuple[str, float]]:
    """Return the topn (all: None) most probable words and their probabilities, ties by word id."""
    order: npt.NDArray[np.int64] = np.argsort(-probabilities, kind="stable")[:topn]
    return [(words[i], float(probabilities[i])) for i in order.tolist()]
