"""What other implementations read from the same text: the word </s>, raw lengths, word2vec.c's lines."""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Iterable, Iterator

from w2vref.corpora.checks import Sentences, as_tokens, iterate
from w2vref.dialects import END_OF_SENTENCE
from w2vref.io.opening import open_binary

MAX_WORD = 98
"""Bytes of a word that word2vec.c keeps (MAX_STRING is 100)."""
BETWEEN_WORDS = re.compile(rb"[ \t\n]+")


def with_end_of_sentence(sentences: Sentences) -> Iterator[list[str]]:
    """Yield each sentence with the word </s> behind it.

    Raises: TypeError as any reading of a corpus.
    """
    for number, sentence in enumerate(iterate(sentences)):
        yield [*as_tokens(sentence, number), END_OF_SENTENCE]


def with_raw_offsets(sentences: Sentences, offsets: array[int]) -> Iterator[Iterable[str]]:
    """Yield the sentences, and append to `offsets` where each of them ends, in raw words."""
    end = 0
    for number, sentence in enumerate(iterate(sentences)):
        tokens = as_tokens(sentence, number)
        end += len(tokens)
        offsets.append(end)
        yield tokens


def word2vec_c_lines(path: str | os.PathLike[str]) -> Iterator[list[str]]:
    r"""Yield the words of each line as word2vec.c reads them, the word </s> last.

    Words are parted by spaces, tabs and newlines; carriage returns are left out; a word ends at a zero
    byte and has at most 98 bytes. An empty line is the word </s> alone. Behind the last newline there is
    no </s>, and a word that the end of the file cuts off is lost.

    Bytes that are not UTF-8 become lone surrogates (`surrogateescape`).

    Raises: OSError if there is no such file.
    """
    with open_binary(path) as stream:
        for line in stream:
            words = BETWEEN_WORDS.split(line.replace(b"\r", b""))
            if line.endswith(b"\n"):
                ending = [END_OF_SENTENCE]
            else:
                words, ending = words[:-1], []
            cut = (word.split(b"\0")[0][:MAX_WORD] for word in words if word)
            yield [word.decode("utf-8", "surrogateescape") for word in cut] + ending
