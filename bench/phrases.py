"""Phrases beside gensim's: counting, and joining, `python -m bench.phrases [FOLDER]`.

Both learn from the same sentences, held in memory, in turn; then both join the phrases of them by their
frozen forms. Ends with an error if the phrases or their scores differ.
"""

from __future__ import annotations

import argparse
from typing import Any

from bench.texts import first_sentences, text_file
from bench.timing import interleaved, machine, print_table, write_json
from w2vref import Phrases

TARGET = 2.0
"""Counting must be at least so many times as fast as gensim's."""


def measure(sentences: list[list[str]], rounds: int) -> dict[str, Any]:
    """Return task -> implementation -> median seconds, and the ratios."""
    from gensim.models import Phrases as GensimPhrases

    learned = {"w2vref": Phrases(sentences), "gensim": GensimPhrases(sentences)}
    frozen = {name: phrases.freeze() for name, phrases in learned.items()}
    assert frozen["w2vref"].phrasegrams == frozen["gensim"].phrasegrams
    assert learned["w2vref"].vocab == dict(learned["gensim"].vocab)
    tasks = {
        "count": {"w2vref": lambda: Phrases(sentences), "gensim": lambda: GensimPhrases(sentences)},
        "join": {
            name: lambda phrases=phrases: [phrases[sentence] for sentence in sentences]
            for name, phrases in frozen.items()
        },
    }
    figures: dict[str, Any] = {"phrases": len(frozen["w2vref"].phrasegrams)}
    for what, implementations in tasks.items():
        seconds = interleaved(implementations, rounds)
        figures[what] = {
            clock: {name: measured.median(clock) for name, measured in seconds.items()}
            for clock in ("wall", "cpu")
        }
    return figures


def main() -> None:
    """Measure, print a table, write JSON if asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder", nargs="?", help="has novels.txt or novels.txt.xz; without: a synthetic text"
    )
    parser.add_argument("--words", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", help="write the figures to this file")
    options = parser.parse_args()
    path, description = text_file(options.folder, 10 * options.words // 1_000_000 + 10)
    sentences = first_sentences(path, options.words)
    words = sum(map(len, sentences))
    figures = measure(sentences, options.rounds)
    print_table(
        f"{figures['phrases']:,} phrases of {words:,} words, {len(sentences):,} sentences of {description}; "
        f"medians of {options.rounds} interleaved rounds",
        ("", "w2vref, wall s", "gensim, wall s", "times as fast", "times, CPU", f"target {TARGET:g}"),
        [
            (
                what,
                figures[what]["wall"]["w2vref"],
                figures[what]["wall"]["gensim"],
                ratio(figures[what]["wall"]),
                ratio(figures[what]["cpu"]),
                "" if what == "join" else "met" if ratio(figures[what]["wall"]) >= TARGET else "MISSED",
            )
            for what in ("count", "join")
        ],
    )
    write_json(options.json, {"machine": machine(), "words": words, "figures": figures})


def ratio(seconds: dict[str, float]) -> float:
    """Return how many times as long gensim takes."""
    return seconds["gensim"] / seconds["w2vref"]


if __name__ == "__main__":
    main()
