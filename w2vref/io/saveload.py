"""`SaveLoad`: what can be saved into one native file and loaded from it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TypeVar

from w2vref.io.checkpoint import PICKLE_PROTOCOL, SEP_LIMIT
from w2vref.io.source import Target

Self = TypeVar("Self", bound="SaveLoad")


class SaveLoad(ABC):
    """Base of `Word2Vec`, `KeyedVectors` and whatever else has `save` and `load`."""

    @abstractmethod
    def save(
        self,
        fname_or_handle: Target,
        separately: object = None,
        sep_limit: int = SEP_LIMIT,
        ignore: Iterable[str] = frozenset(),
        pickle_protocol: int = PICKLE_PROTOCOL,
    ) -> None:
        """Write everything into one file, atomically."""

    @classmethod
    @abstractmethod
    def load(cls: type[Self], fname: Target, mmap: str | None = None) -> Self:
        """Read a file that `save` wrote."""
