"""Hierarchical softmax in blocks, tried: `python -m bench.block_softmax FOLDER`.

Block training is not defined for hierarchical softmax. This is the definition that its negative sampling
suggests, in NumPy, beside the sequential algorithm of the C backend on the same words:

    the pairs (i, j) of a block -> the path of w_j, its inner nodes p with code digits d
    g_ijp = (1 - d - s(A_i . V_p)) * alpha                     all from the rows before the block
    dA_i  = sum of g_ijp V_p         dV_p = sum of g_ijp A_i
    row  += min(1, 1 / (cap * alpha * mass)) * its sum         mass: the number of its terms

Printed for each: held-out loss, -log p(w_j | w_i) in nats, of the lines of `bench.heldout`, and the figures
of the similarity sets; and how many terms (i, j, p) there are for each token of the text.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.special import expit

from bench.heldout import draw_examples
from bench.quality import MIN_COUNT, SAMPLE, Texts
from bench.similarity import SETS, correlation, read_pairs
from bench.timing import machine, print_table
from w2vref import Word2Vec
from w2vref.config import BlockRule, TrainingConfig
from w2vref.records import Tables
from w2vref.reference.block_layout import Positions, block_bounds, block_positions
from w2vref.reference.schedule import learning_rate
from w2vref.training.state import StepState

MOST_ENTRIES = 200_000
EPOCHS, ALPHA, END_ALPHA = 5, 0.025, 0.0001


def paths(tables: Tables, words: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return of all paths, one after the other: whose it is (an index of words), its nodes, its digits."""
    starts, lengths = tables.code_offsets[words], np.diff(tables.code_offsets)[words]
    of = np.repeat(np.arange(len(words)), lengths)
    places = np.arange(len(of)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + starts[of]
    return of, tables.points[places].astype(np.int64), tables.codes[places]


def train_in_blocks(model: Word2Vec, rule: BlockRule) -> float:
    """Train all epochs in place; return how many terms there were for each token."""
    corpus = model._corpus
    assert corpus is not None  # it was encoded when the vocabulary was built
    config = TrainingConfig(model.vector_size, sg=True, seed=model.seed, algorithm="block", block=rule)
    terms, total = 0, EPOCHS * corpus.words
    for epoch in range(EPOCHS):
        for first, last in itertools.pairwise(block_bounds(config, corpus).tolist()):
            positions = block_positions(config, model.step_state().tables, corpus, epoch, first, last)
            alpha = learning_rate(ALPHA, END_ALPHA, epoch * corpus.words + first, total)
            terms += train_block(config, model.step_state(), positions, float(alpha))
    return terms / total


def train_block(config: TrainingConfig, state: StepState, positions: Positions, alpha: float) -> int:
    """Train one block in place; return how many terms it had."""
    _, parameters, tables = state
    n = len(positions.word_ids)
    offsets = [d for d in range(-config.window, config.window + 1) if d]
    centres = [_with_neighbour(positions, offset) for offset in offsets]
    i = np.concatenate(centres)
    j = np.concatenate([some + offset for some, offset in zip(centres, offsets, strict=True)])
    of, nodes, digits = paths(tables, positions.word_ids[j])
    i = i[of]
    A = parameters.input_vectors[positions.word_ids]
    V = parameters.node_vectors
    x = np.concatenate(
        [
            np.einsum("kd,kd->k", A[i[part]], V[nodes[part]])
            for part in (slice(k, k + MOST_ENTRIES) for k in range(0, len(i), MOST_ENTRIES))
        ]
    )
    g = csr_array((((1 - digits - expit(x)) * alpha).astype(np.float32), (i, nodes)), shape=(n, len(V)))
    dA, dV = g @ V, g.T @ A
    words, of_word = np.unique(positions.word_ids, return_inverse=True)
    sums = csr_array((np.ones(n, dtype=np.float32), (of_word, np.arange(n))), shape=(len(words), n)) @ dA
    mass = np.bincount(of_word[i], minlength=len(words))
    parameters.input_vectors[words] += _scales(config.block.cap_of_inputs(), alpha, mass) * sums
    mass = np.bincount(nodes, minlength=len(V))
    parameters.node_vectors[:] += _scales(config.block.cap, alpha, mass) * dV
    return len(i)


def _with_neighbour(positions: Positions, offset: int) -> np.ndarray:
    there = positions.left >= -offset if offset < 0 else positions.right >= offset
    return np.flatnonzero(there)


def _scales(cap: float, alpha: float, mass: np.ndarray) -> np.ndarray:
    return (1 / np.maximum(cap * alpha * mass, 1)).astype(np.float32)[:, None]


def held_out_loss(
    tables: Tables, inputs: np.ndarray, targets: np.ndarray, rows: np.ndarray, V: np.ndarray
) -> float:
    """Return the mean of -log p(target | input), in nats."""
    total = 0.0
    for first in range(0, len(targets), 10_000):
        part = slice(first, first + 10_000)
        of, nodes, digits = paths(tables, targets[part])
        x = np.einsum("kd,kd->k", rows[inputs[part][of]], V[nodes])
        total += float(np.logaddexp(0, np.where(digits == 0, -x, x)).sum())
    return total / len(targets)


def main() -> None:
    """Train, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", nargs="?", default=os.environ.get("W2VREF_DATA"))
    parser.add_argument("--tokens", type=int, default=1_000_000)
    parser.add_argument("--words", type=int, nargs="+", default=[256, 1024, 4096])
    parser.add_argument("--caps", type=float, nargs="+", default=[0.5])
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    logging.getLogger("w2vref").setLevel(logging.ERROR)
    folder = Path(arguments.folder)
    pairs = {name: read_pairs(folder / file) for name, file in SETS.items()}
    options: dict[str, Any] = dict(
        sg=1, hs=1, negative=0, vector_size=100, window=5, sample=SAMPLE, min_count=MIN_COUNT, alpha=ALPHA,
        min_alpha=END_ALPHA, epochs=EPOCHS, seed=arguments.seed, workers=1, backend="c",
    )  # fmt: skip
    rows = []
    with tempfile.TemporaryDirectory(prefix="w2vref-softmax-") as scratch:
        text = Texts(folder, folder, Path(scratch)).get("novels", arguments.tokens)

        def measured(name: str, model: Word2Vec) -> None:
            index = model.wv.key_to_index
            counts = np.array([model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key])
            examples = draw_examples(
                text.held_out, index, counts, sg=True, window=5, negative=1, sample=SAMPLE, most=100_000
            )
            loss = held_out_loss(
                model.step_state().tables,
                examples.inputs[:, 0],
                examples.targets,
                model.wv.vectors,
                model.syn1,
            )
            sets = [f"{correlation(judged, index, model.wv.vectors)[0]:.3f}" for judged in pairs.values()]
            rows.append([name, f"{loss:.4f}", *sets])
            print(rows[-1], flush=True)

        measured("sequential", Word2Vec(corpus_file=text.path, **options))
        for words in arguments.words:
            for cap in arguments.caps:
                model = Word2Vec(**options)
                model.build_vocab(corpus_file=text.path)
                terms = train_in_blocks(model, BlockRule(words=words, cap=cap))
                measured(f"blocks of {words}, cap {cap}", model)
                print(f"{terms:.1f} terms for each token")
    print_table(
        f"hierarchical softmax, {text.tokens:,} words of the novels, {EPOCHS} epochs, {machine()}",
        ["", "held-out loss", *SETS],
        rows,
    )


if __name__ == "__main__":
    main()
