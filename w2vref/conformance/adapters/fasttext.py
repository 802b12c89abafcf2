"""fastText 0.9 as a target, through its Python package: `...adapters.fasttext:FastText`.

Without subwords (maxn=0), so that a word has one input vector. The package trains from a file and shows
vocabulary and matrices afterwards; steps, tree and tables cannot be seen.
"""

from __future__ import annotations

import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import fasttext
import numpy as np

from w2vref.conformance.suite.adapter import Adapter, UnsupportedError
from w2vref.dialects import END_OF_SENTENCE

RENAMED = {
    "size": "dim",
    "window": "ws",
    "sample": "t",
    "min_count": "minCount",
    "epochs": "epoch",
    "alpha": "lr",
    "workers": "thread",
}


class FastText(Adapter):
    """fastText as it is installed, one thread unless more are asked for."""

    name, version, dialect = "fasttext", version("fasttext"), "fasttext"
    lacks = {  # noqa: RUF012 - not changed by anyone
        "cbow-sum": "CBOW takes the mean",
        "hs-and-negative": "there is one loss at a time",
        "ns_exponent": "the exponent is always 0.5",
        "seed": "the package has no option for it",
        "save": "a saved model cannot be trained further",
        "trained_words": "they are not counted",
    }

    def __init__(self, off: str = "0", threads: str = "1") -> None:
        """Take what tells apart the reasons of failures.

        Args:
            off: the threshold that stands for no subsampling; at 0 fastText drops every word.
            threads: how many there are where a case asks for one; each initialises a tenth of the matrix.
        """
        self.off, self.threads = float(off), int(threads)

    def run(self, text: str, **options: Any) -> Any:
        """Train on a text."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "text")
            path.write_bytes(text.encode("utf-8", "surrogatepass"))
            settings = {"minn": 0, "maxn": 0, "bucket": 1, "verbose": 0, **options}
            settings["thread"] = max(self.threads, settings.get("thread", 1))
            return fasttext.train_unsupervised(str(path), **settings)

    def epoch_train_text(self, text: str, options: dict[str, Any]) -> dict[str, Any]:
        """Train on the lines of a text; the word for the ends of lines is left out."""
        given = dict(options)
        hs, negative = given.pop("hs", False), given.pop("negative", 5)
        if hs and negative:
            raise UnsupportedError(self.lacks["hs-and-negative"])
        if not given.pop("cbow_mean", True):
            raise UnsupportedError(self.lacks["cbow-sum"])
        settings: dict[str, Any] = {"model": "skipgram" if given.pop("sg", True) else "cbow"}
        settings |= {"loss": "hs"} if hs else {"loss": "ns", "neg": negative}
        for option, value in given.items():
            if option not in RENAMED:
                raise UnsupportedError(f"the package has no option for {option}")
            settings[RENAMED[option]] = self.off if option == "sample" and value == 0 else value
        model = self.run(text, **settings)
        rows = {word: i for i, word in enumerate(model.get_words()) if word != END_OF_SENTENCE}
        return {"words": list(rows), "vectors": model.get_input_matrix()[list(rows.values())]}

    def vocabulary_build(self, sentences: list[list[str]], min_count: int) -> dict[str, Any]:
        """Count a corpus."""
        text = "".join(" ".join(sentence) + "\n" for sentence in sentences)
        model = self.run(text, dim=1, epoch=1, minCount=min_count)
        words, counts = model.get_words(include_freq=True)
        known = {w: int(c) for w, c in zip(words, counts, strict=True) if w != END_OF_SENTENCE}
        return {"words": list(known), "counts": list(known.values())}

    def initialize(self, words: list[str], size: int, seed: int) -> dict[str, Any]:
        """Train with a learning rate of 0: a vector depends on its row alone."""
        del seed
        text = "".join(f"w{i}\n" for i in range(max(1, len(words) - 1)))
        matrix = self.run(text, dim=size, lr=0.0, epoch=1, minCount=1).get_input_matrix()
        return {"vectors": np.array(matrix[: len(words)])}
