"""`w2vref eval VECTORS`: analogies, and correlation with human judgements of similarity."""

from __future__ import annotations

import argparse
from typing import Any

from w2vref.cli.vectors import add_input, load
from w2vref.keyedvectors import KeyedVectors


def add_parser(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "eval",
        parents=parents,
        help="compare vectors with human judgements and analogies",
        description="Compare vectors with judgements of similarity (lines of two words and a number) and "
        'with analogies (lines of four words, in sections that begin with ": name").',
    )
    parser.set_defaults(run=run)
    add_input(parser)
    parser.add_argument("--pairs", metavar="FILE", nargs="+", default=[], help="such as WordSim-353")
    parser.add_argument("--delimiter", default="\t", help="between the words of a pair (default: a tab)")
    parser.add_argument(
        "--analogies", metavar="FILE", nargs="+", default=[], help="such as questions-words.txt"
    )
    parser.add_argument(
        "--restrict-vocab", type=int, default=300_000, help="words that count (default: 300000)"
    )
    parser.add_argument("--case-sensitive", action="store_true", help="tell upper from lower case")


def run(arguments: argparse.Namespace) -> int:
    """Print a line for each file of pairs, and one for each section of analogies."""
    if not (arguments.pairs or arguments.analogies):
        raise ValueError("nothing to evaluate: give --pairs FILE, or --analogies FILE, or both")
    vectors = load(arguments.vectors, arguments.format)
    for path in arguments.pairs:
        print_pairs(vectors, path, arguments)
    for path in arguments.analogies:
        print_analogies(vectors, path, arguments)
    return 0


def print_pairs(vectors: KeyedVectors, path: str, arguments: argparse.Namespace) -> None:
    """Print the correlations of one file."""
    pearson, spearman, unknown = vectors.evaluate_word_pairs(
        path,
        delimiter=arguments.delimiter,
        restrict_vocab=arguments.restrict_vocab,
        case_insensitive=not arguments.case_sensitive,
    )
    print(f"{path}: Spearman {spearman[0]:.4f}, Pearson {pearson[0]:.4f}, {unknown:.1f}% of pairs unknown")


def print_analogies(vectors: KeyedVectors, path: str, arguments: argparse.Namespace) -> None:
    """Print the share of right answers in each section of one file; the last section is the total."""
    _, sections = vectors.evaluate_word_analogies(
        path, restrict_vocab=arguments.restrict_vocab, case_insensitive=not arguments.case_sensitive
    )
    print(f"{path}:")
    for section in sections:
        correct, asked = len(section["correct"]), len(section["correct"]) + len(section["incorrect"])
        share = f"{100.0 * correct / asked:5.1f}%" if asked else "   none"
        print(f"  {share}  {correct}/{asked}  {section['section']}")
