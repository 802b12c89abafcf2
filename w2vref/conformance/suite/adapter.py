"""The adapter class: an implementation in Python, or one that Python can call, as a target."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from w2vref.conformance.suite.operations import OPERATIONS

PROTOCOL_VERSION = 1


class UnsupportedError(Exception):
    """The target cannot do this; its message is the reason of the skip."""


class Adapter:
    """Base of adapters: a method for each operation that the implementation can do.

    The method of `update.sg` is `update_sg`, and so on; it takes the operation's inputs as keyword
    arguments (matrices as float32 arrays, missing optional ones as None is *not* passed: give them
    defaults) and returns a dict of its outputs. An operation without a method is skipped. A method raises
    `UnsupportedError(reason)` for inputs that the implementation cannot take; any other exception is the
    implementation's own error.
    """

    name: str = ""
    version: str = ""
    dialect: str = "w2vref"
    """The named dialect that the implementation follows."""
    axes: Mapping[str, str] = MappingProxyType({})
    """Where it differs from that dialect: axis -> value."""
    lacks: Mapping[str, str] = MappingProxyType({})
    """Features (`operations.FEATURES`) that it does not have: feature -> reason."""

    def operations(self) -> list[str]:
        """Return the operations that this adapter has a method for."""
        return [o.name for o in OPERATIONS.values() if callable(getattr(self, o.method, None))]

    def information(self) -> dict[str, Any]:
        """Return the answer to `info`."""
        return {
            "protocol": PROTOCOL_VERSION,
            "name": self.name or type(self).__name__,
            "version": self.version,
            "dialect": self.dialect,
            "axes": dict(self.axes),
            "lacks": dict(self.lacks),
            "operations": self.operations(),
        }

    def call(self, operation: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Call the method of an operation with decoded inputs. Raises UnsupportedError without one."""
        method = getattr(self, OPERATIONS[operation].method, None)
        if method is None:
            raise UnsupportedError(f"the adapter has no method {OPERATIONS[operation].method!r}")
        arguments = {
            name: value.astype(np.float32) if isinstance(value, np.ndarray) else value
            for name, value in inputs.items()
        }
        answer: dict[str, Any] = method(**arguments)
        return answer


def load_adapter(target: str) -> Adapter:
    """Return the adapter that a string like `package.module:Class,key=value` names.

    Raises: ValueError that says what is wrong with the string; errors of the import as they are.
    """
    path, *settings = target.split(",")
    module_name, colon, name = path.partition(":")
    if not colon or not module_name or not name:
        raise ValueError(f"a target is written package.module:Class, got {target!r}")
    options: dict[str, str] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise ValueError(f"after the comma a target has key=value, got {setting!r} in {target!r}")
        options[key] = value
    if (here := os.getcwd()) not in sys.path:
        sys.path.insert(0, here)  # as `python -m` does: the user's adapter is usually in this folder
    module = importlib.import_module(module_name)
    if not hasattr(module, name):
        raise ValueError(f"module {module_name} has no {name!r}")
    adapter = getattr(module, name)(**options)
    if not isinstance(adapter, Adapter):
        raise ValueError(f"{target} gives {type(adapter).__name__}, not a w2vref.conformance Adapter")
    return adapter
