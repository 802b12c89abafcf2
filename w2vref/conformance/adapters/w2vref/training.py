"""Steps, sentences and epochs with given draws, over the pair functions of a backend."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from w2vref._typing import Float32Array
from w2vref.backends import Backend
from w2vref.config import TrainingConfig
from w2vref.conformance.suite.adapter import Adapter, UnsupportedError
from w2vref.dialects import W2VREF, Dialect
from w2vref.records import Parameters, Tables, padded_zeros
from w2vref.reference import cbow, windows
from w2vref.reference.dialects.pairs import pair_functions


def padded(matrix: Float32Array | None, size: int) -> Float32Array:
    """Return rows as a backend takes them; none for None."""
    if matrix is None:
        return padded_zeros(0, size)
    rows = padded_zeros(len(matrix), size)
    rows[:, :size] = matrix
    return rows


@dataclass(frozen=True, slots=True)
class Trainer:
    """A backend with arrays, tables and a config: takes steps."""

    backend: Backend
    config: TrainingConfig
    parameters: Parameters
    tables: Tables

    def step(
        self, inputs: Sequence[int], target: int, negatives: Sequence[int], alpha: float, *learn: bool
    ) -> float:
        """Take one step and return its loss."""
        noise = np.array(negatives, dtype=np.int64)
        dialect = self.config.dialect
        if dialect.collision == "redraw" and target in negatives:
            raise UnsupportedError("a negative of this dialect never equals the target")
        common = (self.config, self.parameters, self.tables)
        if self.config.sg:
            return self.backend.train_sg_pair(*common, inputs[0], target, noise, alpha, *learn).loss
        ids = np.array(inputs, dtype=np.int64)
        if self.config.dialect == W2VREF:
            hidden = cbow.project(self.config, self.parameters, ids)
        else:
            hidden = pair_functions(self.config.dialect).project(self.config, self.parameters, ids)
        return self.backend.train_cbow_pair(*common, ids, hidden, target, noise, alpha, *learn).loss

    def outputs(self) -> dict[str, Any]:
        """Return the arrays that are in use."""
        size = self.parameters.vector_size
        return {
            name: rows[:, :size]
            for name in ("input_vectors", "output_vectors", "node_vectors")
            if len(rows := getattr(self.parameters, name))
        }


def make_trainer(
    backend: Backend,
    dialect: Dialect,
    *,
    sg: bool,
    input_vectors: Float32Array,
    output_vectors: Float32Array | None,
    node_vectors: Float32Array | None,
    codes: list[list[int]] | None,
    points: list[list[int]] | None,
    negative: int,
    cbow_mean: bool = True,
    cbow_gradient: str | None = None,
    locks: list[float] | None = None,
) -> Trainer:
    """Return a trainer on copies of the matrices."""
    words, size = input_vectors.shape
    config = TrainingConfig(
        vector_size=size,
        sg=sg,
        hs=codes is not None,
        negative=negative,
        cbow_mean=cbow_mean,
        cbow_gradient=gradient_of(dialect, cbow_gradient),
        dialect=dialect,
    )
    lengths = [len(code) for code in codes or []]
    tables = Tables(
        np.full(words, 1 << 32, dtype=np.uint64),
        np.zeros(words, dtype=np.uint32),
        np.array(functools.reduce(operator.iadd, codes or [], []), dtype=np.uint8),
        np.array(functools.reduce(operator.iadd, points or [], []), dtype=np.uint32),
        np.append(0, np.cumsum(lengths, dtype=np.int64)),
    )
    parameters = Parameters(
        vector_size=size,
        input_vectors=padded(input_vectors, size),
        output_vectors=padded(output_vectors, size),
        node_vectors=padded(node_vectors, size),
        locks=np.array([1.0] if locks is None else locks, dtype=np.float32),
    )
    return Trainer(backend, config, parameters, tables)


def gradient_of(dialect: Dialect, wanted: str | None) -> str:
    """Return CBOW's gradient. Raises UnsupportedError if the dialect has another than is wanted."""
    own = dialect.cbow_gradient
    if own == "option":
        return wanted or "word2vec"
    if wanted not in {None, own}:
        raise UnsupportedError(f"the gradient of dialect {dialect.name!r} is always {own!r}")
    return own


