"""`w2vref demo`: train on the English that Python carries, and look at some words."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from w2vref.cli import progress, saving, text
from w2vref.cli.main import EXIT_INTERRUPTED
from w2vref.model import Word2Vec

WORDS = (
    "class", "method", "exception", "iterator", "string", "integer", "module",
    "thread", "socket", "client", "message", "directory", "archive", "left", "time",
)  # fmt: skip
"""Frequent in manuals of programming, in fields far from one another; those of the second line are rare in
the manual alone, and left out where they are not in the vocabulary."""
NEIGHBOURS = 6
SETTINGS: dict[str, Any] = {"size": 100, "sg": 1, "window": 5, "negative": 5, "sample": 1e-3, "iter": 10}
"""For some 300,000 words: few, so there are many epochs."""
SLICE_SETTINGS: dict[str, Any] = {"size": 32, "sg": 0, "window": 5, "negative": 3, "alpha": 0.2, "iter": 2}
"""What the reference, a text to read and no racer, trains in well under a minute: the manual alone, some
54,000 words, in large steps."""


def add_parser(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "demo",
        parents=parents,
        help="train on the English that Python itself carries",
        description="Train on Python's reference manual and the docstrings of its standard library, "
        "then print the neighbours of some words.",
    )
    parser.set_defaults(run=run)
    parser.add_argument("-o", "--output", default="demo-vectors.txt", help="where to write the vectors")
    parser.add_argument("--backend", default="auto", help="see `w2vref backends`")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another run of chance")


def run(arguments: argparse.Namespace) -> int:
    """Read, train, show, write."""
    saving.check_writable(arguments.output)
    started = time.perf_counter()
    model = Word2Vec(backend=arguments.backend, workers=1, seed=arguments.seed)
    sentences, settings = read(model.backend, arguments.quiet)
    model = Word2Vec(backend=arguments.backend, workers=1, seed=arguments.seed, **settings)
    model.build_vocab(sentences)
    progress.say(
        f"training on {model.corpus_total_words:,} words, {len(model.wv):,} in the vocabulary, "
        f"{model.iter} epochs, backend {model.backend}",
        arguments.quiet,
    )
    try:
        with progress.training_bar(model, arguments.quiet):
            model.train()
    except KeyboardInterrupt:
        saving.keep_partial(model, arguments.output)
        return EXIT_INTERRUPTED
    show(model)
    saving.write(model, arguments.output)
    print(f"\nvectors: {Path(arguments.output).resolve()}")
    progress.say(f"{time.perf_counter() - started:.0f} s in all", arguments.quiet)
    return 0


def read(backend: str, quiet: bool) -> tuple[list[list[str]], dict[str, Any]]:
    """Return the sentences to train on, and the settings that suit the backend's speed."""
    sentences = text.manual()
    if backend == "numpy":
        progress.say(
            "only the reference backend is in use, which is made to be read: it trains on a slice (Python's "
            "manual without the docstrings), so expect rough neighbours; see `w2vref backends`",
            quiet,
        )
        return sentences, SLICE_SETTINGS
    files = text.docstring_files()
    with progress.bar(len(files), "reading docstrings", " files", quiet) as shown:
        sentences += text.docstrings(files, shown.update)
    return sentences, SETTINGS


def show(model: Word2Vec) -> None:
    """Print the neighbours of the words that are in the vocabulary."""
    known = [word for word in WORDS if word in model.wv]
    width = max(map(len, WORDS))
    for word in known:
        neighbours = ", ".join(name for name, _ in model.wv.most_similar(word, topn=NEIGHBOURS))
        print(f"{word:>{width}}  {neighbours}")
