"""Finding phrases in sentences, whatever holds the scores; and the scorers."""

from __future__ import annotations

import inspect
import itertools
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, cast

Sentence: TypeAlias = Iterable[str]
Scorer: TypeAlias = Callable[..., float]
"""f(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count), called by keyword."""

SCORER_ARGUMENTS = (
    "worda_count",
    "wordb_count",
    "bigram_count",
    "len_vocab",
    "min_count",
    "corpus_word_count",
)


def original_scorer(
    worda_count: int,
    wordb_count: int,
    bigram_count: int,
    len_vocab: int,
    min_count: float,
    corpus_word_count: int,
) -> float:
    """Return (bigram_count - min_count) / (worda_count * wordb_count) * len_vocab.

    Mikolov et al. (2013b, arXiv:1310.4546), eq. 6, with the factor that makes thresholds comparable between
    corpora. A word with count 0 gives -inf. corpus_word_count has no influence.
    """
    denominator = worda_count * wordb_count
    if denominator == 0:
        return -math.inf
    return (bigram_count - min_count) / denominator * len_vocab


def npmi_scorer(
    worda_count: int,
    wordb_count: int,
    bigram_count: int,
    len_vocab: int,
    min_count: float,
    corpus_word_count: int,
) -> float:
    """Return the normalised pointwise mutual information ln(p(ab) / (p(a) p(b))) / -ln p(ab), in -1 .. 1.

    Bouma (2009), "Normalized (pointwise) mutual information in collocation extraction". A count below
    min_count gives -inf, as does a word with count 0; p(ab) = 1, the limit of full dependence, gives 1.
    len_vocab has no influence.
    """
    if bigram_count < min_count or not (worda_count and wordb_count and bigram_count):
        return -math.inf
    if bigram_count >= corpus_word_count:
        return 1.0
    pa = worda_count / corpus_word_count
    pb = wordb_count / corpus_word_count
    pab = bigram_count / corpus_word_count
    return math.log(pab / (pa * pb)) / -math.log(pab)


SCORERS: dict[str, Scorer] = {"default": original_scorer, "npmi": npmi_scorer}


