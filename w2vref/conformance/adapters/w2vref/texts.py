"""Whole runs: text in, vectors out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from w2vref.backends import Backend
from w2vref.conformance.suite.adapter import Adapter
from w2vref.corpora.checks import Sentences
from w2vref.corpora.readers import LineSentence
from w2vref.dialects import Dialect
from w2vref.model import Word2Vec

LEAST_ALPHA = 1e-4
"""The default of `min_alpha`: a lower alpha needs a lower one."""
RENAMED = {"epochs": "iter"}


class TextOperations(Adapter):
    """See the module."""

    backend: Backend
    choices: Dialect

    def epoch_train_text(self, text: str, options: dict[str, Any]) -> dict[str, Any]:
        """Train on the lines of a text."""
        settings = {RENAMED.get(name, name): value for name, value in options.items()}
        if settings.get("alpha", 1.0) < LEAST_ALPHA:
            settings.setdefault("min_alpha", LEAST_ALPHA * settings["alpha"])
        save_after = settings.pop("save_after", 0)
        with tempfile.TemporaryDirectory() as folder:
            settings = {"workers": 1, "dialect": self.choices, **settings}
            model = Word2Vec(backend=self.backend.name, **settings)
            sentences = self.lines(text, Path(folder, "corpus.txt"))
            model.build_vocab(sentences)
            if not save_after:
                trained = model.train().effective_words
            else:
                model, trained = train_in_two_parts(model, sentences, save_after, Path(folder, "model"))
        return {
            "words": list(model.wv.index_to_key),
            "vectors": model.wv.vectors.copy(),
            "trained_words": int(trained),
        }

    def lines(self, text: str, path: Path) -> Sentences:
        """Return the sentences of a text: a line each, however long."""
        if self.choices.ends_sentences:
            # Whether the last line ends is seen in a file alone.
            path.write_bytes(text.encode("utf-8", "surrogatepass"))
            return LineSentence(path)
        return [words for line in text.split("\n") if (words := line.split())]

    def epoch_failing_reader(
        self, sentences: list[list[str]], fail_after: int, workers: int
    ) -> dict[str, Any]:
        """Train from a reader that fails."""

        def reader() -> Iterator[list[str]]:
            yield from sentences[:fail_after]
            raise OSError("the reader of the corpus failed, as it was told to")

        Word2Vec(
            reader(), size=4, min_count=1, workers=workers, backend=self.backend.name, dialect=self.choices
        )
        return {"finished": True}


def train_in_two_parts(
    model: Word2Vec, sentences: Sentences, save_after: int, path: Path
) -> tuple[Word2Vec, int]:
    """Train some epochs, save, load, and train the others as one call would have."""
    total, start, end = model.iter, model.alpha, model.min_alpha
    middle = start - (start - end) * save_after / total
    first = model.train(sentences, epochs=save_after, start_alpha=start, end_alpha=middle)
    model.save(path)
    loaded = Word2Vec.load(path)
    loaded.backend = model.backend
    second = loaded.train(sentences, epochs=total - save_after, start_alpha=middle, end_alpha=end)
    return loaded, first.effective_words + second.effective_words
