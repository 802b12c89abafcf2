"""The held-out loss: how well a model predicts text that it was not trained on.

A sample of training examples is drawn once from held-out text, and every model is asked about the same ones:

    skip-gram  (a, b): two kept words of a sentence at distance d, in either direction, drawn in proportion
               to window - d + 1, which is how often a reduced window holds them; v = in[a]
    CBOW       (context, b): a kept word and the window around it, reduced by a draw;
               v = the mean of in[context]
    loss       -log s(u_b . v) - sum over `negative` noise words n of log s(-u_n . v), in nats; the mean over
               the sample

Both directions, because word2vec.c predicts the centre from its neighbour and block training the neighbour
from the centre: a measure with one direction would favour one of them. Words that the training text has
fewer than min_count times are left out, and frequent ones are subsampled by the training text's counts, as
in training; the noise words are drawn in proportion to count ** 0.75.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

NOISE_EXPONENT = 0.75
BATCH = 10_000
HELD_OUT = 0.015
"""The share of a text's lines in each of the two parts that are held out."""
MOST_HELD_OUT_WORDS = 200_000
"""Of each."""


def count_words(line: str) -> int:
    """Return how many words a stripped line has."""
    return len(line.split())


def split(lines: list[str], tokens: int | None = None) -> tuple[list[str], list[str], list[str]]:
    """Return what is trained on, what is held out all over it, and what comes later: the end of the text.

    Args:
        tokens: leave out the lines after so many words, but for the end; None: none.
    """
    first, words = len(lines), 0
    while first > 1 and len(lines) - first < len(lines) * HELD_OUT and words < MOST_HELD_OUT_WORDS:
        first -= 1
        words += count_words(lines[first])
    used, words = first, 0
    for number, line in enumerate(lines[:first], start=1):
        words += count_words(line)
        if tokens is not None and words >= tokens:
            used = number
            break
    # Every so many-th line, so that the text about a held-out one is trained on.
    step = max(round(1 / HELD_OUT), -(-words // MOST_HELD_OUT_WORDS))
    held_out = lines[step // 2 : used : step]
    trained = [line for number, line in enumerate(lines[:used]) if number % step != step // 2]
    return trained, held_out, lines[first:]


@dataclass(frozen=True)
class Examples:
    """What every model is asked; ids are rows of the vocabulary that they were drawn for."""

    inputs: np.ndarray
    """int64 (m, 1) for skip-gram, (m, 2 * window) for CBOW, where -1 is no word."""
    targets: np.ndarray
    """int64 (m,)."""
    noise: np.ndarray
    """int64 (m, negative)."""


def draw_examples(
    sentences: Iterable[Sequence[str]],
    index: dict[str, int],
    counts: np.ndarray,
    *,
    sg: bool,
    window: int,
    negative: int,
    sample: float,
    most: int,
    seed: int = 1,
) -> Examples:
    """Draw at most so many training examples from held-out sentences.

    Args:
        index: the row of each word; others are left out, and windows reach over them.
        counts: int64 (vocab_size,), in the training text.
        sample: the subsampling threshold of training; 0: every word is kept.

    Raises: ValueError if the held-out text has no example.
    """
    rng = np.random.default_rng(seed)
    keep = keep_probabilities(counts, sample)
    ids, sentence_of = [], []
    for number, sentence in enumerate(sentences):
        known = np.array([index[word] for word in sentence if word in index], dtype=np.int64)
        kept = known[rng.random(len(known)) < keep[known]]
        ids.append(kept)
        sentence_of.append(np.full(len(kept), number))
    if sum(len(some) for some in ids) < 2:
        raise ValueError("the held-out text has no two words of the vocabulary: hold out more of it")
    words, numbers = np.concatenate(ids), np.concatenate(sentence_of)
    draw = _skipgram_examples if sg else _cbow_examples
    inputs, targets = draw(words, numbers, window, most, rng)
    noise_weights = counts.astype(np.float64) ** NOISE_EXPONENT
    noise = rng.choice(len(counts), size=(len(targets), negative), p=noise_weights / noise_weights.sum())
    return Examples(inputs, targets, noise)


def keep_probabilities(counts: np.ndarray, sample: float) -> np.ndarray:
    """Return word2vec.c's probability of keeping each word, float64."""
    if not sample:
        return np.ones(len(counts))
    threshold = sample * counts.sum()
    return np.minimum(1.0, (np.sqrt(counts / threshold) + 1) * (threshold / counts))


def heldout_loss(
    examples: Examples, input_vectors: np.ndarray, output_vectors: np.ndarray, rows: np.ndarray | None = None
) -> float:
    """Return the mean loss of a model, in nats.

    Args:
        input_vectors, output_vectors: float32 (vocab_size, vector_size).
        rows: int64 (vocab_size,): where this model keeps each word; None: in the same order.
    """
    if rows is not None:
        input_vectors, output_vectors = input_vectors[rows], output_vectors[rows]
    losses = []
    for first in range(0, len(examples.targets), BATCH):
        part = slice(first, first + BATCH)
        there = examples.inputs[part] >= 0
        shares = there / there.sum(axis=1, keepdims=True)
        hidden = np.einsum("mc,mcd->md", shares, input_vectors[np.maximum(examples.inputs[part], 0)])
        right = np.einsum("md,md->m", hidden, output_vectors[examples.targets[part]])
        wrong = np.einsum("md,mkd->mk", hidden, output_vectors[examples.noise[part]])
        # -log s(x) = log(1 + exp(-x)); the mean over the context is taken in float64.
        losses.append(np.logaddexp(0, -right) + np.logaddexp(0, wrong).sum(axis=1))
    return float(np.concatenate(losses).mean())


def _skipgram_examples(
    words: np.ndarray, numbers: np.ndarray, window: int, most: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs (m, 1) and targets (m,)."""
    lefts, weights = [], []
    for distance in range(1, window + 1):
        left = np.flatnonzero(numbers[:-distance] == numbers[distance:])
        lefts.append(np.stack((left, left + distance), axis=1))
        weights.append(np.full(len(left), window - distance + 1.0))
    pairs, weight = np.concatenate(lefts), np.concatenate(weights)
    if not len(pairs):
        raise ValueError("the held-out text has no two kept words in one sentence: hold out more of it")
    chosen = pairs[rng.choice(len(pairs), size=most, p=weight / weight.sum())]
    backwards = rng.random(most) < 0.5
    chosen[backwards] = chosen[backwards, ::-1]
    return words[chosen[:, :1]], words[chosen[:, 1]]


def _cbow_examples(
    words: np.ndarray, numbers: np.ndarray, window: int, most: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs (m, 2 * window) and targets (m,); a position without context gives no example."""
    positions = rng.integers(len(words), size=most)
    radius = rng.integers(1, window + 1, size=most)[:, None]
    offsets = np.array([d for d in range(-window, window + 1) if d])
    context = positions[:, None] + offsets
    inside = np.clip(context, 0, len(words) - 1)
    there = (
        (inside == context) & (np.abs(offsets) <= radius) & (numbers[inside] == numbers[positions][:, None])
    )
    some = there.any(axis=1)
    if not some.any():
        raise ValueError("the held-out text has no two kept words in one sentence: hold out more of it")
    return np.where(there, words[inside], -1)[some], words[positions[some]]
