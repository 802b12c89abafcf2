"""`SaveLoad`: what can be saved into one native file and loaded from it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from w2vref.io.checkpoint import PICKLE_PROTOCOL, SEP_LIMIT
from w2vref.io.source import Target

Self = TypeVar("Self", bound="SaveLoad")

if TYPE_CHECKING:
    constructor = classmethod
else:

    class constructor(classmethod):  # noqa: N801 - a decorator, used like classmethod
        """A class method that makes a new object, and that objects do not have.

        `model.load(path)` on an object would leave that object as it is, and its result is easily dropped.

        Raises: AttributeError when it is looked up on an object.
        """

        def __get__(self, instance: Any, owner: type | None = None) -> Any:
            if instance is not None:
                call = f"{type(instance).__name__}.{self.__func__.__name__}"
                raise AttributeError(f"{call} makes a new object: call it on the class, as {call}(...)")
            return super().__get__(instance, owner)


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
