"""The cases, one module (or two) for each layer: here a case is added.

A module has functions with the decorator `family(layer)` that yield `Case` records. To add a case: write it
where its layer is, run `nox -s vectors`, and look at the change in the vectors and in the pages.
"""

from w2vref.conformance.families import (
    draws,
    epochs,
    evaluation,
    formats,
    generators,
    huffman,
    losses,
    pairs,
    queries,
    sentences,
    sigmoid,
    tables,
    texts,
    updates,
    updates_cbow,
    vocabulary,
)

__all__ = [
    "draws",
    "epochs",
    "evaluation",
    "formats",
    "generators",
    "huffman",
    "losses",
    "pairs",
    "queries",
    "sentences",
    "sigmoid",
    "tables",
    "texts",
    "updates",
    "updates_cbow",
    "vocabulary",
]
