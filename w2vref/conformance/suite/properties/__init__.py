"""Properties: judgements that need no expected numbers, one function each, by name.

A function gets the case, the answers of its calls and its parameters, and yields what is wrong.
"""

from w2vref.conformance.suite.properties import (
    errors,
    files,
    gradients,
    neighbours,
    statistics,
    tables,
    texts,
    trees,
)
from w2vref.conformance.suite.properties.registry import PROPERTIES

__all__ = [
    "PROPERTIES",
    "errors",
    "files",
    "gradients",
    "neighbours",
    "statistics",
    "tables",
    "texts",
    "trees",
]
