"""The C backend: the reference's bits at the speed of the machine.

src/kernel/ has the kernels, once for every instruction set; this is the adapter.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from w2vref._typing import Float32Array, Float64Array, Int64Array, WordId
from w2vref.backends.base import Capabilities, Control, EpochResult, TrainingJob
from w2vref.backends.c.arguments import Struct, block_struct, buffer, corpus_struct, model_struct, run_struct
from w2vref.backends.c.library import SIMD_NAMES, available_simd, choose_simd, load_library
from w2vref.backends.workers import run_workers
from w2vref.config import TrainingConfig
from w2vref.records import EncodedCorpus, Parameters, Step, Tables, padded_zeros

__all__ = ["CBackend"]


class CBackend:
    """`backend="c"`: every call goes to the compiled kernels of one instruction set.

    Args:
        simd: "baseline", "avx2", "avx512" or "neon"; None for what the environment variable
            W2VREF_SIMD says, or the widest that this machine has. Read once, when the backend is made.

    Raises: BackendUnavailableError with the compiler's message; ValueError for an instruction set
        that is unknown or not available here.
    """

    name = "c"
    capabilities = Capabilities(threads=True, algorithms=frozenset({"sequential", "block"}))

    def __init__(self, simd: str | None = None) -> None:
        self._library = load_library()
        self.simd = choose_simd(self._library, simd)
        self._simd_number = SIMD_NAMES.index(self.simd)

    def __repr__(self) -> str:
        return f"CBackend(simd={self.simd!r})"

    @property
    def available_simd(self) -> tuple[str, ...]:
        """The instruction sets that this build and this processor have, slowest first."""
        return available_simd(self._library)

    def train(self, job: TrainingJob, control: Control) -> EpochResult:
        if job.config.algorithm == "block":
            return self._train_blocks(job, control)
        library = self._library
        model = model_struct(library, job.config, job.parameters, job.tables, trains_corpus=True)
        corpus = corpus_struct(library, job.corpus)
        run = run_struct(library, job, control, model.pointer.longest_code)

        def work() -> EpochResult:
            result = library.ffi.new("w2v_result *")
            status = library.lib.w2v_train(
                self._simd_number, model.pointer, corpus.pointer, run.pointer, result
            )
            self._check(status)
            return EpochResult(result.effective_words, result.loss)

        return run_workers(work, job.workers, control)

    def _train_blocks(self, job: TrainingJob, control: Control) -> EpochResult:
        library = self._library
        model = model_struct(library, job.config, job.parameters, job.tables, trains_corpus=True)
        corpus = corpus_struct(library, job.corpus)
        run = run_struct(library, job, control, 0)
        rule = block_struct(library, job, control)
        blocks = library.lib.w2v_blocks_new(model.pointer, corpus.pointer, run.pointer, rule.pointer)
        if blocks == library.ffi.NULL:
            raise MemoryError(f"no memory for blocks of {rule.pointer.words} words: smaller ones need less")
        try:

            def work() -> EpochResult:
                self._check(library.lib.w2v_blocks_train(self._simd_number, blocks))
                return EpochResult(0, 0.0)

            run_workers(work, job.workers, control)
            result = library.ffi.new("w2v_result *")
            library.lib.w2v_blocks_result(blocks, result)
            return EpochResult(result.effective_words, result.loss)
        finally:
            library.lib.w2v_blocks_free(blocks)

    def score(
        self,
        config: TrainingConfig,
        parameters: Parameters,
        tables: Tables,
        corpus: EncodedCorpus,
        workers: int = 1,
    ) -> Float64Array:
        library, control = self._library, Control()
        model = model_struct(library, config, parameters, tables)
        encoded = corpus_struct(library, corpus)
        scores = np.zeros(corpus.sentences, dtype=np.float64)
        stop = buffer(library, control.stop, np.int32, "stop", writable=True)
        next_sentence = buffer(library, control.next_token, np.int64, "next_sentence", writable=True)
        target = buffer(library, scores, np.float64, "scores", writable=True)

        def work() -> EpochResult:
            self._check(
                library.lib.w2v_score(
                    self._simd_number, model.pointer, encoded.pointer, stop, next_sentence, target
                )
            )
            return EpochResult(0, 0.0)

        run_workers(work, workers, control)
        return scores

    def train_sg_pair(
        self,
        config: TrainingConfig,
        parameters: Parameters,
        tables: Tables,
        input_id: WordId,
        target_id: WordId,
        negative_ids: Int64Array,
        alpha: float,
        learn_vectors: bool = True,
        learn_hidden: bool = True,
    ) -> Step:
        model = model_struct(self._library, config, parameters, tables)
        check_ids(parameters, input_id, target_id, *negative_ids.tolist())
        negatives = buffer(self._library, negative_ids, np.int64, "negative_ids")
        return self._train_pair(
            self._library.lib.w2v_train_sg_pair,
            config,
            (model.pointer, input_id, target_id, negatives, len(negative_ids)),
            (alpha, learn_vectors, learn_hidden),
        )

    def train_cbow_pair(
        self,
        config: TrainingConfig,
        parameters: Parameters,
        tables: Tables,
        context_ids: Int64Array,
        hidden: Float32Array,
        target_id: WordId,
        negative_ids: Int64Array,
        alpha: float,
        learn_vectors: bool = True,
        learn_hidden: bool = True,
    ) -> Step:
        model = model_struct(self._library, config, parameters, tables)
        check_ids(parameters, target_id, *context_ids.tolist(), *negative_ids.tolist())
        context = buffer(self._library, context_ids, np.int64, "context_ids")
        negatives = buffer(self._library, negative_ids, np.int64, "negative_ids")
        projection = self._projection(config, hidden)
        return self._train_pair(
            self._library.lib.w2v_train_cbow_pair,
            config,
            (
                *(model.pointer, context, len(context_ids), projection.pointer, target_id),
                *(negatives, len(negative_ids)),
            ),
            (alpha, learn_vectors, learn_hidden),
        )

    def score_sg_pair(
        self,
        config: TrainingConfig,
        parameters: Parameters,
        tables: Tables,
        input_id: WordId,
        target_id: WordId,
    ) -> float:
        check_ids(parameters, input_id, target_id)
        hidden = parameters.input_vectors[input_id]
        return self.score_cbow_pair(config, parameters, tables, hidden, target_id)

    def score_cbow_pair(
        self,
        config: TrainingConfig,
        parameters: Parameters,
        tables: Tables,
        hidden: Float32Array,
        target_id: WordId,
    ) -> float:
        model = model_struct(self._library, config, parameters, tables)
        check_ids(parameters, target_id)
        projection = self._projection(config, hidden)
        return float(
            self._library.lib.w2v_score_pair(self._simd_number, model.pointer, projection.pointer, target_id)
        )

    def _train_pair(
        self, function: Any, config: TrainingConfig, what: tuple[Any, ...], how: tuple[Any, ...]
    ) -> Step:
        loss = self._library.ffi.new("double *")
        hidden_error = padded_zeros(1, config.vector_size)[0]
        error = buffer(self._library, hidden_error, np.float32, "hidden_error", writable=True)
        self._check(function(self._simd_number, *what, *how, error, loss))
        return Step(float(loss[0]), hidden_error)

    def _projection(self, config: TrainingConfig, hidden: Float32Array) -> Struct:
        """Return a copy of the projection, aligned as the kernels want it."""
        aligned = padded_zeros(1, config.vector_size)[0]
        aligned[:] = hidden
        return Struct(buffer(self._library, aligned, np.float32, "hidden"), [aligned])

    def _check(self, status: int) -> None:
        """Raise what a status of w2vref.h stands for."""
        lib = self._library.lib
        if status == lib.W2V_NO_MEMORY:
            raise MemoryError(
                "no memory for a worker's scratch: a smaller window, negative or number of workers needs less"
            )
        if status == lib.W2V_BAD_WORD_ID:
            raise IndexError("the encoded corpus has a word id outside the vocabulary: encode it again")


def check_ids(parameters: Parameters, *word_ids: int) -> None:
    """Raise IndexError for a word id outside the vocabulary."""
    vocab_size = len(parameters.input_vectors)
    for word_id in word_ids:
        if not 0 <= word_id < vocab_size:
            raise IndexError(f"word id {word_id} is outside the vocabulary of {vocab_size} words")
