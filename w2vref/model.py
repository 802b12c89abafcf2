"""`Word2Vec`: composes corpus, vocabulary, backend and vectors; computes nothing itself."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from w2vref._typing import Float64Array
from w2vref.aliases import modern_arguments
from w2vref.backends import get_backend
from w2vref.backends.checks import check_dialect, check_supported
from w2vref.callbacks import CallbackAny2Vec
from w2vref.config import BlockRule
from w2vref.corpora.checks import Sentences
from w2vref.corpora.encoded import encode_corpus
from w2vref.dialects import Dialect
from w2vref.keyedvectors import KeyedVectors
from w2vref.keyedvectors.classic import ClassicQueries
from w2vref.keyedvectors.prediction import best_predictions, predict_output
from w2vref.training.dialect_options import dialect_of
from w2vref.training.files import ModelFiles
from w2vref.training.settings import check_settings
from w2vref.training.training import Training
from w2vref.vocabulary.rules import TrimRule

logger = logging.getLogger("w2vref.model")


class Word2Vec(Training, ModelFiles, ClassicQueries):
    """A word2vec model: skip-gram or CBOW, hierarchical softmax or negative sampling.

    Mikolov et al. (2013a, arXiv:1301.3781; 2013b, arXiv:1310.4546). With `sentences` or `corpus_file` the
    constructor reads the corpus once, makes the vocabulary and trains `iter` epochs.

    Args:
        sentences: iterable of lists of str, read once; a generator works. None leaves the model empty.
        size: components of a vector (modern name: vector_size).
        alpha: first learning rate, falling linearly to min_alpha.
        window: largest distance between centre and context word.
        min_count: words with a lower count are dropped.
        max_vocab_size: most words held in memory while counting; it never changes the result.
        sample: subsampling threshold for frequent words; 0 is off, >= 1 is a count.
        seed: decides every draw and every initial vector.
        workers: most training threads. With more than one, sequential training is not reproducible.
        min_alpha: last learning rate.
        sg: 1 skip-gram, 0 CBOW.
        hs: 1 trains hierarchical softmax; with negative > 0 too, both.
        negative: noise words for each target, 0 for none.
        cbow_mean: 1 averages the context vectors, 0 adds them up.
        hashfxn: f(str) -> int that keys each word's initial vector; None is FNV-1a, the same everywhere.
        iter: epochs of each `train` (modern name: epochs).
        null_word: 1 adds the word U+0000 as the last row; it is never drawn and never kept.
        trim_rule: f(word, count, min_count) -> utils.RULE_DEFAULT, RULE_DISCARD or RULE_KEEP.
        sorted_vocab: 1 orders words by descending count, 0 by first appearance.
        batch_words: words of a job in the dialect "gensim"; in others it has no influence on anything.
        corpus_file: path of a text with one sentence a line, instead of sentences.
        ns_exponent: power of the noise distribution; 0 is uniform, negative favours rare words.
        compute_loss: add up the loss in `running_training_loss`.
        callbacks: `CallbackAny2Vec` objects for the training of the constructor.
        comment: kept with the model.
        max_final_vocab: raises min_count until at most so many words are left.
        shrink_windows: draw each window from 1 .. window (as word2vec); False: always the full window.
        backend: "c", "numba", "numpy", one of an installed package, or "auto", the fastest of these.
        algorithm: "sequential", word2vec's own; or "block" (negative sampling only): the same bits with any
            number of workers, and faster; see docs/semantics/block.md.
        block: `BlockRule`, the constants of block training; None: each `train()` call takes those that suit
            its text (docs/semantics/block.md), and logs them.
        dialect: "w2vref", "word2vec.c", "gensim", or a `dialects.Dialect`; see docs/deviations.md.
            Only the reference, which is slow, has others than the first.
        cbow_gradient: "word2vec", "exact" or "gensim"; see docs/semantics/cbow.md.

    Raises: TypeError or ValueError naming the argument; BackendUnavailableError for a backend that
        cannot work here; RuntimeError if no word is left for the vocabulary.
    """

    @modern_arguments
    def __init__(
        self,
        sentences: Sentences | None = None,
        size: int = 100,
        alpha: float = 0.025,
        window: int = 5,
        min_count: int = 5,
        max_vocab_size: int | None = None,
        sample: float = 1e-3,
        seed: int = 1,
        workers: int = 3,
        min_alpha: float = 0.0001,
        sg: int = 0,
        hs: int = 0,
        negative: int = 5,
        cbow_mean: int = 1,
        hashfxn: Callable[[str], int] | None = None,
        iter: int = 5,
        null_word: int = 0,
        trim_rule: TrimRule | None = None,
        sorted_vocab: int = 1,
        batch_words: int = 10000,
        *,
        vector_size: int | None = None,
        epochs: int | None = None,
        corpus_file: str | os.PathLike[str] | None = None,
        ns_exponent: float = 0.75,
        compute_loss: bool = False,
        callbacks: Iterable[CallbackAny2Vec] = (),
        comment: str | None = None,
        max_final_vocab: int | None = None,
        shrink_windows: bool = True,
        backend: str = "auto",
        algorithm: str = "sequential",
        block: BlockRule | None = None,
        dialect: str | Dialect = "w2vref",
        cbow_gradient: str = "word2vec",
    ) -> None:
        self.vector_size = size
        self.alpha = alpha
        self.min_alpha = min_alpha
        self.window = window
        self.shrink_windows = shrink_windows
        self.min_count = min_count
        self.max_vocab_size = max_vocab_size
        self.max_final_vocab = max_final_vocab
        self.sample = sample
        self.seed = seed
        self.workers = workers
        self.sg = sg
        self.hs = hs
        self.negative = negative
        self.ns_exponent = ns_exponent
        self.cbow_mean = cbow_mean
        self.cbow_gradient = cbow_gradient
        self.hashfxn = hashfxn
        self.iter = iter
        self.null_word = null_word
        self.sorted_vocab = sorted_vocab
        self.batch_words = batch_words
        self.compute_loss = compute_loss
        self.comment = comment
        self.algorithm = algorithm
        self.block = block
        self.dialect = dialect
        check_settings(self)
        if sentences is not None and corpus_file is not None:
            raise TypeError("got both sentences and corpus_file: give one of them")
        self._backend = get_backend(backend, dialect_of(self))
        check_dialect(self._backend, dialect_of(self))

        self.raw_vocab = {}
        self.corpus_count = 0
        self.corpus_total_words = 0
        self.effective_min_count = min_count
        self.progress_hook = None
        self.lifecycle_events = []
        self._scan = self._selection = self._vocabulary = self._tables = self._corpus = None
        self._wv = KeyedVectors(size)
        self._output = self._node = None
        self._forget_training()
        self.add_lifecycle_event("created", backend=self.backend)
        if sentences is not None or corpus_file is not None:
            self.build_vocab(sentences, trim_rule=trim_rule, corpus_file=corpus_file)
            self.train(compute_loss=compute_loss, callbacks=callbacks)
        elif trim_rule is not None:
            logger.warning("trim_rule is not stored and has no corpus to work on: give it to build_vocab")

    @modern_arguments
    def score(
        self,
        sentences: Sentences | None = None,
        total_sentences: int | None = None,
        chunksize: int = 100,
        queue_factor: int = 2,
        report_delay: float = 1.0,
        *,
        corpus_iterable: Sentences | None = None,
    ) -> Float64Array:
        """Return the log-probability of each sentence, float64 (sentences,), in nats.

        With hierarchical softmax, the sum over all pairs of log p(centre | context) (Taddy 2015): full
        windows, no subsampling. With negative sampling only, the sum of log s(u . h) of the true pairs,
        which ranks sentences but is no probability. A sentence without a pair has 0.0.

        Args:
            total_sentences: only compared with what was read, with a warning. chunksize, queue_factor,
                report_delay: have no influence.

        Raises: RuntimeError without vocabulary or weights; TypeError for a corpus of str.
        """
        del chunksize, queue_factor, report_delay
        if sentences is None:
            raise TypeError("score() needs sentences: an iterable of lists of str")
        config, parameters, tables = self.step_state()
        check_supported(self._backend, config, score=True)
        corpus = encode_corpus(sentences, self._require_vocabulary())
        self._compare_totals(corpus, None, total_sentences)
        return self._backend.score(config, parameters, tables, corpus, self.workers)

    def predict_output_word(
        self, context_words_list: Sequence[str | int], topn: int | None = 10
    ) -> list[tuple[str, float]] | None:
        """Return the most probable centre words given context words: softmax over the output vectors.

        Args:
            context_words_list: words or rows; unknown words are left out.
            topn: None for all.

        Returns: [(word, probability)], best first; None if no context word is known.
        Raises: RuntimeError without negative sampling; TypeError for a str in place of a list.
        """
        if isinstance(context_words_list, str):
            raise TypeError(f"context_words_list must be a list of words, got the str {context_words_list!r}")
        if not hasattr(self, "syn1neg"):
            raise RuntimeError("predict_output_word needs output vectors: train with negative > 0")
        rows = [self.wv.get_index(word) for word in context_words_list if word in self.wv]
        if not rows:
            return None
        vectors = np.ascontiguousarray(self.wv.vectors, dtype=np.float32)
        probabilities = predict_output(vectors, self.syn1neg, rows, bool(self.cbow_mean))
        return best_predictions(probabilities, self.wv.index_to_key, topn)

    def get_latest_training_loss(self) -> float:
        """Return `running_training_loss`: nats of the last `train(compute_loss=True)` so far."""
        return self.running_training_loss

    def add_lifecycle_event(self, event_name: str, log_level: int = logging.INFO, **event: Any) -> None:
        """Append an event to `lifecycle_events`, which is saved with the model, and log it."""
        self.lifecycle_events.append({"event": event_name, "datetime": time.strftime("%FT%T"), **event})
        logger.log(log_level, "%s %s", event_name, event)

    @property
    def backend(self) -> str:
        """The name of the backend in use; set it to use another."""
        return self._backend.name

    @backend.setter
    def backend(self, name: str) -> None:
        self._backend = get_backend(name, dialect_of(self))

    @property
    def epochs(self) -> int:
        """Epochs of each `train()` call; the modern name of `iter`."""
        return self.iter

    @epochs.setter
    def epochs(self, value: int) -> None:
        self.iter = value

    @property
    def layer1_size(self) -> int:
        """Components of a vector; another classic name of `vector_size`."""
        return self.vector_size

    def __str__(self) -> str:
        return f"Word2Vec(vocab={len(self._wv)}, size={self.vector_size}, alpha={self.alpha})"

    def __repr__(self) -> str:
        threads = "" if self._backend.capabilities.threads else " (this backend uses 1)"
        return (
            f"Word2Vec(vocab={len(self._wv)}, size={self.vector_size}, alpha={self.alpha}, "
            f"backend={self.backend!r}, algorithm={self.algorithm!r}, workers={self.workers}{threads})"
        )
