"""The attributes of a model, in one place: settings, vocabulary, weights, history.

`Word2Vec` is composed of mixins that each know a part of it; all see these names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from w2vref._typing import Float32Array, UInt64Array
from w2vref.backends import Backend
from w2vref.config import SEED_MODULUS, BlockRule, TrainingConfig
from w2vref.dialects import Dialect
from w2vref.keyedvectors import KeyedVectors
from w2vref.records import EncodedCorpus, Parameters, Tables
from w2vref.reference.dialects.support import new_generator
from w2vref.training.dialect_options import dialect_of
from w2vref.training.result import TrainPosition
from w2vref.vocabulary.scan import Scan
from w2vref.vocabulary.select import Selection
from w2vref.vocabulary.vocabulary import Vocabulary


class StepState(NamedTuple):
    """What one step of training works on."""

    config: TrainingConfig
    parameters: Parameters
    tables: Tables


class ModelState:
    """Attributes only; `Word2Vec.__init__` sets the settings, `forget` the rest."""

    vector_size: int
    alpha: float
    min_alpha: float
    window: int
    shrink_windows: bool
    min_count: int
    max_vocab_size: int | None
    max_final_vocab: int | None
    sample: float
    seed: int
    workers: int
    sg: int
    hs: int
    negative: int
    ns_exponent: float
    cbow_mean: int
    cbow_gradient: str
    hashfxn: Callable[[str], int] | None
    iter: int
    null_word: int
    sorted_vocab: int
    batch_words: int
    """Raw words of a job in the dialect gensim. Others have no jobs; it is kept for its readers."""
    compute_loss: bool
    comment: str | None
    algorithm: str
    block: BlockRule | None
    """The constants of block training; None: those that suit the text of a `train()` call."""
    dialect: str | Dialect

    raw_vocab: Mapping[str, int]
    """Word -> count of the last scan, by first appearance; emptied unless `keep_raw_vocab`."""
    corpus_count: int
    """Sentences of the last corpus scanned."""
    corpus_total_words: int
    """Words of the last corpus scanned, those out of vocabulary included."""
    effective_min_count: int

    train_count: int
    """`train()` calls of the model's life."""
    total_train_time: float
    """Seconds, wall time, of all `train()` calls."""
    min_alpha_yet_reached: float
    """The lowest learning rate so far; a later call that starts higher is warned about."""
    running_training_loss: float
    """Nats, float64: the loss of the last `train(compute_loss=True)` so far."""
    train_position: TrainPosition | None
    """How far the last `train()` call came; None before the first."""
    progress_hook: Callable[[int, int], None] | None
    """Called as f(words done, words of the call) about every 0.05 s of training."""
    lifecycle_events: list[dict[str, Any]]

    _backend: Backend
    _scan: Scan | None
    _selection: Selection | None
    _vocabulary: Vocabulary | None
    _tables: Tables | None
    _corpus: EncodedCorpus | None
    _wv: KeyedVectors
    _output: Float32Array | None
    _node: Float32Array | None
    _next_epoch: int
    _pair_calls: int
    _diverged: str | None
    _trimmed: bool
    _generator: UInt64Array
    """State of the dialect's own generator; (0,) without one."""
    _made_in: Dialect
    """The dialect in which vocabulary, tables and rows were made."""

    def _forget_training(self) -> None:
        """Set everything that counts training to its start."""
        self.train_count = 0
        self.total_train_time = 0.0
        self.min_alpha_yet_reached = float(self.alpha)
        self.running_training_loss = 0.0
        self.train_position = None
        self._next_epoch = 0
        self._pair_calls = 0
        self._diverged = None
        self._trimmed = False
        self._made_in = dialect_of(self)
        self._generator = new_generator(dialect_of(self), self.seed % SEED_MODULUS)
