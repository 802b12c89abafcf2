"""How much texts repeat themselves, as block training sees it: `python -m bench.repetition FILE ...`.

Of each text, a sentence a line, the trigrams that `w2vref.reference.block_rule` counts, and the constants of
block training that follow (negative = 5, window = 5).
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from bench.timing import print_table
from w2vref import Word2Vec
from w2vref.reference.block_rule import repetition, rule_for

MIN_COUNT = 5


def main() -> None:
    """Count the texts given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    logging.getLogger("w2vref").setLevel(logging.ERROR)
    rows = []
    for path in parser.parse_args().files:
        model = Word2Vec(min_count=MIN_COUNT)
        model.build_vocab(corpus_file=path)
        corpus = model._corpus  # encoded as it was counted
        assert corpus is not None
        found = repetition(corpus)
        rule = rule_for(found, negative=5, window=5, sg=True)
        rows.append([path.stem, corpus.words, *found, str(rule)])
    print_table("what repeats itself", ["text", "words", "repeated", "trigrams", "constants"], rows)


if __name__ == "__main__":
    main()
