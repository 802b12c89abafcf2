"""Analogy questions: a is to b as c is to d (Mikolov et al. 2013a, section 4.1)."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypedDict

import numpy as np

from w2vref._typing import Float64Array, Int64Array
from w2vref.evaluation.folding import FoldedWords
from w2vref.io.opening import open_text
from w2vref.keyedvectors.most_similar import COSMUL_EPSILON
from w2vref.keyedvectors.ranking import ROWS_AT_ONCE, divisors, nearest_batch, unit
from w2vref.keyedvectors.storage import FloatMatrix

if TYPE_CHECKING:
    from w2vref.keyedvectors.similarity import Similarity

logger = logging.getLogger(__name__)

QUESTIONS_AT_ONCE = 512
Words: TypeAlias = tuple[str, str, str, str]
Scorer: TypeAlias = Callable[..., Any]
"""f(kv, positive=, negative=, topn=False, restrict_vocab=) -> the score of every row."""


class Section(TypedDict):
    """The questions of a section, as they were spelled or in upper case."""

    section: str
    correct: list[Words]
    incorrect: list[Words]


class Questions(NamedTuple):
    """One section of a file."""

    section: str
    questions: list[Words]


def read_questions(path: str | os.PathLike[str]) -> list[Questions]:
    """Read a file of sections, each a line ": name" and lines of four words.

    Lines that do not have four words are skipped, with a note in the log.

    Raises: ValueError for a question before any section, with its line number; OSError.
    """
    sections: list[Questions] = []
    with open_text(path) as lines:
        for number, line in enumerate(lines, start=1):
            if line.startswith(": "):
                sections.append(Questions(line[2:].strip(), []))
                continue
            words = line.split()
            if len(words) != 4:
                if words:
                    logger.info("skipping line %d of %s: a question has four words", number, path)
                continue
            if not sections:
                raise ValueError(
                    f"{os.fspath(path)!r}, line {number}: a question before any ': section' line"
                )
            sections[-1].questions.append((words[0], words[1], words[2], words[3]))
    return sections


def evaluate_analogies(
    kv: Similarity,
    sections: Iterable[Questions],
    restrict_vocab: int | None = 300_000,
    case_insensitive: bool = True,
    dummy4unknown: bool = False,
    scorer: Scorer | str = "most_similar",
    total_name: str = "Total accuracy",
) -> list[Section]:
    """Answer the questions by the nearest row to b - a + c that is spelled like none of the three.

    Args:
        kv: the vectors; nothing in them changes.
        sections: what `read_questions` gives.
        restrict_vocab: questions and answers are limited to so many first rows; None: all.
        case_insensitive: ignore case; words are reported in upper case.
        dummy4unknown: count a question with an unknown word as answered wrong, instead of skipping it.
        scorer: "most_similar", "most_similar_cosmul", or a function (see `Scorer`).
        total_name: name of the last section, which has all questions.

    Raises: ValueError for an unknown name of a scorer.
    """
    folded = FoldedWords(kv, restrict_vocab, case_insensitive)
    spelled = [
        (section.section, [_fold(folded, question) for question in section.questions]) for section in sections
    ]
    known = [words for _, questions in spelled for words in questions if _is_known(folded, words)]
    predictions = iter(_predictions(kv, folded, known, scorer).tolist())
    results: list[Section] = []
    for name, questions in spelled:
        results.append(Section(section=name, correct=[], incorrect=[]))
        for words in questions:
            if _is_known(folded, words):
                correct = next(predictions) == folded.row_of[words[3]]
                results[-1]["correct" if correct else "incorrect"].append(words)
            elif dummy4unknown:
                results[-1]["incorrect"].append(words)
    total = Section(
        section=total_name,
        correct=[words for result in results for words in result["correct"]],
        incorrect=[words for result in results for words in result["incorrect"]],
    )
    for result in (*results, total):
        log_accuracy(result)
    asked = sum(len(questions) for _, questions in spelled)
    if asked:
        share = 100.0 * (asked - len(known)) / asked
        logger.info("questions with a word that is out of vocabulary: %.1f%%", share)
    return [*results, total]


def score_of(sections: list[Section], source: object) -> float:
    """Return the share of correct answers in the last section.

    Raises: ValueError if no question was answered.
    """
    correct, incorrect = len(sections[-1]["correct"]), len(sections[-1]["incorrect"])
    if correct + incorrect == 0:
        raise ValueError(
            f"{source} has no question whose four words are all in the vocabulary (and among the first "
            "restrict_vocab rows): there is nothing to score"
        )
    return correct / (correct + incorrect)


def log_accuracy(section: Section) -> None:
    """Log the share of correct answers of a section; nothing if it is empty."""
    correct, incorrect = len(section["correct"]), len(section["incorrect"])
    if correct + incorrect:
        share = 100.0 * correct / (correct + incorrect)
        logger.info("%s: %.1f%% (%i/%i)", section["section"], share, correct, correct + incorrect)


def _fold(folded: FoldedWords, question: Words) -> Words:
    first, second, third, fourth = (folded.fold(word) for word in question)
    return first, second, third, fourth


def _is_known(folded: FoldedWords, words: Words) -> bool:
    return all(word in folded.row_of for word in words)


def _predictions(
    kv: Similarity, folded: FoldedWords, questions: list[Words], scorer: Scorer | str
) -> Int64Array:
    """Return the answer to each question as the first row of its spelling, -1 where none is left."""
    ids = np.array([[folded.row_of[word] for word in words] for words in questions], dtype=np.int64)
    ids = ids.reshape(-1, 4)[:, :3]
    excluded = [folded.variants({*row}) for row in ids.tolist()]
    if scorer in ("most_similar", getattr(type(kv), "most_similar", None)):
        best = _by_sum(kv, folded.end, ids, excluded)
    elif scorer in ("most_similar_cosmul", getattr(type(kv), "most_similar_cosmul", None)):
        best = _by_product(kv, folded.end, ids, excluded)
    elif callable(scorer):
        best = _by_function(kv, folded.end, ids, excluded, scorer)
    else:
        raise ValueError(
            f"similarity_function must be 'most_similar', 'most_similar_cosmul' or a function, got {scorer!r}"
        )
    return np.where(best >= 0, folded.representative[best] if folded.end else -1, -1)


def _by_sum(kv: Similarity, end: int, ids: Int64Array, excluded: list[Int64Array]) -> Int64Array:
    """Return the row nearest to b - a + c for each question (a, b, c)."""
    rows, norms = kv.frozen_rows()
    best = np.full(len(ids), -1, dtype=np.int64)
    for start in range(0, len(ids), QUESTIONS_AT_ONCE):
        part = slice(start, start + QUESTIONS_AT_ONCE)
        a, b, c = _unit_columns(rows, ids[part])
        queries = np.array([unit(query) for query in b - a + c])
        found = nearest_batch(rows[:end], norms[:end], queries, 1, excluded[part])
        best[part] = [ranked.rows[0] if len(ranked.rows) else -1 for ranked in found]
    return best


def _unit_columns(rows: FloatMatrix, ids: Int64Array) -> list[Float64Array]:
    """Return the rows of each column of ids (questions, 3), scaled to length 1: float64 (questions, size)."""
    return [np.array([unit(rows[row]) for row in column]) for column in ids.T]


def _by_product(kv: Similarity, end: int, ids: Int64Array, excluded: list[Int64Array]) -> Int64Array:
    """Return the best row by 3CosMul for each question (a, b, c)."""
    rows, norms = kv.frozen_rows()
    lengths = divisors(norms)[:, np.newaxis]
    best = np.full(len(ids), -1, dtype=np.int64)
    for start in range(0, len(ids), QUESTIONS_AT_ONCE):
        part = slice(start, start + QUESTIONS_AT_ONCE)
        queries = [column.astype(np.float32) for column in _unit_columns(rows, ids[part])]
        out_questions, out_rows = _pairs(excluded[part])
        highest = np.full(len(queries[0]), -np.inf)
        for first in range(0, end, ROWS_AT_ONCE):
            last = min(first + ROWS_AT_ONCE, end)
            units = (rows[first:last] / lengths[first:last]).astype(np.float32, copy=False).T
            a, b, c = ((1 + (query @ units).astype(np.float64)) / 2 for query in queries)
            scores = b * c / (a + COSMUL_EPSILON)
            here = (out_rows >= first) & (out_rows < last)
            scores[out_questions[here], out_rows[here] - first] = -np.inf
            top = scores.argmax(axis=1)
            values = scores[np.arange(len(top)), top]
            better = values > highest
            highest[better] = values[better]
            best[part][better] = top[better] + first
    return best


def _pairs(excluded: list[Int64Array]) -> tuple[Int64Array, Int64Array]:
    """Return the lists of rows as two arrays: the number of the list, and the row."""
    numbers = np.repeat(np.arange(len(excluded)), [len(rows) for rows in excluded])
    return numbers, np.concatenate([np.zeros(0, dtype=np.int64), *excluded])


def _by_function(
    kv: Similarity, end: int, ids: Int64Array, excluded: list[Int64Array], scorer: Callable[..., Any]
) -> Int64Array:
    """Return the row with the best score of a function, asked once for each question."""
    best = np.full(len(ids), -1, dtype=np.int64)
    for number, (a, b, c) in enumerate(ids.tolist()):
        keys = [kv.index_to_key[row] for row in (a, b, c)]
        scores = scorer(kv, positive=[keys[1], keys[2]], negative=[keys[0]], topn=False, restrict_vocab=end)
        scores = np.array(scores, dtype=np.float64)
        if scores.shape != (end,):
            raise ValueError(
                f"the similarity function must return one score for each of the first {end} rows "
                f"(it is asked with topn=False), got shape {scores.shape}"
            )
        scores[excluded[number]] = -np.inf
        if scores.max(initial=-np.inf) > -np.inf:
            best[number] = scores.argmax()
    return best
