"""w2vref itself as a target: the reference in any dialect, or the library with any backend.

`w2vref conformance --target w2vref.conformance.adapters.w2vref:Reference,dialect=gensim`, or backend=c.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from w2vref.backends import get_backend
from w2vref.conformance.adapters.w2vref.generators import GeneratorOperations
from w2vref.conformance.adapters.w2vref.tables import TableOperations
from w2vref.conformance.adapters.w2vref.texts import TextOperations
from w2vref.conformance.adapters.w2vref.training import TrainingOperations
from w2vref.conformance.adapters.w2vref.vectors import VectorOperations
from w2vref.conformance.suite.adapter import UnsupportedError
from w2vref.dialects import Dialect, get_dialect
from w2vref.errors import UnsupportedOptionError

__all__ = ["Reference"]


class Reference(TableOperations, TrainingOperations, TextOperations, GeneratorOperations, VectorOperations):
    """The reference (backend numpy), or another backend where one has a say.

    Functions of `w2vref.reference` are looked up in their modules when they are called, so that a test
    can put another in their place.
    """

    def __init__(self, backend: str = "numpy", dialect: str = "w2vref") -> None:
        self.backend, self.choices = get_backend(backend), get_dialect(dialect)
        self.name, self.dialect = f"w2vref ({self.backend.name})", self.choices.name
        self.lacks = features_without(self.choices)

    def call(self, operation: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Call an operation; what the dialect or the backend does not have is unsupported."""
        try:
            return super().call(operation, inputs)
        except UnsupportedOptionError as error:
            raise UnsupportedError(str(error)) from error


def features_without(dialect: Dialect) -> dict[str, str]:
    """Return the features that a dialect leaves no choice about, with the reason."""
    lacks: dict[str, str] = {}
    if dialect.cbow_gradient != "option":
        for gradient in {"word2vec", "exact", "gensim"} - {dialect.cbow_gradient}:
            lacks[f"cbow_gradient={gradient}"] = f"the gradient is always {dialect.cbow_gradient!r}"
    if dialect.noise_exponent != "option":
        lacks["ns_exponent"] = f"the exponent is always {dialect.noise_exponent!r}"
    if dialect.generator == "lcg64":
        lacks["seed"] = "the seed is the number of the thread"
    if dialect.generator != "counter":
        lacks["workers"] = "the dialect is defined for one worker"
        lacks["save"] = "the dialect's state is not part of this comparison"
    return lacks
