"""The same bits on real text: every backend and instruction set, `python -m bench.identical`.

Trains the first words of the text in every mode with the reference and with each backend, and compares the
trained arrays bit by bit. Ends with exit status 1 if any differ.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import logging
import sys
from typing import Any

from bench.texts import first_sentences, text_file
from bench.timing import print_table
from bench.training import register_instruction_sets
from w2vref import Word2Vec
from w2vref.backends import available_backends

OBJECTIVES = {"NS": dict(hs=0, negative=5), "HS": dict(hs=1, negative=0), "HS+NS": dict(hs=1, negative=5)}
ARCHITECTURES = {
    "SG": dict(sg=1),
    "CBOW": dict(sg=0),
    "CBOW sum, exact": dict(sg=0, cbow_mean=0, cbow_gradient="exact"),
    "CBOW mean, exact": dict(sg=0, cbow_gradient="exact"),
    "CBOW sum, gensim": dict(sg=0, cbow_mean=0, cbow_gradient="gensim"),
}


def trained_digest(sentences: list[list[str]], backend: str, options: dict[str, Any]) -> str:
    """Train and return a hash of all trained arrays."""
    model = Word2Vec(sentences, backend=backend, workers=1, **options)
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
    arguments = parser.parse_args()
    logging.getLogger("w2vref").setLevel(logging.ERROR)
    path, text = text_file(arguments.folder, 1)
    sentences = first_sentences(path, arguments.words)
    names = register_instruction_sets()
    names += [name for name, status in available_backends().items() if status and name == "numba"]
    print(f"the first {sum(map(len, sentences))} words of {text}; one epoch, min_count 2")
    rows, differing = [], 0
    for size, (architecture, a), (objective, o) in itertools.product(
        arguments.sizes, ARCHITECTURES.items(), OBJECTIVES.items()
    ):
        options: dict[str, Any] = dict(size=size, min_count=2, iter=1, **a, **o)
        expected = trained_digest(sentences, "numpy", options)
        found = [trained_digest(sentences, name, options) for name in names]
        differing += sum(digest != expected for digest in found)
        cells = ["same" if digest == expected else "DIFFERENT" for digest in found]
        rows.append([f"{architecture} {objective}", size, expected, *cells])
    print_table("hash of all trained arrays", ["mode", "size", "numpy", *names], rows)
    print(f"\n{differing} of {len(rows) * len(names)} runs differ from the reference")
    sys.exit(bool(differing))


if __name__ == "__main__":
    main()
