"""Phrases: words that stand together more often than their counts alone would have it.

Both generations of gensim's interface on the same classes; docs/semantics/phrases.md says what is counted,
how phrases are scored, and where this differs from gensim.
"""

from __future__ import annotations

import logging
import math
import operator
from collections.abc import Collection, Iterable, Iterator
from typing import Any, SupportsIndex, overload

import numpy as np

from w2vref._phrase_counting import PhraseCounter
from w2vref._phrase_detection import (
    SCORERS,
    PhrasedCorpus,
    Scorer,
    Sentence,
    npmi_scorer,
    original_scorer,
    scorer_of,
)
from w2vref._phrase_files import PhraseFiles, Record, name_of_scorer, numbers_by_string
from w2vref.io.checkpoint import Tensors, require, words_to_tensors

__all__ = [
    "ENGLISH_CONNECTOR_WORDS",
    "FrozenPhrases",
    "PhrasedCorpus",
    "Phraser",
    "Phrases",
    "npmi_scorer",
    "original_scorer",
]

MAX_VOCAB_SIZE = 40_000_000

ENGLISH_CONNECTOR_WORDS = frozenset(
    {"a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with", "without"}
)
"""Words that may stand inside a phrase (`bank_of_america`), never at an end of one."""

_log = logging.getLogger(__name__)


