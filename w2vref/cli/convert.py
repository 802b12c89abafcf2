"""`w2vref convert IN OUT`: from one format of vectors to another."""

from __future__ import annotations

import argparse
from typing import Any

from w2vref.cli import progress, saving
from w2vref.cli.vectors import FORMATS, add_input, load
from w2vref.io.word2vec_format import write_word2vec


def add_parser(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "convert",
        parents=parents,
        help="write vectors in another format",
        description="Write vectors in another format; .gz, .bz2, .xz or .zst in a name compresses.",
    )
    parser.set_defaults(run=run)
    add_input(parser, "IN")
    parser.add_argument("output", metavar="OUT")
    parser.add_argument("--to", choices=FORMATS, default="text", help="the format of OUT (default: text)")


def run(arguments: argparse.Namespace) -> int:
    """Read all, write all, in the order of the file."""
    saving.check_writable(arguments.output)
    vectors = load(arguments.vectors, arguments.format)
    if arguments.to == "native":
        vectors.save(arguments.output)
    else:
        binary = arguments.to == "binary"
        write_word2vec(arguments.output, vectors.index_to_key, vectors.vectors, binary=binary)
    progress.say(
        f"wrote {arguments.output}: {len(vectors):,} vectors of size {vectors.vector_size}", arguments.quiet
    )
    return 0
