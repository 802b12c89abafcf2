"""The same bits on real text: every backend and instruction set, `python -m bench.identical`.

Trains the first words of the text in every mode with the reference and with each backend, and compares the
trained arrays bit by bit; block training (`--algorithm block`) with several numbers of workers. Several
sizes, windows and numbers of negatives are all combined. Where the reference would take days, `--against`
names a backend whose run with one worker takes its place. Ends with exit status 1 if any differ.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import logging
import sys
from typing import Any
from unittest import mock

from bench.texts import first_sentences, text_file
from bench.timing import print_table
from bench.training import has_algorithm, register_instruction_sets
from w2vref import Word2Vec
from w2vref.backends import available_backends
from w2vref.config import ALGORITHMS

OBJECTIVES = {"NS": (0, True), "HS": (1, False), "HS+NS": (1, True)}
"""hs, and whether there is negative sampling."""
ARCHITECTURES = {
    "SG": dict(sg=1),
    "CBOW": dict(sg=0),
    "CBOW sum, exact": dict(sg=0, cbow_mean=0, cbow_gradient="exact"),
    "CBOW mean, exact": dict(sg=0, cbow_gradient="exact"),
    "CBOW sum, gensim": dict(sg=0, cbow_mean=0, cbow_gradient="gensim"),
}


MODES = [f"{architecture} {objective}" for architecture in ARCHITECTURES for objective in OBJECTIVES]


def mode_options(mode: str, negative: int) -> dict[str, Any]:
    """Return the arguments of `Word2Vec` that a mode consists of."""
    architecture, objective = mode.rsplit(" ", 1)
    hs, negative_sampling = OBJECTIVES[objective]
    return dict(hs=hs, negative=negative if negative_sampling else 0, **ARCHITECTURES[architecture])


def trained_digest(sentences: list[list[str]], backend: str, workers: int, options: dict[str, Any]) -> str:
    """Train and return a hash of all trained arrays."""
    model = Word2Vec(sentences, backend=backend, workers=workers, **options)
    state = model.step_state().parameters
    digest = hashlib.sha256()
    for name in ("input_vectors", "output_vectors", "node_vectors"):
        digest.update(getattr(state, name).tobytes())
    return digest.hexdigest()[:12]


def main() -> None:
    """Train, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", nargs="?", help="folder with novels.txt(.xz); default: W2VREF_DATA")
    parser.add_argument("--words", type=int, default=5_000)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100])
    parser.add_argument("--windows", type=int, nargs="+", default=[5])
    parser.add_argument("--negatives", type=int, nargs="+", default=[5])
    parser.add_argument("--modes", nargs="+", choices=MODES, metavar="MODE", help=f"of {', '.join(MODES)}")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--algorithm", choices=ALGORITHMS, default="sequential")
    parser.add_argument("--workers", type=int, nargs="+", help="default: 1; of block training 1 2 3 8")
    parser.add_argument("--backends", nargs="+", help="default: all that are available, but numpy")
    parser.add_argument("--against", default="numpy", help="what the others are compared with")
    arguments = parser.parse_args()
    block = arguments.algorithm == "block"
    all_workers = arguments.workers or ([1, 2, 3, 8] if block else [1])
    # As many as are asked for: a model uses no more than there are processors.
    mock.patch("w2vref.training.training.available_cores", return_value=max(all_workers)).start()
    modes = [m for m in arguments.modes or MODES if not block or m.rsplit(" ", 1)[1] == "NS"]
    logging.getLogger("w2vref").setLevel(logging.ERROR)
    path, text = text_file(arguments.folder, 1 + arguments.words // 100_000)
    sentences = first_sentences(path, arguments.words)
    names = register_instruction_sets()
    names += [name for name, status in available_backends().items() if status and name == "numba"]
    names = arguments.backends or names
    names = [name for name in names if has_algorithm(name, {"algorithm": arguments.algorithm})]
    runs = list(itertools.product(names, all_workers))
    print(
        f"the first {sum(map(len, sentences))} words of {text}; {arguments.algorithm} training, "
        f"{arguments.epochs} epoch(s), min_count 2"
    )
    rows, differing = [], 0
    for size, window, negative, mode in itertools.product(
        arguments.sizes, arguments.windows, arguments.negatives, modes
    ):
        options = mode_options(mode, negative)
        if not options["negative"] and negative != arguments.negatives[0]:
            continue  # the same run again
        options |= dict(size=size, window=window, min_count=2, iter=arguments.epochs)
        options["algorithm"] = arguments.algorithm
        expected = trained_digest(sentences, arguments.against, 1, options)
        found = [trained_digest(sentences, name, workers, options) for name, workers in runs]
        differing += sum(digest != expected for digest in found)
        cells = ["same" if digest == expected else "DIFFERENT" for digest in found]
        rows.append([mode, size, window, options["negative"], expected, *cells])
    columns = [name if len(all_workers) == 1 else f"{name}, {workers}" for name, workers in runs]
    header = ["mode", "size", "window", "negative", arguments.against, *columns]
    print_table("hash of all trained arrays", header, rows)
    print(f"\n{differing} of {len(rows) * len(runs)} runs differ from {arguments.against} with one worker")
    sys.exit(bool(differing))


if __name__ == "__main__":
    main()
