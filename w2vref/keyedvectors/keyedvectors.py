"""KeyedVectors: vectors by key, and everything that is asked of them."""

from __future__ import annotations

from w2vref.keyedvectors.lookup import Lookup


class KeyedVectors(Lookup):
    """A mapping between keys (words) and vectors."""
