"""`Word2Vec`: composes corpus, vocabulary, backend and vectors; computes nothing itself."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable
from typing import Any

from w2vref._typing import Float64Array
from w2vref.aliases import modern_arguments
from w2vref.backends import get_backend
from w2vref.callbacks import CallbackAny2Vec
from w2vref.config import SEED_MODULUS
from w2vref.corpora.checks import Sentences
from w2vref.corpora.corpus_file import encode_file
from w2vref.corpora.encoded import digest, encode_corpus
from w2vref.errors import TrainingDivergedError
from w2vref.keyedvectors import KeyedVectors
from w2vref.keyedvectors.classic import ClassicQueries
from w2vref.records import EncodedCorpus
from w2vref.training.loop import Call, Observer, first_bad_row, run_epochs
from w2vref.training.result import TrainPosition, TrainResult
from w2vref.training.settings import check_alphas, check_settings, real_number, whole_number
from w2vref.training.state import StepState
from w2vref.training.vocabulary_steps import VocabularySteps
from w2vref.vocabulary.rules import TrimRule

logger = logging.getLogger("w2vref.model")


class Word2Vec(VocabularySteps, ClassicQueries):
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
        batch_words: accepted for compatibility; has no influence on anything.
        corpus_file: path of a text with one sentence a line, instead of sentences.
        ns_exponent: power of the noise distribution; 0 is uniform, negative favours rare words.
        compute_loss: add up the loss in `running_training_loss`.
        callbacks: `CallbackAny2Vec` objects for the training of the constructor.
        comment: kept with the model.
        max_final_vocab: raises min_count until at most so many words are left.
        shrink_windows: draw each window from 1 .. window (as word2vec); False: always the full window.
        backend: "c", "numba", "numpy", one of an installed package, or "auto", the fastest of these.
        algorithm: "sequential".
        dialect: "w2vref".
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
        dialect: str = "w2vref",
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
        self.dialect = dialect
        check_settings(self)
        if sentences is not None and corpus_file is not None:
            raise TypeError("got both sentences and corpus_file: give one of them")
        self._backend = get_backend(backend)

        self.raw_vocab = {}
        self.corpus_count = 0
        self.corpus_total_words = 0
        self.effective_min_count = min_count
        self.progress_hook = None
        self.lifecycle_events = []
        self._scan = self._selection = self._vocabulary = self._tables = self._corpus = None
        self._wv = KeyedVectors(size)
        self._output = self._node = None
        self._digested: tuple[EncodedCorpus, str] | None = None
        self._forget_training()
        self.add_lifecycle_event("created", backend=self.backend)
        if sentences is not None or corpus_file is not None:
            self.build_vocab(sentences, trim_rule=trim_rule, corpus_file=corpus_file)
            self.train(compute_loss=compute_loss, callbacks=callbacks)
        elif trim_rule is not None:
            logger.warning("trim_rule is not stored and has no corpus to work on: give it to build_vocab")

    @modern_arguments
    def train(
        self,
        sentences: Sentences | None = None,
        total_words: int | None = None,
        word_count: int = 0,
        total_examples: int | None = None,
        queue_factor: int = 2,
        report_delay: float = 1.0,
        *,
        corpus_iterable: Sentences | None = None,
        corpus_file: str | os.PathLike[str] | None = None,
        epochs: int | None = None,
        start_alpha: float | None = None,
        end_alpha: float | None = None,
        compute_loss: bool = False,
        callbacks: Iterable[CallbackAny2Vec] = (),
        resume: bool = False,
    ) -> TrainResult:
        """Train `iter` epochs over a corpus, which is read and encoded once.

        Args:
            sentences: iterable of lists of str (or `corpus_file`); None uses what was encoded last.
            total_words, total_examples: the corpus's words and sentences, if known; only compared with
                what was read, with a warning. word_count, queue_factor: have no influence.
            report_delay: seconds between two progress lines in the log.
            epochs, start_alpha, end_alpha: set the model's iter, alpha and min_alpha, for good.
            compute_loss: add up the loss in `running_training_loss`, from 0.
            callbacks: `CallbackAny2Vec` objects.
            resume: finish the call that was interrupted (`train_position`), with the bits of a run that
                was not; the corpus must be the same.

        Returns: TrainResult: the effective words, an int that unpacks as (effective_words, raw_words).
        Raises: RuntimeError without vocabulary, or on a model that cannot be trained; ValueError for an
            empty corpus or a setting out of range, before anything changes; TrainingDivergedError if
            values stop being finite. An exception of the corpus or a callback comes out as it is, the
            vectors trained so far stay, and `train_position` says how far that is.
        """
        self._require_finite()
        self._require_vocabulary()
        del queue_factor, word_count
        if not resume:
            if epochs is not None:
                whole_number("epochs", epochs, 1, "each train() call needs at least one epoch")
            start, end = check_alphas(
                self.alpha if start_alpha is None else start_alpha,
                self.min_alpha if end_alpha is None else end_alpha,
            )
        elif not (epochs is None and start_alpha is None and end_alpha is None):
            raise ValueError("resume=True takes epochs and alphas from the interrupted call: omit them")
        report_delay = real_number("report_delay", report_delay)
        state = self.step_state()
        self._require_finite_start(state)
        corpus = self._corpus_to_train(sentences, corpus_file)
        self._compare_totals(corpus, total_words, total_examples)
        if resume:
            position = self._position_to_resume(corpus)
        else:
            self.alpha, self.min_alpha = start, end
            self.iter = self.iter if epochs is None else epochs
            if start > self.min_alpha_yet_reached:
                logger.warning(
                    "Effective 'alpha' higher than previous training cycles: %s after %s",
                    start,
                    self.min_alpha_yet_reached,
                )
            position = TrainPosition(
                seed=self.seed % SEED_MODULUS,
                first_epoch=self._next_epoch,
                epochs=self.iter,
                epoch=0,
                token=0,
                words=corpus.words,
                start_alpha=start,
                end_alpha=end,
                digest=self._digest(corpus),
            )
            self.running_training_loss = 0.0
        self._corpus = corpus
        return self._run(state, corpus, position, compute_loss, list(callbacks), report_delay)

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
        corpus = encode_corpus(sentences, self._require_vocabulary())
        self._compare_totals(corpus, None, total_sentences)
        return self._backend.score(config, parameters, tables, corpus, self.workers)

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
        self._backend = get_backend(name)

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

    # What train() is made of.

    def _require_finite_start(self, state: StepState) -> None:
        for name in ("input_vectors", "output_vectors", "node_vectors"):
            row = first_bad_row(getattr(state.parameters, name))
            if row is not None:
                raise ValueError(f"{name} has a value that is not finite in row {row}: set it right first")

    def _corpus_to_train(
        self, sentences: Sentences | None, corpus_file: str | os.PathLike[str] | None
    ) -> EncodedCorpus:
        if sentences is not None and corpus_file is not None:
            raise TypeError("got both sentences and corpus_file: give one of them")
        vocabulary = self._require_vocabulary()
        if sentences is not None:
            corpus = encode_corpus(sentences, vocabulary)
        elif corpus_file is not None:
            corpus = encode_file(corpus_file, vocabulary, workers=self.workers)
        elif self._corpus is None:
            raise TypeError("train() has no corpus: give sentences or corpus_file, none has been encoded yet")
        else:
            corpus = self._corpus
        if not corpus.words:
            raise ValueError(
                f"there is nothing to train: none of the corpus's {corpus.raw_words} words "
                f"({corpus.sentences} sentences) is in the vocabulary"
            )
        return corpus

    @staticmethod
    def _compare_totals(corpus: EncodedCorpus, total_words: int | None, total_examples: int | None) -> None:
        for name, given, found in (
            ("words", total_words, corpus.raw_words),
            ("sentences", total_examples, corpus.sentences),
        ):
            if given is not None and given != found:
                logger.warning("the corpus has %d %s, but %d were announced", found, name, given)

    def _digest(self, corpus: EncodedCorpus) -> str:
        """Return the corpus's digest, computed once for the corpus that is kept."""
        if self._digested is None or self._digested[0] is not corpus:
            self._digested = (corpus, digest(corpus))
        return self._digested[1]

    def _position_to_resume(self, corpus: EncodedCorpus) -> TrainPosition:
        position = self.train_position
        if position is None or position.finished:
            raise ValueError("there is no interrupted train() call to resume")
        if position.digest != self._digest(corpus):
            raise ValueError("this is not the corpus of the interrupted call: its encoded words differ")
        if position.seed != self.seed % SEED_MODULUS:
            raise ValueError(f"the interrupted call had seed {position.seed}, the model has {self.seed}")
        return position

    def _run(
        self,
        state: StepState,
        corpus: EncodedCorpus,
        position: TrainPosition,
        compute_loss: bool,
        callbacks: list[CallbackAny2Vec],
        report_delay: float,
    ) -> TrainResult:
        workers = self.workers if self._backend.capabilities.threads else 1
        if workers > 1:
            logger.warning(
                "sequential training with %d workers is fast but not reproducible: workers race; "
                "use workers=1 for the same bits each time",
                workers,
            )
        logger.info("training with %r: %d words, %d epochs", self, corpus.words, position.epochs)
        call = Call(
            self._backend,
            state.config,
            state.parameters,
            state.tables,
            corpus,
            self._wv.index_to_key,
            workers,
            compute_loss,
        )
        reporter = _Reporter(report_delay, self.progress_hook)

        def moved(new: TrainPosition) -> None:
            self.train_position = new
            # An interrupted epoch counts: a new call does not repeat its draws.
            self._next_epoch = new.first_epoch + new.epoch + (new.token > 0)
            done = new.words_done / new.total_words
            reached = max(new.end_alpha, new.start_alpha - (new.start_alpha - new.end_alpha) * done)
            self.min_alpha_yet_reached = min(self.min_alpha_yet_reached, reached)

        def epoch_begin() -> None:
            for callback in callbacks:
                callback.on_epoch_begin(self)

        def epoch_end(loss: float) -> None:
            self.running_training_loss += loss
            for callback in callbacks:
                callback.on_epoch_end(self)

        moved(position)
        for callback in callbacks:
            callback.on_train_begin(self)
        started = time.perf_counter()
        try:
            result = run_epochs(call, position, Observer(moved, epoch_begin, epoch_end, reporter))
        except TrainingDivergedError as error:
            self._diverged = str(error)
            raise
        finally:
            self.train_count += 1
            self.total_train_time += time.perf_counter() - started
        self.add_lifecycle_event("train", effective_words=int(result), seconds=result.seconds)
        for callback in callbacks:
            callback.on_train_end(self)
        return result


class _Reporter:
    """Passes progress on: to the log every `delay` seconds, to the hook always."""

    def __init__(self, delay: float, hook: Callable[[int, int], None] | None) -> None:
        self.delay = delay
        self.hook = hook
        self.started = self.reported = time.perf_counter()

    def __call__(self, done: int, total: int) -> None:
        now = time.perf_counter()
        if now - self.reported >= self.delay or done == total:
            self.reported = now
            rate = done / max(now - self.started, 1e-9)
            logger.info("PROGRESS: %.2f%% of %d words, %.0f words/s", 100.0 * done / total, total, rate)
        if self.hook is not None:
            self.hook(done, total)
