"""Whole runs: text in, vectors out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gensim.models import Word2Vec
from gensim.models.word2vec import LineSentence

from w2vref.conformance.suite.adapter import Adapter

RENAMED = {"size": "vector_size"}


class RunOperations(Adapter):
    """See the module."""

    def epoch_train_text(self, text: str, options: dict[str, Any]) -> dict[str, Any]:
        """Train on the lines of a text, read as a list of sentences."""
        settings = {RENAMED.get(name, name): value for name, value in options.items()}
        for name in ("sg", "hs", "cbow_mean"):
            if name in settings:
                settings[name] = int(settings[name])
        save_after = settings.pop("save_after", 0)
        settings = {"workers": 1, **settings}
        with tempfile.TemporaryDirectory() as folder:
            corpus = Path(folder, "corpus.txt")
            corpus.write_bytes(text.encode("utf-8", "surrogatepass"))
            sentences = list(LineSentence(str(corpus), max_sentence_length=2**31 - 1))
            if save_after:
                model = self._in_two_parts(sentences, settings, save_after, Path(folder, "model"))
            else:
                model = Word2Vec(sentences, **settings)
        return {"words": list(model.wv.index_to_key), "vectors": model.wv.vectors.copy()}

    def _in_two_parts(
        self, sentences: list[list[str]], settings: dict[str, Any], save_after: int, path: Path
    ) -> Word2Vec:
        model = Word2Vec(**settings)
        model.build_vocab(sentences)
        start, end, total = model.alpha, model.min_alpha, model.epochs
        middle = start - (start - end) * save_after / total
        count = len(sentences)
        model.train(sentences, total_examples=count, epochs=save_after, start_alpha=start, end_alpha=middle)
        model.save(str(path))
        loaded = Word2Vec.load(str(path))
        rest = total - save_after
        loaded.train(sentences, total_examples=count, epochs=rest, start_alpha=middle, end_alpha=end)
        return loaded

    def epoch_failing_reader(
        self, sentences: list[list[str]], fail_after: int, workers: int
    ) -> dict[str, Any]:
        """Train from a reader that fails."""

        class Reader:
            passes = 0

            def __iter__(self) -> Iterator[list[str]]:
                self.passes += 1
                if self.passes == 1:  # the pass that counts words
                    yield from sentences
                    return
                yield from sentences[:fail_after]
                raise OSError("the reader of the corpus failed, as it was told to")

        Word2Vec(Reader(), vector_size=4, min_count=1, workers=workers)
        return {"finished": True}
