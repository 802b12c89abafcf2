"""Counting, selecting and ordering words: from text to an immutable vocabulary."""
