"""The four pair functions with the signatures of gensim 0.13.4.1, over the readable reference.

Each takes one step of the model, or scores one, as `w2vref.reference.skipgram` and `.cbow` define
it. They are for teaching and experiments; `Word2Vec.train` does the same many times, faster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from w2vref._typing import Float32Array, Int64Array, WordId
from w2vref.config import TrainingConfig
from w2vref.records import Parameters, Tables, is_padded, padded_size, padded_zeros
from w2vref.reference import cbow, skipgram
from w2vref.reference.dialects.centers import check_redraw, negatives_for
from w2vref.reference.dialects.counter import stream_of_negatives
from w2vref.reference.dialects.pairs import pair_functions
from w2vref.reference.draws import pair_call_key

if TYPE_CHECKING:
    from w2vref.model import Word2Vec
    from w2vref.vocabulary.entry import Vocab

__all__ = ["score_cbow_pair", "score_sg_pair", "train_cbow_pair", "train_sg_pair"]


def train_sg_pair(
    model: Word2Vec,
    word: str,
    context_index: int,
    alpha: float,
    learn_vectors: bool = True,
    learn_hidden: bool = True,
    context_vectors: Float32Array | None = None,
    context_locks: Float32Array | None = None,
    negative_ids: Sequence[int] | None = None,
) -> Float32Array | None:
    """Take one skip-gram step: row `context_index` predicts `word`.

    Args:
        word: the target; if it is not in the vocabulary nothing happens and None is returned.
        context_index: row of the model's vectors, or of `context_vectors`.
        alpha: learning rate.
        learn_vectors: change the input row.
        learn_hidden: change the output and node rows.
        context_vectors: float32 (rows, size), used and changed instead of the model's vectors.
        context_locks: float32 (rows,) or (1,), instead of the model's lock factors.
        negative_ids: noise words in order, one that equals the target is skipped; None draws
            `model.negative` of them from the stream of the model's next pair call.

    Returns: float32 (size,), the error added to the input row, before its lock factor; or None.
    Raises: RuntimeError without vocabulary or weights; IndexError for a row that does not exist.
    """
    if word not in model.wv.key_to_index:
        return None
    config, parameters, tables = model.step_state()
    vectors = context_vectors
    if vectors is not None:
        parameters = replace(parameters, input_vectors=_padded_copy(vectors, config.vector_size))
    if context_locks is not None:
        parameters = replace(parameters, locks=np.asarray(context_locks, dtype=np.float32))
    input_id = _checked_row(context_index, parameters, "context_index")
    target_id = model.wv.key_to_index[word]
    negatives = _negatives(model, config, tables, target_id, negative_ids)
    step = pair_functions(config.dialect).train_sg_pair(
        config, parameters, tables, input_id, target_id, negatives, alpha, learn_vectors, learn_hidden
    )
    if vectors is not None:
        vectors[input_id] = parameters.input_vectors[input_id, : config.vector_size]
    return step.hidden_error[: config.vector_size]


def train_cbow_pair(
    model: Word2Vec,
    word: Vocab | str,
    input_word_indices: Sequence[int],
    l1: npt.ArrayLike | None,
    alpha: float,
    learn_vectors: bool = True,
    learn_hidden: bool = True,
    negative_ids: Sequence[int] | None = None,
) -> Float32Array:
    """Take one CBOW step: the projection `l1` predicts `word`.

    Args:
        word: the target, a `Vocab` (as `model.vocab[word]`) or the word itself.
        input_word_indices: rows of the context; a repeated one changes twice.
        l1: float32 (size,), the projection; None computes it from the rows.
        alpha, learn_vectors, learn_hidden, negative_ids: as in `train_sg_pair`.

    Returns: float32 (size,), the error as it is added to each context row, before lock factors.
    Raises: ValueError for an empty context; KeyError, IndexError for what does not exist.
    """
    config, parameters, tables = model.step_state()
    rows = [_checked_row(row, parameters, "input_word_indices") for row in input_word_indices]
    if not rows:
        raise ValueError("input_word_indices is empty: a CBOW step needs at least one context word")
    context_ids = np.array(rows, dtype=np.int64)
    functions = pair_functions(config.dialect)
    hidden = functions.project(config, parameters, context_ids) if l1 is None else _projection(model, l1)
    target_id = _word_id(model, word)
    step = functions.train_cbow_pair(
        config,
        parameters,
        tables,
        context_ids,
        hidden,
        target_id,
        _negatives(model, config, tables, target_id, negative_ids),
        alpha,
        learn_vectors,
        learn_hidden,
    )
    return step.hidden_error[: config.vector_size]


def score_sg_pair(model: Word2Vec, word: Vocab | str, word2: Vocab | str) -> float:
    """Return the log-probability of `word` given the input word `word2`, float64 nats.

    With hs=0 the positive term of negative sampling instead, which is not normalised.
    """
    config, parameters, tables = model.step_state()
    return skipgram.score_sg_pair(config, parameters, tables, _word_id(model, word2), _word_id(model, word))


def score_cbow_pair(
    model: Word2Vec, word: Vocab | str, word2_indices: Sequence[int] | None, l1: npt.ArrayLike | None
) -> float:
    """Return the score of `word` given the projection `l1`, as `score_sg_pair`.

    Args:
        word2_indices: rows of the context, used only to compute the projection when l1 is None.
        l1: float32 (size,).
    """
    config, parameters, tables = model.step_state()
    if l1 is None:
        if not word2_indices:
            raise ValueError("give the projection l1, or word2_indices to compute it from")
        rows = [_checked_row(row, parameters, "word2_indices") for row in word2_indices]
        hidden = cbow.project(config, parameters, np.array(rows, dtype=np.int64))
    else:
        hidden = _projection(model, l1)
    return cbow.score_cbow_pair(config, parameters, tables, hidden, _word_id(model, word))


def _word_id(model: Word2Vec, word: Vocab | str) -> WordId:
    if isinstance(word, str):
        if word not in model.wv.key_to_index:
            raise KeyError(f"word {word!r} is not in the vocabulary")
        return model.wv.key_to_index[word]
    index = word.index
    if not 0 <= index < len(model.wv.key_to_index):
        raise IndexError(f"the vocabulary has no row {index}: take the Vocab from this model's vocab")
    return int(index)


def _checked_row(row: int, parameters: Parameters, name: str) -> WordId:
    rows = len(parameters.input_vectors)
    if not 0 <= row < rows:
        raise IndexError(f"{name}: there is no row {row}, rows are 0 .. {rows - 1}")
    return int(row)


def _negatives(
    model: Word2Vec,
    config: TrainingConfig,
    tables: Tables,
    target_id: WordId,
    negative_ids: Sequence[int] | None,
) -> Int64Array:
    if not model.negative:
        if negative_ids is not None and len(negative_ids):
            raise ValueError("negative_ids were given, but the model has negative=0")
        return np.zeros(0, dtype=np.int64)
    if negative_ids is None:
        key = pair_call_key(model.seed, model.next_pair_call())
        check_redraw(config, tables)
        return negatives_for(config, target_id, stream_of_negatives(tables, key, 0))
    ids = np.asarray(negative_ids, dtype=np.int64)
    if len(ids) and not 0 <= ids.min() <= ids.max() < len(model.wv.key_to_index):
        raise IndexError(f"negative_ids must be rows of the vocabulary, got {ids.tolist()}")
    return ids


def _projection(model: Word2Vec, l1: npt.ArrayLike) -> Float32Array:
    values = np.asarray(l1, dtype=np.float32)
    if values.shape != (model.vector_size,):
        raise ValueError(f"l1 must have shape ({model.vector_size},), got {values.shape}")
    hidden = np.zeros(padded_size(model.vector_size), dtype=np.float32)
    hidden[: model.vector_size] = values
    return hidden


def _padded_copy(vectors: Float32Array, size: int) -> Float32Array:
    if vectors.ndim != 2 or vectors.shape[1] != size or vectors.dtype != np.float32:
        raise ValueError(
            f"context_vectors must be float32 (rows, {size}), got {vectors.dtype} {vectors.shape}"
        )
    if is_padded(vectors, size):
        return vectors
    rows = padded_zeros(len(vectors), size)
    rows[:, :size] = vectors
    return rows
