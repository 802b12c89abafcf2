"""Block training on a busy machine: more workers beside one, `python -m bench.busy`.

As many processes as there are cores do nothing but count, at the same priority, while one epoch is trained
with 1, 2, 4 and 8 workers in turn; then the same without them. A worker that is put aside keeps the others
waiting at the end of a phase, so that more workers need not gain anything here; they must not lose.
"""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
from collections.abc import Iterator
from functools import partial

from bench.texts import text_file, text_parser
from bench.timing import interleaved, machine, print_table, write_json
from w2vref import Word2Vec
from w2vref.backends.workers import available_cores
from w2vref.config import BlockRule

WORKERS = (1, 2, 4, 8)


@contextlib.contextmanager
def busy(processes: int) -> Iterator[None]:
    """Keep so many processes counting."""
    counting = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in counting:
            process.kill()
            process.wait()


def main() -> None:
    """Measure and print."""
    parser = text_parser(__doc__, rounds=7)
    parser.add_argument("--words", type=int, help="of a block; default: the rule's")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    path, what = text_file(options.folder, options.megabytes)
    rule = BlockRule(words=options.words)
    model = Word2Vec(backend="c", sg=1, vector_size=100, algorithm="block", epochs=1, block=rule)
    model.build_vocab(corpus_file=path)

    def train(workers: int) -> None:
        model.workers = workers
        model.train()

    print(f"{rule}, SG-NS, size 100, one epoch of {what}; machine: {machine()}")
    figures = []
    for processes in (available_cores(), 0):
        with busy(processes):
            seconds = interleaved({str(n): partial(train, n) for n in WORKERS}, options.rounds)
        walls = {f"workers {name}": value.median("wall") for name, value in seconds.items()}
        figures.append({"busy processes": processes, **walls})
    print_table("median wall seconds of an epoch", figures[0], (figure.values() for figure in figures))
    write_json(options.json, {"machine": machine(), "text": what, "wall seconds": figures})


if __name__ == "__main__":
    main()
