"""Block training: `reference.block`, compiled: what a task of tiles computes.

    snapshot of the rows -> coefficients and contributions -> (numba_block_rows) one capped step of each row

The letters are the reference's: A the input rows of the positions (CBOW: their projections), O their output
rows, N the noise rows of a tile. Nothing changes a parameter while tiles are worked on, so the snapshot is
read where it is. A pair of positions of two tasks is looked at by both: one takes what it adds to the
input row, the other what it adds to the output row.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2vref._typing import Float32Array, Int64Array
from w2vref.backends.numba_arithmetic import I0, Int, log_sigmoid
from w2vref.backends.numba_block_layout import TASK_TILES, Block, Rule, pairs_of
from w2vref.backends.numba_objectives import ONE, ZERO, Rows, Settings
from w2vref.backends.numba_primitives import (
    GROUP,
    TARGETS,
    add_outer_products,
    add_products,
    add_scaled,
    dots,
    exchange_products,
    jit,
    multiply,
    part,
    prefetch,
    row,
    set_zero,
    sigmoids,
)


class Contributions(NamedTuple):
    """What the block that is worked on adds to its rows, before the cap.

    The last rows, one for each worker, take what another task takes care of.
    """

    to_inputs: Float32Array
    """(room + workers, stride): to the input row of each position's word; CBOW: the errors of projections."""
    to_outputs: Float32Array
    """(room + tiles * draws + workers, stride): to the output row of each position's word, then of each
    noise word."""


class BlockWork(NamedTuple):
    """The scratch memory of one worker."""

    ids: Int64Array
    """(GROUP,): rows of a group that are read."""
    to_ids: Int64Array
    """(GROUP,): rows of contributions that are written."""
    x: Float32Array
    """(GROUP,): dots."""
    y: Float32Array
    """(GROUP,): their sigmoids."""
    g: Float32Array
    """(GROUP,): coefficients."""
    ones: Float32Array
    """(GROUP,): 1."""
    row_ids: Int64Array
    """(tile,): the rows A of a tile."""
    to_row_ids: Int64Array
    """(tile + TARGETS,): where their contributions go."""
    noise_ids: Int64Array
    """(draws + GROUP,): the rows N of a tile; those behind are scored for nothing."""
    to_noise_ids: Int64Array
    """(draws,): where their contributions go."""
    h: Float32Array
    """((tile + TARGETS) * draws,): coefficients of the noise of a tile."""
    projections: Float32Array
    """(tile, stride): of CBOW."""
    sum: Float32Array
    """(stride,)."""
    errors: Float32Array
    """(stride,)."""
    starts: Int64Array
    """(2^DIGIT_BITS,): of `list_entries`."""


class BlockJob(NamedTuple):
    """All that a worker needs for a task of a block."""

    settings: Settings
    parameters: Rows
    rule: Rule
    block: Block
    contributions: Contributions
    work: BlockWork


class Task(NamedTuple):
    """The positions of a task of tiles."""

    begin: int
    end: int
    ignored_input: int
    """The row of to_inputs that takes what another task takes care of."""
    ignored_output: int


@jit
def target_coefficients(block: Block, work: BlockWork) -> None:
    """Make g the coefficients of a group: (1 - sigmoid(x)) * alpha."""
    sigmoids(work.x, work.y)
    alpha = block.alpha[0]
    for k in range(GROUP):
        work.g[k] = (ONE - work.y[k]) * alpha


@jit
def target_loss(work: BlockWork, count: Int) -> float:
    """Return the loss of the first `count` pairs of a group."""
    loss = 0.0
    for k in range(count):
        loss -= log_sigmoid(np.float64(work.x[k]))
    return loss


# --- Skip-gram ----------------------------------------------------------------------------------


@jit
def contribute_group(job: BlockJob, i: Int, to_input: Int, count: Int) -> None:
    """Take the pairs of position i with a group of neighbours: dA_i += g O_j and dO_j += g A_i."""
    parameters, contributions, work, blocks = (
        job.parameters,
        job.contributions,
        job.work,
        job.settings.blocks,
    )
    A = row(parameters.input_vectors, np.int64(job.block.word_ids[i]), blocks)
    dots(work.x, A, parameters.output_vectors, work.ids, count, blocks)
    target_coefficients(job.block, work)
    exchange_products(
        row(contributions.to_inputs, to_input, blocks),
        work.g,
        A,
        parameters.output_vectors,
        work.ids,
        contributions.to_outputs,
        work.to_ids,
        count,
        blocks,
    )


