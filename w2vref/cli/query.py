"""`w2vref query VECTORS WORD...`: the nearest words."""

from __future__ import annotations

import argparse
from typing import Any

from w2vref.cli.vectors import add_input, load


def add_parser(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "query",
        parents=parents,
        help="print the nearest words",
        description="Print the words nearest to each WORD, by cosine. With --minus, all words make one "
        "query: `w2vref query VECTORS king woman --minus man`.",
    )
    parser.set_defaults(run=run)
    add_input(parser)
    parser.add_argument("words", metavar="WORD", nargs="+")
    parser.add_argument("--minus", metavar="WORD", nargs="+", default=[], help="words that count against")
    parser.add_argument("--topn", type=int, default=10, help="neighbours of each query (default: 10)")


def run(arguments: argparse.Namespace) -> int:
    """Print a heading for each query, then neighbours and cosines."""
    if arguments.topn < 1:
        raise ValueError(f"--topn must be at least 1, got {arguments.topn}")
    vectors = load(arguments.vectors, arguments.format)
    queries = [arguments.words] if arguments.minus else [[word] for word in arguments.words]
    for word in [*arguments.words, *arguments.minus]:
        if word not in vectors:
            raise KeyError(
                f"{word!r} is not in the vocabulary of {arguments.vectors} ({len(vectors):,} words)"
            )
    for positive in queries:
        print(" + ".join(positive) + "".join(f" - {word}" for word in arguments.minus))
        for word, cosine in vectors.most_similar(positive, arguments.minus, topn=arguments.topn):
            print(f"  {cosine:.4f}  {word}")
    return 0
