"""Who works on what in block training, compiled.

    prepare (any block, by one worker) -> tiles of a block (tasks) -> rows of a block (tasks) -> next block

Preparing reads no parameter, so it runs ahead, up to BLOCKS_AHEAD blocks. Tiles read the parameters and
write contributions, steps of rows add these to the parameters: between the two, and before the next block,
all must be done. Tasks are claimed from one word; who finishes the last one of a phase opens the next. No
worker waits for a certain other one to begin something.
"""

from __future__ import annotations

from typing import NamedTuple

from w2vref._typing import Float64Array, Int64Array
from w2vref.backends.numba_arithmetic import I0, Int, Lookup, Schedule
from w2vref.backends.numba_block import BlockJob, BlockWork, Contributions, contribute_tiles
from w2vref.backends.numba_block_layout import (
    BLOCKS_AHEAD,
    TASK_TILES,
    Block,
    Rule,
    block_of,
    prepare_block,
    tiles_of,
)
from w2vref.backends.numba_block_rows import TASK_ENTRIES, step_rows
from w2vref.backends.numba_epoch import Corpus, Shared
from w2vref.backends.numba_objectives import Rows, Settings
from w2vref.backends.numba_primitives import (
    compare_and_swap,
    fetch_add,
    jit,
    let_go,
    load_flag,
    load_word,
    nap,
    part,
    pause,
    store_word,
)

CACHE_LINE = 8
"""Words of memory that no two workers should change at a time."""
# The cells of Progress.cells, each on a cache line of its own.
WORK = 0 * CACHE_LINE
"""The number of the phase, 2 * block + (TILES or ROWS), and how many of its tasks are not claimed yet, in
one number: a worker that was asleep cannot claim a task of a phase that is over."""
DONE = 1 * CACHE_LINE
"""Finished tasks of the phase."""
NEXT_PREPARED = 2 * CACHE_LINE
"""The first block that no worker prepares."""
APPLIED = 3 * CACHE_LINE
"""Blocks before this one are done with."""
FINISHED = 4 * CACHE_LINE
ABANDONED = 5 * CACHE_LINE
"""1 when a task of this phase was left out because of a stop."""
EFFECTIVE_WORDS = 6 * CACHE_LINE
NEXT_WORKER = 7 * CACHE_LINE
ARRIVED = 8 * CACHE_LINE
"""And one for each block in memory: of two, the block is prepared, and the one before it is applied."""
CELLS = (8 + BLOCKS_AHEAD) * CACHE_LINE

TASK_BITS = 24
TASK_MASK = (1 << TASK_BITS) - 1
TILES = 0
ROWS = 1

SPINS = 64
YIELDS = 16
"""How often a worker that finds nothing to do looks again at once, and then lets others have the core,
before it sleeps: spinning alone would hold a core that the worker it waits for may need."""


class Progress(NamedTuple):
    """How far the workers are."""

    cells: Int64Array
    """(CELLS,)."""
    loss: Float64Array
    """(1,)."""


class Blocks(NamedTuple):
    """What all workers share."""

    settings: Settings
    parameters: Rows
    tables: Lookup
    corpus: Corpus
    schedule: Schedule
    epoch: int
    shared: Shared
    rule: Rule
    memory: Block
    contributions: Contributions
    progress: Progress


@jit
def entries_of(rule: Rule, block: Block) -> Int:
    """Return the length of a block's list of what is added to which row."""
    return block.n[0] + tiles_of(rule, block) * rule.draws


