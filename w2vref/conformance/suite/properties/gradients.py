"""Losses and gradients, computed here in float64 from the definition of the objective."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from w2vref.conformance.suite.case import Case
from w2vref.conformance.suite.findings import Finding, missing
from w2vref.conformance.suite.properties.registry import prop

MATRICES = ("input_vectors", "output_vectors", "node_vectors")


def minus_log_sigmoid(x: float) -> float:
    """Return -log(1 / (1 + exp(-x))) without overflow."""
    return math.log1p(math.exp(-abs(x))) + max(0.0, -x)


def loss_of(inputs: Mapping[str, Any], rows: Mapping[str, np.ndarray[Any, Any]]) -> float:
    """Return the loss of a step in nats: -log p(target | h) of the path, and that of negative sampling."""
    if "input_id" in inputs:
        hidden = rows["input_vectors"][inputs["input_id"]]
    else:
        hidden = rows["input_vectors"][list(inputs["context_ids"])].sum(axis=0)
        if inputs.get("cbow_mean", True):
            hidden = hidden / len(inputs["context_ids"])
    loss = 0.0
    for code, point in zip(inputs.get("code", ()), inputs.get("point", ()), strict=True):
        x = float(hidden @ rows["node_vectors"][point])
        loss += minus_log_sigmoid(-x if code else x)
    if "negative_ids" in inputs:
        target = inputs["target_id"]
        loss += minus_log_sigmoid(float(hidden @ rows["output_vectors"][target]))
        for word in inputs["negative_ids"]:
            if word != target:
                loss += minus_log_sigmoid(-float(hidden @ rows["output_vectors"][word]))
    return loss


def rows_before(inputs: Mapping[str, Any]) -> dict[str, np.ndarray[Any, Any]]:
    """Return the matrices of a step's inputs in float64."""
    return {name: np.array(inputs[name], dtype=np.float64) for name in MATRICES if name in inputs}


@prop()
def loss(case: Case, answers: list[dict[str, Any]], relative: float) -> Iterator[Finding]:
    """The loss is the one recomputed in float64 on the rows before the step."""
    inputs = case.calls[0].inputs
    expected, got = loss_of(inputs, rows_before(inputs)), answers[0].get("loss")
    if got is None:
        yield missing("loss")
    elif not abs(got - expected) <= relative * abs(expected):
        yield Finding("the loss differs from its recomputation in float64", expected, got)


@prop()
def gradient(case: Case, answers: list[dict[str, Any]], relative: float) -> Iterator[Finding]:
    """The change of every row is -alpha times the gradient of the loss by central differences, in float64."""
    inputs, answer = case.calls[0].inputs, answers[0]
    before, alpha = rows_before(inputs), inputs["alpha"]
    for name, matrix in before.items():
        if answer.get(name) is None:
            yield missing(name)
            return
        expected = -alpha * central_differences(inputs, before, name)
        got = np.asarray(answer[name]) - matrix
        # A change is known to an ulp of the row that it is added to, not better.
        allowed = relative * np.abs(expected).max() + 1e-6
        if got.shape != expected.shape or not (np.abs(got - expected) <= allowed).all():
            bad = np.unravel_index(int(np.argmax(np.abs(got - expected))), expected.shape)
            place = "".join(f"[{int(i)}]" for i in bad)
            yield Finding(
                f"the change of {name}{place} is not -alpha times the gradient",
                float(expected[bad]),
                float(got[bad]),
                f"allowed {allowed:.3g}",
            )
            return


def central_differences(
    inputs: Mapping[str, Any], rows: Mapping[str, np.ndarray[Any, Any]], name: str
) -> np.ndarray[Any, Any]:
    """Return the gradient of the loss with respect to a matrix."""
    matrix, step = rows[name], 1e-5
    result = np.zeros_like(matrix)
    for place in np.ndindex(*matrix.shape):
        kept = matrix[place]
        matrix[place] = kept + step
        above = loss_of(inputs, rows)
        matrix[place] = kept - step
        result[place] = (above - loss_of(inputs, rows)) / (2.0 * step)
        matrix[place] = kept
    return result
