"""The named differences between word2vec implementations.

word2vec is not one algorithm: where known implementations differ, the choice is an *axis* with named
choices (`AXES`), and a `Dialect` is one choice for each. Four levels:

    pair    what one step computes: direction, sigmoid, gradient, arithmetic
    tables  what is made once from the vocabulary: order, tree, noise, thresholds, initial vectors
    draws   which generator is drawn from, for what, and in which order
    loop    what a sentence is, and how the learning rate falls

`docs/deviations.md` has a row for each axis, with an example.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

from w2vref.dialect_axes import AXES, BUNDLES, Axis
from w2vref.errors import UnsupportedOptionError

__all__ = [
    "AXES",
    "BUNDLES",
    "DIALECTS",
    "END_OF_SENTENCE",
    "FASTTEXT",
    "GENSIM",
    "KOAN",
    "OPTION_AXES",
    "W2VREF",
    "WORD2VEC_C",
    "Axis",
    "Dialect",
    "dialect_from_record",
    "differences",
    "get_dialect",
]

OPTION_AXES = ("cbow_gradient", "noise_exponent")
"""Axes that an argument of `Word2Vec` decides in the default dialect: every backend has them."""
END_OF_SENTENCE = "</s>"
"""The word that word2vec.c reads at the end of each line."""


@dataclass(frozen=True, slots=True, repr=False)
class Dialect:
    """One choice for each axis of `AXES`; the defaults are those of w2vref.

    Two dialects with the same choices are equal, whatever their names.

    Raises: UnsupportedOptionError for an unknown choice, ValueError for choices that exclude each other.
    """

    name: str = field(default="custom", compare=False)
    direction: str = "context_to_center"
    collision: str = "skip"
    sigmoid: str = "exact"
    out_of_range_hs: str = "exact"
    out_of_range_negative: str = "exact"
    cbow_gradient: str = "option"
    objectives: str = "one_error"
    arithmetic: str = "lanes"
    vocabulary: str = "first_appearance"
    huffman: str = "created_first"
    noise_exponent: str = "option"
    initialization: str = "word_hash"
    generator: str = "counter"
    window_draw: str = "high_bits"
    negative_draw: str = "proportional"
    subsampling: str = "high_32_bits"
    schedule: str = "per_token"
    sentences: str = "whole"

    def __post_init__(self) -> None:
        for axis, choice in self.choices().items():
            if choice not in AXES[axis].choices:
                raise UnsupportedOptionError(
                    f"dialect {self.name!r}: {axis}={choice!r} is unknown: choose one of "
                    f"{', '.join(AXES[axis].choices)}"
                )
        for axis in ("out_of_range_hs", "out_of_range_negative"):
            if (getattr(self, axis) == "exact") != (self.sigmoid == "exact"):
                fit = "'exact'" if self.sigmoid == "exact" else "'saturate' or 'skip'"
                raise ValueError(
                    f"dialect {self.name!r}: with sigmoid={self.sigmoid!r}, {axis} must be {fit}, "
                    f"got {getattr(self, axis)!r}"
                )
        for axis, choice in BUNDLES[self.generator].items():
            if getattr(self, axis) != choice:
                raise ValueError(
                    f"dialect {self.name!r}: {axis} follows from generator={self.generator!r}: it must be "
                    f"{choice!r}, got {getattr(self, axis)!r}"
                )
        needs_end = self.generator == "lcg64"
        if needs_end != (self.vocabulary == "end_of_sentence_first"):
            raise ValueError(
                f"dialect {self.name!r}: vocabulary='end_of_sentence_first' and generator='lcg64' go "
                "together: that loop takes word 0 for the end of a sentence"
            )

    def __repr__(self) -> str:
        default = Dialect()
        changed = (f", {a}={c!r}" for a, c in self.choices().items() if c != getattr(default, a))
        return f"Dialect({self.name!r}{''.join(changed)})"

    def choices(self) -> dict[str, str]:
        """Return axis -> choice."""
        return {axis: getattr(self, axis) for axis in AXES}

    def replaced(self, name: str | None = None, **choices: str) -> Dialect:
        """Return the dialect with other choices; those that follow from `generator` come with it.

        Args:
            name: for messages; by default that of this dialect with "(changed)".

        Raises: TypeError for an axis that does not exist, and as `Dialect`.
        """
        for axis in choices:
            if axis not in AXES:
                raise TypeError(f"there is no axis {axis!r}: choose from {', '.join(AXES)}")
        tied = BUNDLES.get(choices["generator"], {}) if "generator" in choices else {}
        changes: dict[str, Any] = {**tied, **choices}
        return replace(self, name=name or f"{self.name} (changed)", **changes)

    def record(self) -> str | dict[str, str]:
        """Return what a file holds: the name of a named dialect, the name and choices of another."""
        named = DIALECTS.get(self.name)
        return self.name if named == self else {"name": self.name, **self.choices()}

    @property
    def ends_sentences(self) -> bool:
        """Tell whether each line of the corpus is followed by the word </s>."""
        return self.sentences == "split_1000"


W2VREF = Dialect("w2vref")
"""The default: what `docs/semantics/` defines."""

WORD2VEC_C = Dialect(
    "word2vec.c",
    sigmoid="table_6_1000",
    out_of_range_hs="skip",
    out_of_range_negative="saturate",
    cbow_gradient="word2vec",
    arithmetic="sequential",
    vocabulary="end_of_sentence_first",
    huffman="inner_first",
    noise_exponent="three_quarters",
    initialization="lcg_rows",
    generator="lcg64",
    **BUNDLES["lcg64"],
)
"""The C program of the package `word2vec` 0.11.1, one thread; complete."""

GENSIM = Dialect(
    "gensim",
    sigmoid="table_6_1000_float64",
    out_of_range_hs="skip",
    out_of_range_negative="skip",
    cbow_gradient="gensim",
    objectives="in_turn",
    arithmetic="blas_high_word",
    vocabulary="last_appearance",
    huffman="heap",
    initialization="numpy_rows",
    generator="numpy_lcg48",
    **BUNDLES["numpy_lcg48"],
)
"""gensim 4.4 with a sequence of sentences and one worker; complete. Its sums are those of the BLAS that
it finds, so they agree up to rounding."""

FASTTEXT = Dialect(
    "fasttext",
    direction="center_to_context",
    collision="redraw",
    sigmoid="table_8_512",
    out_of_range_hs="saturate",
    out_of_range_negative="saturate",
    cbow_gradient="word2vec",
    arithmetic="sequential",
    vocabulary="arbitrary",
    huffman="inner_first",
    noise_exponent="half",
    initialization="minstd_rows",
    generator="minstd",
    **BUNDLES["minstd"],
)
"""fastText without subwords (`-maxn 0`); complete for pairs, the other levels are named only. Not
expressed: its tree is walked from the leaf and trained with label code instead of 1 - code, which
changes the sign of node vectors and the rounding of a sum."""

KOAN = Dialect(
    "koan",
    direction="center_to_context",
    collision="take",
    sigmoid="table_8_1024",
    out_of_range_hs="saturate",
    out_of_range_negative="saturate",
    cbow_gradient="exact",
    arithmetic="sequential",
    vocabulary="arbitrary",
    huffman="none",
    initialization="libc_rows",
    generator="mt19937",
    **BUNDLES["mt19937"],
)
"""koan; complete for pairs, the other levels are named only. Not expressed: skip-gram adds the errors
of all pairs of a centre to its row at once, and CBOW passes over a negative whose word id equals the
*position* of the centre."""

DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {dialect.name: dialect for dialect in (W2VREF, WORD2VEC_C, GENSIM, FASTTEXT, KOAN)}
)
"""The named dialects."""


def get_dialect(dialect: str | Dialect) -> Dialect:
    """Return the dialect of this name, or the one given.

    Raises: UnsupportedOptionError for an unknown name; TypeError for anything else.
    """
    if isinstance(dialect, Dialect):
        return dialect
    if not isinstance(dialect, str):
        raise TypeError(f"dialect must be a name or a Dialect, got {dialect!r}")
    if dialect not in DIALECTS:
        raise UnsupportedOptionError(f"dialect={dialect!r} is unknown: choose one of {', '.join(DIALECTS)}")
    return DIALECTS[dialect]


def dialect_from_record(record: str | Mapping[str, str]) -> Dialect:
    """Return the dialect of `Dialect.record`.

    Raises: as `Dialect` and `get_dialect`; TypeError for a record with other names.
    """
    if isinstance(record, str):
        return get_dialect(record)
    if set(record) != {item.name for item in fields(Dialect)}:
        raise TypeError("the record of a dialect must have its name and one choice for each axis")
    return Dialect(**record)


def differences(a: str | Dialect, b: str | Dialect) -> dict[str, tuple[str, str]]:
    """Return the axes in which two dialects differ: axis -> (choice of a, choice of b)."""
    left, right = get_dialect(a).choices(), get_dialect(b).choices()
    return {axis: (left[axis], right[axis]) for axis in AXES if left[axis] != right[axis]}
