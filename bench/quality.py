"""Quality of block training beside the sequential algorithm and gensim, `python -m bench.quality FOLDER`.

The folder has novels.txt(.xz), wordsim353.tsv and simlex999.txt; `--corpora` is one that `bench.corpora`
filled. Each figure is a line of JSON, appended when it is there: an interrupted run loses nothing, and what
the file has is not trained again. Two parts of a text are never trained on (`bench.heldout`): lines all over
it give the held-out loss, the last lines that of later text. At the end docs/quality.md gets its tables.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bench.heldout import Examples, count_words, draw_examples, heldout_loss, split
from bench.quality_page import write_page
from bench.quality_plan import BLOCK_FIELDS, Run, experiments
from bench.similarity import SETS, correlation, read_pairs
from bench.texts import NOVELS
from bench.timing import machine
from w2vref import Word2Vec
from w2vref.config import BlockRule

MIN_COUNT = 5
SAMPLE = 1e-3
EXAMPLES = 200_000
PARTS = {"loss": "held_out", "later loss": "later"}
"""The figures that are losses, and the part of the text that each is of."""
ENGLISH = ("novels", "english-docs", "large")


class Text(NamedTuple):
    """A text to train on, and what it says of its words."""

    path: Path
    tokens: int
    held_out: list[list[str]]
    """Lines from all over the text."""
    later: list[list[str]]
    """Its last lines; of a text cut short those of the whole."""
    words: list[str]
    counts: np.ndarray


class Vectors(NamedTuple):
    """A trained model: its words in the order of the rows, float32 (vocab_size, size) twice."""

    words: list[str]
    inputs: np.ndarray
    outputs: np.ndarray


class Texts:
    """Finds, splits and counts the texts that runs ask for."""

    def __init__(self, folder: Path, corpora: Path, scratch: Path) -> None:
        self.folder, self.corpora, self.scratch = folder, corpora, scratch
        # Two, so that the large one is not counted for each of its runs.
        self.get = lru_cache(maxsize=2)(self._get)

    def has(self, corpus: str) -> bool:
        """Tell whether the text is there."""
        return self._source(corpus).exists()

    def _source(self, corpus: str) -> Path:
        if corpus != "novels":
            return self.corpora / f"{corpus}.txt"
        plain = self.folder / NOVELS
        return plain if plain.exists() else plain.with_name(NOVELS + ".xz")

    def _get(self, corpus: str, tokens: int | None) -> Text:
        lines, held_out, later = split(_lines(self._source(corpus)), tokens)
        path = self.scratch / f"{corpus}-{tokens}.txt"
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        used = sum(map(count_words, lines))
        model = Word2Vec(min_count=MIN_COUNT)
        model.build_vocab(corpus_file=path)
        words = list(model.wv.index_to_key)
        counts = np.array([model.wv.get_vecattr(word, "count") for word in words], dtype=np.int64)
        parts = ([line.split() for line in part] for part in (held_out, later))
        return Text(path, used, *parts, words, counts)


def _lines(path: Path) -> list[str]:
    if path.suffix == ".xz":
        import lzma

        with lzma.open(path, "rt", encoding="utf-8", errors="replace") as packed:
            raw = packed.readlines()
    else:
        raw = path.read_text(encoding="utf-8", errors="replace").split("\n")
    return [stripped for line in raw if (stripped := line.strip())]


def train(run: Run, text: Text, workers: int) -> Vectors:
    """Train what the run says."""
    options: dict[str, Any] = dict(
        sg=run.sg,
        hs=0,
        negative=run.negative,
        window=run.window,
        vector_size=run.size,
        alpha=run.alpha,
        sample=SAMPLE,
        min_count=MIN_COUNT,
        epochs=run.epochs,
        seed=run.seed,
        workers=2 if run.implementation == "racing" else workers,
    )
    if run.implementation == "gensim":
        import gensim

        model = gensim.models.Word2Vec(corpus_file=str(text.path), **options)
    else:
        rule = None if run.by_text else BlockRule(**{name: getattr(run, name) for name in BLOCK_FIELDS})
        algorithm = "block" if run.implementation == "block" else "sequential"
        model = Word2Vec(corpus_file=text.path, algorithm=algorithm, block=rule, backend="c", **options)
    return Vectors(list(model.wv.index_to_key), model.wv.vectors, model.syn1neg)


@lru_cache(maxsize=8)
def _examples(
    texts: Texts, part: str, corpus: str, tokens: int | None, sg: int, window: int, negative: int
) -> Examples:
    """Draw examples from a part of a text that is held out, one of `PARTS`."""
    text = texts.get(corpus, tokens)
    index = {word: row for row, word in enumerate(text.words)}
    return draw_examples(
        getattr(text, part),
        index,
        text.counts,
        sg=bool(sg),
        window=window,
        negative=negative,
        sample=SAMPLE,
        most=EXAMPLES,
    )


def measure(run: Run, texts: Texts, vectors: Vectors, pairs: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of a trained model."""
    text = texts.get(run.corpus, run.tokens)
    index = {word: row for row, word in enumerate(vectors.words)}
    rows = np.array([index[word] for word in text.words])
    figures: dict[str, Any] = {}
    for name, part in PARTS.items():
        examples = _examples(texts, part, run.corpus, run.tokens, run.sg, run.window, run.negative)
        figures[name] = heldout_loss(examples, vectors.inputs, vectors.outputs, rows)
    if run.corpus in ENGLISH:
        for name, judged in pairs.items():
            figures[name], figures[f"{name} pairs"] = correlation(judged, index, vectors.inputs)
    return figures


