"""Block training: `reference.block._apply`, compiled: one capped step with each touched row.

    contributions of a row, in order -> their sum -> scaled by the row's learning mass -> added

The rows of a word are one task's: its entries stand together in the list of the block.
"""

from __future__ import annotations

import numpy as np

from w2vref._typing import Float32Array
from w2vref.backends.numba_arithmetic import I0, U32, Int
from w2vref.backends.numba_block import BlockJob
from w2vref.backends.numba_block_layout import LOW_HALF, Block, pairs_of
from w2vref.backends.numba_objectives import ONE
from w2vref.backends.numba_primitives import (
    GROUP,
    add,
    add_products,
    add_scaled,
    jit,
    multiply,
    prefetch,
    row,
    set_zero,
)

TASK_ENTRIES = 512
"""Entries of the list in one task."""
ENTRIES_AHEAD = 16
"""How far ahead of its step what an entry needs is asked for."""


@jit
def word_of(block: Block, place: Int) -> Int:
    """Return the word id of an entry."""
    return np.int64(block.entries[place] >> U32)


@jit
def place_of(block: Block, place: Int) -> Int:
    """Return the row of contributions that an entry stands for: a position, or n + a place in noise."""
    return np.int64(block.entries[place] & LOW_HALF)


@jit
def scale_of(cap: np.float32, block: Block, mass: np.float32) -> np.float32:
    """Return min(1, 1 / (cap * alpha * mass))."""
    x = cap * block.alpha[0] * mass
    return ONE / (x if x > ONE else ONE)


@jit
def sum_entries(job: BlockJob, matrix: Float32Array, first: Int, last: Int) -> None:
    """Make work.sum the sum of the rows of the matrix that entries first .. last - 1 name, in order."""
    work, blocks, count = job.work, job.settings.blocks, I0
    set_zero(work.sum, blocks)
    for place in range(first, last):
        work.ids[count] = place_of(job.block, place)
        count += 1
        if count == GROUP or place == last - 1:
            add_products(work.sum, work.ones, matrix, work.ids, count, blocks)
            count = I0


@jit
def sum_errors(job: BlockJob, j: Int) -> None:
    """Make work.errors what position j of CBOW gets: the errors of the windows that it is in, in order."""
    block, work, blocks, window, count = job.block, job.work, job.settings.blocks, job.settings.window, I0
    set_zero(work.errors, blocks)
    for i in range(max(j - window, 0), min(j + window + 1, block.n[0])):
        reach = block.right[i] if i < j else block.left[i]
        if i != j and abs(i - j) <= np.int64(reach):
            work.ids[count] = i
            count += 1
        if count == GROUP:
            add_products(work.errors, work.ones, job.contributions.to_inputs, work.ids, count, blocks)
            count = I0
    if count:
        add_products(work.errors, work.ones, job.contributions.to_inputs, work.ids, count, blocks)


@jit
def step_input(job: BlockJob, word_id: Int, first: Int, last: Int) -> None:
    """Take the step of a word's input row; entries first .. last - 1 are its positions."""
    settings, block, work, blocks, steps = job.settings, job.block, job.work, job.settings.blocks, I0
    for place in range(first, last):
        i = place_of(block, place)
        steps += pairs_of(block, i) if settings.sg else np.int64(block.centers_of[i])
    if settings.sg:
        sum_entries(job, job.contributions.to_inputs, first, last)
    else:
        set_zero(work.sum, blocks)
        for place in range(first, last):
            sum_errors(job, place_of(block, place))
            add(work.sum, work.errors, blocks)
    mass = np.float32((1 + settings.negative) * steps)
    multiply(work.sum, scale_of(job.rule.input_cap, block, mass), blocks)
    lock = job.parameters.locks[word_id % job.parameters.n_locks]
    add_scaled(row(job.parameters.input_vectors, word_id, blocks), lock, work.sum, blocks)


@jit
def step_output(job: BlockJob, word_id: Int, first: Int, noise: Int, last: Int) -> None:
    """Take the step of a word's output row; entries first .. noise - 1 are its positions, then its noise."""
    settings, rule, block, of_outputs, of_noise = job.settings, job.rule, job.block, I0, I0
    for place in range(first, noise):
        i = place_of(block, place)
        of_outputs += np.int64(block.centers_of[i]) if settings.sg else min(pairs_of(block, i), 1)
    for place in range(noise, last):
        of_noise += block.weights[(place_of(block, place) - block.n[0]) // rule.draws]
    sum_entries(job, job.contributions.to_outputs, first, last)
    scale = scale_of(rule.cap, block, np.float32(of_outputs) + rule.share * np.float32(of_noise))
    output = row(job.parameters.output_vectors, word_id, settings.blocks)
    add_scaled(output, scale, job.work.sum, settings.blocks)


@jit
def prefetch_entry(job: BlockJob, place: Int) -> None:
    """Ask for what the step of an entry's word needs."""
    block, blocks = job.block, job.settings.blocks
    word_id, i = word_of(block, place), place_of(block, place)
    if i < block.n[0]:
        prefetch(row(job.contributions.to_inputs, i, blocks), blocks)
        prefetch(row(job.parameters.input_vectors, word_id, blocks), blocks)
    prefetch(row(job.contributions.to_outputs, i, blocks), blocks)
    prefetch(row(job.parameters.output_vectors, word_id, blocks), blocks)


@jit
def word_boundary(block: Block, place: Int, count: Int) -> Int:
    """Return the first place at or after `place` at which the entries of a word begin, at most count."""
    while 0 < place < count and word_of(block, place) == word_of(block, place - 1):
        place += 1
    return min(place, count)


@jit
def step_rows(job: BlockJob, number: Int, count: Int) -> None:
    """Take the steps of the words whose entries begin in task `number`; count: entries of the block."""
    block = job.block
    place = word_boundary(block, number * TASK_ENTRIES, count)
    end = word_boundary(block, (number + 1) * TASK_ENTRIES, count)
    asked = place
    while place < end:
        word_id, noise, last = word_of(block, place), place, place
        while last < count and word_of(block, last) == word_id:
            noise += np.int64(place_of(block, last) < block.n[0])
            last += 1
        while asked < min(end, last + ENTRIES_AHEAD):
            prefetch_entry(job, asked)
            asked += 1
        if noise > place:
            step_input(job, word_id, place, noise)
        step_output(job, word_id, place, noise, last)
        place = last
