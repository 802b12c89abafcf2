"""Cases: small records that build the arrays a backend takes.

Every field is a plain value, so that the repr of a case is Python that makes it again. Rows come from a
stream of the project's own generator, not from NumPy's, so that a case is the same in any language.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from w2vref._typing import Float32Array
from w2vref.backends import TrainingJob
from w2vref.backends.base import SPAN_TOKENS
from w2vref.config import TrainingConfig
from w2vref.records import EncodedCorpus, Parameters, Step, Tables, padded_zeros
from w2vref.reference.draws import draws, high32, sentence_key, token_key
from w2vref.reference.huffman import huffman_codes
from w2vref.reference.sampling import ALWAYS, DOMAIN, make_cum_table, make_sample_int

ROWS = ("initial", "trained", "large", "denormal", "mixed", "zero")
"""Kinds of rows: as at the start; of the size of trained ones; large enough that the sigmoid saturates;
denormal, so that a flushed product shows; components of all these sizes together; all zero."""
DENORMAL = 1e-41
"""Below the smallest normal float32, 1.2e-38."""


def random_rows(kind: str, seed: int, rows: int, size: int) -> Float32Array:
    """Return padded rows, float32 (rows, stride), of one of the kinds in `ROWS`."""
    result = padded_zeros(rows, size)
    if kind == "zero":
        return result
    bits = draws(seed, 2 * rows * size)
    uniform = (bits[: rows * size] >> np.uint64(40)).astype(np.float64) * 2.0**-24 - 0.5
    scale: Float32Array | float
    if kind == "mixed":
        exponents = (bits[rows * size :] >> np.uint64(60)).astype(np.int64)  # 0 .. 15
        scale = np.where(exponents == 0, DENORMAL, 2.0 ** (exponents - 13.0)).astype(np.float64)
    else:
        scale = {"initial": 1.0 / size, "trained": 1.0, "large": 60.0, "denormal": DENORMAL}[kind]
    result[:, :size] = (uniform * scale).astype(np.float32).reshape(rows, size)
    return result


@dataclass(frozen=True, slots=True)
class State:
    """Arrays before a step: vocabulary counts, kinds of rows, lock factors."""

    counts: tuple[int, ...]
    """Of each word: they decide the Huffman tree, the noise and the subsampling thresholds. 0 (never
    all) is a word that is never drawn and never kept."""
    rows: str = "trained"
    rows_seed: int = 0
    locks: tuple[float, ...] = (1.0,)
    sample: float = 0.0
    ns_exponent: float = 0.75
    domain: int = DOMAIN
    """Last entry of the noise table. With a small one draws often fall on an entry, where an insertion point
    on the wrong side shows."""

    def parameters(self, config: TrainingConfig) -> Parameters:
        """Return fresh arrays: two calls give equal ones."""
        words, size = len(self.counts), config.vector_size

        def matrix(stream: int, wanted: bool) -> Float32Array:
            return random_rows(self.rows, self.rows_seed * 3 + stream, words if wanted else 0, size)

        return Parameters(
            vector_size=size,
            input_vectors=matrix(0, True),
            output_vectors=matrix(1, config.negative > 0),
            node_vectors=matrix(2, config.hs),
            locks=np.array(self.locks, dtype=np.float32),
        )

    def tables(self, config: TrainingConfig) -> Tables:
        """Return the tables of the counts."""
        counts = np.array(self.counts, dtype=np.int64)
        codes, points, offsets = np.zeros(0, np.uint8), np.zeros(0, np.uint32), np.zeros(1, np.int64)
        if config.hs:
            codes, points, offsets = huffman_codes(counts)
        cum_table = np.zeros(0, np.uint32)
        if config.negative:
            cum_table = make_cum_table(counts, self.ns_exponent, self.domain)
        return Tables(make_sample_int(counts, self.sample), cum_table, codes, points, offsets)


@dataclass(frozen=True, slots=True)
class PairCase:
    """One call of a pair function."""

    config: TrainingConfig
    state: State
    context_ids: tuple[int, ...]
    """The input word of skip-gram (one), or the context of CBOW."""
    target_id: int
    negative_ids: tuple[int, ...] = ()
    alpha: float = 0.025
    learn_vectors: bool = True
    learn_hidden: bool = True


@dataclass(frozen=True, slots=True)
class SigmoidCase:
    """Dots whose sigmoids a skip-gram pair shows bare."""

    dots: tuple[float, ...]

    def step(self, function: Callable[..., Step], x: float) -> Step:
        """Return the step of `function` whose hidden_error is -sigmoid(x), all of its bits.

        The target's row is 0 and adds nothing to the error; the negative's is 1, its dot is x, and with
        alpha = 1 it adds g = 0 - sigmoid(x).
        """
        config = TrainingConfig(vector_size=1, sg=True, negative=1)
        state = State(counts=(1, 1), rows="zero")
        parameters = state.parameters(config)
        parameters.input_vectors[0, 0] = x
        parameters.output_vectors[1, 0] = 1.0
        negative_ids = np.array([1], dtype=np.int64)
        with np.errstate(invalid="ignore"):  # infinity times the target's 0
            return function(config, parameters, state.tables(config), 0, 0, negative_ids, 1.0)


@dataclass(frozen=True, slots=True)
class EpochCase:
    """One call of `Backend.train`."""

    config: TrainingConfig
    state: State
    sentences: tuple[tuple[int, ...], ...]
    epoch: int = 0
    first_token: int = 0
    words_before: int = 0
    words_after: int = 0
    """Of the `train()` call: the total is words_before + this corpus + words_after."""
    start_alpha: float = 0.025
    end_alpha: float = 0.0001
    compute_loss: bool = True
    at_thresholds: bool = False
    """Put each word's subsampling threshold on the draw of its first token, or one above for every second
    word: a draw equal to the threshold drops the token."""

    def tables(self) -> Tables:
        """Return the tables that the job trains with."""
        tables = self.state.tables(self.config)
        if not self.at_thresholds:
            return tables
        sample_int = tables.sample_int.copy()
        placed: set[int] = set()
        for number, sentence in enumerate(self.sentences):
            key = sentence_key(self.config.seed, self.epoch, number)
            for position, word in enumerate(sentence):
                if word not in placed:
                    sample_int[word] = high32(token_key(key, position)) + word % 2
                    placed.add(word)
        return replace(tables, sample_int=sample_int)

    def corpus(self) -> EncodedCorpus:
        """Return the sentences as a backend takes them."""
        offsets = np.zeros(len(self.sentences) + 1, dtype=np.int64)
        np.cumsum([len(sentence) for sentence in self.sentences], out=offsets[1:])
        tokens = np.array([word for sentence in self.sentences for word in sentence], dtype=np.int32)
        return EncodedCorpus(tokens, offsets, len(tokens))

    def job(self, workers: int = 1) -> TrainingJob:
        """Return the job, on fresh arrays."""
        corpus = self.corpus()
        return TrainingJob(
            config=self.config,
            parameters=self.state.parameters(self.config),
            tables=self.tables(),
            corpus=corpus,
            epoch=self.epoch,
            words_before=self.words_before,
            total_words=max(1, self.words_before + corpus.words + self.words_after),
            start_alpha=self.start_alpha,
            end_alpha=self.end_alpha,
            compute_loss=self.compute_loss,
            workers=workers,
        )


@dataclass(frozen=True, slots=True)
class LongCase:
    """A corpus of thousands of tokens, in few numbers: kernels work through such a one in parts."""

    config: TrainingConfig
    state: State
    lengths: tuple[int, ...]
    """Of the sentences."""
    tokens_seed: int = 0
    first_token: int = 0

    def epoch(self, compute_loss: bool = True) -> EpochCase:
        """Return the same as an epoch; its tokens are uniform over the vocabulary."""
        drawn = draws(self.tokens_seed, sum(self.lengths)) >> np.uint64(32)
        tokens = iter((drawn % np.uint64(len(self.state.counts))).tolist())
        sentences = tuple(tuple(next(tokens) for _ in range(n)) for n in self.lengths)
        return EpochCase(
            self.config, self.state, sentences, first_token=self.first_token, compute_loss=compute_loss
        )


@dataclass(frozen=True, slots=True)
class ModelCase:
    """The life of a model: built, trained, scored, updated, trained again, reset, trained once more."""

    options: tuple[tuple[str, object], ...]
    """Keyword arguments of `Word2Vec`, without the backend."""
    first: tuple[tuple[str, ...], ...]
    second: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class WorkersCase:
    """A corpus in which no two workers change the same row, but for noise that rounding absorbs.

    Group k of the corpus fills span k and has words of its own. All noise is one word whose score is so
    low that g = -sigmoid(-87) * alpha is denormal: added to components of some size it changes no bit,
    so the order of the workers cannot show, and yet every row of the groups is trained.
    """

    config: TrainingConfig
    """With negative sampling only: hierarchical softmax shares the root."""
    groups: int = 5
    group_words: int = 4
    sentence_words: int = 25

    def job(self, workers: int, compute_loss: bool = True) -> TrainingJob:
        """Return the job, on fresh arrays."""
        size, words = self.config.vector_size, self.groups * self.group_words + 1
        choices = (draws(self.config.seed, self.groups * SPAN_TOKENS) >> np.uint64(32)).astype(np.int64)
        group = np.repeat(np.arange(self.groups), SPAN_TOKENS)
        tokens = (choices % self.group_words + group * self.group_words).astype(np.int32)
        offsets = np.arange(0, len(tokens) + 1, self.sentence_words, dtype=np.int64)
        noise_id = words - 1
        level = np.float32(20.0 / np.sqrt(size))  # every input row's product with the noise is near -400
        input_vectors, output_vectors = (random_rows("initial", i, words, size) for i in (1, 2))
        input_vectors[:, :size] += level
        output_vectors[noise_id, :size] = -level
        cum_table = np.zeros(words, dtype=np.uint32)
        cum_table[noise_id] = 2**31 - 1
        no_codes = (np.zeros(0, np.uint8), np.zeros(0, np.uint32), np.zeros(1, np.int64))
        return TrainingJob(
            config=self.config,
            parameters=Parameters(
                size, input_vectors, output_vectors, padded_zeros(0, size), np.ones(1, dtype=np.float32)
            ),
            tables=Tables(np.full(words, ALWAYS, dtype=np.uint64), cum_table, *no_codes),
            corpus=EncodedCorpus(tokens, offsets, len(tokens)),
            epoch=0,
            words_before=0,
            total_words=len(tokens),
            start_alpha=0.025,
            end_alpha=0.0001,
            compute_loss=compute_loss,
            workers=workers,
        )
