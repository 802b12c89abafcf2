"""Quality: WordSim-353 and SimLex-999, w2vref beside gensim, `python -m bench.quality FOLDER`.

The folder has novels.txt(.xz), wordsim353.tsv and simlex999.txt. Both implementations train the same
text with the same settings and several seeds; Spearman's correlation on the pairs whose words both know.
"""

from __future__ import annotations

import argparse
import logging
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.texts import text_file
from bench.timing import machine, print_table, write_json
from w2vref import Word2Vec

SETS = {"WordSim-353": "wordsim353.tsv", "SimLex-999": "simlex999.txt"}
SETTINGS: dict[str, Any] = dict(window=5, min_count=5, sample=1e-3, hs=0, negative=5)


def w2vref_lookup(path: Path, seed: int, options: dict[str, Any]) -> Callable[[str, str], float | None]:
    """Train w2vref and return its similarity function; None for an unknown word."""
    model = Word2Vec(corpus_file=path, seed=seed, **options)
    return lambda a, b: model.wv.similarity(a, b) if a in model.wv and b in model.wv else None


def gensim_lookup(path: Path, seed: int, options: dict[str, Any]) -> Callable[[str, str], float | None]:
    """The same for gensim."""
    import gensim

    options = {k: v for k, v in options.items() if k != "backend"}
    model = gensim.models.Word2Vec(corpus_file=str(path), seed=seed, **options)
    return lambda a, b: float(model.wv.similarity(a, b)) if a in model.wv and b in model.wv else None


def read_pairs(path: Path) -> list[tuple[str, str, float]]:
    """Return (word, word, score) of each line that is no comment."""
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    return [(a.lower(), b.lower(), float(score)) for a, b, score in (line[:3] for line in lines)]


def spearman(pairs: list[tuple[str, str, float]], similarity: Callable[[str, str], float | None]) -> float:
    """Return Spearman's rank correlation between the scores and the similarities that exist."""
    known = [(score, value) for a, b, score in pairs if (value := similarity(a, b)) is not None]
    ranks = []
    for column in np.array(known).T:
        _, inverse, counts = np.unique(column, return_inverse=True, return_counts=True)
        mean_ranks = np.cumsum(counts) - (counts - 1) / 2
        ranks.append(mean_ranks[inverse])
    return float(np.corrcoef(ranks)[0, 1])


def main() -> None:
    """Train, evaluate, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--megabytes", type=int, default=75)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--size", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--modes", nargs="+", default=["SG-NS", "CBOW-NS"], choices=["SG-NS", "CBOW-NS"])
    parser.add_argument("--json")
    arguments = parser.parse_args()
    logging.getLogger("w2vref").setLevel(logging.ERROR)
    path, text = text_file(arguments.folder, arguments.megabytes)
    sets = {name: read_pairs(Path(arguments.folder) / file) for name, file in SETS.items()}
    print(f"{arguments.epochs} epochs over {text}, {arguments.seeds} seeds; machine: {machine()}")
    figures: list[dict[str, Any]] = []
    for mode in arguments.modes:
        options = dict(
            SETTINGS,
            sg=int(mode == "SG-NS"),
            vector_size=arguments.size,
            epochs=arguments.epochs,
            workers=arguments.workers,
            backend=arguments.backend,
        )
        for name, train in (("w2vref", w2vref_lookup), ("gensim", gensim_lookup)):
            for seed in range(1, arguments.seeds + 1):
                similarity = train(path, seed, options)
                scores = {set_name: spearman(pairs, similarity) for set_name, pairs in sets.items()}
                figures.append({"mode": mode, "implementation": name, "seed": seed, **scores})
                print(figures[-1], flush=True)
    rows = []
    for mode in arguments.modes:
        for name in ("w2vref", "gensim"):
            chosen = [f for f in figures if (f["mode"], f["implementation"]) == (mode, name)]
            row = [mode, name]
            for set_name in sets:
                values = [f[set_name] for f in chosen]
                row.append(f"{statistics.mean(values):.3f} ({min(values):.3f} .. {max(values):.3f})")
            rows.append(row)
    print_table("Spearman, mean over seeds (lowest .. highest)", ["mode", "", *sets], rows)
    write_json(arguments.json, {"text": text, "machine": machine(), "quality": figures})


if __name__ == "__main__":
    main()
