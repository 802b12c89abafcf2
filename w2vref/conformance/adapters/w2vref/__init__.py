"""w2vref itself as a target: the reference, or the library with any backend.

w2vref conformance --target w2vref.conformance.adapters.w2vref:Reference,backend=c
"""

from __future__ import annotations

from w2vref.backends import get_backend
from w2vref.conformance.adapters.w2vref.generators import GeneratorOperations
from w2vref.conformance.adapters.w2vref.tables import TableOperations
from w2vref.conformance.adapters.w2vref.texts import TextOperations
from w2vref.conformance.adapters.w2vref.training import TrainingOperations
from w2vref.conformance.adapters.w2vref.vectors import VectorOperations

__all__ = ["Reference"]


class Reference(TableOperations, TrainingOperations, TextOperations, GeneratorOperations, VectorOperations):
    """The reference (backend numpy), or another backend where one has a say.

    Functions of `w2vref.reference` are looked up in their modules when they are called, so that a test
    can put another in their place.
    """

    def __init__(self, backend: str = "numpy") -> None:
        self.backend = get_backend(backend)
        self.name = f"w2vref ({self.backend.name})"
