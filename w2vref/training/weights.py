"""The weight methods of `Word2Vec`: rows made, kept, grown, reset, and checked before use."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from w2vref._typing import Float32Array, UInt32Array
from w2vref.config import SEED_MODULUS
from w2vref.errors import TrainingDivergedError
from w2vref.keyedvectors import KeyedVectors
from w2vref.records import Parameters, Tables, padded_size, padded_zeros
from w2vref.reference.dialects.initial import ROWS
from w2vref.reference.huffman import extend_codes
from w2vref.reference.initialization import initial_vectors, vector_keys
from w2vref.training.dialect_options import dialect_of, noise_exponent
from w2vref.training.initial_rows import write_initial_rows
from w2vref.training.settings import check_settings
from w2vref.training.state import ModelState, StepState
from w2vref.vocabulary.vocabulary import Vocabulary, make_tables

logger = logging.getLogger("w2vref.model")


class Weights(ModelState):
    """Input, output and node vectors, lock factors, tables."""

    @property
    def wv(self) -> KeyedVectors:
        """The vectors and their queries.

        Raises: TrainingDivergedError after a training run that left values that are not finite.
        """
        self._require_finite()
        return self._wv

    @property
    def syn1neg(self) -> Float32Array:
        """The output vectors of negative sampling, a view (vocab_size, size); `output_vectors` too."""
        return self._view("_output", "negative sampling (negative > 0)")

    @syn1neg.setter
    def syn1neg(self, values: npt.ArrayLike) -> None:
        self._set_rows("_output", values)

    @property
    def syn1(self) -> Float32Array:
        """The node vectors of hierarchical softmax, a view (vocab_size, size), the last row unused."""
        return self._view("_node", "hierarchical softmax (hs=1)")

    @syn1.setter
    def syn1(self, values: npt.ArrayLike) -> None:
        self._set_rows("_node", values)

    output_vectors = syn1neg
    node_vectors = syn1

    @property
    def syn0_lockf(self) -> Float32Array:
        """The lock factors, one element or one per word; `wv.vectors_lockf`."""
        return self._wv.vectors_lockf

    @syn0_lockf.setter
    def syn0_lockf(self, values: npt.ArrayLike) -> None:
        self._wv.vectors_lockf = np.array(values, dtype=np.float32, ndmin=1)

    @property
    def cum_table(self) -> UInt32Array:
        """The noise distribution, uint32 (vocab_size,); see `make_cum_table`."""
        return self._require_tables().cum_table

    def reset_weights(self) -> None:
        """Start again: initial vectors, zero output and node vectors, locks 1, same vocabulary.

        Sets the epoch and pair counters to 0, so a following `train` repeats the first one.
        """
        vocabulary = self._require_vocabulary()
        check_settings(self)
        # A setting of hs, negative, sample or ns_exponent that changed since needs its tables.
        self._set_vocabulary(vocabulary, self._tables_for(vocabulary, None))

    def init_weights(self) -> None:
        """Start again; the modern name of `reset_weights`."""
        self.reset_weights()

    def reset_from(self, other_model: Weights) -> None:
        """Take vocabulary and encoded corpus of another model, with fresh weights of this one's settings.

        Raises: TypeError if it is no model; RuntimeError if it has no vocabulary; ValueError if its dialect
            is another.
        """
        if not isinstance(other_model, Weights):
            raise TypeError(f"reset_from takes a Word2Vec, got {type(other_model).__name__}")
        vocabulary = other_model._require_vocabulary()
        check_settings(self)
        if dialect_of(other_model) != dialect_of(self):
            raise ValueError(
                f"the other model has dialect {dialect_of(other_model).name!r}, this one "
                f"{dialect_of(self).name!r}, so its vocabulary and corpus do not fit: use build_vocab"
            )
        tables = self._tables_for(vocabulary, None)
        self._set_vocabulary(vocabulary, tables)
        self._corpus = other_model._corpus
        self.corpus_count = other_model.corpus_count
        self.corpus_total_words = other_model.corpus_total_words
        self.effective_min_count = other_model.effective_min_count

    def update_weights(self) -> None:
        """Add rows for words that the vocabulary has and the matrices lack; the others stay."""
        self._grow_vocabulary(self._require_vocabulary(), self._require_tables())

    def prepare_weights(self, update: bool = False) -> None:
        """Make the rows of the vocabulary: new ones, or with update only those that are missing."""
        if update:
            self.update_weights()
        else:
            self.reset_weights()

    def seeded_vector(self, seed_string: str, vector_size: int | None = None) -> Float32Array:
        """Return the initial vector of this string, float32 (size,); a word's is word + str(seed).

        Args: vector_size: another size than the model's.
        """
        size = self.vector_size if vector_size is None else vector_size
        vector: Float32Array = initial_vectors(vector_keys([seed_string], self.hashfxn), size)[0]
        return vector

    def delete_temporary_training_data(self, replace_word_vectors_with_normalized: bool = False) -> None:
        """Free what only training needs: output and node vectors, lock factors, the encoded corpus.

        Queries still work; `train` then raises RuntimeError.
        """
        self._require_vocabulary()
        if replace_word_vectors_with_normalized:
            rows, norms = self._wv.vectors, np.linalg.norm(self._wv.vectors, axis=1, keepdims=True)
            rows /= np.where(norms > 0, norms, 1)
        self._output = self._node = self._corpus = None
        self._wv.vectors_lockf = np.ones(1, dtype=np.float32)
        self._trimmed = True

    def step_state(self) -> StepState:
        """Return config, parameters and tables as a backend takes them, after all checks.

        Raises: RuntimeError without vocabulary or weights, for read-only rows, or if a setting no longer
            fits the weights; TrainingDivergedError after a diverged run.
        """
        self._require_finite()
        vocabulary, tables = self._require_vocabulary(), self._require_tables()
        if self._trimmed:
            raise RuntimeError(
                "this model has no training data: it was loaded from a file of vectors, or the data was "
                "deleted (delete_temporary_training_data, init_sims(replace=True), save(ignore=...)), so it "
                "can be queried but not trained"
            )
        config = check_settings(self)
        if config.dialect != self._made_in:
            raise RuntimeError(
                f"the vocabulary was made in dialect {self._made_in.name!r}, and dialect is now "
                f"{config.dialect.name!r}: call build_vocab() again, or make a new model"
            )
        rows = self._wv.padded()
        stride = padded_size(config.vector_size)
        if rows.shape != (len(vocabulary), stride) or self._wv.vector_size != config.vector_size:
            raise RuntimeError(
                f"wv has {len(self._wv)} rows of {self._wv.vector_size}, but the vocabulary has "
                f"{len(vocabulary)} words and size is {config.vector_size}: train works on the rows that "
                "build_vocab made; use build_vocab(update=True) to add words"
            )
        for wanted, matrix, name in (
            (config.hs, self._node, "hs"),
            (config.negative, self._output, "negative"),
        ):
            if wanted and matrix is None:
                raise RuntimeError(f"{name} was 0 when the weights were made: call reset_weights() first")
        empty = padded_zeros(0, config.vector_size)
        parameters = Parameters(
            vector_size=config.vector_size,
            input_vectors=rows,
            output_vectors=self._output if self._output is not None and config.negative else empty,
            node_vectors=self._node if self._node is not None and config.hs else empty,
            locks=self._checked_locks(len(vocabulary)),
        )
        return StepState(config, parameters, tables)

    def next_pair_call(self) -> int:
        """Return the number of this call of the pair functions, from 0, and count it."""
        self._pair_calls += 1
        return self._pair_calls - 1

    def _checked_locks(self, words: int) -> Float32Array:
        locks = np.ascontiguousarray(self._wv.vectors_lockf, dtype=np.float32)
        if locks.shape not in ((1,), (words,)):
            raise ValueError(
                f"vectors_lockf must have one element or one per word ({words},), got {locks.shape}"
            )
        if not np.isfinite(locks).all():
            raise ValueError("vectors_lockf has a value that is not finite")
        return locks

    def _tables_for(self, vocabulary: Vocabulary, old: Vocabulary | None) -> Tables:
        """Return the tables of a vocabulary; if it extends `old`, with the old words' trained tree."""
        tables = make_tables(
            vocabulary,
            sample=self.sample,
            ns_exponent=noise_exponent(self),
            hs=bool(self.hs) and old is None,
            negative=self.negative,
            dialect=dialect_of(self),
        )
        if not self.hs or old is None:
            return tables
        trained = self._require_tables()
        tree = (trained.codes, trained.points, trained.code_offsets)
        if len(vocabulary) > len(old):
            counts = vocabulary.training_counts
            tree = extend_codes(tree, int(counts[: len(old)].sum()), counts[len(old) :])
        codes, points, code_offsets = tree
        return replace(tables, codes=codes, points=points, code_offsets=code_offsets)

    def _set_vocabulary(self, vocabulary: Vocabulary, tables: Tables) -> None:
        """Give the model this vocabulary with fresh weights; all that can fail comes before the change."""
        words = len(vocabulary)
        output = padded_zeros(words, self.vector_size) if self.negative else None
        node = padded_zeros(words, self.vector_size) if self.hs else None
        wv = KeyedVectors(self.vector_size, count=words)
        self._write_initial_rows(wv.padded()[:, : self.vector_size], vocabulary.words)
        wv.index_to_key = list(vocabulary.words)
        wv.key_to_index = dict(vocabulary.key_to_index)
        wv.expandos["count"] = vocabulary.counts.copy()
        self._wv, self._output, self._node = wv, output, node
        self._vocabulary = vocabulary
        self._set_tables(tables)
        self._forget_training()

    def _grow_vocabulary(self, vocabulary: Vocabulary, tables: Tables) -> None:
        """Give the model a vocabulary that adds words at the end; rows and locks of the others stay."""
        known, words = len(self._wv), len(vocabulary)
        new_words = vocabulary.words[known:]
        rows = np.empty((len(new_words), self.vector_size), dtype=np.float32)
        self._write_initial_rows(rows, new_words)

        def grown(matrix: Float32Array | None) -> Float32Array | None:
            if matrix is None:
                return None
            result = padded_zeros(words, self.vector_size)
            result[:known] = matrix
            return result

        output, node = grown(self._output), grown(self._node)
        self._wv.add_vectors(new_words, rows)
        self._wv.expandos["count"] = vocabulary.counts.copy()
        self._output, self._node = output, node
        self._vocabulary = vocabulary
        self._set_tables(tables)

    def _write_initial_rows(self, rows: Float32Array, words: list[str]) -> None:
        initialization = dialect_of(self).initialization
        if initialization in ROWS:  # of a new vocabulary: these dialects add no words to an old one
            rows[:] = ROWS[initialization](len(words), self.vector_size, self.seed % SEED_MODULUS)
        else:
            write_initial_rows(rows, words, str(self.seed % SEED_MODULUS), self.hashfxn)

    def _set_tables(self, tables: Tables) -> None:
        self._tables = tables
        self._wv.attach_tables(tables)

    def _require_vocabulary(self) -> Vocabulary:
        if self._vocabulary is None:
            raise RuntimeError("you must first build vocabulary before training or scoring: call build_vocab")
        return self._vocabulary

    def _require_tables(self) -> Tables:
        self._require_vocabulary()
        assert self._tables is not None
        return self._tables

    def _require_finite(self) -> None:
        if self._diverged:
            raise TrainingDivergedError(self._diverged)

    def _view(self, name: str, objective: str) -> Float32Array:
        rows: Float32Array | None = getattr(self, name)
        if rows is None:
            # AttributeError, so that hasattr(model, "syn1") tells whether there is one, as it always did.
            raise AttributeError(f"the model has no such vectors: they belong to {objective}")
        return rows[:, : self.vector_size]

    def _set_rows(self, name: str, values: npt.ArrayLike) -> None:
        array = np.asarray(values, dtype=np.float32)
        expected = (len(self._require_vocabulary()), self.vector_size)
        if array.shape != expected:
            raise ValueError(f"these vectors must have shape {expected}, got {array.shape}")
        rows = padded_zeros(*expected)
        rows[:, : self.vector_size] = array
        setattr(self, name, rows)