def scorer_of(scoring: str | Scorer) -> Scorer:
    """Return the scorer of a name, or the function itself if it takes what it will be given.

    Raises: ValueError for an unknown name, or a function without one of `SCORER_ARGUMENTS`.
    """
    if isinstance(scoring, str) and scoring in SCORERS:
        return SCORERS[scoring]
    if not callable(scoring):
        raise ValueError(f"unknown scoring {scoring!r}: give one of {sorted(SCORERS)} or a function")
    parameters = inspect.signature(scoring).parameters.values()
    if not any(p.kind is p.VAR_KEYWORD for p in parameters):
        by_keyword = {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
        missing = [name for name in SCORER_ARGUMENTS if name not in by_keyword]
        if missing:
            raise ValueError(
                f"the scoring function lacks the parameters {', '.join(missing)}: "
                f"it is called with the keywords {', '.join(SCORER_ARGUMENTS)}"
            )
    return scoring


class PhraseDetector(ABC):
    """Joins the words of phrases, greedily from left to right.

    A candidate is two words that are neighbours, or have only connector words between them. It becomes a
    phrase if its score is above the threshold; the next candidate begins after it. Connector words stay
    single outside of a phrase.
    """

    threshold: float
    min_count: float
    delimiter: str
    connector_words: frozenset[str]

    @abstractmethod
    def _known(self) -> Mapping[str, float]:
        """Return what knows every phrase by its string (counts or scores)."""

    def _least(self) -> float:
        """Return the least `_known` value that a phrase can have."""
        return -math.inf

    @abstractmethod
    def _score(self, phrase: str, known: float, word_a: str, word_b: str) -> float | None:
        """Return the score of a candidate, or None if it is no phrase.

        Args:
            known: what `_known` has for the phrase.
            word_a, word_b: its outer words.
        """

    def score_candidate(
        self, word_a: str, word_b: str, in_between: Sequence[str]
    ) -> tuple[str, float] | tuple[None, None]:
        """Return (phrase, score), or (None, None) if these words are no phrase.

        Args:
            word_a, word_b: the outer words.
            in_between: the connector words between them.
        """
        phrase = self.delimiter.join([word_a, *in_between, word_b])
        known = self._known().get(phrase)
        score = None if known is None else self._score(phrase, known, word_a, word_b)
        return (None, None) if score is None else (phrase, score)

    def _spans(self, tokens: Sequence[str]) -> Iterator[tuple[int, int, str, float]]:
        """Yield (start, end, phrase, score) of each phrase tokens[start:end], in order."""
        connector_words, delimiter, known_of = self.connector_words, self.delimiter, self._known().get
        least, start, word_a = self._least(), -1, ""
        for position, word in enumerate(tokens):
            if word in connector_words:
                continue
            if start >= 0:
                try:
                    if position == start + 1:
                        phrase = word_a + delimiter + word
                    else:
                        phrase = delimiter.join(tokens[start : position + 1])
                except TypeError as error:
                    wrong = next((token for token in tokens if not isinstance(token, str)), delimiter)
                    raise TypeError(f"the sentence has the token {wrong!r}: tokens must be str") from error
                known = known_of(phrase)
                if known is not None and known >= least:
                    score = self._score(phrase, known, word_a, word)
                    if score is not None:
                        yield start, position + 1, phrase, score
                        start = -1
                        continue
            start, word_a = position, word

    def _joined(self, sentence: Sentence) -> list[str]:
        """Return the sentence with the words of each phrase joined."""
        tokens = list(sentence)
        result: list[str] = []
        done = 0
        for start, end, phrase, _ in self._spans(tokens):
            result += tokens[done:start]
            result.append(phrase)
            done = end
        return result + tokens[done:]

    def analyze_sentence(self, sentence: Sentence) -> Iterator[tuple[str, float | None]]:
        """Yield (phrase, score) for each phrase and (word, None) for each other word, in order."""
        tokens = list(sentence)
        done = 0
        for start, end, phrase, score in self._spans(tokens):
            yield from ((word, None) for word in tokens[done:start])
            yield phrase, score
            done = end
        yield from ((word, None) for word in tokens[done:])

    def find_phrases(self, sentences: Iterable[Sentence]) -> dict[str, float]:
        """Return the phrases that occur in the sentences, each with its score."""
        return {
            phrase: score for sentence in sentences for _, _, phrase, score in self._spans(list(sentence))
        }

    def __getitem__(self, sentence: Sentence | Iterable[Sentence]) -> list[str] | PhrasedCorpus:
        """Return a sentence with the words of each phrase joined, or the stream of such sentences.

        Args:
            sentence: an iterable of str, or a corpus: an iterable of such iterables. A corpus is not read
                now but each time the result is iterated; a generator only once.

        Raises: TypeError for anything else.
        """
        items = iter(sentence)
        nothing: Any = object()
        first = next(items, nothing)
        if first is nothing:
            return []
        rest = itertools.chain([first], items)
        if isinstance(first, str):
            return self._joined(cast("Iterator[str]", rest))
        if isinstance(first, bytes) or not hasattr(first, "__iter__"):
            raise TypeError(f"expected a list of str, or lists of str; the first item is {first!r}")
        one_shot = items is sentence
        return PhrasedCorpus(self, cast("Iterable[Sentence]", rest if one_shot else sentence))


class PhrasedCorpus:
    """The sentences of a corpus with their phrases joined, found anew at each iteration.

    Attributes:
        corpus: the iterable of sentences; a generator can be iterated once.
    """

    def __init__(self, detector: PhraseDetector, corpus: Iterable[Sentence]) -> None:
        self._detector = detector
        self.corpus = corpus
        self._is_used = False

    def __iter__(self) -> Iterator[list[str]]:
        """Yield each sentence as a list of str.

        Raises: RuntimeError at the second iteration of a generator, which has nothing left to give.
        """
        sentences = iter(self.corpus)
        if sentences is self.corpus and self._is_used:
            raise RuntimeError(
                "the corpus is a generator and was read already: give a list, or an object whose __iter__ "
                "starts again, such as LineSentence"
            )
        self._is_used = True
        return map(self._detector._joined, sentences)

    def __len__(self) -> int:
        return len(cast("Sequence[Sentence]", self.corpus))

    def __getitem__(self, index: int | slice) -> list[str] | PhrasedCorpus:
        """Return one sentence, or the stream of a slice, if the corpus can be indexed."""
        part = cast("Sequence[Any]", self.corpus)[index]
        if isinstance(index, slice):
            return PhrasedCorpus(self._detector, part)
        return self._detector._joined(part)
