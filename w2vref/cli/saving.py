"""Writing what a command has trained, and saying what was kept when it was interrupted."""

from __future__ import annotations

import os
from pathlib import Path

from w2vref.cli.progress import say
from w2vref.model import Word2Vec

PARTIAL = ".partial"
"""Part of the name of a file written after an interruption, so that no older result is lost."""


def check_writable(path: str | None) -> None:
    """Raise OSError now, before any training, if a file cannot be written at path later."""
    if path is None:
        return
    target = Path(path)
    if target.is_dir():
        raise IsADirectoryError(21, "is a folder: give the name of a file", path)
    if not target.parent.is_dir():
        raise FileNotFoundError(2, "its folder does not exist: create it first", path)
    if not os.access(target.parent, os.W_OK):
        raise PermissionError(13, "its folder cannot be written to", path)


def write(model: Word2Vec, vectors: str | None, binary: bool = False, native: str | None = None) -> list[str]:
    """Write the vectors, the whole model, or both; return the names of the files.

    A name that ends in .gz, .bz2, .xz or .zst is compressed.
    """
    if vectors is not None:
        model.wv.save_word2vec_format(vectors, binary=binary)
    if native is not None:
        model.save(native)
    return [name for name in (vectors, native) if name is not None]


def keep_partial(
    model: Word2Vec, vectors: str | None, binary: bool = False, native: str | None = None
) -> None:
    """Write what an interrupted training has reached beside the names asked for, and say so."""
    position = model.train_position
    if position is None or not position.words_done:
        say("w2vref: interrupted before the first step: nothing was written")
        return
    share = 100.0 * position.words_done / position.total_words
    say(f"w2vref: interrupted after {share:.1f}% of training")
    partial = [None if name is None else partial_name(name) for name in (vectors, native)]
    for name in write(model, partial[0], binary, partial[1]):
        say(f"w2vref: what it has reached is in {name}")
    if partial[1] is not None:
        say(f"w2vref: finish it with --resume {partial[1]}")


def partial_name(path: str) -> str:
    """Return the name for an unfinished result: `.partial` before the endings, so that they still count."""
    target = Path(path)
    stem = target.name.removesuffix("".join(target.suffixes))
    return str(target.with_name(f"{stem}{PARTIAL}{''.join(target.suffixes)}"))
