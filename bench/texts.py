"""The texts that are measured: the user's, or a synthetic one."""

from __future__ import annotations

import argparse
import atexit
import os
import tempfile
from pathlib import Path

import numpy as np

NOVELS = "novels.txt"
SYNTHETIC_WORDS = 3_000_000


def text_parser(description: str | None, rounds: int | None = None) -> argparse.ArgumentParser:
    """Return a parser of what every bench that trains on a text asks for.

    Args: rounds: the default; None for a bench that has no rounds.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", nargs="?", help="folder with novels.txt(.xz); default: W2VREF_DATA")
    parser.add_argument("--megabytes", type=int, default=20)
    if rounds is not None:
        parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--json", help="write the figures to this file")
    return parser


def text_file(folder: str | None, megabytes: int, vocabulary: int | None = None) -> tuple[Path, str]:
    """Return a text file of about that size and a line that says what it is.

    Args:
        folder: has novels.txt or novels.txt.xz; None for W2VREF_DATA, and without that a synthetic text.
        vocabulary: make a synthetic text of so many words in any case.
    """
    folder = folder or os.environ.get("W2VREF_DATA")
    kept_for_the_run = tempfile.TemporaryDirectory(prefix="w2vref-bench-")
    atexit.register(kept_for_the_run.cleanup)
    target = Path(kept_for_the_run.name) / "text.txt"
    if vocabulary:
        return (
            _synthetic(target, megabytes, vocabulary),
            f"synthetic Zipf text, {megabytes} MB, {vocabulary:,} words in the vocabulary",
        )
    if folder is None:
        return _synthetic(target, megabytes), f"synthetic Zipf text, {megabytes} MB (W2VREF_DATA is not set)"
    size = megabytes * 1_000_000
    plain = Path(folder) / NOVELS
    if plain.exists():
        data = plain.open("rb").read(size)
    else:
        import lzma

        with lzma.open(f"{plain}.xz") as packed:
            data = packed.read(size)
    target.write_bytes(data)
    return target, f"the first {len(data):,} bytes of {NOVELS}"


def first_sentences(path: Path, words: int) -> list[list[str]]:
    """Return the sentences that hold the first so many words of a text; the last one may be cut."""
    sentences: list[list[str]] = []
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            sentence = line.split()[:words]
            words -= len(sentence)
            if sentence:
                sentences.append(sentence)
            if not words:
                break
    return sentences


def _synthetic(target: Path, megabytes: int, vocabulary: int = 50_000) -> Path:
    rng = np.random.default_rng(1)
    ranks = 1.0 / np.arange(1, vocabulary + 1)
    words = np.array([f"word{i}" for i in range(vocabulary)])
    with target.open("w", encoding="utf-8") as out:
        # Every word once, so that the vocabulary is as large as asked for; then by Zipf's law.
        for start in range(0, vocabulary, 20):
            out.write(" ".join(words[start : start + 20]) + "\n")
        while out.tell() < megabytes * 1_000_000:
            ids = rng.choice(vocabulary, size=200_000, p=ranks / ranks.sum())
            for start in range(0, len(ids), 20):
                out.write(" ".join(words[ids[start : start + 20]]) + "\n")
    return target
