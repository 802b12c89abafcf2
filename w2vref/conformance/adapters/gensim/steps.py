"""Single steps and sentences with given draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from gensim.models import Word2Vec

from w2vref._typing import Float32Array
from w2vref.conformance.adapters.gensim.draws import (
    INCREMENT,
    MASK,
    MULTIPLIER,
    GivenDraws,
    find_keeps,
    find_negatives,
)
from w2vref.conformance.adapters.gensim.tables import FULL, names, new_model
from w2vref.conformance.suite.adapter import Adapter, UnsupportedError

MOST_NEGATIVES = 8
"""With more draws than these in an order of their own no seed is found."""


def prepared_model(
    *,
    sg: bool,
    window: int,
    input_vectors: Float32Array,
    output_vectors: Float32Array | None,
    node_vectors: Float32Array | None,
    codes: list[list[int]] | None,
    points: list[list[int]] | None,
    negative: int,
    cbow_mean: bool = True,
    cbow_gradient: str | None = None,
    locks: list[float] | None = None,
    sample: float = 0,
) -> Word2Vec:
    """Return a model with these arrays, words being named by their ids."""
    if cbow_gradient not in {None, "gensim"}:
        raise UnsupportedError(f"the gradient {cbow_gradient!r} cannot be chosen")
    words, size = input_vectors.shape
    hs = codes is not None
    if not hs and not negative:
        raise UnsupportedError("without negatives negative sampling is off: there is no step at all")
    model = new_model(
        vector_size=size,
        window=max(window, 1),
        sg=int(sg),
        hs=int(hs),
        negative=negative,
        cbow_mean=int(cbow_mean),
        sample=sample,
        compute_loss=True,
    )
    # Falling counts: no sort can give the words other ids.
    model.build_vocab_from_freq({word: words - i for i, word in enumerate(names(words))})
    model.wv.vectors[:] = input_vectors
    if negative and output_vectors is not None:
        model.syn1neg[:] = output_vectors
    if hs and codes is not None and points is not None and node_vectors is not None:
        rows = np.zeros((max(words, len(node_vectors)), size), dtype=np.float32)
        rows[: len(node_vectors)] = node_vectors
        model.syn1 = rows
        for word, code, point in zip(names(words), codes, points, strict=True):
            model.wv.set_vecattr(word, "code", np.array(code, dtype=np.uint8))
            model.wv.set_vecattr(word, "point", np.array(point, dtype=np.uint32))
    if locks is not None:
        model.wv.vectors_lockf = np.array(locks, dtype=np.float32)
    return model


def train(model: Word2Vec, sentences: Sequence[Sequence[int]], alpha: float, end: float, epochs: int) -> None:
    """Train on word ids, in one job for each epoch."""
    known = names(len(model.wv))
    text = [[known[i] for i in sentence] for sentence in sentences]
    # Not as arguments of train(): a start_alpha of 0 would be taken for none.
    model.alpha, model.min_alpha = alpha, end
    model.train(text, total_examples=len(text), epochs=epochs, compute_loss=True)


def arrays(
    model: Word2Vec, output_vectors: Float32Array | None, node_vectors: Float32Array | None
) -> dict[str, Any]:
    """Return the arrays after training; those that the model does not use are as they were given."""
    answer: dict[str, Any] = {"input_vectors": model.wv.vectors.copy()}
    if output_vectors is not None:
        answer["output_vectors"] = model.syn1neg.copy() if model.negative else output_vectors
    if node_vectors is not None:
        answer["node_vectors"] = model.syn1[: len(node_vectors)].copy() if model.hs else node_vectors
    return answer


class StepOperations(Adapter):
    """See the module."""

    def sigmoid(self, x: list[float]) -> dict[str, Any]:
        """Read the sigmoid off steps of hierarchical softmax: with code 1 and alpha 1, g = -sigmoid(x)."""
        if max(map(abs, x), default=0.0) >= 6:
            raise UnsupportedError("at +-6 and beyond no step is taken, so there is no sigmoid to be seen")
        return {"y": [self._sigmoid(value) for value in x]}

    def _sigmoid(self, x: float) -> float:
        answer = self.update_sg(
            input_id=0,
            target_id=1,
            alpha=1.0,
            input_vectors=np.array([[1, 1], [0, 0]], dtype=np.float32),
            node_vectors=np.array([[x, 0]], dtype=np.float32),
            code=[1],
            point=[0],
        )
        return -float(answer["node_vectors"][0][1])

    def update_sg(self, input_id: int, **given: Any) -> dict[str, Any]:
        """Train the sentence `input target`, in which the first word has a window of 0."""
        return self._update([input_id], True, **given)

    def update_cbow(self, context_ids: list[int], **given: Any) -> dict[str, Any]:
        """Train the sentence `context target`, in which the context words have windows of 0."""
        return self._update(context_ids, False, **given)

    def _update(
        self,
        inputs: list[int],
        sg: bool,
        target_id: int,
        alpha: float,
        input_vectors: Float32Array,
        output_vectors: Float32Array | None = None,
        node_vectors: Float32Array | None = None,
        negative_ids: list[int] | None = None,
        code: list[int] | None = None,
        point: list[int] | None = None,
        learn_vectors: bool = True,
        learn_hidden: bool = True,
        **options: Any,
    ) -> dict[str, Any]:
        if not (learn_vectors and learn_hidden):
            raise UnsupportedError("there are no flags for learning")
        if negative_ids is not None and not negative_ids:
            raise UnsupportedError("negative=0 switches negative sampling off, the target's step too")
        words = len(input_vectors)
        codes: list[list[int]] = [[] for _ in range(words)]
        points: list[list[int]] = [[] for _ in range(words)]
        codes[target_id], points[target_id] = code or [], point or []
        model = prepared_model(
            sg=sg,
            window=len(inputs),
            input_vectors=input_vectors,
            output_vectors=output_vectors,
            node_vectors=node_vectors,
            codes=None if code is None else codes,
            points=None if code is None else points,
            negative=len(negative_ids or []),
            **options,
        )
        seed = 0
        if negative_ids:
            # CBOW's centres without context draw their negatives too.
            idle = 0 if sg else len(inputs) * len(negative_ids)
            seed, table = find_negatives(negative_ids, words)
            model.cum_table = np.array(table, dtype=np.uint32)
            seed = stepped_back(seed, idle)
        idle_loss = 0.0
        if not sg:
            # These centres change nothing, since their projection is 0, but they are counted in the loss.
            model.random = GivenDraws(seed, [0])
            train(model, [inputs], alpha, alpha, 1)
            idle_loss = model.get_latest_training_loss()
        model.random = GivenDraws(seed, [0] * len(inputs) + [len(inputs)])
        train(model, [[*inputs, target_id]], alpha, alpha, 1)
        loss = float(model.get_latest_training_loss() - idle_loss)
        return {**arrays(model, output_vectors, node_vectors), "loss": loss}

    def sentence_train(self, tokens: list[int], alpha: float, **given: Any) -> dict[str, Any]:
        """Train one sentence at one learning rate."""
        return self._train([tokens], 1, alpha, alpha, **given)

    def epoch_train(
        self, sentences: list[list[int]], epochs: int, alpha: float, min_alpha: float, **given: Any
    ) -> dict[str, Any]:
        """Train sentences for some epochs."""
        return self._train(sentences, epochs, alpha, min_alpha, **given)

    def _train(
        self,
        sentences: list[list[int]],
        epochs: int,
        alpha: float,
        end: float,
        sg: bool,
        input_vectors: Float32Array,
        output_vectors: Float32Array | None = None,
        node_vectors: Float32Array | None = None,
        kept: list[int] | None = None,
        radii: Sequence[int] = (1,),
        negatives: list[list[int]] | None = None,
        codes: list[list[int]] | None = None,
        points: list[list[int]] | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        tokens = [token for sentence in sentences for token in sentence]
        drops = kept is not None and not all(kept)
        if drops and (epochs > 1 or len(tokens) != len(kept or [])):
            raise UnsupportedError("a seed is searched for one epoch of dropped tokens only")
        flat = [word for step in negatives or [] for word in step]
        if flat and (drops or epochs > 1 or len(flat) > MOST_NEGATIVES or not sg):
            raise UnsupportedError("the negatives of so many steps cannot be brought about by a seed")
        if negatives is not None and not flat:
            raise UnsupportedError("negative=0 switches negative sampling off, the target's step too")
        model = prepared_model(
            sg=sg,
            window=max(radii),
            input_vectors=input_vectors,
            output_vectors=output_vectors,
            node_vectors=node_vectors,
            codes=codes,
            points=points,
            negative=len(negatives[0]) if negatives else 0,
            sample=1e-3 if drops else 0,
            **options,
        )
        seed = 0
        if flat:
            seed, table = find_negatives(flat, len(input_vectors))
            model.cum_table = np.array(table, dtype=np.uint32)
        if drops:
            assert kept is not None
            seed, thresholds = find_keeps(tokens, kept, len(input_vectors))
            for word, threshold in zip(names(len(input_vectors)), thresholds, strict=True):
                model.wv.set_vecattr(word, "sample_int", np.uint32(min(threshold, FULL)))
        if len(radii) > 1 and kept is not None:
            radii = [radius for radius, keep in zip(radii, kept, strict=True) if keep]
        model.random = GivenDraws(seed, radii)
        train(model, sentences, alpha, end, epochs)
        return arrays(model, output_vectors, node_vectors)


def stepped_back(state: int, steps: int) -> int:
    """Return the state of the generator so many steps before."""
    inverse = pow(MULTIPLIER, -1, MASK + 1)
    for _ in range(steps):
        state = (state - INCREMENT) * inverse & MASK
    return state
