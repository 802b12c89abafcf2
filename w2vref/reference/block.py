"""Block training: every gradient of a block is computed from the parameters before the block.

    block of tokens -> positions, pairs, noise (`block_layout`) -> snapshot of their rows
          -> coefficients and contributions -> one capped step of each touched row

No step depends on who computes what, so the number of workers cannot show in the bits. It is another
algorithm than word2vec.c's; docs/semantics/block.md has the equations and the reasons.

Skip-gram with negative sampling: position i predicts its neighbours j, so the input row is the centre's.
CBOW: the mean (or sum) h_i of the neighbours' rows predicts position i.

Every sum is one running sum in float32 that starts at +0, in the order written: a loop over the terms of a
sum, all sums at once. A pair that is not there has the coefficient 0, and adding 0 * x changes no bit.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np

from w2vref._typing import Float32Array, Float64Array, Int64Array, Position
from w2vref.config import TrainingConfig
from w2vref.records import EncodedCorpus, Parameters, Tables
from w2vref.reference.arithmetic import ONE, dots, log_sigmoids, sigmoids
from w2vref.reference.block_layout import Positions, block_positions, tile_noise

AnyArray: TypeAlias = np.typing.NDArray[Any]


class BlockResult(NamedTuple):
    """What `train_block` counted."""

    effective_words: int
    loss: float


class Contributions(NamedTuple):
    """What a block adds to its rows, before the cap: float32 (n, stride) or (tiles, draws, stride)."""

    inputs: Float32Array
    """To the input row of each position's word."""
    outputs: Float32Array
    """To the output row of each position's word."""
    noise: Float32Array
    """To the output row of each noise word."""
    losses: Float64Array
    """(n,), nats."""


class Masses(NamedTuple):
    """The learning mass that each contribution brings: how many logistic steps it stands for, int64."""

    inputs: Int64Array
    """(n,)."""
    outputs: Int64Array
    """(n,)."""
    tiles: Int64Array
    """(tiles,): for each noise word of the tile, to be multiplied by negative / draws."""


def train_block(
    config: TrainingConfig,
    parameters: Parameters,
    tables: Tables,
    corpus: EncodedCorpus,
    epoch: int,
    first: Position,
    last: Position,
    alpha: np.float32,
) -> BlockResult:
    """Train the block corpus.tokens[first:last], in place.

    Args:
        alpha: the learning rate at the block's first token.
    """
    positions = block_positions(config, tables, corpus, epoch, first, last)
    if not len(positions.word_ids):
        return BlockResult(0, 0.0)
    noise = tile_noise(config, tables, positions)
    contribute = skipgram_contributions if config.sg else cbow_contributions
    contributions, masses = contribute(config, parameters, positions, noise, alpha)
    _apply(config, parameters, positions.word_ids, noise, contributions, masses, alpha)
    return BlockResult(len(positions.word_ids), float(contributions.losses.sum()))


def skipgram_contributions(
    config: TrainingConfig,
    parameters: Parameters,
    positions: Positions,
    noise: Int64Array,
    alpha: np.float32,
) -> tuple[Contributions, Masses]:
    """Return what the pairs of a block and its noise add to the rows."""
    A = parameters.input_vectors[positions.word_ids]
    O = parameters.output_vectors[positions.word_ids]  # noqa: E741
    dA, dO = np.zeros_like(A), np.zeros_like(O)
    losses = np.zeros(len(A), dtype=np.float64)
    outputs_of = np.zeros(len(A), dtype=np.int64)
    coefficients = []
    for offset in _offsets(positions):
        i, j = _pair_slices(offset, len(A))
        there = _present(positions, offset)[i]
        x = dots(A[i], O[j])
        g = np.where(there, (ONE - sigmoids(x)) * alpha, np.float32(0.0))
        dA[i] += g[:, None] * O[j]
        losses[i] -= np.where(there, log_sigmoids(x), 0.0)
        outputs_of[j] += there
        coefficients.append((i, j, g))
    for i, j, g in reversed(coefficients):  # for each j the centres i in ascending order
        dO[j] += g[:, None] * A[i]
    pairs = positions.pairs
    dN = _noise_contributions(config, parameters, A, noise, pairs, alpha, dA, losses)
    return (
        Contributions(dA, dO, dN, losses),
        Masses((1 + config.negative) * pairs, outputs_of, _tile_sums(pairs, config.block.tile)),
    )


def cbow_contributions(
    config: TrainingConfig,
    parameters: Parameters,
    positions: Positions,
    noise: Int64Array,
    alpha: np.float32,
) -> tuple[Contributions, Masses]:
    """Return what the projections of a block and its noise add to the rows."""
    A = parameters.input_vectors[positions.word_ids]
    O = parameters.output_vectors[positions.word_ids]  # noqa: E741
    n = len(A)
    H, E, dI = np.zeros_like(A), np.zeros_like(A), np.zeros_like(A)
    offsets = _offsets(positions)
    for offset in offsets:
        i, j = _pair_slices(offset, n)
        H[i] += np.where(_present(positions, offset)[i, None], A[j], np.float32(0.0))
    steps = np.minimum(positions.pairs, 1)
    reciprocals = ONE / np.maximum(positions.pairs, 1).astype(np.float32)
    if config.cbow_mean:
        H *= reciprocals[:, None]
    x = dots(H, O)
    g = np.where(steps > 0, (ONE - sigmoids(x)) * alpha, np.float32(0.0))
    E += g[:, None] * O
    dO = np.zeros_like(O)
    dO += g[:, None] * H
    losses = np.where(steps > 0, -log_sigmoids(x), 0.0)
    dN = _noise_contributions(config, parameters, H, noise, steps, alpha, E, losses)
    if config.divides_error():
        E *= reciprocals[:, None]
    windows_of = np.zeros(n, dtype=np.int64)
    for offset in reversed(offsets):
        i, j = _pair_slices(offset, n)
        there = _present(positions, offset)[i]
        dI[j] += np.where(there[:, None], E[i], np.float32(0.0))
        windows_of[j] += there
    return (
        Contributions(dI, dO, dN, losses),
        Masses((1 + config.negative) * windows_of, steps, _tile_sums(steps, config.block.tile)),
    )


