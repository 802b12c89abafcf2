"""How good vectors are: analogies, and agreement with human judgements of similarity."""

from w2vref.evaluation.analogies import Section, evaluate_analogies, log_accuracy, read_questions
from w2vref.evaluation.word_pairs import PairJudgement, evaluate_pairs, log_evaluate_word_pairs, read_pairs

__all__ = [
    "PairJudgement",
    "Section",
    "evaluate_analogies",
    "evaluate_pairs",
    "log_accuracy",
    "log_evaluate_word_pairs",
    "read_pairs",
    "read_questions",
]
