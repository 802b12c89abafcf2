"""What the constants of block training cost in time, `python -m bench.block_rules`.

Every round trains an epoch with each number of positions and noise words of a tile in turn: those whose
quality docs/quality.md has, "Noise words and tiles".
"""

from __future__ import annotations

import logging
from functools import partial

from bench.quality_plan import TILES_AND_DRAWS
from bench.texts import text_file, text_parser
from bench.timing import interleaved, machine, print_table, write_json
from w2vref import Word2Vec
from w2vref.config import BlockRule


def main() -> None:
    """Measure and print."""
    parser = text_parser(__doc__, rounds=7)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    path, what = text_file(options.folder, options.megabytes)
    model = Word2Vec(backend="c", sg=1, vector_size=100, algorithm="block", epochs=1, workers=options.workers)
    model.build_vocab(corpus_file=path)

    def train(tile: int, draws: int) -> None:
        model.block = BlockRule(tile=tile, draws=draws)
        model.train()

    print(f"SG-NS, size 100, {options.workers} worker(s), one epoch of {what}; machine: {machine()}")
    tasks = {f"{tile} {draws}": partial(train, tile, draws) for tile, draws in TILES_AND_DRAWS}
    seconds = interleaved(tasks, options.rounds)
    clock = "cpu" if options.workers == 1 else "wall"
    first = next(iter(seconds.values())).median(clock)
    rows = []
    for (tile, draws), value in zip(TILES_AND_DRAWS, seconds.values(), strict=True):
        median = value.median(clock)
        rows.append({"tile": tile, "draws": draws, f"{clock} s": median, "to the first": median / first})
    print_table("an epoch", rows[0], (row.values() for row in rows))
    write_json(options.json, {"machine": machine(), "text": what, "epochs": rows})


if __name__ == "__main__":
    main()
