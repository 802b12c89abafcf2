"""A target: whatever answers calls, in this process or behind a pipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from w2vref.conformance.suite import operations
from w2vref.conformance.suite.adapter import PROTOCOL_VERSION, Adapter, UnsupportedError
from w2vref.conformance.suite.codec import FLOAT_STYLES, CodecError
from w2vref.conformance.suite.dialect import axes_of


class BrokenTargetError(Exception):
    """The target crashed, hung or answered with something that is no answer; it was stopped."""


class UnusableTargetError(Exception):
    """The target cannot be started or does not say what it is."""


@dataclass(frozen=True, slots=True)
class Information:
    """What a target says of itself."""

    name: str
    version: str = ""
    dialect: str = "w2vref"
    axes: Mapping[str, str] = field(default_factory=dict)
    """All axes, the dialect's and the target's own."""
    lacks: Mapping[str, str] = field(default_factory=dict)
    operations: frozenset[str] = frozenset()
    floats: str = "hex"


class Target(Protocol):
    """What the runner needs."""

    def start(self) -> Information:
        """Start if necessary, and say what the target is. Raises UnusableTargetError."""
        ...

    def call(self, operation: str, inputs: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Return decoded outputs, or {"error": message}. Raises UnsupportedError, BrokenTargetError."""
        ...

    def restart(self) -> None:
        """End the process, if there is one: the next call begins in a fresh one."""
        ...

    def close(self) -> None:
        """End."""
        ...

    def reproduction(self, case_id: str) -> str:
        """Return a shell command that runs one case again."""
        ...


def read_information(answer: Any) -> Information:
    """Return what the answer to `info` says.

    Raises: UnusableTargetError naming the field that is wrong.
    """
    if not isinstance(answer, dict):
        raise UnusableTargetError(f"the answer to info should have an object as outputs, got {answer!r:.80}")
    protocol = answer.get("protocol", PROTOCOL_VERSION)
    if protocol != PROTOCOL_VERSION:
        raise UnusableTargetError(f"the target speaks protocol {protocol}, this suite {PROTOCOL_VERSION}")
    texts = {name: answer.get(name, "") for name in ("name", "version")}
    texts |= {"dialect": answer.get("dialect", "w2vref"), "floats": answer.get("floats", "hex")}
    for name, text in texts.items():
        if not isinstance(text, str):
            raise UnusableTargetError(f"info: {name} should be a string, got {text!r:.80}")
    if texts["floats"] not in FLOAT_STYLES:
        raise UnusableTargetError(f"info: floats should be one of {FLOAT_STYLES}, got {texts['floats']!r}")
    maps = {name: answer.get(name, {}) for name in ("axes", "lacks")}
    for name, value in maps.items():
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise UnusableTargetError(f"info: {name} should be an object of strings, got {value!r:.80}")
    for feature in maps["lacks"]:
        if feature not in operations.FEATURES:
            raise UnusableTargetError(
                f"info: {feature!r} in lacks is no feature: choose from {sorted(operations.FEATURES)}"
            )
    names = answer.get("operations")
    if not isinstance(names, list) or not all(name in operations.OPERATIONS for name in names):
        raise UnusableTargetError(
            f"info: operations should be a list of names among {sorted(operations.OPERATIONS)}, got "
            f"{names!r:.200}"
        )
    try:
        axes = axes_of(texts["dialect"], maps["axes"])
    except ValueError as error:
        raise UnusableTargetError(f"info: {error}") from error
    return Information(
        texts["name"] or "unnamed",
        texts["version"],
        texts["dialect"],
        axes,
        maps["lacks"],
        frozenset(names),
        texts["floats"],
    )


class InProcess:
    """An adapter called directly: quick, and a debugger can step in, but a hang or crash is ours too."""

    def __init__(self, adapter: Adapter, name: str = "") -> None:
        self.adapter, self.name = adapter, name

    def start(self) -> Information:
        """Say what the adapter is."""
        return read_information(self.adapter.information())

    def call(self, operation: str, inputs: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Call the adapter through JSON values, as behind a pipe."""
        given = operations.decode_inputs(operation, operations.encode_inputs(operation, inputs))
        try:
            outputs = self.adapter.call(operation, given)
        except UnsupportedError:
            raise
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"}
        try:
            return operations.decode_outputs(operation, operations.encode_outputs(operation, outputs))
        except (CodecError, TypeError, ValueError, AttributeError) as error:
            raise BrokenTargetError(f"the adapter's answer cannot be read: {error}") from error

    def restart(self) -> None:
        """Do nothing: there is no process to end."""

    def close(self) -> None:
        """Do nothing."""

    def reproduction(self, case_id: str) -> str:
        """Return a shell command that runs one case again."""
        return f"w2vref conformance --target {self.name} --in-process --case {case_id}"