class Phrases(PhraseFiles):
    """Learns which words form phrases, and joins them.

    Args:
        sentences: iterable of lists of str, read once; None to add some later with `add_vocab`.
        min_count: subtracted from the count of a pair by the default scorer, and the least count of a
            pair for the scorer "npmi".
        threshold: a candidate whose score is above it is a phrase.
        max_vocab_size: most words and pairs held. After a sentence that leaves more, those with a count of
            at most `min_reduce` (1 at first) are dropped and min_reduce grows by 1, until no more are
            left than this; counts of what comes back later are then too low.
        delimiter: joins the words of a phrase; bytes are taken as UTF-8.
        progress_per: sentences between two lines of the log.
        scoring: "default" (`original_scorer`), "npmi" (`npmi_scorer`) or a function with the same
            parameters, called by keyword.
        connector_words: words that may stand inside a phrase; they are not counted.

    Attributes:
        vocab: dict of the count of each word and, joined by the delimiter, of each pair.
        corpus_word_count: words learned from, connector words included.

    Raises: ValueError for a min_count, threshold, max_vocab_size or progress_per out of range and an
        unknown scorer or one without a parameter it needs; TypeError for tokens that are no str;
        whatever the corpus raises. After an error nothing has been learned.
    """

    vocab: dict[str, int]

    def __init__(
        self,
        sentences: Iterable[Sentence] | None = None,
        min_count: float = 5,
        threshold: float = 10.0,
        max_vocab_size: SupportsIndex = MAX_VOCAB_SIZE,
        delimiter: str | bytes = "_",
        progress_per: SupportsIndex = 10000,
        scoring: str | Scorer = "default",
        connector_words: Collection[str] = frozenset(),
    ) -> None:
        if not (min_count > 0 and math.isfinite(min_count)):
            raise ValueError(f"min_count should be at least 1, got {min_count}")
        self.scoring = scorer_of(scoring)
        _check_threshold(scoring, threshold)
        self.min_count = min_count
        self.threshold = threshold
        self.max_vocab_size = _at_least_one("max_vocab_size", max_vocab_size)
        self.progress_per = _at_least_one("progress_per", progress_per)
        self.delimiter = _as_str(delimiter)
        if isinstance(connector_words, str):
            raise TypeError(f"connector_words must be a set of words, not the str {connector_words!r}")
        self.connector_words = frozenset(connector_words)
        self.vocab = {}
        self.min_reduce = 1
        self.corpus_word_count = 0
        if sentences is not None:
            self.add_vocab(sentences)

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}<{len(self.vocab)} vocab, min_count={self.min_count}, "
            f"threshold={self.threshold}, max_vocab_size={self.max_vocab_size}>"
        )

    def add_vocab(self, sentences: Iterable[Sentence]) -> None:
        """Count the words and pairs of more sentences, and add the counts to `vocab`.

        The new sentences are counted by themselves, so an error leaves the old counts as they were; the
        sum is pruned as the constructor's `max_vocab_size` says.
        """
        counter = PhraseCounter(self.connector_words, self.delimiter, self.max_vocab_size, self.min_reduce)
        counter.count(sentences, self.progress_per)
        if len(counter.vocab) < len(self.vocab):
            small, counter.vocab = counter.vocab, self.vocab
            counter.merge(small)
        else:
            counter.merge(self.vocab)
        self.vocab = counter.vocab
        self.min_reduce = counter.min_reduce
        self.corpus_word_count += counter.words
        _log.info("learned %s", self)

    @staticmethod
    def learn_vocab(
        sentences: Iterable[Sentence],
        max_vocab_size: SupportsIndex,
        delimiter: str | bytes = "_",
        progress_per: SupportsIndex = 10000,
    ) -> tuple[int, dict[str, int]]:
        """Return (min_reduce, counts of words and pairs) of a corpus, without a `Phrases`.

        Args and Raises: as for `Phrases`.
        """
        limit = _at_least_one("max_vocab_size", max_vocab_size)
        counter = PhraseCounter(frozenset(), _as_str(delimiter), limit)
        counter.count(sentences, _at_least_one("progress_per", progress_per))
        return counter.min_reduce, counter.vocab

    def _known(self) -> dict[str, int]:
        return self.vocab

    def _least(self) -> float:
        # Only the user's own scorer, or a negative threshold, can make a phrase of rarer pairs.
        if self.scoring is npmi_scorer or (self.scoring is original_scorer and self.threshold >= 0):
            return self.min_count
        return 0

    def _score(self, phrase: str, known: float, word_a: str, word_b: str) -> float | None:
        get = self.vocab.get
        count_a, count_b = get(word_a), get(word_b)
        if count_a is None or count_b is None:
            return None
        score = self.scoring(
            worda_count=count_a,
            wordb_count=count_b,
            bigram_count=known,
            len_vocab=len(self.vocab),
            min_count=self.min_count,
            corpus_word_count=self.corpus_word_count,
        )
        return score if score > self.threshold else None

    @overload
    def export_phrases(self) -> dict[str, float]: ...

    @overload
    def export_phrases(
        self,
        sentences: Iterable[Sentence],
        out_delimiter: str | bytes = b" ",
        as_tuples: bool = False,
    ) -> Iterator[tuple[Any, float]]: ...

    def export_phrases(
        self,
        sentences: Iterable[Sentence] | None = None,
        out_delimiter: str | bytes = b" ",
        as_tuples: bool = False,
    ) -> dict[str, float] | Iterator[tuple[Any, float]]:
        """Return all phrases of the vocabulary, or those of a corpus as they occur in it.

        Args:
            sentences: None (modern) gives a dict phrase -> score of everything learned. A corpus (classic)
                gives an iterator of (phrase, score), one for each occurrence.
            out_delimiter: joins the words of a phrase of the corpus; phrases are bytes in UTF-8 if it is
                bytes, as the default is, and str if it is str.
            as_tuples: a phrase of the corpus is the tuple of its words instead.
        """
        if sentences is not None:
            return self._occurrences(sentences, out_delimiter, as_tuples)
        return {phrase: max(splits.values()) for phrase, splits, _ in self.scored_phrases()}

    def _occurrences(
        self, sentences: Iterable[Sentence], out_delimiter: str | bytes, as_tuples: bool
    ) -> Iterator[tuple[Any, float]]:
        for sentence in sentences:
            tokens = list(sentence)
            for start, end, _, score in self._spans(tokens):
                words = tokens[start:end]
                if isinstance(out_delimiter, bytes):
                    encoded = [word.encode("utf-8") for word in words]
                    yield tuple(encoded) if as_tuples else out_delimiter.join(encoded), score
                else:
                    yield tuple(words) if as_tuples else out_delimiter.join(words), score

    def scored_phrases(self) -> Iterator[tuple[str, dict[tuple[str, str], float], bool]]:
        """Yield (phrase, scores by outer words, whether no others could read like it) of the vocabulary."""
        least = self._least()
        for phrase, count in self.vocab.items():
            if count < least or self.delimiter not in phrase:
                continue
            splits = {(a, b): self._score(phrase, count, a, b) for a, b in self._splits(phrase)}
            scores = {split: score for split, score in splits.items() if score is not None}
            if scores:
                # Another split may be of words that are not known here, and of a text to come.
                first = phrase.find(self.delimiter)
                yield phrase, scores, phrase.find(self.delimiter, first + 1) < 0

    def _splits(self, phrase: str) -> Iterator[tuple[str, str]]:
        """Yield the outer words of each candidate that reads like the phrase.

        There is one unless words contain the delimiter, as those do that earlier `Phrases` have joined:
        `new_york_city` is `new_york` + `city` and, if there is such a word, `new` + `york_city`.
        """
        delimiter = self.delimiter
        cut = phrase.find(delimiter)
        while cut >= 0:
            word_a = phrase[:cut]
            if self._begins_or_ends(word_a):
                for start in self._after_connectors(phrase, cut + len(delimiter)):
                    word_b = phrase[start:]
                    if self._begins_or_ends(word_b):
                        yield word_a, word_b
            cut = phrase.find(delimiter, cut + 1)

    def _begins_or_ends(self, word: str) -> bool:
        return word in self.vocab and word not in self.connector_words

    def _after_connectors(self, phrase: str, start: int) -> Iterator[int]:
        """Yield start, and each place behind connector words that follow one another from there."""
        delimiter = self.delimiter
        reach = max(map(len, self.connector_words), default=-len(delimiter) - 1) + len(delimiter)
        starts = {start: None}
        queue = [start]
        for begin in queue:  # grows in the loop
            yield begin
            at = phrase.find(delimiter, begin, begin + reach) if reach >= 0 else -1
            while at >= 0:
                after = at + len(delimiter)
                if after not in starts and phrase[begin:at] in self.connector_words:
                    starts[after] = None
                    queue.append(after)
                at = phrase.find(delimiter, at + 1, begin + reach)

    @classmethod
    def _kind(cls) -> str:
        return "Phrases"

    def _contents(self) -> tuple[Tensors, dict[str, Any]]:
        names = ("max_vocab_size", "progress_per", "min_reduce", "corpus_word_count")
        record = {name: getattr(self, name) for name in names}
        record["scoring"] = name_of_scorer(self.scoring)
        return numbers_by_string("vocab", self.vocab, np.int64), record

    def _restore(self, record: Record, scoring: str | Scorer | None) -> None:
        name = record.text("scoring")
        if scoring is None and name not in SCORERS:
            raise ValueError(
                f"{record.file.name}: they were scored by the function {name}, and a safe file holds "
                "no code: give it again, as Phrases.load(file, scoring=function)"
            )
        self.scoring = scorer_of(name if scoring is None else scoring)
        self.max_vocab_size = record.whole("max_vocab_size", 1)
        self.progress_per = record.whole("progress_per", 1)
        self.min_reduce = record.whole("min_reduce", 1)
        self.corpus_word_count = record.whole("corpus_word_count", 0)
        self.vocab = record.numbers_by_string("vocab", np.int64)

    def freeze(self) -> FrozenPhrases:
        """Return the phrases and their scores alone, which take little memory; they learn no more."""
        return FrozenPhrases(self)