@jit
def contribute_pairs(job: BlockJob, task: Task, i: Int, first: Int, last: Int) -> float:
    """Take the pairs (i, j), first <= j <= last, j != i; a centre of another task only adds to dO."""
    block, work, blocks, loss, count = job.block, job.work, job.settings.blocks, 0.0, I0
    own = task.begin <= i < task.end
    to_input = i if own else task.ignored_input
    set_zero(row(job.contributions.to_inputs, to_input, blocks), blocks)
    for j in range(first, last + 1):
        if j != i:
            work.ids[count] = np.int64(block.word_ids[j])
            work.to_ids[count] = j if task.begin <= j < task.end else task.ignored_output
            count += 1
        if count == GROUP or (j == last and count):
            contribute_group(job, i, to_input, count)
            if own and job.settings.compute_loss:
                loss += target_loss(work, count)
            count = I0
    return loss


@jit
def skipgram_tile(job: BlockJob, task: Task, first: Int, last: Int) -> float:
    """Take all pairs of the positions of a tile, first .. last - 1; return their loss."""
    block, loss = job.block, 0.0
    for i in range(first, last):
        job.work.row_ids[i - first] = np.int64(block.word_ids[i])
        loss += contribute_pairs(job, task, i, i - np.int64(block.left[i]), i + np.int64(block.right[i]))
    return loss


@jit
def neighbouring_centers(job: BlockJob, task: Task, first: Int, last: Int) -> None:
    """Take, of centres of other tasks, the pairs that reach into this one."""
    for i in range(first, last):
        left: Int = max(i - np.int64(job.block.left[i]), task.begin)
        right: Int = min(i + np.int64(job.block.right[i]), task.end - 1)
        if left <= right:
            contribute_pairs(job, task, i, left, right)


# --- CBOW ---------------------------------------------------------------------------------------


@jit
def project_window(job: BlockJob, i: Int, h: Float32Array) -> None:
    """Make h the mean, or the sum, of the input rows around position i."""
    block, work, blocks, count = job.block, job.work, job.settings.blocks, I0
    set_zero(h, blocks)
    last = i + np.int64(block.right[i])
    for j in range(i - np.int64(block.left[i]), last + 1):
        if j != i:
            work.ids[count] = np.int64(block.word_ids[j])
            count += 1
        if count == GROUP or j == last:
            add_products(h, work.ones, job.parameters.input_vectors, work.ids, count, blocks)
            count = I0
    if job.settings.cbow_mean:
        multiply(h, ONE / np.float32(max(pairs_of(block, i), 1)), blocks)


@jit
def cbow_tile(job: BlockJob, first: Int, last: Int) -> float:
    """Take the projection of each position of a tile and its step with the word itself; return the loss."""
    block, work, blocks, loss = job.block, job.work, job.settings.blocks, 0.0
    for i in range(first, last):
        h = row(work.projections, i - first, blocks)
        work.row_ids[i - first] = i - first
        project_window(job, i, h)
        error = row(job.contributions.to_inputs, i, blocks)
        set_zero(error, blocks)
        if pairs_of(block, i):
            work.ids[0] = np.int64(block.word_ids[i])
            O = row(job.parameters.output_vectors, work.ids[0], blocks)  # noqa: E741
            dots(work.x, h, job.parameters.output_vectors, work.ids, 1, blocks)
            target_coefficients(block, work)
            add_scaled(error, work.g[0], O, blocks)
            add_scaled(row(job.contributions.to_outputs, i, blocks), work.g[0], h, blocks)
            if job.settings.compute_loss:
                loss += target_loss(work, 1)
    return loss


@jit
def divide_errors(job: BlockJob, first: Int, last: Int) -> None:
    """Multiply the error of each projection by 1/n, n the words of its window."""
    blocks = job.settings.blocks
    for i in range(first, last):
        error = row(job.contributions.to_inputs, i, blocks)
        multiply(error, ONE / np.float32(max(pairs_of(job.block, i), 1)), blocks)


# --- Noise --------------------------------------------------------------------------------------