@jit
def tasks_of(rule: Rule, memory: Block, phase: Int) -> Int:
    """Return the number of tasks of a phase."""
    block = block_of(memory, rule, phase // 2)
    if phase % 2 == TILES:
        tasks = (tiles_of(rule, block) + TASK_TILES - 1) // TASK_TILES
    else:
        tasks = (entries_of(rule, block) + TASK_ENTRIES - 1) // TASK_ENTRIES
    return max(tasks, 1)  # a block without a kept token has phases, too


@jit
def open_phase(blocks: Blocks, phase: Int) -> None:
    """Let the tasks of a phase be claimed."""
    cells = blocks.progress.cells
    store_word(part(cells, DONE), I0)
    store_word(part(cells, WORK), phase << TASK_BITS | tasks_of(blocks.rule, blocks.memory, phase))


@jit
def arrive(blocks: Blocks, number: Int) -> None:
    """One of the two things that a block waits for has happened: who brings the second opens the block."""
    cells = blocks.progress.cells
    arrived = part(cells, ARRIVED + number % BLOCKS_AHEAD * CACHE_LINE)
    if fetch_add(arrived, 1) == 0:
        return
    store_word(arrived, I0)
    if load_flag(blocks.shared.stop):
        store_word(part(cells, FINISHED), 1)
    else:
        open_phase(blocks, 2 * number + TILES)


@jit
def end_phase(blocks: Blocks, phase: Int) -> None:
    """Go on from a phase whose tasks are all done."""
    cells, number = blocks.progress.cells, phase // 2
    if phase % 2 == TILES:
        if load_word(part(cells, ABANDONED)):
            store_word(part(cells, FINISHED), 1)  # nothing was applied: training stands before this block
        else:
            open_phase(blocks, 2 * number + ROWS)
        return
    block = block_of(blocks.memory, blocks.rule, number)
    fetch_add(part(cells, EFFECTIVE_WORDS), block.n[0])
    if blocks.settings.compute_loss:
        for task in range(tasks_of(blocks.rule, blocks.memory, 2 * number + TILES)):
            blocks.progress.loss[0] += block.losses[task]  # in order, whoever did the task
    store_word(blocks.shared.next_token, blocks.rule.bounds[number + 1])
    store_word(part(cells, APPLIED), number + 1)
    if number + 1 == blocks.rule.blocks:
        store_word(part(cells, FINISHED), 1)
    else:
        arrive(blocks, number + 1)


@jit
def do_task(blocks: Blocks, work: BlockWork, worker: Int, phase: Int, task: Int) -> None:
    """Do a task that was claimed, and what follows if it was the last one."""
    cells, rule = blocks.progress.cells, blocks.rule
    block = block_of(blocks.memory, rule, phase // 2)
    job = BlockJob(blocks.settings, blocks.parameters, rule, block, blocks.contributions, work)
    if phase % 2 == ROWS:
        step_rows(job, task, entries_of(rule, block))
    elif load_flag(blocks.shared.stop):
        store_word(part(cells, ABANDONED), 1)
    else:
        contribute_tiles(job, worker, task)
    # Asked before this task counts as done: afterwards the memory of the block may be another's.
    tasks = tasks_of(rule, blocks.memory, phase)
    if fetch_add(part(cells, DONE), 1) + 1 == tasks:
        end_phase(blocks, phase)


@jit
def claim_block(blocks: Blocks) -> Int:
    """Return the number of a block that this worker is to prepare, or -1."""
    cells = blocks.progress.cells
    number = load_word(part(cells, NEXT_PREPARED))
    while number < min(blocks.rule.blocks, load_word(part(cells, APPLIED)) + BLOCKS_AHEAD):
        if compare_and_swap(part(cells, NEXT_PREPARED), number, number + 1):
            return number
        number = load_word(part(cells, NEXT_PREPARED))
    return -1


@jit
def wait(turn: Int) -> None:
    """Wait a little, the `turn`-th time in a row."""
    if turn < SPINS:
        pause()
    elif turn < SPINS + YIELDS:
        let_go()
    else:
        nap()


@jit
def work_on_blocks(blocks: Blocks, work: BlockWork) -> None:
    """Prepare blocks and do tasks until all blocks are trained or a stop is asked for."""
    cells = blocks.progress.cells
    worker, turn = fetch_add(part(cells, NEXT_WORKER), 1), I0
    while True:
        claimable = load_word(part(cells, WORK))
        if claimable & TASK_MASK:
            if compare_and_swap(part(cells, WORK), claimable, claimable - 1):
                phase, task = claimable >> TASK_BITS, (claimable & TASK_MASK) - 1
                do_task(blocks, work, worker, phase, task)
            turn = I0
            continue
        if load_word(part(cells, FINISHED)):
            return
        number = claim_block(blocks)
        if number < 0:
            wait(turn)
            turn += 1
            continue
        prepare_block(
            blocks.settings,
            blocks.tables,
            blocks.corpus,
            blocks.schedule,
            blocks.epoch,
            blocks.rule,
            block_of(blocks.memory, blocks.rule, number),
            number,
            blocks.shared,
            work.starts,
        )
        arrive(blocks, number)
        turn = I0
