"""`w2vref train FILE -o VECTORS`: train on a text, one sentence a line."""

from __future__ import annotations

import argparse
import inspect
import io
import sys
import time
from typing import Any

from w2vref.cli import progress, saving
from w2vref.cli.main import EXIT_INTERRUPTED
from w2vref.config import ALGORITHMS, CBOW_GRADIENTS
from w2vref.model import Word2Vec

OPTIONS: dict[str, dict[str, Any]] = {
    "size": {"flags": ["--size", "--vector-size"], "type": int, "help": "components of a vector"},
    "window": {"type": int, "help": "largest distance of a context word"},
    "min_count": {"type": int, "help": "leave out rarer words"},
    "sample": {"type": float, "help": "threshold for thinning frequent words, 0: off"},
    "seed": {"type": int, "help": "decides every draw"},
    "workers": {"type": int, "help": "threads; only 1 gives the same bits again"},
    "alpha": {"type": float, "help": "first learning rate"},
    "min_alpha": {"type": float, "help": "last learning rate"},
    "sg": {"action": "store_const", "const": 1, "help": "skip-gram instead of CBOW"},
    "hs": {"action": "store_const", "const": 1, "help": "hierarchical softmax (with --negative 0: alone)"},
    "negative": {"type": int, "help": "noise words for each target"},
    "ns_exponent": {"type": float, "help": "power of the noise distribution"},
    "cbow_mean": {"type": int, "choices": (0, 1), "help": "1: mean of the context, 0: sum"},
    "cbow_gradient": {"choices": CBOW_GRADIENTS, "help": "factor of CBOW's error"},
    "iter": {"flags": ["--iter", "--epochs"], "type": int, "help": "passes over the text"},
    "algorithm": {
        "choices": ALGORITHMS,
        "help": "block: faster, the same bits for any --workers; negative sampling only",
    },
    "backend": {"help": "see `w2vref backends`"},
}
"""Argument of `Word2Vec` -> how it is spelled here. What is not given keeps the default of `Word2Vec`."""
FREE_TO_CHANGE = {"workers", "backend"}
"""What may differ between an interrupted training and its end."""


def add_parser(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "train",
        parents=parents,
        help="train on a text file",
        description="Train word vectors on a text with one sentence a line and words between spaces.",
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "file", metavar="FILE", help="the text; may end in .gz, .bz2, .xz or .zst; - is stdin"
    )
    parser.add_argument("-o", "--output", metavar="VECTORS", help="word2vec file to write")
    parser.add_argument(
        "--binary", action="store_true", help="write VECTORS in the binary format, not as text"
    )
    parser.add_argument("--save-model", metavar="MODEL", help="write the whole model too; it can train on")
    parser.add_argument(
        "--resume",
        metavar="MODEL",
        help="finish the interrupted training of a saved model on the same FILE, with the same bits",
    )
    group = parser.add_argument_group("training")
    defaults = inspect.signature(Word2Vec).parameters
    for name, option in OPTIONS.items():
        details = {key: value for key, value in option.items() if key != "flags"}
        details["help"] += f" (default: {defaults[name].default})"
        flags = option.get("flags", [f"--{name.replace('_', '-')}"])
        group.add_argument(*flags, dest=name, **details)


def settings_given(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the arguments of `Word2Vec` that the command line gives."""
    return {name: value for name in OPTIONS if (value := getattr(arguments, name)) is not None}


def run(arguments: argparse.Namespace) -> int:
    """Count, train, write."""
    if arguments.output is None and arguments.save_model is None:
        raise ValueError("nothing to write: give -o VECTORS, or --save-model MODEL, or both")
    saving.check_writable(arguments.output)
    saving.check_writable(arguments.save_model)
    model = resumed(arguments) if arguments.resume else counted(arguments)
    quiet = arguments.quiet
    try:
        with progress.training_bar(model, quiet):
            again: dict[str, Any] = {**corpus(arguments), "resume": True} if arguments.resume else {}
            result = model.train(**again)
    except KeyboardInterrupt:
        saving.keep_partial(model, arguments.output, arguments.binary, arguments.save_model)
        return EXIT_INTERRUPTED
    rate = result.raw_words / max(result.seconds, 1e-9)
    progress.say(f"trained in {result.seconds:.1f} s, {rate:,.0f} words/s", quiet)
    for name in saving.write(model, arguments.output, arguments.binary, arguments.save_model):
        progress.say(f"wrote {name}", quiet)
    return 0


def corpus(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the text as an argument of `build_vocab` and `train`."""
    if arguments.file == "-":
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8", newline="\n")  # as files are read
        return {"sentences": (line.split() for line in sys.stdin if not line.isspace())}
    return {"corpus_file": arguments.file}


def counted(arguments: argparse.Namespace) -> Word2Vec:
    """Return a model with the settings asked for and the vocabulary of the text."""
    model = Word2Vec(**settings_given(arguments))
    started = time.perf_counter()
    progress.say(f"backend {model.backend}; reading {arguments.file}", arguments.quiet)
    model.build_vocab(**corpus(arguments))
    progress.say(
        f"{model.corpus_total_words:,} words in {model.corpus_count:,} sentences, "
        f"{len(model.wv):,} in the vocabulary ({time.perf_counter() - started:.1f} s)",
        arguments.quiet,
    )
    return model


def resumed(arguments: argparse.Namespace) -> Word2Vec:
    """Return the saved model whose training is to be finished.

    Raises: ValueError if the command line gives settings, which the saved model has.
    """
    given = settings_given(arguments)
    if fixed := sorted(given.keys() - FREE_TO_CHANGE):
        options = ", ".join(f"--{name.replace('_', '-')}" for name in fixed)
        raise ValueError(f"--resume takes its settings from {arguments.resume}: leave out {options}")
    model = Word2Vec.load(arguments.resume, backend=given.get("backend", "auto"))
    model.workers = given.get("workers", model.workers)
    progress.say(f"backend {model.backend}; resuming with {arguments.file}", arguments.quiet)
    return model
