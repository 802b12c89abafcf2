"""Trim rules: the user's word on which words stay in the vocabulary."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

RULE_DEFAULT = 0
"""The word stays if its count is at least min_count."""
RULE_DISCARD = 1
"""The word is dropped whatever its count."""
RULE_KEEP = 2
"""The word stays whatever its count."""

TrimRule: TypeAlias = Callable[[str, int, int], Any]
"""f(word, count, min_count) -> RULE_DEFAULT, RULE_DISCARD or RULE_KEEP; any other value, None
included, means RULE_DEFAULT."""


def is_retained(word: str, count: int, min_count: int, trim_rule: TrimRule | None = None) -> bool:
    """Tell whether a word with this count belongs in the vocabulary.

    An exception raised by the rule reaches the caller.
    """
    verdict = RULE_DEFAULT if trim_rule is None else trim_rule(word, count, min_count)
    if verdict == RULE_KEEP:
        return True
    if verdict == RULE_DISCARD:
        return False
    return count >= min_count
