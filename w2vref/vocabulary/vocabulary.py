"""The vocabulary of a model: words, counts and ids, fixed once made."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from w2vref._typing import Int64Array, WordId
from w2vref.dialects import END_OF_SENTENCE, W2VREF, Dialect
from w2vref.records import Tables
from w2vref.reference.dialects.tables import table_rules
from w2vref.vocabulary.select import Selection

NULL_WORD = "\0"
"""The word of `null_word=1`: it has a row, is never drawn and never kept."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Vocabulary:
    """Words in the order of their ids. Never changed: an update makes another one.

    Raises: ValueError for a word that comes twice, or counts of another length.
    """

    words: list[str]
    counts: Int64Array
    """(len(words),), read-only; 1 for the null word."""
    null_index: WordId | None = None
    """The row of the null word, if there is one."""
    key_to_index: dict[str, WordId] = field(init=False)

    def __post_init__(self) -> None:
        counts = np.array(self.counts, dtype=np.int64)
        counts.setflags(write=False)
        object.__setattr__(self, "counts", counts)
        object.__setattr__(self, "key_to_index", {word: word_id for word_id, word in enumerate(self.words)})
        if len(self.key_to_index) != len(self.words):
            raise ValueError("a word comes twice in the vocabulary: its words must differ")
        if counts.shape != (len(self.words),):
            raise ValueError(f"{len(self.words)} words need as many counts, got an array {counts.shape}")

    def __repr__(self) -> str:
        return f"Vocabulary({len(self)} words)"

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self.key_to_index

    @property
    def word_count(self) -> int:
        """Words, the null word left out."""
        return len(self.words) - (self.null_index is not None)

    @property
    def total(self) -> int:
        """Sum of the counts, the null word left out."""
        return int(self.training_counts.sum())

    @property
    def training_counts(self) -> Int64Array:
        """The counts with 0 for the null word: what every total and every chance is made from."""
        return self._with_null_count(0)

    @classmethod
    def from_selection(
        cls,
        selection: Selection,
        *,
        sorted_vocab: bool = True,
        null_word: bool = False,
        order: str = "first_appearance",
    ) -> Vocabulary:
        """Make a new vocabulary.

        Args:
            sorted_vocab: descending count, ties by first appearance; otherwise first appearance.
            null_word: add the null word at the end, with count 1.
            order: a choice of the dialects' axis `vocabulary`, for sorted_vocab.

        Raises: ValueError if null_word is set and the corpus has that word, or if </s> must come first
            and is missing.
        """
        words, counts = selection.words, selection.counts
        if sorted_vocab:
            places = _places(selection, order)
            words, counts = [words[i] for i in places.tolist()], counts[places]
        vocabulary = cls(words, counts)
        return vocabulary.with_null_word() if null_word else vocabulary

    def sorted(self) -> Vocabulary:
        """Return the vocabulary by descending count; words of equal count keep their order.

        The null word goes last.
        """
        # -1 sorts the null word behind a count of 0; the sort is stable, so nothing is left to chance.
        order = np.argsort(-self._with_null_count(-1), kind="stable")
        null_index = None if self.null_index is None else len(self) - 1
        return Vocabulary([self.words[i] for i in order.tolist()], self.counts[order], null_index)

    def with_null_word(self) -> Vocabulary:
        """Return the vocabulary with the null word at the end; itself if it has one.

        Raises: ValueError if the corpus has that word.
        """
        if self.null_index is not None:
            return self
        if NULL_WORD in self.key_to_index:
            raise ValueError(
                "null_word=1 adds the word '\\0', but the corpus has it as a word: "
                "set null_word=0 or take it out of the corpus"
            )
        return Vocabulary([*self.words, NULL_WORD], np.append(self.counts, 1), len(self))

    def with_counts(self, counts: Int64Array) -> Vocabulary:
        """Return the same words with other counts, int64 (len(self),)."""
        return Vocabulary(self.words, counts, self.null_index)

    def merged(self, selection: Selection, *, sorted_vocab: bool = True) -> Vocabulary:
        """Return the vocabulary updated by the words of another corpus.

        Counts add up. Words that are known keep their ids, and with them their rows and locks; new
        ones follow, by descending count and first appearance (first appearance alone unless
        sorted_vocab). The whole is never sorted again.

        Raises: ValueError if the new corpus has the null word as a word.
        """
        if self.null_index is not None and NULL_WORD in selection.words:
            raise ValueError(
                "the model has the null word '\\0', and the corpus has it as a word: "
                "take it out of the corpus"
            )
        ids = np.array([self.key_to_index.get(word, -1) for word in selection.words], dtype=np.int64)
        counts = np.array(self.counts)
        counts[ids[ids >= 0]] += selection.counts[ids >= 0]
        places = np.flatnonzero(ids < 0)
        new_counts = selection.counts[places]
        if sorted_vocab:
            order = np.argsort(-new_counts, kind="stable")
            places, new_counts = places[order], new_counts[order]
        new_words = [selection.words[i] for i in places.tolist()]
        return Vocabulary([*self.words, *new_words], np.append(counts, new_counts), self.null_index)

    def _with_null_count(self, count: int) -> Int64Array:
        if self.null_index is None:
            return self.counts
        counts = np.array(self.counts)
        counts[self.null_index] = count
        return counts


def _places(selection: Selection, order: str) -> Int64Array:
    """Return the places in the selection of the words in the order of their ids."""
    counts = selection.counts
    if order == "last_appearance":
        return np.argsort(counts, kind="stable")[::-1]
    if order == "end_of_sentence_first":
        if END_OF_SENTENCE not in selection.words:
            raise ValueError(
                f"the dialect needs the word {END_OF_SENTENCE!r}, which stands for the end of each line: "
                "give it a count, or build the vocabulary from a corpus"
            )
        ahead = np.array([word != END_OF_SENTENCE for word in selection.words])
        return np.lexsort((-counts, ahead))  # stable, the last key first
    return np.argsort(-counts, kind="stable")


def make_tables(
    vocabulary: Vocabulary,
    *,
    sample: float,
    ns_exponent: float,
    hs: bool,
    negative: int,
    dialect: Dialect = W2VREF,
) -> Tables:
    """Make what training looks up by word id, as the dialect does.

    The null word has no width in `cum_table`, a `sample_int` of 0 and an empty code.

    Raises: ValueError for a bad sample or ns_exponent, and for hs with fewer than two words.
    """
    counts = vocabulary.training_counts
    rules = table_rules(dialect)
    if hs:
        codes, points, code_offsets = rules.huffman_codes(vocabulary._with_null_count(-1))
    else:
        codes = np.zeros(0, dtype=np.uint8)
        points = np.zeros(0, dtype=np.uint32)
        code_offsets = np.zeros(1, dtype=np.int64)
    return Tables(
        sample_int=rules.sample_int(counts, sample),
        cum_table=rules.cum_table(counts, ns_exponent) if negative else np.zeros(0, dtype=np.uint32),
        codes=codes,
        points=points,
        code_offsets=code_offsets,
    )
