"""Counting words and phrases: the words become ids, and pairs of ids are counted by sorting.

The original updates one dictionary entry for each word and each pair of neighbours. Here the pairs of
some hundred thousand words are packed into integers and sorted, and only the distinct ones become
strings and dictionary entries: the same counts in a fraction of the time.
"""

from __future__ import annotations

import logging
import mmap
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import compress, pairwise, repeat
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from w2vref._typing import Int64Array

CHUNK_WORDS = 1 << 19
"""Words that are sorted at once."""
FEW_WORDS = 1 << 10
"""So few words are counted one by one, which is then faster than sorting."""
SLICE = 1 << 16
"""Pairs that become strings at once."""

IntcArray: TypeAlias = npt.NDArray[np.intc]

_Scalar = TypeVar("_Scalar", bound=np.generic)

_log = logging.getLogger("w2vref.phrases")


class PairCounts:
    """How often each pair of ids was added, as sorted arrays."""

    def __init__(self) -> None:
        self._runs: list[tuple[Int64Array, Int64Array]] = []
        """(distinct pairs left << 32 | right, ascending; their counts); each at least twice the next."""

    def __len__(self) -> int:
        """Return the number of distinct pairs, or more if some are in several runs."""
        return sum(len(keys) for keys, _ in self._runs)

    def add(self, left: IntcArray, right: IntcArray) -> None:
        """Count the pairs (left[i], right[i])."""
        keys, counts = np.unique(left.astype(np.int64) << 32 | right, return_counts=True)
        self._runs.append((keys, counts))
        # Runs of very different lengths are not merged, so each pair is moved a logarithmic number of times.
        while len(self._runs) > 1 and 2 * len(self._runs[-1][0]) > len(self._runs[-2][0]):
            self._merge_last_two()

    def _merge_last_two(self) -> None:
        few, few_counts = self._runs.pop()
        keys, counts = self._runs.pop()
        places = np.searchsorted(keys, few)
        is_known = places < len(keys)
        is_known[is_known] = keys[places[is_known]] == few[is_known]
        counts[places[is_known]] += few_counts[is_known]
        is_new = ~is_known
        keys = np.insert(keys, places[is_new], few[is_new])
        counts = np.insert(counts, places[is_new], few_counts[is_new])
        self._runs.append((keys, counts))

    def drain(self) -> Iterator[tuple[list[int], list[int], list[int]]]:
        """Yield (left, right, count) of all pairs in slices, each forgotten when it was yielded."""
        while len(self._runs) > 1:
            self._merge_last_two()
        slices = []
        for keys, counts in self._runs:
            for start in range(0, len(keys), SLICE):
                part = slice(start, start + SLICE)
                slices.append((_pages_of(keys[part]), _pages_of(counts[part])))
        self._runs.clear()
        slices.reverse()
        while slices:
            keys, counts = slices.pop()
            yield (keys >> 32).tolist(), (keys & 0xFFFFFFFF).tolist(), counts.tolist()


