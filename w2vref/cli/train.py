"""`w2vref train FILE -o VECTORS`: train on a text, one sentence a line."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from w2vref.cli import progress, saving
from w2vref.cli.main import EXIT_INTERRUPTED
from w2vref.config import CBOW_GRADIENTS
from w2vref.model import Word2Vec


def add_parser(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Add the command; defaults are those of `Word2Vec`."""
    parser = commands.add_parser(
        "train",
        parents=parents,
        help="train on a text file",
        description="Train word vectors on a text with one sentence a line and words between spaces.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "file", metavar="FILE", help="the text; may end in .gz, .bz2, .xz or .zst; - is stdin"
    )
    output = parser.add_argument_group("output")
    output.add_argument(
        "-o",
        "--output",
        metavar="VECTORS",
        required=True,
        help="word2vec file to write, text if not --binary",
    )
    output.add_argument("--binary", action="store_true", help="write VECTORS in the binary format")
    add_training_options(parser.add_argument_group("training"))


def add_training_options(group: Any) -> None:
    """Add the arguments of `Word2Vec` under their names, modern spellings too."""
    group.add_argument("--size", "--vector-size", type=int, default=100, help="components of a vector")
    group.add_argument("--window", type=int, default=5, help="largest distance of a context word")
    group.add_argument("--min-count", type=int, default=5, help="leave out rarer words")
    group.add_argument(
        "--sample", type=float, default=1e-3, help="threshold for thinning frequent words, 0: off"
    )
    group.add_argument("--seed", type=int, default=1, help="decides every draw")
    group.add_argument("--workers", type=int, default=3, help="threads; only 1 gives the same bits again")
    group.add_argument("--alpha", type=float, default=0.025, help="first learning rate")
    group.add_argument("--min-alpha", type=float, default=0.0001, help="last learning rate")
    group.add_argument("--sg", action="store_true", help="skip-gram instead of CBOW")
    group.add_argument("--hs", action="store_true", help="hierarchical softmax (with --negative 0: alone)")
    group.add_argument("--negative", type=int, default=5, help="noise words for each target")
    group.add_argument("--ns-exponent", type=float, default=0.75, help="power of the noise distribution")
    group.add_argument(
        "--cbow-mean", type=int, choices=(0, 1), default=1, help="1: mean of the context, 0: sum"
    )
    group.add_argument(
        "--cbow-gradient", choices=CBOW_GRADIENTS, default="word2vec", help="factor of CBOW's error"
    )
    group.add_argument("--iter", "--epochs", type=int, default=5, help="passes over the text")
    group.add_argument("--backend", default="auto", help="see `w2vref backends`")


def make_model(arguments: argparse.Namespace) -> Word2Vec:
    """Return an empty model with the settings asked for."""
    return Word2Vec(
        size=arguments.size,
        window=arguments.window,
        min_count=arguments.min_count,
        sample=arguments.sample,
        seed=arguments.seed,
        workers=arguments.workers,
        alpha=arguments.alpha,
        min_alpha=arguments.min_alpha,
        sg=int(arguments.sg),
        hs=int(arguments.hs),
        negative=arguments.negative,
        ns_exponent=arguments.ns_exponent,
        cbow_mean=arguments.cbow_mean,
        cbow_gradient=arguments.cbow_gradient,
        iter=arguments.iter,
        backend=arguments.backend,
    )


def run(arguments: argparse.Namespace) -> int:
    """Count, train, write."""
    output, quiet = arguments.output, arguments.quiet
    saving.check_writable(output)
    model = make_model(arguments)
    started = time.perf_counter()
    progress.say(f"backend {model.backend}; reading {arguments.file}", quiet)
    if arguments.file == "-":
        model.build_vocab(line.split() for line in sys.stdin)
    else:
        model.build_vocab(corpus_file=arguments.file)
    progress.say(
        f"{model.corpus_total_words:,} words in {model.corpus_count:,} sentences, "
        f"{len(model.wv):,} in the vocabulary ({time.perf_counter() - started:.1f} s)",
        quiet,
    )
    try:
        result = progress.train(model, quiet)
    except KeyboardInterrupt:
        saving.keep_partial(model, output, arguments.binary)
        return EXIT_INTERRUPTED
    rate = result.raw_words / max(result.seconds, 1e-9)
    progress.say(f"trained in {result.seconds:.1f} s, {rate:,.0f} words/s", quiet)
    saving.write(model, output, arguments.binary)
    progress.say(f"wrote {output}", quiet)
    return 0
