"""Mistakes in steps and windows: G1 .. G18, N11, W1 .. W9, P8, L7, L9."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from w2vref.conformance.adapters.w2vref import training
from w2vref.conformance.mutants.mistake import Answer, Mistake, Right
from w2vref.reference import objectives
from w2vref.reference.arithmetic import dot, sigmoid

LOGISTIC_STEP: Callable[..., float] = objectives.logistic_step
TRAIN_OBJECTIVES: Callable[..., Any] = objectives.train_objectives
STEPS_OF: Callable[..., Iterator[Any]] = training.steps_of
OBJECTIVES = ("w2vref.reference.skipgram.train_objectives", "w2vref.reference.cbow.train_objectives")
SIGMOID = "w2vref.reference.objectives.sigmoid"
STEP = "w2vref.reference.objectives.logistic_step"
CONTEXT = "w2vref.reference.windows.context_positions"
DIVIDES = "w2vref.config.TrainingConfig.divides_error"
LIMIT = 6.0
"""Where the table of word2vec.c ends."""


def both(function: Any) -> dict[str, Any]:
    """Return the patches that put a function in the place of train_objectives."""
    return dict.fromkeys(OBJECTIVES, function)


def objectives_that(
    skips: Callable[[int, int], bool], hs_step: Any = LOGISTIC_STEP, one: bool = False
) -> Callable[..., Any]:
    """Return train_objectives with another rule for negatives, or another step on the path."""

    def train(
        config: Any,
        parameters: Any,
        tables: Any,
        hidden: Any,
        target_id: int,
        negative_ids: Any,
        alpha: Any,
        learn: bool,
    ) -> Any:
        error, loss = np.zeros_like(hidden), 0.0
        if config.hs:
            for code, point in objectives.huffman_path(tables, target_id):
                loss += hs_step(hidden, parameters.node_vectors[point], 1 - code, alpha, error, learn)
            if one:
                return loss, error
        if config.negative:
            rows = parameters.output_vectors
            loss += LOGISTIC_STEP(hidden, rows[target_id], 1, alpha, error, learn)
            for word in negative_ids:
                if not skips(int(word), target_id):
                    loss += LOGISTIC_STEP(hidden, rows[word], 0, alpha, error, learn)
        return loss, error

    return train


def is_target(word: int, target: int) -> bool:
    """Tell whether a negative is the target."""
    return word == target


class Place:
    """The position of the centre, as far as the loop has told it."""

    now = 0


def steps_that_tell(*arguments: Any) -> Iterator[Any]:
    """Yield steps; the position of each is remembered."""
    for step in STEPS_OF(*arguments):
        Place.now = step[0]
        yield step


def one_of_each_negative(*arguments: Any) -> Any:
    """Keep one update of a repeated negative, as `rows[ids] += ...` does."""
    *before, negative_ids, alpha, learn = arguments
    return TRAIN_OBJECTIVES(*before, np.unique(negative_ids), alpha, learn)


def step_within_the_table(hidden: Any, row: Any, *rest: Any) -> float:
    """Take no step where the table ends."""
    return 0.0 if abs(float(dot(hidden, row))) >= LIMIT else LOGISTIC_STEP(hidden, row, *rest)


def step_without_the_sign(hidden: Any, row: Any, label: int, alpha: Any, error: Any, learn: bool) -> float:
    """Take a step with sigmoid(-x)."""
    g = (np.float32(label) - sigmoid(-dot(hidden, row))) * alpha
    error += g * row
    if learn:
        row += g * hidden
    return 0.0


def table_entry(index: int) -> np.float32:
    """Return entry i of the table of 1000."""
    e = np.exp((index / 1000 * 2 - 1) * LIMIT)
    return np.float32(e / (e + 1))


def sigmoid_scaled_by_83(x: np.float32) -> np.float32:
    """Look it up; the scale is 1000 / 6 / 2 in integers."""
    return table_entry(int((min(max(float(x), -5.99), 5.99) + LIMIT) * 83))


def sigmoid_of_a_step_function(_x: np.float32) -> np.float32:
    """Look it up in a table that was built with i / 1000 in integers: every entry is the first."""
    return table_entry(0)


def sigmoid_beyond_the_table(x: np.float32) -> np.float32:
    """Fail at the very end of the table."""
    if float(x) == LIMIT:
        raise IndexError("list index out of range")
    return sigmoid(x)


def nothing_for_cbow_with_negatives(config: Any, *arguments: Any) -> Any:
    """Leave out negative sampling."""
    if config.negative:
        return 0.0, np.zeros_like(arguments[2])
    return TRAIN_OBJECTIVES(config, *arguments)


def flipped(*arguments: Any) -> Iterator[Any]:
    """Yield skip-gram's steps in the other direction."""
    *others, direction = arguments
    other = "center_to_context" if direction == "context_to_center" else "context_to_center"
    return STEPS_OF(*others, other)


def shared_negatives(right: Right, **inputs: Any) -> Answer:
    """Give every step of the sentence the negatives of its first."""
    answer = right("draws.sentence", **inputs)
    return {**answer, "negatives": [answer["negatives"][0] for _ in answer["negatives"]]}


def without_right_edge(center: int, length: int, radius: int) -> list[int]:
    """Miss the last word of the sentence."""
    return [p for p in range(max(0, center - radius), min(length - 1, center + radius + 1)) if p != center]


def only_the_center(center: int, length: int, radius: int) -> list[int]:
    """Test the position the wrong way round."""
    return [p for p in range(max(0, center - radius), min(length, center + radius + 1)) if p == center]


