"""The evaluation methods of KeyedVectors."""

from __future__ import annotations

import os
from typing import Any

from w2vref.evaluation.analogies import (
    Scorer,
    Section,
    evaluate_analogies,
    log_accuracy,
    read_questions,
    score_of,
)
from w2vref.evaluation.word_pairs import evaluate_pairs, log_evaluate_word_pairs, read_pairs
from w2vref.keyedvectors.similarity import Similarity


class Evaluate(Similarity):
    """Analogies and word pairs. Nothing in the vectors or their keys changes, not even for a moment."""

    def evaluate_word_analogies(
        self,
        analogies: str | os.PathLike[str],
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
        similarity_function: str | Scorer = "most_similar",
    ) -> tuple[float, list[Section]]:
        """Answer a file of analogy questions; return (share of right answers, sections).

        Args:
            analogies: a file of lines ": section" and "a b c d"; gz, bz2, xz and zst by name.
            restrict_vocab: limit questions and answers to so many first rows; None: all.
            case_insensitive: ignore case; of words that differ in case only the first row counts.
            dummy4unknown: count a question with an unknown word as wrong, instead of skipping it.
            similarity_function: "most_similar", "most_similar_cosmul", or f(kv, positive=, negative=,
                topn=False, restrict_vocab=) that returns a score for each row.

        Returns: the share, and a list of {"section", "correct", "incorrect"}, the last one "Total accuracy".
        Raises: ValueError if no question can be answered, or stands before any section; OSError.
        """
        sections = evaluate_analogies(
            self,
            read_questions(analogies),
            restrict_vocab,
            case_insensitive,
            dummy4unknown,
            similarity_function,
        )
        return score_of(sections, repr(os.fspath(analogies))), sections

    def accuracy(
        self,
        questions: str | os.PathLike[str],
        restrict_vocab: int | None = 30_000,
        most_similar: Scorer | None = None,
        case_insensitive: bool = True,
    ) -> list[Section]:
        """Answer a file of analogy questions, in the classic form: the sections, the last one "total".

        Args: as `evaluate_word_analogies`; most_similar is its similarity_function.
        """
        scorer = "most_similar" if most_similar is None else most_similar
        return evaluate_analogies(
            self,
            read_questions(questions),
            restrict_vocab,
            case_insensitive,
            scorer=scorer,
            total_name="total",
        )

    def evaluate_word_pairs(
        self,
        pairs: str | os.PathLike[str],
        delimiter: str = "\t",
        encoding: str = "utf8",
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
    ) -> tuple[Any, Any, float]:
        """Compare similarities with human judgements; return (pearson, spearman, OOV percentage).

        Each correlation is a result of scipy, a pair (statistic, p-value).

        Args:
            pairs: a file of lines with two words and a number; # begins a comment, bad lines are skipped.
            delimiter: what separates them.
            encoding: of the file.
            restrict_vocab: only so many first rows count; None: all.
            case_insensitive: ignore case; of words that differ in case only the first row counts.
            dummy4unknown: give a pair with an unknown word the similarity 0, instead of skipping it.

        Raises: ValueError for fewer than two usable pairs; ImportError without the extra `evaluation`.
        """
        judgements = read_pairs(pairs, delimiter, encoding)
        return evaluate_pairs(self, judgements, restrict_vocab, case_insensitive, dummy4unknown, pairs)

    @staticmethod
    def log_accuracy(section: Section) -> None:
        """Log "section: x% (correct/all)"; nothing for an empty section."""
        log_accuracy(section)

    @staticmethod
    def log_evaluate_word_pairs(pearson: float, spearman: float, oov: float, pairs: object) -> None:
        """Log the two correlations and the share of pairs with unknown words."""
        log_evaluate_word_pairs(pearson, spearman, oov, pairs)
