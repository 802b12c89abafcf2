"""The classic queries on the model itself: `model.most_similar`, `model['word']`, `model.syn0`."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from w2vref._typing import Float32Array, Float64Array
from w2vref.evaluation.analogies import Scorer, Section, log_accuracy
from w2vref.evaluation.word_pairs import log_evaluate_word_pairs
from w2vref.keyedvectors.classic_names import VocabView
from w2vref.keyedvectors.indexers import Indexer
from w2vref.keyedvectors.keyedvectors import KeyedVectors
from w2vref.keyedvectors.lookup import KEY_TYPES, Key
from w2vref.keyedvectors.most_similar import Items, Similar
from w2vref.keyedvectors.storage import FloatMatrix

logger = logging.getLogger("w2vref.model")


class ClassicQueries:
    """Forwards to `wv`, with the signatures and the order of arguments of gensim 0.13.4.1.

    Reading, setting or deleting `syn0`, `syn0norm`, `index2word` and `vocab` on the model logs a warning that
    they belong to `wv`, as long as `keyed_vector_warnings` is true.
    """

    keyed_vector_warnings = True

    if TYPE_CHECKING:

        @property
        def wv(self) -> KeyedVectors: ...

        def delete_temporary_training_data(
            self, replace_word_vectors_with_normalized: bool = False
        ) -> None: ...

    # ---- access ----

    def __getitem__(self, words: Key | Sequence[Key] | npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the vector of a word as a writable view, or for a list of words a matrix, a copy."""
        if isinstance(words, KEY_TYPES):
            if not isinstance(words, str):
                raise TypeError(f"expected a word or a list of words, got {words!r}")
            return self.wv.writable_vector(words)
        return self.wv[words]

    def __setitem__(self, word: str, vector: npt.ArrayLike) -> None:
        """Set the vector of a known word, so that `model[word] *= 2` works.

        Raises: KeyError for another word, which `build_vocab(..., update=True)` adds.
        """
        if word not in self:
            raise KeyError(f"word {word!r} not in vocabulary: build_vocab(..., update=True) adds words")
        self.wv[word] = vector

    def __contains__(self, word: object) -> bool:
        return word in self.wv.key_to_index

    # ---- queries ----

    def most_similar(
        self,
        positive: Items | None = None,
        negative: Items | None = None,
        topn: int | None = 10,
        restrict_vocab: int | None = None,
        indexer: Indexer | None = None,
    ) -> Similar | Float32Array:
        """Return the words nearest to the weighted sum of words and vectors; see `KeyedVectors`."""
        return self.wv.most_similar(positive, negative, topn, restrict_vocab=restrict_vocab, indexer=indexer)

    def most_similar_cosmul(
        self, positive: Items | None = None, negative: Items | None = None, topn: int | None = 10
    ) -> Similar | Float64Array:
        """Return the best words by 3CosMul; see `KeyedVectors`."""
        return self.wv.most_similar_cosmul(positive, negative, topn)

    def similar_by_word(
        self, word: Key, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Similar | Float32Array:
        """Return `most_similar([word])`."""
        return self.wv.similar_by_word(word, topn, restrict_vocab)

    def similar_by_vector(
        self, vector: npt.ArrayLike, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Similar | Float32Array:
        """Return the words nearest to a vector."""
        return self.wv.similar_by_vector(vector, topn, restrict_vocab)

    def doesnt_match(self, words: Iterable[Key]) -> Any:
        """Return the word that is farthest from the mean of all."""
        return self.wv.doesnt_match(words)

    def similarity(self, w1: Key, w2: Key) -> float:
        """Return the cosine of two words."""
        return self.wv.similarity(w1, w2)

    def n_similarity(self, ws1: Sequence[Key], ws2: Sequence[Key]) -> float:
        """Return the cosine of the means of two lists of words."""
        return self.wv.n_similarity(ws1, ws2)

    def wmdistance(self, document1: Iterable[Key], document2: Iterable[Key]) -> float:
        """Return the Word Mover's Distance, on the vectors as they are (`wv.wmdistance` scales them)."""
        return self.wv.wmdistance(document1, document2, norm=False)

    # ---- evaluation ----

    def accuracy(
        self,
        questions: str | os.PathLike[str],
        restrict_vocab: int | None = 30_000,
        most_similar: Scorer | None = None,
        case_insensitive: bool = True,
    ) -> list[Section]:
        """Answer a file of analogy questions; see `KeyedVectors`. The last section is "total".

        Args: most_similar: `most_similar` or `most_similar_cosmul` of the model or of its vectors, or a
            function, called with the vectors, that returns a score for each of the first rows.
        """
        for name in ("most_similar", "most_similar_cosmul"):
            if getattr(most_similar, "__func__", most_similar) is getattr(ClassicQueries, name):
                most_similar = getattr(KeyedVectors, name)
        return self.wv.accuracy(questions, restrict_vocab, most_similar, case_insensitive)

    def evaluate_word_pairs(
        self,
        pairs: str | os.PathLike[str],
        delimiter: str = "\t",
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
    ) -> tuple[Any, Any, float]:
        """Return (pearson, spearman, OOV percentage) against a file of judgements; see `KeyedVectors`."""
        return self.wv.evaluate_word_pairs(
            pairs,
            delimiter,
            restrict_vocab=restrict_vocab,
            case_insensitive=case_insensitive,
            dummy4unknown=dummy4unknown,
        )

    @staticmethod
    def log_accuracy(section: Section) -> None:
        """Log "section: x% (correct/all)"; nothing for an empty section."""
        log_accuracy(section)

    @staticmethod
    def log_evaluate_word_pairs(pearson: float, spearman: float, oov: float, pairs: object) -> None:
        """Log the two correlations and the share of pairs with unknown words."""
        log_evaluate_word_pairs(pearson, spearman, oov, pairs)

    # ---- norms ----

    def init_sims(self, replace: bool = False) -> None:
        """Compute the norms; with `replace` scale all vectors to length 1, which ends training.

        No query needs it. After `replace` the output vectors do not fit any more, so they are freed.
        """
        self.wv.init_sims(replace)
        if replace:
            self.delete_temporary_training_data()

    def clear_sims(self) -> None:
        """Free the norms and `syn0norm`; they come back when needed."""
        self.wv.clear_sims()

    # ---- names of the data ----

    @classmethod
    def enable_keyed_vectors_warnings(cls) -> None:
        """Warn again when data of `wv` is used through the model."""
        cls.keyed_vector_warnings = True

    @classmethod
    def disable_keyed_vectors_warnings(cls) -> None:
        """Do not warn when data of `wv` is used through the model."""
        cls.keyed_vector_warnings = False

    def _data(self, name: str) -> KeyedVectors:
        if self.keyed_vector_warnings:
            logger.warning("%s belongs to the vectors: use model.wv.%s", name, name)
        return self.wv

    @property
    def syn0(self) -> FloatMatrix:
        """`wv.vectors`, (vocab_size, size), writable."""
        return self._data("syn0").syn0

    @syn0.setter
    def syn0(self, array: npt.ArrayLike) -> None:
        self._data("syn0").syn0 = array

    @syn0.deleter
    def syn0(self) -> None:
        del self._data("syn0").syn0

    @property
    def syn0norm(self) -> FloatMatrix:
        """The vectors scaled to length 1, (vocab_size, size), read-only."""
        return self._data("syn0norm").syn0norm

    @syn0norm.setter
    def syn0norm(self, value: npt.ArrayLike | None) -> None:
        self._data("syn0norm").syn0norm = value

    @syn0norm.deleter
    def syn0norm(self) -> None:
        del self._data("syn0norm").syn0norm

    @property
    def index2word(self) -> list[Any]:
        """`wv.index_to_key`, the words in row order."""
        return self._data("index2word").index2word

    @index2word.setter
    def index2word(self, words: list[Any]) -> None:
        self._data("index2word").index2word = words

    @index2word.deleter
    def index2word(self) -> None:
        del self._data("index2word").index2word

    @property
    def vocab(self) -> VocabView:
        """`wv.vocab`, a mapping from word to `Vocab`."""
        return self._data("vocab").vocab

    @vocab.setter
    def vocab(self, entries: Mapping[Any, Any]) -> None:
        self._data("vocab").vocab = entries

    @vocab.deleter
    def vocab(self) -> None:
        del self._data("vocab").vocab
