"""One name for two generations: the modern spellings of classic arguments.

The classic name is the one in the signature; the modern one is an additional keyword. Giving both
spellings of one argument is a TypeError.
"""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

MODERN_ARGUMENTS = {
    "vector_size": "size",
    "epochs": "iter",
    "corpus_iterable": "sentences",
}
"""Modern argument -> classic argument, wherever a function has both."""


def modern_arguments(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function with both spellings in its signature take either, but not both.

    The modern one has the default None and is None inside the function; its value, if given, is
    bound to the classic one. An unknown keyword is a TypeError that names the nearest known one.
    """
    signature = inspect.signature(function)
    pairs = {
        modern: classic
        for modern, classic in MODERN_ARGUMENTS.items()
        if modern in signature.parameters and classic in signature.parameters
    }

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        for name in kwargs:
            if name not in signature.parameters:
                raise TypeError(_unknown_argument(function.__qualname__, name, list(signature.parameters)))
        values: dict[str, Any] = dict(kwargs)
        positional = set(list(signature.parameters)[: len(args)])
        for modern, classic in pairs.items():
            value = values.pop(modern, None)
            if value is None:
                continue
            if classic in positional or classic in values:
                raise TypeError(
                    f"{function.__qualname__}() got both {classic}= and {modern}=: "
                    "they are two spellings of one argument, give one"
                )
            values[classic] = value
        return function(*args, **values)

    return wrapper


def _unknown_argument(function: str, name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}=?" if near else f"it takes {', '.join(k for k in known if k != 'self')}"
    return f"{function}() has no argument {name!r}: {hint}"
