"""Writing what a command has trained, and saying what was kept when it was interrupted."""

from __future__ import annotations

import os
from pathlib import Path

from w2vref.cli.progress import say
from w2vref.io.word2vec_format import write_word2vec
from w2vref.model import Word2Vec

PARTIAL = ".partial"
"""Part of the name of a file written after an interruption, so that no older result is lost."""


def check_writable(path: str) -> None:
    """Raise OSError now, before any training, if a file cannot be written at path later."""
    target = Path(path)
    if target.is_dir():
        raise IsADirectoryError(21, "is a folder: give the name of a file", path)
    if not target.parent.is_dir():
        raise FileNotFoundError(2, "its folder does not exist: create it first", path)
    if not os.access(target.parent, os.W_OK):
        raise PermissionError(13, "its folder cannot be written to", path)


def write(model: Word2Vec, path: str, binary: bool = False) -> None:
    """Write the vectors as a word2vec file, compressed if the name says so."""
    write_word2vec(path, model.wv.index_to_key, model.wv.vectors, binary=binary)


def keep_partial(model: Word2Vec, path: str, binary: bool = False) -> None:
    """Write what an interrupted training has reached beside the name asked for, and say so."""
    position = model.train_position
    if position is None or not position.words_done:
        say("w2vref: interrupted before the first step: nothing was written")
        return
    share = 100.0 * position.words_done / position.total_words
    name = partial_name(path)
    write(model, name, binary)
    say(f"w2vref: interrupted after {share:.1f}% of training; the vectors so far are in {name}")


def partial_name(path: str) -> str:
    """Return the name for an unfinished result: `.partial` before the endings, so that they still count."""
    target = Path(path)
    stem = target.name.removesuffix("".join(target.suffixes))
    return str(target.with_name(f"{stem}{PARTIAL}{''.join(target.suffixes)}"))