def steps_of(
    tokens: Sequence[int], kept: Sequence[int] | None, radii: Sequence[int], sg: bool, direction: str
) -> Iterator[tuple[int, int, list[int]]]:
    """Yield (place of the centre, target, inputs) of each step of a sentence."""
    places = [p for p in range(len(tokens)) if kept is None or kept[p]]
    for center, place in enumerate(places):
        radius = radii[place] if len(radii) > 1 else radii[0]
        context = [tokens[places[p]] for p in windows.context_positions(center, len(places), radius)]
        if context:
            if not sg:
                yield place, tokens[place], context
            for word in context if sg else []:
                pair = (tokens[place], [word])
                yield (place, *(pair if direction == "context_to_center" else (word, [tokens[place]])))


class TrainingOperations(Adapter):
    """See the module."""

    backend: Backend
    choices: Dialect
    learning_rate: Callable[[float, float, int, int, int], float]

    def pairs_stream(
        self, vocabulary: list[str], sentence: list[str], kept: list[int], radii: list[int], sg: bool
    ) -> dict[str, Any]:
        """List the steps of a sentence."""
        ids = {word: i for i, word in enumerate(vocabulary)}
        tokens = [ids[word] for word in sentence if word in ids]
        steps = steps_of(tokens, kept, radii, sg, self.choices.direction)
        return {"steps": [[target, *inputs] for _, target, inputs in steps]}

    def update_sg(self, input_id: int, **given: Any) -> dict[str, Any]:
        """Take one skip-gram step."""
        return self._update([input_id], True, **given)

    def update_cbow(self, context_ids: list[int], **given: Any) -> dict[str, Any]:
        """Take one CBOW step."""
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
        words = len(input_vectors)
        none: list[list[int]] = [[] for _ in range(words)]
        at = slice(target_id, target_id + 1)
        codes, points = [*none], [*none]
        codes[at], points[at] = [code or []], [point or []]
        trainer = make_trainer(
            self.backend,
            self.choices,
            sg=sg,
            input_vectors=input_vectors,
            output_vectors=output_vectors,
            node_vectors=node_vectors,
            codes=None if code is None else codes,
            points=None if code is None else points,
            # Without an own draw (an empty list) the target's positive step is still taken.
            negative=0 if negative_ids is None else max(1, len(negative_ids)),
            **options,
        )
        loss = trainer.step(inputs, target_id, negative_ids or [], alpha, learn_vectors, learn_hidden)
        return {**trainer.outputs(), "loss": loss}

    def sentence_train(self, tokens: list[int], alpha: float, **given: Any) -> dict[str, Any]:
        """Train one sentence at one learning rate."""
        return self._train([tokens], 1, lambda _done, _words: alpha, **given)

    def epoch_train(
        self, sentences: list[list[int]], epochs: int, alpha: float, min_alpha: float, **given: Any
    ) -> dict[str, Any]:
        """Train sentences for some epochs with the reference's schedule."""

        def rate(done: int, words: int) -> float:
            return self.learning_rate(alpha, min_alpha, done, words, epochs)

        return self._train(sentences, epochs, rate, **given)

    def _train(
        self,
        sentences: list[list[int]],
        epochs: int,
        rate: Any,
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
        trainer = make_trainer(
            self.backend,
            self.choices,
            sg=sg,
            input_vectors=input_vectors,
            output_vectors=output_vectors,
            node_vectors=node_vectors,
            codes=codes,
            points=points,
            negative=max((len(n) for n in negatives), default=1) if negatives is not None else 0,
            **options,
        )
        words, done, step = sum(map(len, sentences)), 0, 0
        for tokens in sentences * epochs:
            part = slice(done, done + len(tokens))
            sentence_kept = None if kept is None else kept[part]
            sentence_radii = radii[part] if len(radii) > 1 else radii
            steps = steps_of(tokens, sentence_kept, sentence_radii, sg, self.choices.direction)
            for place, target, inputs in steps:
                noise = negatives[step] if negatives is not None else []
                trainer.step(inputs, target, noise, rate(done + place, words))
                step += 1
            done += len(tokens)
        return trainer.outputs()
