"""The life of a model: every array after every call, in every backend."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from w2vref.backends import Backend, Capabilities
from w2vref.conformance.cases import ModelCase
from w2vref.conformance.checks.registry import check
from w2vref.conformance.compare import Comparison
from w2vref.model import Word2Vec
from w2vref.pairs import train_cbow_pair, train_sg_pair

Arrays: TypeAlias = dict[str, np.ndarray[Any, Any]]


@check("model_lives")
def check_model_life(backend: Backend, case: ModelCase) -> None:
    """Word2Vec: build, train, score, pair calls, update, reset: the same arrays after each."""
    comparison = Comparison("model_life", backend.name, case)
    has = backend.capabilities
    lives = zip(_life("numpy", has, case), _life(backend.name, has, case), strict=True)
    for (step, expected), (_, got) in lives:
        for name, array in expected.items():
            if name == "score":
                for e, g in zip(array.tolist(), got[name].tolist(), strict=True):
                    comparison.loss(f"{name} after {step}", e, g)
            else:
                comparison.bits(f"{name} after {step}", array, got[name])


def _life(
    backend: str, has: Capabilities, case: ModelCase
) -> list[tuple[str, dict[str, np.ndarray[Any, Any]]]]:
    options: dict[str, Any] = dict(case.options)
    first, second = (list(map(list, corpus)) for corpus in (case.first, case.second))
    model = Word2Vec(backend=backend, min_count=1, workers=1, **options)
    steps: list[tuple[str, Arrays]] = []

    def step(name: str) -> None:
        arrays = {"vectors": model.wv.vectors.copy()}
        if has.score:
            arrays["score"] = model.score(first)
        for matrix in ("syn1", "syn1neg"):
            if hasattr(model, matrix):
                arrays[matrix] = getattr(model, matrix).copy()
        steps.append((name, arrays))

    model.build_vocab(first)
    step("build_vocab")
    model.train(compute_loss=has.loss)
    step("train")
    if has.locks:
        model.wv.vectors_lockf = np.linspace(0, 1, len(model.wv), dtype=np.float32)
    model.train(second, epochs=1)
    step("train with locks" if has.locks else "train another corpus")
    train_sg_pair(model, model.wv.index_to_key[0], len(model.wv) - 1, 0.1)
    train_cbow_pair(model, model.wv.index_to_key[-1], [0, len(model.wv) - 1, 0], None, 0.1)
    step("pair calls")
    model.build_vocab(second, update=True)
    step("update")
    model.train(epochs=2, start_alpha=0.1, end_alpha=0.01)
    step("train after the update")
    model.reset_weights()
    step("reset_weights")
    model.train(first)
    step("train after the reset")
    return steps
