"""What is accepted as a corpus and as a sentence; everything else is an error that says what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NoReturn, TypeAlias

Sentences: TypeAlias = Iterable[Iterable[str]]
"""An iterable of sentences, each a list (or any other iterable) of str; read once, front to back.

A set is an iterable too, but without an order of its own: sort it if results are to be repeatable."""

LISTS = (list, tuple)
"""Sentences of these types are read as they are, all others through a list."""


def iterate(sentences: Sentences) -> Iterator[Iterable[str]]:
    """Return an iterator over the corpus.

    Raises: TypeError for a string, bytes or something that cannot be iterated over.
    """
    if isinstance(sentences, str | bytes | bytearray):
        raise TypeError(
            f"sentences is a {type(sentences).__name__}, but a corpus is an iterable of lists of str: "
            "for one text, pass [text.split()]; for a file, LineSentence(path) or corpus_file=path"
        )
    try:
        return iter(sentences)
    except TypeError:
        if hasattr(type(sentences), "__iter__"):
            raise  # the user's own __iter__ failed
        raise TypeError(
            f"sentences must be an iterable of lists of str, got {type(sentences).__name__}"
        ) from None


def as_tokens(sentence: Iterable[str], number: int) -> Sequence[str]:
    """Return the tokens of a sentence that is neither list nor tuple.

    Args:
        number: of the sentence in the corpus, from 0; only for the message.

    Raises: TypeError for a string, bytes or something that cannot be iterated over.
    """
    if isinstance(sentence, str | bytes | bytearray):
        raise TypeError(
            f"sentence {number} (counted from 0) is a {type(sentence).__name__} ({sentence[:20]!r}), "
            "but a sentence is a list of str: split it into words, for instance with .split()"
        )
    if not hasattr(sentence, "__iter__") and not hasattr(sentence, "__getitem__"):
        raise TypeError(
            f"sentence {number} (counted from 0) must be a list of str, got {type(sentence).__name__}"
        )
    return list(sentence)


def check_tokens(tokens: Sequence[Any], number: int) -> None:
    """Check each token of sentence `number`.

    Raises: TypeError for the first that is no str.
    """
    for position, token in enumerate(tokens):
        if not isinstance(token, str):
            reject_token(token, position, number)


def reject_token(token: object, position: int, number: int) -> NoReturn:
    """Raise TypeError for a token that is no str, naming its place and its type."""
    raise TypeError(
        f"tokens must be str: the token at position {position} of sentence {number} (both counted from 0) is "
        f"{token!r} of type {type(token).__name__}; convert it with str() or decode it first"
    )
