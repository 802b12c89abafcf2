"""Word vectors and their queries."""

from w2vref.keyedvectors.keyedvectors import KeyedVectors

__all__ = ["KeyedVectors"]
