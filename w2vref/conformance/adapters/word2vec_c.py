"""The program word2vec.c as a target, through its command line: `...adapters.word2vec_c:Word2VecC`.

Version and build are those of `word2vec_c_program`. The program reads a text and writes vectors and
counts; it shows no single step, no tree and no table.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from w2vref._typing import Float32Array
from w2vref.conformance.adapters.word2vec_c_program import FLAGS, PACKAGE, find_program, run_program
from w2vref.conformance.suite.adapter import Adapter, UnsupportedError
from w2vref.dialects import END_OF_SENTENCE
from w2vref.keyedvectors import KeyedVectors

FLAG_OF = {
    "size": "-size",
    "window": "-window",
    "hs": "-hs",
    "negative": "-negative",
    "sample": "-sample",
    "min_count": "-min-count",
    "epochs": "-iter",
    "alpha": "-alpha",
}


class Word2VecC(Adapter):
    """One thread. Raises BackendUnavailableError when it is made, if the program cannot be had."""

    name, dialect = "word2vec.c", "word2vec.c"
    version = f"{PACKAGE.replace('==', ' ')}, {' '.join(FLAGS)}"
    lacks = {  # noqa: RUF012 - not changed by anyone
        "cbow-sum": "CBOW takes the mean",
        "ns_exponent": "the exponent is always 0.75",
        "seed": "the seed is the number of the thread",
        "workers": "it is run with one thread, which is the one whose result is defined",
        "save": "vectors are written, models are not",
        "trained_words": "it does not print them in a form to be read",
    }

    def __init__(self) -> None:
        self.program = find_program()

    def run(self, text: str, *options: object) -> tuple[KeyedVectors, dict[str, int]]:
        """Train on a text; return what was written, vectors and counts."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "text").write_bytes(text.encode("utf-8", "surrogatepass"))
            arguments = [*map(str, options), "-save-vocab", "counts"]
            run_program(self.program, folder / "text", folder / "vectors", arguments)
            lines = (folder / "counts").read_text(encoding="utf-8", errors="replace").split("\n")
            counts = {word: int(count) for word, _, count in (line.rpartition(" ") for line in lines if line)}
            vectors = KeyedVectors.load_word2vec_format(
                folder / "vectors", binary=True, unicode_errors="replace"
            )
        return vectors, counts

    def epoch_train_text(self, text: str, options: dict[str, Any]) -> dict[str, Any]:
        """Train on the lines of a text."""
        given = dict(options)
        if given.pop("workers", 1) != 1:
            raise UnsupportedError(self.lacks["workers"])
        arguments: list[object] = ["-cbow", int(not given.pop("sg", False))]
        if not given.pop("cbow_mean", True):
            raise UnsupportedError(self.lacks["cbow-sum"])
        for option, value in given.items():
            if option not in FLAG_OF:
                raise UnsupportedError(f"the program has no option for {option}")
            arguments += [FLAG_OF[option], int(value) if isinstance(value, bool) else value]
        vectors, _ = self.run(text, *arguments)
        return {"words": list(vectors.index_to_key), "vectors": vectors.vectors.copy()}

    def vocabulary_build(self, sentences: list[list[str]], min_count: int) -> dict[str, Any]:
        """Count a corpus: the file of -save-vocab without the word for the ends of lines."""
        text = "".join(" ".join(sentence) + "\n" for sentence in sentences)
        _, counts = self.run(text, "-size", 1, "-negative", 0, "-hs", 0, "-iter", 1, "-min-count", min_count)
        counts.pop(END_OF_SENTENCE, None)
        return {"words": list(counts), "counts": list(counts.values())}

    def initialize(self, words: list[str], size: int, seed: int) -> dict[str, Any]:
        """Train with a learning rate of 0: a vector depends on its row alone, the first is that of </s>."""
        del seed
        text = "".join(f"w{i}\n" for i in range(len(words) - 1)) or "\n"
        vectors, _ = self.run(
            text, "-size", size, "-alpha", 0, "-negative", 0, "-hs", 0, "-iter", 1, "-min-count", 1
        )
        rows: Float32Array = np.array(vectors.vectors[: len(words)])
        return {"vectors": rows}
