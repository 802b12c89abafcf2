"""The reference on real text: loss of each epoch and words a second, `python -m bench.reference`."""

from __future__ import annotations

import argparse
import logging
import time

import numpy as np

from bench.texts import first_sentences, text_file
from bench.timing import machine, print_table
from bench.training import MODES
from w2vref import Word2Vec


def main() -> None:
    """Train the first words of the text in each mode, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", help="folder with novels.txt(.xz); default: W2VREF_DATA")
    parser.add_argument("--words", type=int, default=20_000)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--backend", default="numpy")
    parser.add_argument("--modes", nargs="+", choices=MODES, default=list(MODES))
    arguments = parser.parse_args()
    logging.getLogger("w2vref").setLevel(logging.ERROR)
    path, text = text_file(arguments.folder, 1)
    sentences = first_sentences(path, arguments.words)
    print(f"{arguments.epochs} epochs over the first {sum(map(len, sentences))} words of {text}")
    print(f"backend {arguments.backend}, size 100, window 5, min_count 1; machine: {machine()}")
    rows = []
    for mode in arguments.modes:
        options = MODES[mode]
        model = Word2Vec(min_count=1, backend=arguments.backend, workers=1, alpha=0.05, **options)
        model.build_vocab(sentences)
        losses = []
        started, cpu = time.perf_counter(), time.process_time()
        raw_words = 0
        for _ in range(arguments.epochs):
            result = model.train(epochs=1, start_alpha=0.05, end_alpha=0.05, compute_loss=True)
            raw_words += result.raw_words
            losses.append(f"{result.loss:.0f}")
        cpu, seconds = time.process_time() - cpu, time.perf_counter() - started
        finite = np.isfinite(model.wv.vectors).all()
        rows.append(
            [mode, " > ".join(losses), finite, f"{raw_words / seconds:.0f}", f"{raw_words / cpu:.0f}"]
        )
    print_table(
        "loss in nats, epoch by epoch",
        ["mode", "loss", "finite", "words/s (wall)", "words/s (CPU)"],
        rows,
    )


if __name__ == "__main__":
    main()
