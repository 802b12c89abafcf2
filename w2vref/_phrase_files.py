"""`save` and `load` of phrases: one safe file of strings, numbers and a record of the settings."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import numpy as np

from w2vref._phrase_detection import SCORERS, PhraseDetector, Scorer
from w2vref.errors import FileFormatError
from w2vref.io.checkpoint import (
    PICKLE_PROTOCOL,
    SEP_LIMIT,
    Tensors,
    damaged,
    require,
    storable,
    warn_of_pickle_options,
    words_from_tensors,
    words_to_tensors,
)
from w2vref.io.native import NativeFile, load_native, save_native
from w2vref.io.saveload import SaveLoad
from w2vref.io.source import Target

Self = TypeVar("Self", bound="PhraseFiles")


class PhraseFiles(PhraseDetector, SaveLoad):
    """`save` and `load` of a class that says what its arrays and settings are."""

    def save(
        self,
        fname_or_handle: Target,
        separately: object = None,
        sep_limit: int = SEP_LIMIT,
        ignore: Iterable[str] = frozenset(),
        pickle_protocol: int = PICKLE_PROTOCOL,
    ) -> None:
        """Write everything into one file (safetensors; see docs/formats.md), atomically.

        A scoring function of the user's is code, which no safe file holds: its name is stored.

        Args:
            fname_or_handle: a path (compressed if its name ends in .gz, .bz2, .xz or .zst), or a file open
                for writing bytes.
            separately, sep_limit, pickle_protocol: have nothing to do, and a warning says so.
            ignore: must be empty: nothing here can be left out.

        Raises: ValueError for a name in ignore; OSError, the old file being intact.
        """
        warn_of_pickle_options(separately, sep_limit, pickle_protocol)
        if ignore:
            raise ValueError(f"ignore={ignore!r}: phrases have nothing that can be left out")
        tensors, record = self._contents()
        record |= {
            "kind": self._kind(),
            "min_count": self.min_count,
            "threshold": self.threshold,
            "delimiter": self.delimiter,
            "connector_words": sorted(self.connector_words),
        }
        save_native(fname_or_handle, tensors, storable(record))

    @classmethod
    def load(
        cls: type[Self], fname: Target, mmap: str | None = None, scoring: str | Scorer | None = None
    ) -> Self:
        """Read a file that `save` wrote.

        Args:
            fname: a path (decompressed by its name), or a file open for reading bytes.
            mmap: 'r' is accepted, but saves nothing: the strings become Python objects.
            scoring: the scoring function, which is not in the file if it was the user's own; it replaces
                the one that is.

        Raises: FileFormatError naming the file; ValueError if the scoring function is needed.
        """
        file = load_native(fname, mmap)
        if file.metadata.get("kind") != cls._kind():
            raise damaged(
                file, f"it holds {file.metadata.get('kind')!r}: only {cls._kind()} is loaded by this class"
            )
        record = Record(file)
        loaded = cls.__new__(cls)
        loaded.min_count = record.number("min_count")
        loaded.threshold = record.number("threshold")
        loaded.delimiter = record.text("delimiter")
        loaded.connector_words = frozenset(record.texts("connector_words"))
        loaded._restore(record, scoring)
        return loaded

    @classmethod
    @abstractmethod
    def _kind(cls) -> str:
        """Return what the file says it holds."""

    @abstractmethod
    def _contents(self) -> tuple[Tensors, dict[str, Any]]:
        """Return the arrays and the settings that are not common to all kinds."""

    @abstractmethod
    def _restore(self, record: Record, scoring: str | Scorer | None) -> None:
        """Take what `_contents` gave from the file."""


def name_of_scorer(scorer: Scorer | None) -> str | None:
    """Return "default", "npmi", or the full name of the user's own function."""
    if scorer is None:
        return None
    for name, known in SCORERS.items():
        if scorer is known:
            return name
    return f"{getattr(scorer, '__module__', '')}.{getattr(scorer, '__qualname__', type(scorer).__qualname__)}"


def numbers_by_string(prefix: str, numbers: Mapping[str, float], dtype: type[np.generic]) -> Tensors:
    """Return the arrays of a dict: its keys under the prefix, and `prefix`.values."""
    values = np.fromiter(numbers.values(), dtype=dtype, count=len(numbers))
    return {**words_to_tensors(prefix, list(numbers)), f"{prefix}.values": values}


class Record:
    """The settings and arrays of a file, each checked when it is taken.

    Raises: FileFormatError naming the file and what is wrong, by every method.
    """

    def __init__(self, file: NativeFile) -> None:
        self.file = file

    def number(self, name: str) -> float:
        """Return a setting that is a number."""
        value = self.file.metadata.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return value
        if value in ("inf", "-inf"):
            return float(value)
        raise self.damaged(f"the setting {name!r} is no number: {value!r}")

    def whole(self, name: str, least: int) -> int:
        """Return a setting that is a whole number, at least `least`."""
        value = self.number(name)
        if isinstance(value, int) and value >= least:
            return value
        raise self.damaged(f"the setting {name!r} is no whole number from {least}: {value!r}")

    def text(self, name: str) -> str:
        """Return a setting that is a str."""
        value = self.file.metadata.get(name)
        if isinstance(value, str):
            return value
        raise self.damaged(f"the setting {name!r} is no text: {value!r}")

    def texts(self, name: str) -> list[str]:
        """Return a setting that is a list of str."""
        value = self.file.metadata.get(name)
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return value
        raise self.damaged(f"the setting {name!r} is no list of texts: {value!r}")

    def words(self, prefix: str) -> list[str]:
        """Return the strings under a prefix."""
        words = words_from_tensors(prefix, self.file)
        if not all(isinstance(word, str) for word in words):
            raise self.damaged(f"{prefix!r} has keys that are no words")
        return words

    def numbers_by_string(self, prefix: str, dtype: type[np.generic]) -> dict[str, Any]:
        """Return the dict that the function `numbers_by_string` stored."""
        words = self.words(prefix)
        values = require(self.file, f"{prefix}.values", dtype, 1, len(words))
        numbers = dict(zip(words, values.tolist(), strict=True))
        if len(numbers) != len(words):
            raise self.damaged(f"{prefix!r} has a string twice")
        return numbers

    def damaged(self, what: str) -> FileFormatError:
        """Return an error about the content of the file."""
        return damaged(self.file, what)
