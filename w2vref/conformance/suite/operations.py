"""The operations: what a target may be asked, the same for adapters, the protocol and the vectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from w2vref.conformance.suite.codec import CodecError, decode, encode
from w2vref.conformance.suite.operation_table import FEATURES, OPERATIONS, Operation

__all__ = [
    "FEATURES",
    "OPERATIONS",
    "Operation",
    "decode_inputs",
    "decode_outputs",
    "decode_some_outputs",
    "encode_inputs",
    "encode_outputs",
]


def encode_inputs(operation: str, inputs: Mapping[str, Any], floats: str = "hex") -> dict[str, Any]:
    """Return inputs as JSON. Raises KeyError for a field that the operation does not have."""
    fields = OPERATIONS[operation].inputs
    return {name: encode(value, fields[name][0].rstrip("?"), floats) for name, value in inputs.items()}


def decode_inputs(operation: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs from JSON."""
    return _decode(OPERATIONS[operation].inputs, inputs, "input")


def encode_outputs(operation: str, outputs: Mapping[str, Any], floats: str = "hex") -> dict[str, Any]:
    """Return outputs as JSON."""
    fields = OPERATIONS[operation].outputs
    unknown = sorted(set(outputs) - set(fields))
    if unknown:
        raise CodecError(f"{operation} has no outputs {unknown}: it has {sorted(fields)}")
    return {name: encode(value, fields[name][0].rstrip("?"), floats) for name, value in outputs.items()}


def decode_outputs(operation: str, outputs: Any) -> dict[str, Any]:
    """Return outputs from JSON; fields that the operation does not have are refused."""
    if not isinstance(outputs, dict):
        raise CodecError(f"outputs should be an object, got {outputs!r:.80}")
    return _decode(OPERATIONS[operation].outputs, outputs, "output")


def decode_some_outputs(operation: str, outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return those outputs that are there, from JSON."""
    fields = OPERATIONS[operation].outputs
    return {name: decode(value, fields[name][0].rstrip("?"), name) for name, value in outputs.items()}


def _decode(fields: Mapping[str, tuple[str, str]], values: Mapping[str, Any], what: str) -> dict[str, Any]:
    decoded: dict[str, Any] = {}
    for name, value in values.items():
        if name not in fields:
            raise CodecError(f"{what} {name!r} is unknown: choose from {sorted(fields)}")
        decoded[name] = decode(value, fields[name][0].rstrip("?"), name)
    missing = [name for name, (kind, _) in fields.items() if name not in values and not kind.endswith("?")]
    if missing:
        raise CodecError(f"{what} {missing[0]!r} is missing")
    return decoded
