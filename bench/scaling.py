"""Block training: where the time goes, and what more cores would do, `python -m bench.scaling`.

The kernel counts the time of each kind of task in an epoch of one worker. What more workers would take is
*simulated*: the scheduler of the kernel, with tasks of these lengths, on cores of their own. The simulation
knows imbalance, phases and the blocks prepared ahead. It does not know that cores share memory bandwidth and
fetch what others have written, nor that pairs at the edge of a task are taken twice, so it is an upper bound;
bench.two_workers measures.
"""

from __future__ import annotations

import heapq
import logging
import random
from typing import Any, NamedTuple

import numpy as np

from bench.texts import text_file, text_parser
from bench.timing import machine, print_table, write_json
from w2vref import Word2Vec
from w2vref.backends.base import Control, TrainingJob
from w2vref.backends.c import CBackend
from w2vref.backends.c.arguments import block_struct, corpus_struct, model_struct, run_struct
from w2vref.backends.c.library import load_library
from w2vref.backends.workers import run_threads
from w2vref.config import BlockRule

TASK_TILES, TASK_ENTRIES, BLOCKS_AHEAD = 12, 128, 4
"""As in src/blocks.h, where there is more than one worker."""
VARIATION = 0.1
"""Assumed: a task takes up to so much more or less than its share. With tasks that all took the same, workers
would fall in step, and what they wait at the end of a phase would depend on the numbers of tasks alone."""
SWITCH = 2e-6
"""Seconds, assumed: until a worker that waits has seen that a phase is open."""
CORES = (1, 2, 4, 16, 64)


class Times(NamedTuple):
    """Mean seconds of one block, all tasks of a kind together, and how many tiles and tasks there are."""

    prepare: float
    tiles: float
    apply: float
    tile_count: int
    apply_tasks: int

    def tile_tasks(self, workers: int) -> list[int]:
        """Return the tiles of each task, as w2v_block_tasks divides them."""
        if workers == 1:
            return [self.tile_count]
        tasks, left = [], self.tile_count
        while left:
            tasks.append(min(TASK_TILES, -(-left // (2 * workers))))
            left -= tasks[-1]
        return tasks


def job_of(model: Word2Vec, workers: int) -> TrainingJob:
    """Return one epoch of the model's corpus."""
    state, corpus = model.step_state(), model._corpus
    assert corpus is not None
    return TrainingJob(
        state.config,
        state.parameters,
        state.tables,
        corpus,
        0,
        0,
        corpus.words,
        0.025,
        0.0001,
        False,
        workers,
    )


def measure(model: Word2Vec) -> Times:
    """Train an epoch with one worker and return the times of its blocks."""
    library, job, control = load_library(), job_of(model, 1), Control()
    simd = CBackend()._simd_number
    structs = (
        model_struct(library, job.config, job.parameters, job.tables, trains_corpus=True),
        corpus_struct(library, job.corpus),
        run_struct(library, job, control, 0),
        block_struct(library, job, control),
    )
    blocks = library.lib.w2v_blocks_new(*(struct.pointer for struct in structs))
    try:
        run_threads(
            lambda: library.lib.w2v_blocks_train(simd, blocks), 1, stop=lambda: None, poll=lambda: None
        )
        figures = np.zeros(4, dtype=np.int64)
        library.lib.w2v_blocks_times(blocks, library.ffi.from_buffer("int64_t[]", figures))
        result = library.ffi.new("w2v_result *")
        library.lib.w2v_blocks_result(blocks, result)
    finally:
        library.lib.w2v_blocks_free(blocks)
    count, rule = int(figures[3]), job.config.block
    positions = result.effective_words / count
    tiles = positions / rule.tile
    prepare, tile_time, apply = (figures[:3] * 1e-9 / count).tolist()
    entries = positions + tiles * rule.draws
    return Times(prepare, tile_time, apply, max(1, round(tiles)), max(1, round(entries / TASK_ENTRIES)))


def simulate(times: Times, cores: int, blocks: int = 600) -> float:
    """Return the seconds that so many cores take for the blocks; a free core does what a worker would."""
    rng = random.Random(1)
    phases = (
        [times.tiles * tiles / times.tile_count for tiles in times.tile_tasks(cores)],
        [times.apply / times.apply_tasks] * times.apply_tasks,
    )
    free = [(0.0, core) for core in range(cores)]
    heapq.heapify(free)
    prepared: list[float] = []  # when each block is prepared
    opened, end = 0.0, 0.0
    for block in range(blocks):
        if len(prepared) <= block:
            start, core = heapq.heappop(free)
            prepared.append(start + times.prepare)
            heapq.heappush(free, (prepared[block], core))
        opened = max(opened, prepared[block])
        for tasks in phases:
            end = opened
            for seconds in tasks:
                start, core = heapq.heappop(free)
                done = max(start, opened + SWITCH) + seconds * rng.uniform(1 - VARIATION, 1 + VARIATION)
                end = max(end, done)
                heapq.heappush(free, (done, core))
            # A core that is free before the phase ends prepares a block, if one is within reach.
            while len(prepared) < min(blocks, block + BLOCKS_AHEAD) and free[0][0] < end:
                start, core = heapq.heappop(free)
                prepared.append(start + times.prepare)
                heapq.heappush(free, (prepared[-1], core))
            opened = end
    return end


def main() -> None:
    """Measure, simulate, print."""
    parser = text_parser(__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100])
    parser.add_argument("--words", type=int, help="of a block; default: the rule's")
    arguments = parser.parse_args()
    logging.getLogger("w2vref").setLevel(logging.ERROR)
    path, text = text_file(arguments.folder, arguments.megabytes)
    print(f"one epoch of skip-gram over {text}; machine: {machine()}")
    figures: list[dict[str, Any]] = []
    for size in arguments.sizes:
        model = Word2Vec(size=size, sg=1, algorithm="block", backend="c")
        if arguments.words:
            model.block = BlockRule(words=arguments.words)
        model.build_vocab(corpus_file=path)
        times = measure(model)
        total = times.prepare + times.tiles + times.apply
        one = simulate(times, 1)
        figures.append(
            {
                "size": size,
                "times": times._asdict(),
                "simulated": {cores: one / simulate(times, cores) for cores in CORES},
            }
        )
        print_table(
            f"size {size}: a block takes one worker {total * 1e3:.2f} ms",
            ["", "share", "tasks of two workers"],
            [
                ["prepare", f"{times.prepare / total:.0%}", 1],
                ["tiles", f"{times.tiles / total:.0%}", len(times.tile_tasks(2))],
                ["apply", f"{times.apply / total:.0%}", times.apply_tasks],
            ],
        )
    print_table(
        "speed-up over one worker, simulated",
        ["size", *(f"{cores} cores" for cores in CORES[1:])],
        [[f["size"], *(f["simulated"][c] for c in CORES[1:])] for f in figures],
    )
    write_json(arguments.json, {"text": text, "machine": machine(), "scaling": figures})


if __name__ == "__main__":
    main()
