"""Readers of text: restartable iterables of sentences, a sentence being a list of str.

Each iteration opens the file anew (an open file is read from its start again), so the same reader can
be iterated several times. Two iterations of the same *open file object* at the same time disturb each
other; of the same path they do not. Files are UTF-8; `.gz`, `.bz2`, `.xz` and `.zst` are decompressed by
name (`w2vref.io.opening`). Bytes that are not UTF-8 raise `FileFormatError`, a ValueError that names
the file and the offset; the sentences before them have been yielded by then.
"""

from __future__ import annotations

import logging
import operator
import os
from collections.abc import Iterator
from pathlib import Path
from typing import SupportsIndex

from w2vref.corpora.text import Source, check_source, name_of, sentences_of_lines, token_lines

MAX_SENTENCE_LENGTH = 10000
"""Default of the readers, in tokens: that of the originals' longest trained sentence."""

_log = logging.getLogger(__name__)


def _checked_length(max_sentence_length: SupportsIndex) -> int:
    length = operator.index(max_sentence_length)
    if length < 1:
        raise ValueError(
            f"max_sentence_length must be at least 1, got {length}; sys.maxsize never splits a line"
        )
    return length


def _checked_limit(limit: SupportsIndex | None) -> int | None:
    if limit is None:
        return None
    lines = operator.index(limit)
    if lines < 0:
        raise ValueError(f"limit must be a number of lines from 0, or None for all, got {lines}")
    return lines


class LineSentence:
    r"""One line is one sentence, split at white space.

    Lines end at \n only; tokens are those of `str.split()`, so any Unicode space divides them (NBSP,
    U+2028 and the like). A line of more than max_sentence_length tokens comes in pieces of that
    length and a shorter last one: nothing is lost. A line without tokens yields nothing, but counts
    toward limit.

    Args:
        source: a path, or an open file of bytes or str with `read` and `seek`; an open file is read
            from its start at each iteration and never closed.
        max_sentence_length: tokens, at least 1.
        limit: read only that many lines; None reads all.

    Raises: TypeError for another source, ValueError for a length or a limit out of range; on
        iteration OSError if there is no such file, FileFormatError for damage.
    """

    def __init__(
        self,
        source: Source,
        max_sentence_length: SupportsIndex = MAX_SENTENCE_LENGTH,
        limit: SupportsIndex | None = None,
    ) -> None:
        check_source(source)
        self.source = source
        self.max_sentence_length = _checked_length(max_sentence_length)
        self.limit = _checked_limit(limit)

    def __iter__(self) -> Iterator[list[str]]:
        return sentences_of_lines(token_lines(self.source), self.max_sentence_length, self.limit)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({name_of(self.source)!r}, "
            f"max_sentence_length={self.max_sentence_length}, limit={self.limit})"
        )


class Text8Corpus:
    """One endless line, as the file text8, in sentences of max_sentence_length tokens, the last shorter.

    Newlines are white space as any other. Memory does not grow with the file.

    Args:
        fname: a path, or an open file as for `LineSentence`.
        max_sentence_length: tokens, at least 1.

    Raises: as `LineSentence`.
    """

    def __init__(self, fname: Source, max_sentence_length: SupportsIndex = MAX_SENTENCE_LENGTH) -> None:
        check_source(fname)
        self.fname = fname
        self.max_sentence_length = _checked_length(max_sentence_length)

    def __iter__(self) -> Iterator[list[str]]:
        lines = token_lines(self.fname, by_line=False)
        return sentences_of_lines(lines, self.max_sentence_length, None)

    def __repr__(self) -> str:
        return f"Text8Corpus({name_of(self.fname)!r}, max_sentence_length={self.max_sentence_length})"


class PathLineSentences:
    """The sentences of all files of a folder, file after file in the order of their names.

    The files are listed once, at construction: every iteration reads the same ones. Subfolders are
    left out.

    Args:
        source: a folder, or a single file.
        max_sentence_length, limit: as for `LineSentence`; the limit is for each file.

    Raises: ValueError if source is neither a file nor a folder, and as `LineSentence`.
    """

    def __init__(
        self,
        source: str | os.PathLike[str],
        max_sentence_length: SupportsIndex = MAX_SENTENCE_LENGTH,
        limit: SupportsIndex | None = None,
    ) -> None:
        self.source = source
        self.max_sentence_length = _checked_length(max_sentence_length)
        self.limit = _checked_limit(limit)
        path = Path(source)
        if path.is_file():
            self.input_files = [str(path)]
        elif path.is_dir():
            self.input_files = _files_of(path)
        else:
            raise ValueError(f"{path} is neither a file nor a folder: give the path of one that exists")

    def __iter__(self) -> Iterator[list[str]]:
        for name in self.input_files:
            _log.info("reading file %s", name)
            yield from LineSentence(name, self.max_sentence_length, self.limit)

    def __repr__(self) -> str:
        return (
            f"PathLineSentences({os.fspath(self.source)!r}, "
            f"max_sentence_length={self.max_sentence_length}, limit={self.limit})"
        )


class BrownCorpus:
    """Sentences of the Brown corpus as it is distributed with part-of-speech tags.

    A line `The/at Fulton/np-tl County/nn-tl` becomes `["the/at", "fulton/np", "county/nn"]`: the word
    in lower case, the first two characters of its tag. A token without exactly one `/`, or whose cut
    tag is not alphabetic (punctuation), is left out; a line without any other yields nothing.

    Args:
        dirname: the folder; all its files are read in the order of their names, subfolders are not.
            They are listed once, at construction.

    Raises: ValueError if dirname is no folder; on iteration as `LineSentence`.
    """

    def __init__(self, dirname: str | os.PathLike[str]) -> None:
        self.dirname = dirname
        path = Path(dirname)
        if not path.is_dir():
            raise ValueError(f"{path} is not a folder: give the folder with the files of the Brown corpus")
        self.input_files = _files_of(path)

    def __iter__(self) -> Iterator[list[str]]:
        for name in self.input_files:
            for line, _ in token_lines(name):
                sentence = list(_brown_words(line))
                if sentence:
                    yield sentence

    def __repr__(self) -> str:
        return f"BrownCorpus({os.fspath(self.dirname)!r})"


def _brown_words(tokens: list[str]) -> Iterator[str]:
    """Yield word/ta for each tagged word among the tokens."""
    for token in tokens:
        word, slash, tag = token.partition("/")
        tag = tag[:2]
        if slash and token.count("/") == 1 and tag.isalpha():
            yield f"{word.lower()}/{tag}"


def _files_of(folder: Path) -> list[str]:
    """Return the paths of the files of a folder in the order of their names (by code point)."""
    return [str(path) for path in sorted(folder.iterdir(), key=lambda p: p.name) if path.is_file()]
