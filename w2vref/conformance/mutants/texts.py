"""Mistakes in whole runs: G7, N4, W14, L1, T1 .. T6, D1, D2."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from w2vref.conformance.adapters.w2vref import texts
from w2vref.conformance.mutants.mistake import Answer, Mistake, Right
from w2vref.model import Word2Vec

FOREVER = 3600.0
LOAD = Word2Vec.load


def hang(_right: Right, **_inputs: Any) -> Answer:
    """Wait for something that never comes."""
    time.sleep(FOREVER)
    return {"finished": True}


def hang_with_one_word(right: Right, text: str, options: dict[str, Any]) -> Answer:
    """Draw negatives until one differs from the only word."""
    if len(set(text.split())) == 1:
        time.sleep(FOREVER)
    return right("epoch.train_text", text=text, options=options)


def with_workers(change: Callable[[Right, str, dict[str, Any]], Answer]) -> dict[str, Callable[..., Answer]]:
    """Return a run that is changed where there are several workers."""

    def train(right: Right, text: str, options: dict[str, Any]) -> Answer:
        if options.get("workers", 1) == 1:
            return right("epoch.train_text", text=text, options=options)
        return change(right, text, options)

    return {"epoch.train_text": train}


def changed_vectors(change: Callable[[Any, int], Any]) -> dict[str, Callable[..., Answer]]:
    """Return a run whose vectors are changed where there are several workers."""

    def train(right: Right, text: str, options: dict[str, Any]) -> Answer:
        answer = right("epoch.train_text", text=text, options=options)
        return {**answer, "vectors": change(answer["vectors"], options["workers"])}

    return with_workers(train)


def cut_by_bytes(right: Right, text: str, options: dict[str, Any]) -> Answer:
    """Give each worker a share of the bytes, whatever words it cuts."""
    workers = options["workers"]
    size = -(-len(text) // workers)
    parts = [text[at : at + size] for at in range(0, len(text), size)]
    return right("epoch.train_text", text="\n".join(parts), options=options)


def sleep(_right: Right, _text: str, _options: dict[str, Any]) -> Answer:
    """Wait for a worker that has ended."""
    time.sleep(FOREVER)
    return {}


def abort(_right: Right, _text: str, _options: dict[str, Any]) -> Answer:
    """End the process as a failed assertion of C does."""
    os.abort()


def noise(vectors: Any, _workers: int) -> Any:
    """Return vectors that learned nothing."""
    return np.random.default_rng(1).normal(size=vectors.shape, scale=0.1).astype(np.float32)


def load_with_another_table(path: Any) -> Word2Vec:
    """Load a model, and leave the noise table uniform."""
    model = LOAD(path)
    model.make_cum_table(0.0)
    return model


def one_epoch(right: Right, **inputs: Any) -> Answer:
    """Train one epoch, whatever was asked for."""
    return right("epoch.train", **{**inputs, "epochs": 1})


HANGING_READER = {"epoch.failing_reader": hang}
TEXTS: Mapping[str, Mistake] = {
    "G7": Mistake(
        "with one word a negative is drawn for ever",
        "text.edge.one-word.ns",
        operations={"epoch.train_text": hang_with_one_word},
        process=True,
    ),
    "N4": Mistake(
        "after loading the noise is uniform",
        "text.save-load-train",
        {f"{texts.__name__}.Word2Vec.load": load_with_another_table},
    ),
    "W14": Mistake(
        "workers get shares of the bytes",
        "text.trained-words.workers-4",
        operations=with_workers(cut_by_bytes),
    ),
    "L1": Mistake("one epoch is trained", "epoch.sg.hs.epochs-3", operations={"epoch.train": one_epoch}),
    "T1": Mistake(
        "an error of the reader is waited for",
        "epoch.failing-reader.workers-1",
        operations=HANGING_READER,
        process=True,
    ),
    "T2": Mistake(
        "the last job is never counted",
        "text.sg.ns.workers",
        operations=with_workers(sleep),
        process=True,
    ),
    "T4": Mistake(
        "workers wait for each other",
        "epoch.failing-reader.workers-3",
        operations=HANGING_READER,
        process=True,
    ),
    "T5": Mistake(
        "several workers give NaN",
        "text.sg.ns.workers",
        operations=changed_vectors(lambda vectors, _workers: vectors * np.float32("nan")),
    ),
    "T6": Mistake(
        "several workers end the process",
        "text.sg.ns.workers",
        operations=with_workers(abort),
        process=True,
    ),
    "D1": Mistake(
        "the workers' vectors are summed",
        "text.sg.ns.workers",
        operations=changed_vectors(lambda vectors, workers: vectors * np.float32(workers)),
    ),
    "D2": Mistake("several workers learn nothing", "text.sg.ns.workers", operations=changed_vectors(noise)),
}