def window_of_five(center: int, length: int, _radius: int) -> list[int]:
    """Ignore the window."""
    return [p for p in range(max(0, center - 5), min(length, center + 6)) if p != center]


def holes(right: Right, **inputs: Any) -> Answer:
    """Keep the places of words that are out of vocabulary."""
    known = {word: i for i, word in enumerate(inputs["vocabulary"])}
    sentence, radii, steps = inputs["sentence"], iter(inputs["radii"]), []
    kept = iter(inputs["kept"])
    places = [next(radii) if word in known and next(kept) else 0 for word in sentence]
    for center, radius in enumerate(places):
        near = range(max(0, center - radius), min(len(sentence), center + radius + 1))
        context = [known[sentence[p]] for p in near if p != center and sentence[p] in known]
        steps += [[known[sentence[center]], word] for word in context]
    return {"steps": steps}


def joined_lines(right: Right, **inputs: Any) -> Answer:
    """Train all lines as one."""
    lines = inputs.pop("sentences")
    return right("epoch.train", sentences=[[word for line in lines for word in line]], **inputs)


def cut_at_1000(right: Right, **inputs: Any) -> Answer:
    """Drop the rest of a long sentence."""
    inputs["sentence"] = inputs["sentence"][:1000]
    return right("pairs.stream", **inputs)


def unlocked(right: Right, **inputs: Any) -> Answer:
    """Ignore the locks."""
    inputs.pop("locks", None)
    return right("update.sg", **inputs)


def changed_loss(factor: float) -> Callable[..., Answer]:
    """Return update.sg with a multiple of the loss."""

    def update(right: Right, **inputs: Any) -> Answer:
        answer = right("update.sg", **inputs)
        return {**answer, "loss": factor * answer["loss"]}

    return update


STEPS: Mapping[str, Mistake] = {
    "G1": Mistake(
        "the error of the mean is never divided",
        "update.cbow.mean.gradient.exact",
        {DIVIDES: lambda _config: False},
    ),
    "G2": Mistake(
        "the error of the sum is divided",
        "update.cbow.sum.gradient.word2vec",
        {DIVIDES: lambda config: not config.cbow_mean},
    ),
    "G3": Mistake(
        "a negative is compared with the centre's position",
        "sentence.sg.ns.forced-collisions",
        {
            "w2vref.conformance.adapters.w2vref.training.steps_of": steps_that_tell,
            **both(objectives_that(lambda word, _target: word == Place.now)),
        },
    ),
    "G4": Mistake(
        "of a repeated negative one update is kept",
        "update.sg.ns.repeated-negative",
        both(one_of_each_negative),
    ),
    "G6": Mistake(
        "a negative that equals the target is trained",
        "update.sg.ns.negative-equals-target",
        both(objectives_that(lambda _word, _target: False)),
    ),
    "G9": Mistake("beyond 6 no step is taken", "update.sg.ns.dot-minus-20", {STEP: step_within_the_table}),
    "G10": Mistake(
        "the table's index is scaled by 83", "update.sg.ns.dot-zero", {SIGMOID: sigmoid_scaled_by_83}
    ),
    "G11": Mistake(
        "the table is a step function", "update.sg.ns.plain", {SIGMOID: sigmoid_of_a_step_function}
    ),
    "G12": Mistake(
        "x = 6 is beyond the table", "update.sg.ns.dot-plus-6", {SIGMOID: sigmoid_beyond_the_table}
    ),
    "G13": Mistake(
        "hierarchical softmax takes sigmoid(-x)",
        "update.sg.hs.plain",
        both(objectives_that(is_target, step_without_the_sign)),
    ),
    "G15": Mistake(
        "CBOW with negatives trains nothing",
        "update.cbow.mean.ns.two-contexts",
        {OBJECTIVES[1]: nothing_for_cbow_with_negatives},
    ),
    "G17": Mistake(
        "with both objectives the second is left out",
        "update.sg.hs-and-ns.plain",
        both(objectives_that(is_target, one=True)),
    ),
    "G18": Mistake(
        "the centre predicts the context word",
        "pairs.sg.full-window",
        {"w2vref.conformance.adapters.w2vref.training.steps_of": flipped},
    ),
    "N11": Mistake(
        "all steps share one set of negatives",
        "draws.skip-gram",
        operations={"draws.sentence": shared_negatives},
    ),
    "W1": Mistake("windows miss the right edge", "pairs.sg.edges", {CONTEXT: without_right_edge}),
    "W3": Mistake("the test for the centre is inverted", "pairs.sg.full-window", {CONTEXT: only_the_center}),
    "W5": Mistake("the window is always 5", "pairs.sg.window-1", {CONTEXT: window_of_five}),
    "W7": Mistake(
        "words out of vocabulary leave holes",
        "pairs.sg.oov-in-the-middle",
        operations={"pairs.stream": holes},
    ),
    "W8": Mistake("lines are joined", "epoch.sg.hs.lines", operations={"epoch.train": joined_lines}),
    "W9": Mistake(
        "a sentence ends after 1000 tokens",
        "pairs.sg.sentence-1200",
        operations={"pairs.stream": cut_at_1000},
    ),
    "P8": Mistake("locks are ignored", "update.sg.locks.zero", operations={"update.sg": unlocked}),
    "L7": Mistake("the loss has the other sign", "loss.sg.hs", operations={"update.sg": changed_loss(-1.0)}),
    "L9": Mistake(
        "the loss is an average of the steps", "loss.sg.ns", operations={"update.sg": changed_loss(1 / 3)}
    ),
}