def _offsets(positions: Positions) -> list[int]:
    """Return the offsets j - i at which the block has pairs, ascending, without 0."""
    farthest_left, farthest_right = int(positions.left.max()), int(positions.right.max())
    return [*range(-farthest_left, 0), *range(1, farthest_right + 1)]


def _pair_slices(offset: int, n: int) -> tuple[slice, slice]:
    """Return the slices of all positions i and j = i + offset."""
    return slice(max(0, -offset), min(n, n - offset)), slice(max(0, offset), min(n, n + offset))


def _present(positions: Positions, offset: int) -> np.typing.NDArray[np.bool_]:
    """Return, for each position i, whether (i, i + offset) is a pair."""
    return positions.left >= -offset if offset < 0 else positions.right >= offset


def _tile_sums(values: Int64Array, tile: int) -> Int64Array:
    return np.add.reduceat(values, np.arange(0, len(values), tile))


def _noise_contributions(
    config: TrainingConfig,
    parameters: Parameters,
    A: Float32Array,
    noise: Int64Array,
    weights: Int64Array,
    alpha: np.float32,
    dA: Float32Array,
    losses: Float64Array,
) -> Float32Array:
    """Continue dA and losses with the noise of each tile, in place; return dN, (tiles, draws, stride).

    Args:
        A: (n, stride), what is multiplied with the noise rows: input rows, or projections.
        weights: (n,): the pairs that the noise of a position counts for.
    """
    (tiles, draws), (n, stride), tile = noise.shape, A.shape, config.block.tile
    share = np.float32(config.negative) / np.float32(draws)

    rows, dA_tiled, loss_tiled = (_in_tiles(array, tiles, tile) for array in (A, dA, losses))
    weight = _in_tiles(weights.astype(np.float32) * share, tiles, tile)
    N = parameters.output_vectors[noise]
    dN = np.zeros_like(N)
    h = np.zeros((tiles, tile, draws), dtype=np.float32)
    for p in range(draws):
        x = dots(rows, N[:, p, None])
        h[:, :, p] = sigmoids(x) * -weight * alpha
        loss_tiled -= weight * log_sigmoids(-x)
        dA_tiled += h[:, :, p, None] * N[:, p, None]
    for i in range(tile):
        dN += h[:, i, :, None] * rows[:, i, None]
    dA[:] = dA_tiled.reshape(-1, stride)[:n]
    losses[:] = loss_tiled.reshape(-1)[:n]
    return dN


def _in_tiles(rows: AnyArray, tiles: int, tile: int) -> AnyArray:
    """Return rows as (tiles, tile, ...): the positions that the last tile lacks are 0, and weigh nothing."""
    full = np.zeros((tiles * tile, *rows.shape[1:]), dtype=rows.dtype)
    full[: len(rows)] = rows
    return full.reshape(tiles, tile, *rows.shape[1:])


def _apply(
    config: TrainingConfig,
    parameters: Parameters,
    word_ids: Int64Array,
    noise: Int64Array,
    contributions: Contributions,
    masses: Masses,
    alpha: np.float32,
) -> None:
    """Take one step with each touched row: the sum of its contributions, its learning mass capped."""
    rows, mass, sums = _by_row(word_ids, contributions.inputs, masses.inputs)
    step = _scales(config.block.cap_of_inputs(), alpha, mass.astype(np.float32))[:, None] * sums
    if not (parameters.locks == ONE).all():
        locks = parameters.locks[0] if len(parameters.locks) == 1 else parameters.locks[rows, None]
        step = locks * step
    parameters.input_vectors[rows] += step

    share = np.float32(config.negative) / np.float32(config.block.draws)
    n, draws = len(word_ids), config.block.draws
    rows, of_noise, sums = _by_row(
        np.concatenate((word_ids, noise.ravel())),
        np.concatenate((contributions.outputs, contributions.noise.reshape(-1, sums.shape[1]))),
        np.concatenate((np.zeros(n, dtype=np.int64), np.repeat(masses.tiles, draws))),
    )
    of_outputs = np.bincount(word_ids, weights=masses.outputs, minlength=rows[-1] + 1)[rows]
    total = of_outputs.astype(np.float32) + share * of_noise.astype(np.float32)
    parameters.output_vectors[rows] += _scales(config.block.cap, alpha, total)[:, None] * sums


def _by_row(
    word_ids: Int64Array, contributions: Float32Array, masses: Int64Array
) -> tuple[Int64Array, Int64Array, Float32Array]:
    """Return the touched rows, ascending, the mass of each, and the sum of its contributions in order."""
    order = np.argsort(word_ids, kind="stable")
    rows, starts, counts = np.unique(word_ids[order], return_index=True, return_counts=True)
    sums = np.zeros((len(rows), contributions.shape[1]), dtype=np.float32)
    for k in range(int(counts.max())):  # the k-th contribution of every row that has so many
        some = np.flatnonzero(counts > k)
        sums[some] += contributions[order[starts[some] + k]]
    return rows, np.add.reduceat(masses[order], starts), sums


def _scales(cap: float, alpha: np.float32, masses: Float32Array) -> Float32Array:
    """Return min(1, 1 / (cap * alpha * mass)) of each row."""
    scales: Float32Array = ONE / np.maximum(np.float32(cap) * alpha * masses, ONE)
    return scales
