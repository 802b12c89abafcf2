"""The reference, broken on purpose in one place: named cases fail, and say where."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from w2vref.conformance.adapters.w2vref import Reference
from w2vref.conformance.suite import collection
from w2vref.conformance.suite.results import FAIL, PASS, Result
from w2vref.conformance.suite.runner import run
from w2vref.conformance.suite.target import InProcess
from w2vref.reference import huffman, objectives, sampling, schedule

REFERENCE = "w2vref.reference."


def results(*patterns: str) -> dict[str, Result]:
    selected, _ = collection.select(collection.all_cases(), patterns=patterns)
    report = run(InProcess(Reference(), "module:Broken"), selected)
    return {result.case.id: result for result in report.results}


class Broken(NamedTuple):
    """What is put in the place of what, which cases then fail, and which still pass."""

    place: str
    function: Callable[..., Any]
    fails: tuple[str, ...]
    passes: tuple[str, ...] = ()


ORIGINAL = {
    "train_objectives": objectives.train_objectives,
    "huffman_codes": huffman.huffman_codes,
    "make_cum_table": sampling.make_cum_table,
    "make_sample_int": sampling.make_sample_int,
    "learning_rate": schedule.learning_rate,
}


def one_of_each_negative(*arguments: Any) -> Any:
    *before, negative_ids, alpha, learn_hidden = arguments
    return ORIGINAL["train_objectives"](*before, np.unique(negative_ids), alpha, learn_hidden)


def table_sigmoid(x: np.float32) -> np.float32:
    """As word2vec.c looks it up: 1000 entries from -6 to 6, the index scaled by 83."""
    index = int((min(max(float(x), -5.99), 5.99) + 6.0) * 83)
    e = np.exp((index / 1000 * 2 - 1) * 6)
    return np.float32(e / (e + 1))


def misses_right_edge(center: int, length: int, radius: int) -> list[int]:
    return [
        *range(max(0, center - radius), center),
        *range(center + 1, min(length - 1, center + radius + 1)),
    ]


def ties_from_the_end(counts: Any) -> Any:
    tree = ORIGINAL["huffman_codes"](counts[::-1].copy())
    codes, points = (np.split(part, tree.code_offsets[1:-1])[::-1] for part in tree[:2])
    lengths = [len(code) for code in codes]
    return huffman.Codes(np.concatenate(codes), np.concatenate(points), np.append(0, np.cumsum(lengths)))


def windows_in_turn() -> Callable[[int, int], int]:
    turn = itertools.count()
    return lambda d, window: window - next(turn) % window


BROKEN = {
    "keeps one of a repeated negative": Broken(
        "skipgram.train_objectives",
        one_of_each_negative,
        (
            "update.sg.ns.repeated-negative",
            "update.sg.ns.thrice-repeated-negative",
            "sentence.sg.ns.all-kept",
        ),
        ("update.sg.ns.plain", "update.cbow.mean.ns.repeated-negative"),
    ),
    "sigmoid from a table, in training": Broken(
        "objectives.sigmoid",
        table_sigmoid,
        ("update.sg.ns.dot-zero", "update.sg.ns.dot-around-6", "gradient.sg.hs"),
        ("pairs.sg.edges",),
    ),
    "sigmoid from a table, asked for": Broken(
        "arithmetic.sigmoid", table_sigmoid, ("sigmoid.at-0", "sigmoid.grid"), ("sigmoid.far",)
    ),
    "misses the right edge": Broken(
        "windows.context_positions",
        misses_right_edge,
        ("pairs.sg.edges", "pairs.cbow.same-pairs", "sentence.cbow.ns.a-b-a"),
        ("pairs.sg.empty",),
    ),
    "another tree at ties": Broken(
        "huffman.huffman_codes",
        ties_from_the_end,
        ("huffman.tree.all-equal-5",),
        ("huffman.optimal.all-equal-5", "huffman.tree.three"),
    ),
    "windows that alternate": Broken(
        "windows.window_radius",
        windows_in_turn(),
        ("generator.windows.window-8-negative-25", "generator.windows.window-5-negative-5"),
        ("generator.windows.window-1-negative-5",),
    ),
    "noise exponent 1/2": Broken(
        "sampling.make_cum_table",
        lambda counts, exponent: ORIGINAL["make_cum_table"](counts, exponent * 2.0 / 3.0),
        ("tables.noise.exponent-usual", "generator.noise.exponent-usual", "tables.noise.not-sorted"),
        ("tables.noise.exponent-zero", "tables.noise.one-word"),
    ),
    "a threshold of 0 drops everything": Broken(
        "sampling.make_sample_int",
        lambda counts, sample: ORIGINAL["make_sample_int"](counts, sample or 1e-100),
        ("tables.keep.off", "generator.keep.off"),
        ("tables.keep.sample-usual",),
    ),
    "the rate falls within each of many epochs": Broken(
        "schedule.learning_rate",
        lambda start, end, done, total: ORIGINAL["learning_rate"](start, end, done % 10_000, total),
        ("schedule.five-epochs", "schedule.beyond-31-bits"),
        ("schedule.short-text",),
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_named_cases_fail(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = BROKEN[name]
    monkeypatch.setattr(REFERENCE + broken.place, broken.function)
    found = results(*broken.fails, *broken.passes)
    assert {case: found[case].outcome for case in broken.fails} == dict.fromkeys(broken.fails, FAIL)
    assert {case: found[case].outcome for case in broken.passes} == dict.fromkeys(broken.passes, PASS)


def test_the_report_of_a_wrong_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objectives, "sigmoid", table_sigmoid)
    result = results("update.sg.ns.dot-zero")["update.sg.ns.dot-zero"]
    what, expected, got, allowed = result.findings[0].lines()
    assert what.startswith("input_vectors[3][1] differs, the first of ")
    assert expected.startswith("  expected  ")
    assert "0x" in got
    assert "allowed" in allowed
    assert "difference" in allowed
    assert result.reproduction.endswith("--target module:Broken --in-process --case update.sg.ns.dot-zero")
