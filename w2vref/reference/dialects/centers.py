"""One centre in a dialect: its pairs in order, each with negatives drawn one by one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from w2vref._typing import Int64Array, WordId
from w2vref.config import TrainingConfig
from w2vref.records import Parameters, Tables
from w2vref.reference.dialects.pairs import pair_functions

DrawNegative = Callable[[], WordId]
"""Draws the next negative from the loop's own generator."""


def train_center(
    config: TrainingConfig,
    parameters: Parameters,
    tables: Tables,
    context_ids: Int64Array,
    center_id: WordId,
    draw_negative: DrawNegative,
    alpha: float,
) -> float:
    """Train one centre with its context, int64 (n,), n >= 1, in place; return its loss."""
    functions = pair_functions(config.dialect)
    if not config.sg:
        hidden = functions.project(config, parameters, context_ids)
        negatives = negatives_for(config, center_id, draw_negative)
        return functions.train_cbow_pair(
            config, parameters, tables, context_ids, hidden, center_id, negatives, alpha
        ).loss
    loss = 0.0
    for context_id in context_ids.tolist():
        input_id, target_id = context_id, center_id
        if config.dialect.direction == "center_to_context":
            input_id, target_id = center_id, context_id
        negatives = negatives_for(config, target_id, draw_negative)
        loss += functions.train_sg_pair(
            config, parameters, tables, input_id, target_id, negatives, alpha
        ).loss
    return loss


def negatives_for(config: TrainingConfig, target_id: WordId, draw_negative: DrawNegative) -> Int64Array:
    """Return the negatives of one step, int64 (negative,), drawn again where the dialect says so."""
    negatives = np.zeros(config.negative, dtype=np.int64)
    for place in range(config.negative):
        negatives[place] = draw_negative()
        while negatives[place] == target_id and config.dialect.collision == "redraw":
            negatives[place] = draw_negative()
    return negatives


def check_redraw(config: TrainingConfig, tables: Tables) -> None:
    """Raise ValueError if drawing again could go on for ever: only one word can be drawn."""
    if config.negative and config.dialect.collision == "redraw":
        widths = np.diff(tables.cum_table.astype(np.int64), prepend=0)
        if np.count_nonzero(widths) < 2:
            raise ValueError(
                "only one word can be drawn as a negative, so collision='redraw' would draw for ever: "
                "add words, or use collision='skip'"
            )