@jit
def noise_coefficients(job: BlockJob, A: Float32Array, weight: np.float32, h: Float32Array) -> float:
    """Fill h, (draws,), with sigmoid(A . N_p) * -weight * alpha; return the loss."""
    work, loss, alpha = job.work, 0.0, job.block.alpha[0]
    noise_vectors = job.parameters.output_vectors
    for p in range(0, job.rule.draws, GROUP):
        dots(work.x, A, noise_vectors, part(work.noise_ids, p), GROUP, job.settings.blocks)
        sigmoids(work.x, work.y)
        count = min(GROUP, job.rule.draws - p)
        for k in range(count):
            h[p + k] = work.y[k] * -weight * alpha
        if job.settings.compute_loss:
            for k in range(count):
                loss -= np.float64(weight) * log_sigmoid(-np.float64(work.x[k]))
    return loss


@jit
def contribute_noise(job: BlockJob, task: Task, first: Int, last: Int) -> float:
    """Take the noise of a tile: dA_i += h_ip N_p, p ascending, and dN_p = sum of h_ip A_i, i ascending."""
    rule, block, work, blocks = job.rule, job.block, job.work, job.settings.blocks
    draws, count, loss = rule.draws, last - first, 0.0
    rows = job.parameters.input_vectors if job.settings.sg else work.projections
    places = first // rule.tile * draws
    for p in range(draws):
        work.noise_ids[p] = np.int64(block.noise[places + p])
        work.to_noise_ids[p] = block.n[0] + places + p
        set_zero(row(job.contributions.to_outputs, work.to_noise_ids[p], blocks), blocks)
    for i in range(count):
        pairs = pairs_of(block, first + i)
        weight = np.float32(pairs if job.settings.sg else min(pairs, 1)) * rule.share
        A = row(rows, work.row_ids[i], blocks)
        loss += noise_coefficients(job, A, weight, part(work.h, i * draws))
    for i in range(count + TARGETS):  # TARGETS at a time: those that are too many are ignored
        work.to_row_ids[i] = first + i if i < count else task.ignored_input
    for k in range(count * draws, (count + TARGETS) * draws):
        work.h[k] = ZERO
    for i in range(0, count, TARGETS):
        add_outer_products(
            job.contributions.to_inputs,
            part(work.to_row_ids, i),
            part(work.h, i * draws),
            draws,
            1,
            job.parameters.output_vectors,
            work.noise_ids,
            draws,
            blocks,
        )
    for p in range(0, draws, TARGETS):
        add_outer_products(
            job.contributions.to_outputs,
            part(work.to_noise_ids, p),
            part(work.h, p),
            1,
            draws,
            rows,
            work.row_ids,
            count,
            blocks,
        )
    return loss


# --- A task of tiles ----------------------------------------------------------------------------


@jit
def prefetch_tile(job: BlockJob, first: Int) -> None:
    """Ask for the rows of the tile that begins with position `first`, if there is one."""
    rule, block, parameters, blocks = job.rule, job.block, job.parameters, job.settings.blocks
    for i in range(first, min(first + rule.tile, block.n[0])):
        word_id = np.int64(block.word_ids[i])
        prefetch(row(parameters.input_vectors, word_id, blocks), blocks)
        prefetch(row(parameters.output_vectors, word_id, blocks), blocks)
    if first < block.n[0]:
        places = first // rule.tile * rule.draws
        for p in range(places, places + rule.draws):
            prefetch(row(parameters.output_vectors, np.int64(block.noise[p]), blocks), blocks)


@jit
def contribute_tiles(job: BlockJob, worker: Int, number: Int) -> None:
    """Write the contributions of task `number` of a block, and its loss."""
    settings, rule, n = job.settings, job.rule, job.block.n[0]
    begin = number * TASK_TILES * rule.tile
    end = min(begin + TASK_TILES * rule.tile, n)
    ignored, loss = rule.room + worker, 0.0
    task = Task(begin, end, ignored, ignored + rule.tiles * rule.draws)
    for i in range(begin, end):
        set_zero(row(job.contributions.to_outputs, i, settings.blocks), settings.blocks)
    prefetch_tile(job, begin)
    if settings.sg:
        neighbouring_centers(job, task, max(begin - settings.window, 0), begin)
    for first in range(begin, end, rule.tile):
        last = min(first + rule.tile, end)
        prefetch_tile(job, first + rule.tile)
        if settings.sg:
            loss += skipgram_tile(job, task, first, last)
        else:
            loss += cbow_tile(job, first, last)
        loss += contribute_noise(job, task, first, last)
        if settings.divides_error and not settings.sg:
            divide_errors(job, first, last)
    if settings.sg:
        neighbouring_centers(job, task, end, min(end + settings.window, n))
    job.block.losses[number] = loss
