"""The vectors: every case as JSON, with what the reference answers, one file for each layer.

A case is looked up here by its id when a target is judged, so that what is expected does not depend on the
code that runs. `generate` writes the files anew; a test compares.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

from w2vref.conformance.suite import operations
from w2vref.conformance.suite.adapter import Adapter, UnsupportedError
from w2vref.conformance.suite.case import Case, Compare
from w2vref.conformance.suite.dialect import axes_of

FORMAT = 1


def file_name(layer: str) -> str:
    """Return the name of a layer's file."""
    return f"{layer}.json"


@functools.cache
def load_layer(layer: str) -> Mapping[str, Any]:
    """Return id -> entry of a layer's file."""
    folder = resources.files("w2vref.conformance") / "vectors"
    content = json.loads((folder / file_name(layer)).read_text(encoding="utf-8"))
    return {entry["id"]: entry for entry in content["cases"]}


def expected_outputs(case: Case, axes: Mapping[str, str]) -> list[dict[str, Any]] | None:
    """Return the expected outputs of each call for a target with these axes; None if there are none.

    Raises: KeyError for a case that the files do not have.
    """
    try:
        entry = load_layer(case.layer)[case.id]
    except (KeyError, FileNotFoundError) as error:
        raise KeyError(f"no vectors for {case.id}: run `nox -s vectors`") from error
    for variant in entry["expected"]:
        if all(axes[axis] == value for axis, value in variant["axes"].items()):
            pairs = zip(case.calls, variant["outputs"], strict=True)
            return [operations.decode_some_outputs(call.operation, outputs) for call, outputs in pairs]
    return None


def variants_of(case: Case, references: Mapping[str, Adapter]) -> list[dict[str, Any]]:
    """Return what the references answer: a variant for each combination of the case's axes.

    Args:
        references: dialect -> an adapter of the reference in that dialect, the default first.
    """
    variants: list[dict[str, Any]] = []
    for dialect, adapter in references.items():
        own = axes_of(dialect)
        if any(own[axis] != choice for axis, choice in case.presupposes.items()):
            continue
        axes = {axis: own[axis] for axis in case.axes}
        if any(variant["axes"] == axes for variant in variants):
            continue
        try:
            outputs = [answer(adapter, call.operation, call.inputs) for call in case.calls]
        except UnsupportedError:
            continue
        variants.append({"axes": axes, "outputs": outputs})
    return variants


def answer(adapter: Adapter, operation: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return an adapter's outputs as JSON."""
    given = operations.decode_inputs(operation, operations.encode_inputs(operation, inputs))
    return operations.encode_outputs(operation, adapter.call(operation, given))


def make_entry(case: Case, references: Mapping[str, Adapter]) -> dict[str, Any]:
    """Return a case as JSON."""
    entry: dict[str, Any] = {
        "id": case.id,
        "title": case.title,
        "strength": case.strength,
        "rule": case.rule,
        "axes": list(case.axes),
        "presupposes": dict(case.presupposes),
        "needs": list(case.needs),
        "catches": list(case.catches),
        "tiny": case.tiny,
        "seconds": case.seconds,
        "calls": [
            {
                "operation": call.operation,
                "fresh": call.fresh,
                "inputs": operations.encode_inputs(call.operation, call.inputs),
            }
            for call in case.calls
        ],
    }
    if not isinstance(case.judge, Compare):
        return {**entry, "property": case.judge.name, "parameters": dict(case.judge.parameters)}
    variants = variants_of(case, references)
    # What is not compared is left out: nobody need answer it.
    for variant in variants:
        variant["outputs"] = [
            {name: value for name, value in outputs.items() if name in case.judge.tolerances}
            for outputs in variant["outputs"]
        ]
    tolerances = {
        name: {"kind": tolerance.kind, "value": tolerance.value}
        for name, tolerance in case.judge.tolerances.items()
    }
    return {**entry, "compare": tolerances, "expected": variants}


def layer_text(layer: str, cases: Iterable[Case], references: Mapping[str, Adapter]) -> str:
    """Return a layer's file: a line for each case, so that a change shows which it is."""
    lines = [json.dumps(make_entry(case, references), separators=(",", ":")) for case in cases]
    head = f'{{"format":{FORMAT},"layer":{json.dumps(layer)},"cases":[\n'
    return head + ",\n".join(lines) + "\n]}\n"
