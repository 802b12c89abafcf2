"""Evaluation sets on the same vectors, w2vref and gensim, `python -m bench.evaluation FOLDER`.

The folder has novels.txt(.xz), questions-words.txt, wordsim353.tsv and simlex999.txt. One model is trained,
its vectors are handed to gensim through a word2vec file, and both evaluate them. Ends with exit status 1 if a
count differs, or a correlation in the four digits that both libraries print. (w2vref's cosines are exact,
gensim's float32: pairs whose cosines are nearly equal may change ranks, which shows in the sixth digit.)
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.texts import text_file
from bench.timing import print_table
from w2vref import Word2Vec

PAIRS = {"WordSim-353": "wordsim353.tsv", "SimLex-999": "simlex999.txt"}
ANALOGIES = "questions-words.txt"
DIGITS = 4


def evaluated(vectors: Any, folder: Path) -> dict[str, str]:
    """Return figure -> value as text; vectors: KeyedVectors of either library."""
    figures: dict[str, str] = {}
    score, sections = vectors.evaluate_word_analogies(str(folder / ANALOGIES))
    figures["analogies, accuracy"] = repr(float(score))
    for section in sections:
        right, wrong = len(section["correct"]), len(section["incorrect"])
        figures[f"analogies, {section['section']}"] = f"{right} of {right + wrong}"
    for name, file in PAIRS.items():
        pearson, spearman, unknown = vectors.evaluate_word_pairs(str(folder / file))
        figures[f"{name}, Pearson"] = f"{float(pearson[0]):.8f}"
        figures[f"{name}, Spearman"] = f"{float(spearman[0]):.8f}"
        figures[f"{name}, unknown"] = f"{unknown:.4f} %"
    return figures


def agree(ours: str, theirs: str) -> bool:
    """Tell whether two figures are the same, correlations in `DIGITS` digits."""
    try:
        return round(float(ours), DIGITS) == round(float(theirs), DIGITS)
    except ValueError:
        return ours == theirs


def main() -> None:
    """Train, evaluate, compare, print."""
    import gensim

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--megabytes", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=3)
    arguments = parser.parse_args()
    logging.getLogger("w2vref").setLevel(logging.ERROR)
    logging.getLogger("gensim").setLevel(logging.ERROR)
    path, text = text_file(arguments.folder, arguments.megabytes)
    model = Word2Vec(corpus_file=path, sg=1, iter=arguments.epochs, algorithm="block")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "vectors.bin"
        model.wv.save_word2vec_format(file, binary=True)
        theirs = gensim.models.KeyedVectors.load_word2vec_format(str(file), binary=True)
    figures = [evaluated(vectors, arguments.folder) for vectors in (model.wv, theirs)]
    print(f"{len(model.wv)} vectors, skip-gram, {arguments.epochs} epochs over {text}")
    rows = [
        [
            name,
            ours,
            figures[1].get(name, "missing"),
            "" if agree(ours, figures[1].get(name, "")) else "DIFFERS",
        ]
        for name, ours in figures[0].items()
    ]
    print_table("figures on the same vectors", ["", "w2vref", "gensim", ""], rows)
    sys.exit(any(row[-1] for row in rows) or figures[0].keys() != figures[1].keys())


if __name__ == "__main__":
    main()