def read_figures(path: Path) -> list[dict[str, Any]]:
    """Return what a file of JSON lines has; none if there is no file."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def missing(
    figures: list[dict[str, Any]], names: list[str], implementations: list[str], seeds: int
) -> Iterator[Run]:
    """Yield the runs of these experiments that have no figures yet, each once, of seeds up to the last."""
    known = {json.dumps(figure["run"], sort_keys=True) for figure in figures}
    plan = experiments()
    for name in names:
        for run in plan[name]:
            chosen = run.implementation in implementations and run.seed <= seeds
            if chosen and run.key() not in known:
                known.add(run.key())
                yield run


def main() -> None:
    """Train, measure, write the page."""
    plan = experiments()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", nargs="?", default=os.environ.get("W2VREF_DATA"))
    parser.add_argument("--corpora", help="the folder that bench.corpora filled; default: FOLDER")
    parser.add_argument("--figures", default="docs/quality.jsonl", help="where figures are kept")
    parser.add_argument("--page", default="docs/quality.md", help="whose tables are made anew")
    parser.add_argument("--experiments", nargs="+", default=list(plan), choices=list(plan))
    parser.add_argument("--implementations", nargs="+", default=["block", "racing", "sequential", "gensim"])
    parser.add_argument("--seeds", type=int, default=5, help="leave out the runs of later ones")
    parser.add_argument("--workers", type=int, default=1, help="one, so that all but racing are repeatable")
    arguments = parser.parse_args()
    logging.getLogger("w2vref").setLevel(logging.ERROR)
    store = Path(arguments.figures)
    if arguments.folder is not None:
        folder = Path(arguments.folder)
        pairs = {name: read_pairs(folder / file) for name, file in SETS.items()}
        with tempfile.TemporaryDirectory(prefix="w2vref-quality-") as scratch:
            texts = Texts(folder, Path(arguments.corpora or folder), Path(scratch))
            asked = (arguments.experiments, arguments.implementations, arguments.seeds)
            for run in missing(read_figures(store), *asked):
                if not texts.has(run.corpus):
                    print(f"no text for {run.corpus}: left out")
                    continue
                started = time.perf_counter()
                text = texts.get(run.corpus, run.tokens)
                vectors = train(run, text, arguments.workers)
                figure = {
                    "run": run.settings(),
                    **measure(run, texts, vectors, pairs),
                    "trained_tokens": text.tokens,
                    "vocabulary": len(text.words),
                    "machine": machine(),
                }
                with store.open("a", encoding="utf-8") as out:
                    out.write(json.dumps(figure) + "\n")
                print(f"{time.perf_counter() - started:.0f} s", figure, flush=True)
    write_page(read_figures(store), Path(arguments.page))


if __name__ == "__main__":
    main()