class FrozenPhrases(PhraseFiles):
    """The phrases of a `Phrases`: finds the same ones, in less memory, and learns no more.

    Args:
        phrases: what has learned them; it is not changed, and not needed afterwards.

    Attributes:
        phrasegrams: dict of phrase -> score. Deleting an entry makes it no phrase.
        scoring: the function that made the scores; None in one loaded from a file that names a function of
            the user's own, which is not needed.

    Raises: TypeError for anything but a `Phrases`.
    """

    phrasegrams: dict[str, float]

    def __init__(self, phrases: Phrases) -> None:
        if not isinstance(phrases, Phrases):
            raise TypeError(f"FrozenPhrases takes a Phrases, got {type(phrases).__name__}")
        self.threshold = phrases.threshold
        self.min_count = phrases.min_count
        self.delimiter = phrases.delimiter
        self.scoring: Scorer | None = phrases.scoring
        self.connector_words = phrases.connector_words
        self.phrasegrams = {}
        self._by_words: dict[str, dict[tuple[str, str], float]] = {}
        """For a phrase that can be split in several ways: the score of each that makes a phrase."""
        for phrase, scores, has_one_split in phrases.scored_phrases():
            self.phrasegrams[phrase] = max(scores.values())
            if not has_one_split:
                self._by_words[phrase] = scores

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}<{len(self.phrasegrams)} phrases, min_count={self.min_count}, "
            f"threshold={self.threshold}>"
        )

    def _known(self) -> dict[str, float]:
        return self.phrasegrams

    def _score(self, phrase: str, known: float, word_a: str, word_b: str) -> float | None:
        if phrase in self._by_words:
            return self._by_words[phrase].get((word_a, word_b))
        return known

    @classmethod
    def _kind(cls) -> str:
        return "FrozenPhrases"

    def _contents(self) -> tuple[Tensors, dict[str, Any]]:
        splits = [(phrase, *pair) for phrase, scores in self._by_words.items() for pair in scores]
        scores = [score for by_words in self._by_words.values() for score in by_words.values()]
        tensors = numbers_by_string("phrasegrams", self.phrasegrams, np.float64)
        for column, name in enumerate(_SPLIT_COLUMNS):
            tensors |= words_to_tensors(name, [split[column] for split in splits])
        tensors["splits.scores"] = np.array(scores, dtype=np.float64)
        return tensors, {"scoring": name_of_scorer(self.scoring)}

    def _restore(self, record: Record, scoring: str | Scorer | None) -> None:
        name = record.file.metadata.get("scoring")
        if scoring is None:
            self.scoring = SCORERS.get(name) if isinstance(name, str) else None
        else:
            self.scoring = scorer_of(scoring)
        self.phrasegrams = record.numbers_by_string("phrasegrams", np.float64)
        phrases, first, last = (record.words(name) for name in _SPLIT_COLUMNS)
        scores = require(record.file, "splits.scores", np.float64, 1, len(phrases)).tolist()
        if not len(phrases) == len(first) == len(last):
            raise record.damaged("the splits of its phrases are incomplete")
        self._by_words = {}
        for phrase, word_a, word_b, score in zip(phrases, first, last, scores, strict=True):
            self._by_words.setdefault(phrase, {})[word_a, word_b] = score


_SPLIT_COLUMNS = ("splits.phrases", "splits.first", "splits.last")

Phraser = FrozenPhrases


def _check_threshold(scoring: str | Scorer, threshold: float) -> None:
    if math.isnan(threshold):
        raise ValueError("threshold must be a number, got nan")
    if scoring == "default" and threshold <= 0:
        raise ValueError(f"threshold should be positive for default scoring, got {threshold}")
    if scoring == "npmi" and not -1 <= threshold <= 1:
        raise ValueError(f"threshold should be between -1 and 1 for npmi scoring, got {threshold}")


def _at_least_one(name: str, value: SupportsIndex) -> int:
    number = operator.index(value)
    if number < 1:
        raise ValueError(f"{name} must be at least 1, got {number}")
    return number


def _as_str(delimiter: str | bytes) -> str:
    if isinstance(delimiter, bytes):
        return delimiter.decode("utf-8")
    if isinstance(delimiter, str):
        return delimiter
    raise TypeError(f"the delimiter must be a str (or bytes), got {type(delimiter).__name__}")