def _pages_of(array: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    """Return a copy in memory pages of its own.

    They go back to the system with the copy; the heap would keep a hole while the dictionary grows.
    """
    pages = np.frombuffer(mmap.mmap(-1, array.nbytes), dtype=array.dtype)
    pages[:] = array
    return pages


class PhraseCounter:
    """Counts of words and of phrase candidates, both by their string, as in the original.

    A candidate is two words that are neighbours, or have only connector words between them. All its
    words are joined by the delimiter, and equal strings are one entry wherever they come from.
    Connector words themselves are not counted.

    Args:
        connector_words: words that may stand inside a phrase.
        delimiter: joins the words of a phrase.
        max_vocab_size: after a sentence with more entries than this, those with a count of at most
            `min_reduce` are dropped and `min_reduce` grows by 1, until no more are left than this.
        min_reduce: where that starts.

    Attributes:
        vocab: count of each word and each candidate.
        words: words seen, connector words included.
    """

    def __init__(
        self, connector_words: Collection[str], delimiter: str, max_vocab_size: int, min_reduce: int = 1
    ) -> None:
        self.vocab: dict[str, int] = {}
        self.words = 0
        self.min_reduce = min_reduce
        self._connector_words = connector_words
        self._delimiter = delimiter
        self._max_vocab_size = max_vocab_size
        # A chunk of words not yet counted: their ids, and where each of their sentences ends.
        self._ids = _Ids()
        self._tokens = array("i")
        self._ends: list[int] = []
        # What is counted by id, and not yet in the vocabulary.
        self._pairs = PairCounts()
        self._word_counts = np.zeros(0, dtype=np.int64)
        self._spans: Counter[str] = Counter()

    def count(self, sentences: Iterable[Iterable[str]], progress_per: int) -> None:
        """Count the words and candidates of all sentences.

        Raises: TypeError for a sentence that is no iterable or a token that is no str; whatever the
            iterable raises.
        """
        number = -1
        for number, sentence in enumerate(sentences):
            if number % progress_per == 0:
                _log.info("PROGRESS: at sentence #%d, processed %d words", number, self.words)
            self._add(sentence, number)
        self._move_to_vocab()
        _log.info(
            "collected %d entries from %d words in %d sentences", len(self.vocab), self.words, number + 1
        )

    def merge(self, vocab: dict[str, int]) -> None:
        """Add the counts of another vocabulary, then drop entries if there are too many."""
        self._add_counts(vocab.keys(), vocab.values())
        self._prune()

    def _add(self, sentence: Iterable[str], number: int) -> None:
        """Append a sentence to the chunk, and count the chunk if it is full."""
        if number == 0 and isinstance(sentence, str):
            _log.warning("the first sentence is a str: its letters become words; give lists of str")
        start = len(self._tokens)
        try:
            self._tokens.extend(map(self._ids.__getitem__, sentence))
        except TypeError as error:
            # Ours and that of an unhashable token are explained; one of the user's own iterator passes.
            if not hasattr(sentence, "__iter__"):
                raise TypeError(
                    f"sentence {number} is a {type(sentence).__name__}, not a list of str"
                ) from error
            wrong = [token for token in sentence if not isinstance(token, str)]
            if not wrong:
                raise
            raise TypeError(
                f"sentence {number} has the token {wrong[0]!r}: tokens must be str"
                + (", decode bytes first" if isinstance(wrong[0], bytes) else "")
            ) from error
        held = len(self._tokens)
        self.words += held - start
        self._ends.append(held)
        # At most so many entries: while they fit, no sentence until now was one to prune after.
        if self._counted() + 2 * held > self._max_vocab_size:
            self._move_to_vocab()
        elif held >= CHUNK_WORDS:
            self._count_chunk()

    def _counted(self) -> int:
        """Return an upper bound of the entries that `_move_to_vocab` leaves, those of the chunk apart."""
        return len(self.vocab) + len(self._word_counts) + len(self._pairs) + len(self._spans)

    def _move_to_vocab(self) -> None:
        """Count the chunk and move all counts into the vocabulary; then prune."""
        if not len(self._word_counts) and len(self._tokens) <= FEW_WORDS:
            self._count_few()
        else:
            self._count_chunk()
            words, join = list(self._ids), self._delimiter.join
            self._ids.clear()
            counted = self._word_counts > 0
            self._add_counts(compress(words, counted.tolist()), self._word_counts[counted].tolist())
            for left, right, counts in self._pairs.drain():
                pairs = zip(map(words.__getitem__, left), map(words.__getitem__, right), strict=True)
                self._add_counts(map(join, pairs), counts)
            self._add_counts(self._spans.keys(), self._spans.values())
            self._spans.clear()
            self._word_counts = np.zeros(0, dtype=np.int64)
        self._ids.clear()
        self._prune()

    def _take_chunk(self) -> tuple[array[int], list[int]]:
        tokens, ends = self._tokens, self._ends
        self._tokens, self._ends = array("i"), []
        return tokens, ends

    def _count_few(self) -> None:
        """Count the chunk word by word."""
        words, (tokens, ends) = list(self._ids), self._take_chunk()
        start = 0
        for end in ends:
            sentence = [words[t] for t in tokens[start:end]]
            places = [i for i, word in enumerate(sentence) if word not in self._connector_words]
            phrases = [self._delimiter.join(sentence[i : j + 1]) for i, j in pairwise(places)]
            self._add_counts([sentence[i] for i in places] + phrases, repeat(1))
            start = end

    def _count_chunk(self) -> None:
        """Count the chunk by sorting the pairs of its ids."""
        chunk, ends = self._take_chunk()
        words, tokens = list(self._ids), np.frombuffer(chunk, dtype=np.intc)
        is_counted = np.array([word not in self._connector_words for word in words], dtype=bool)
        counts = np.bincount(tokens, minlength=len(words)) * is_counted
        counts[: len(self._word_counts)] += self._word_counts
        self._word_counts = counts

        positions = np.flatnonzero(is_counted[tokens])
        # Candidate i is at positions[i] and positions[i + 1], unless a sentence ends between them.
        goes_on = np.ones(len(positions) + 1, dtype=bool)
        goes_on[np.searchsorted(positions, ends)] = False
        goes_on = goes_on[1:-1]
        is_near = np.diff(positions) == 1
        ids = tokens[positions]
        chosen = np.flatnonzero(is_near & goes_on)
        self._pairs.add(ids[chosen], ids[chosen + 1])

        chosen = np.flatnonzero(~is_near & goes_on)
        if len(chosen):
            text = list(map(words.__getitem__, chunk))
            spans = map(slice, positions[chosen].tolist(), (positions[chosen + 1] + 1).tolist())
            self._spans.update(map(self._delimiter.join, map(text.__getitem__, spans)))

    def _add_counts(self, keys: Iterable[str], counts: Iterable[int]) -> None:
        vocab, get = self.vocab, self.vocab.get
        for key, count in zip(keys, counts, strict=False):
            vocab[key] = get(key, 0) + count

    def _prune(self) -> None:
        while len(self.vocab) > self._max_vocab_size:
            before = len(self.vocab)
            rare = [key for key, count in self.vocab.items() if count <= self.min_reduce]
            for key in rare:
                del self.vocab[key]
            _log.info("dropped %d of %d entries with counts <= %d", len(rare), before, self.min_reduce)
            self.min_reduce += 1


class _Ids(dict[str, int]):
    """The id of each word, in order of first appearance."""

    def __missing__(self, word: str) -> int:
        if not isinstance(word, str):
            raise TypeError(f"the token {word!r} is no str: tokens must be str")
        number = self[word] = len(self)
        return number
