"""Small things under the name that gensim's users import."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable

from w2vref.io.atomic import atomic_write
from w2vref.io.opening import compressing
from w2vref.io.saveload import SaveLoad
from w2vref.vocabulary.rules import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP

__all__ = ["RULE_DEFAULT", "RULE_DISCARD", "RULE_KEEP", "SaveLoad", "save_as_line_sentence"]

_log = logging.getLogger(__name__)


def save_as_line_sentence(corpus: Iterable[Iterable[str]], filename: str | os.PathLike[str]) -> None:
    """Write a corpus so that `LineSentence(filename)` and `corpus_file=filename` read it.

    One sentence a line, tokens divided by a space, UTF-8; compressed if the name says so (.gz, .bz2, .xz,
    .zst). The file appears when it is complete; after an error the old one is still there. An empty
    sentence is an empty line, which the readers pass over.

    Raises: TypeError for a sentence that is one str, or a token that is no str; ValueError for a token
        that would not read back as itself: an empty one, one with white space in it, or one with a
        lone surrogate; what the corpus or the disk raises.
    """
    sentences = 0
    with atomic_write(filename) as raw, compressing(raw, filename) as stream:
        for sentence in corpus:
            stream.write(_line(sentence, sentences))
            sentences += 1
    _log.info("wrote %d sentences to %s", sentences, filename)


def _line(sentence: Iterable[str], number: int) -> bytes:
    """Return the line of one sentence; number is its place in the corpus, for messages."""
    if isinstance(sentence, str):
        raise TypeError(
            f"sentence {number} is a str ({sentence[:40]!r}), not a list of str: split it into tokens first"
        )
    tokens = list(sentence)
    try:
        line = " ".join(tokens)
    except TypeError:
        wrong = next(token for token in tokens if not isinstance(token, str))
        raise TypeError(f"sentence {number} has the token {wrong!r}: tokens must be str") from None
    if line.split() != tokens:
        wrong = next(token for token in tokens if token.split() != [token])
        raise ValueError(
            f"sentence {number} has the token {wrong!r}, which is empty or has white space in it and would "
            "not read back as one token: replace the white space, by '_' for instance"
        )
    return (line + "\n").encode("utf-8")
