"""Agreement with human judgements of how similar two words are (WordSim-353, SimLex-999 ...)."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from w2vref.evaluation.folding import FoldedWords
from w2vref.io.opening import open_text
from w2vref.keyedvectors.ranking import exact_cosines, unit

if TYPE_CHECKING:
    from w2vref.keyedvectors.lookup import Lookup

logger = logging.getLogger(__name__)


class PairJudgement(NamedTuple):
    """Two words and how similar people find them."""

    first: str
    second: str
    score: float


def read_pairs(
    path: str | os.PathLike[str], delimiter: str = "\t", encoding: str = "utf8"
) -> list[PairJudgement]:
    """Read lines of two words and a number, separated by delimiter; lines that begin with # are comments.

    Other lines are skipped, with a note in the log. Raises: OSError; UnicodeDecodeError.
    """
    pairs: list[PairJudgement] = []
    with open_text(path, encoding) as lines:
        for number, line in enumerate(lines, start=1):
            if line.startswith("#"):
                continue
            fields = [field.strip() for field in line.split(delimiter)]
            try:
                first, second, score = fields[0], fields[1], float(fields[2])
            except (IndexError, ValueError):
                if line.strip():
                    logger.info("skipping line %d of %s: not two words and a number", number, path)
                continue
            pairs.append(PairJudgement(first, second, score))
    return pairs


def evaluate_pairs(
    kv: Lookup,
    pairs: list[PairJudgement],
    restrict_vocab: int | None = 300_000,
    case_insensitive: bool = True,
    dummy4unknown: bool = False,
    source: object = "the list of pairs",
) -> tuple[Any, Any, float]:
    """Return (pearson, spearman, share of pairs with an unknown word in percent).

    Each correlation, between judgements and cosines, is a result of scipy, a pair (statistic, p-value).

    Args:
        kv: the vectors; nothing in them changes.
        pairs: what `read_pairs` gives.
        restrict_vocab: only so many first rows count; None: all.
        case_insensitive: ignore case.
        dummy4unknown: give a pair with an unknown word the similarity 0, instead of skipping it.
        source: what the pairs came from, for messages.

    Raises: ValueError for fewer than two usable pairs; ImportError without the extra `evaluation` (scipy).
    """
    stats = _statistics()
    folded = FoldedWords(kv, restrict_vocab, case_insensitive)
    rows, _ = kv.frozen_rows()
    judged, cosines, unknown = [], [], 0
    for first, second, score in pairs:
        ids = [folded.row_of.get(folded.fold(word), -1) for word in (first, second)]
        if min(ids) < 0:
            unknown += 1
            if not dummy4unknown:
                continue
            cosine = 0.0
        else:
            cosine = float(exact_cosines(rows[ids[1]][np.newaxis], unit(rows[ids[0]]))[0])
        judged.append(score)
        cosines.append(cosine)
    if len(judged) < 2:
        raise ValueError(
            f"{source}: {len(judged)} of {len(pairs)} pairs can be used, a correlation needs two: the others "
            "have a word that is not in the vocabulary (or not among the first restrict_vocab rows)"
        )
    pearson, spearman = stats.pearsonr(cosines, judged), stats.spearmanr(cosines, judged)
    oov = 100.0 * unknown / len(pairs)
    log_evaluate_word_pairs(pearson[0], spearman[0], oov, source)
    return pearson, spearman, oov


def log_evaluate_word_pairs(pearson: float, spearman: float, oov: float, pairs: object) -> None:
    """Log the two correlations and the share of pairs with unknown words."""
    logger.info("Pearson correlation coefficient against %s: %.4f", pairs, pearson)
    logger.info("Spearman rank-order correlation coefficient against %s: %.4f", pairs, spearman)
    logger.info("Pairs with unknown words ratio: %.1f%%", oov)


def _statistics() -> Any:
    try:
        from scipy import stats  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ImportError("evaluate_word_pairs needs scipy: pip install 'w2vref[evaluation]'") from error
    return stats
