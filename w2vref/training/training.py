"""`Word2Vec.train`: what is checked, what is read, and the run that follows."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, cast

from w2vref.aliases import modern_arguments
from w2vref.backends.checks import check_supported, is_locked, prepare_backend
from w2vref.backends.workers import available_cores
from w2vref.callbacks import CallbackAny2Vec
from w2vref.config import SEED_MODULUS
from w2vref.corpora.checks import Sentences
from w2vref.corpora.corpus_file import encode_file
from w2vref.corpora.encoded import digest
from w2vref.errors import TrainingDivergedError
from w2vref.records import EncodedCorpus
from w2vref.reference.block_rule import repetition, rule_for
from w2vref.reference.dialects.support import start_call
from w2vref.training.dialect_corpus import dialect_reads, encode_in_dialect
from w2vref.training.dialect_options import check_end_alpha, dialect_of
from w2vref.training.loop import Call, Observer, first_bad_row, run_epochs
from w2vref.training.result import TrainPosition, TrainResult
from w2vref.training.settings import check_alphas, real_number, whole_number
from w2vref.training.state import StepState
from w2vref.training.vocabulary_steps import VocabularySteps

if TYPE_CHECKING:
    from w2vref.model import Word2Vec

logger = logging.getLogger("w2vref.model")

CALLBACK_METHODS = ("on_train_begin", "on_epoch_begin", "on_epoch_end", "on_train_end")


class Training(VocabularySteps):
    """From an encoded corpus to trained rows."""

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
        callbacks = _checked_callbacks(callbacks)
        state = self.step_state()
        check_supported(
            self._backend,
            state.config,
            locked=is_locked(state.parameters),
            loss=compute_loss,
        )
        if not resume:
            check_end_alpha(self, start, end)
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
                digest=digest(corpus),
            )
            self.running_training_loss = 0.0
            start_call(state.config.dialect, self._generator)
        self._corpus = corpus
        state = self._suited_to(corpus, state)
        return self._run(state, corpus, position, compute_loss, callbacks, report_delay)

    def _suited_to(self, corpus: EncodedCorpus, state: StepState) -> StepState:
        """Return the state with the constants of block training that suit the corpus, if none were given.

        They depend on nothing but the corpus: an interrupted call goes on with the same.
        """
        if self.algorithm != "block" or self.block is not None:
            return state
        found = repetition(corpus)
        config = state.config
        rule = rule_for(found, negative=config.negative, window=config.window, sg=config.sg)
        if found.is_high:
            logger.info(
                "the text repeats itself (%d of %d trigrams): blocks of %d words, %d noise words for %d "
                "positions, cap %g; "
                "block=BlockRule() asks for longer blocks, which are faster",
                *found,
                rule.words,
                rule.draws,
                rule.tile,
                rule.cap,
            )
        return state._replace(config=replace(config, block=rule))

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
        if sentences is not None or (corpus_file is not None and dialect_reads(dialect_of(self))):
            corpus = encode_in_dialect(dialect_of(self), sentences, corpus_file, vocabulary)
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

    def _position_to_resume(self, corpus: EncodedCorpus) -> TrainPosition:
        position = self.train_position
        if position is None or position.finished:
            raise ValueError("there is no interrupted train() call to resume")
        if position.digest != digest(corpus):
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
        prepare_backend(self._backend, state.config)  # compiling is no training: before the clock starts
        workers = self.workers if self._backend.capabilities.threads else 1
        if self.algorithm == "block":
            # Their number is in no bit; one that has no core of its own keeps the others waiting.
            cores = available_cores()
            if workers > cores:
                logger.info("block training uses %d of %d workers, one for each processor", cores, workers)
            workers = min(workers, cores)
        if workers > 1 and self.algorithm == "sequential":
            logger.warning(
                "sequential training with %d workers is fast but not reproducible: workers race; "
                "use workers=1, or algorithm='block', for the same bits each time",
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
            self._generator,
        )
        model = cast("Word2Vec", self)  # callbacks are promised the whole model
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
                callback.on_epoch_begin(model)

        def epoch_end(loss: float) -> None:
            self.running_training_loss += loss
            for callback in callbacks:
                callback.on_epoch_end(model)

        moved(position)
        for callback in callbacks:
            callback.on_train_begin(model)
        started = time.perf_counter()
        try:
            result = run_epochs(call, position, Observer(moved, epoch_begin, epoch_end, reporter))
        except TrainingDivergedError as error:
            self._diverged = str(error)
            raise
        finally:
            self.train_count += 1
            self.total_train_time += time.perf_counter() - started
        event: dict[str, Any] = {"effective_words": int(result), "seconds": result.seconds}
        if self.algorithm == "block":
            event["block"] = asdict(state.config.block)
        model.add_lifecycle_event("train", **event)
        for callback in callbacks:
            callback.on_train_end(model)
        return result


def _checked_callbacks(callbacks: Iterable[CallbackAny2Vec]) -> list[CallbackAny2Vec]:
    checked = list(callbacks)
    for callback in checked:
        missing = [name for name in CALLBACK_METHODS if not callable(getattr(callback, name, None))]
        if missing:
            raise TypeError(
                f"{callback!r} is no callback, it lacks {missing[0]}: derive it from CallbackAny2Vec"
            )
    return checked


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
