"""What each choice of an axis does, by hand; no program is needed."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from w2vref.backends.numpy_backend import NumpyBackend
from w2vref.config import TrainingConfig
from w2vref.dialects import (
    AXES,
    DIALECTS,
    FASTTEXT,
    GENSIM,
    KOAN,
    W2VREF,
    WORD2VEC_C,
    Dialect,
    dialect_from_record,
    differences,
    get_dialect,
)
from w2vref.errors import UnsupportedOptionError
from w2vref.records import Parameters, Tables, padded_zeros
from w2vref.reference.dialects import arithmetic, gensim, tables, word2vec_c
from w2vref.reference.dialects.gensim import job_bounds
from w2vref.reference.dialects.initial import lcg_rows, numpy_rows
from w2vref.reference.dialects.pairs import pair_functions
from w2vref.reference.huffman import huffman_codes
from w2vref.reference.sampling import ALWAYS

F = np.float32
TABLE_6 = W2VREF.replaced(sigmoid="table_6_1000", out_of_range_hs="skip", out_of_range_negative="saturate")
PATH = (np.array([1, 0], dtype=np.uint8), np.array([1, 0], dtype=np.uint32), np.array([0, 2, 2, 2]))
"""Huffman paths: word 0 has code 1 at node 1 and code 0 at node 0, the others have none."""


def state(inputs: list[list[float]], outputs: list[list[float]], nodes: list[list[float]] = ()) -> Parameters:  # type: ignore[assignment]
    def padded(rows: Any) -> Any:
        array = padded_zeros(3, 2)
        for row, values in enumerate(rows):
            array[row, :2] = values
        return array

    return Parameters(2, padded(inputs), padded(outputs), padded(nodes), np.ones(1, dtype=F))


def noise(*ids: int) -> Any:
    return np.array(ids, dtype=np.int64)


CODES = Tables(
    np.full(3, ALWAYS, dtype=np.uint64), np.array([1, 2, 3], dtype=np.uint32), PATH[0], PATH[1], PATH[2]
)


def sg(dialect: Dialect, parameters: Parameters, *ids: int, alpha: float = 1.0, **options: Any) -> Any:
    config = TrainingConfig(2, sg=True, dialect=dialect, **{"negative": 1, **options})
    return NumpyBackend.train_sg_pair(config, parameters, CODES, 0, 1, noise(*ids), alpha)


# ---- the record ----


def test_every_axis_is_a_field_and_every_choice_a_word() -> None:
    assert list(W2VREF.choices()) == list(AXES)
    for axis, details in AXES.items():
        assert details.level in ("pair", "tables", "draws", "loop")
        assert details.question.endswith("?")
        assert getattr(W2VREF, axis) == next(iter(details.choices)), axis  # the default comes first
    assert Dialect() == W2VREF


def test_dialects_are_equal_by_their_choices() -> None:
    assert W2VREF.replaced("mine") == W2VREF
    assert hash(W2VREF.replaced("mine")) == hash(W2VREF)
    assert len(set(DIALECTS.values())) == len(DIALECTS) == 5
    for name, dialect in DIALECTS.items():
        assert get_dialect(name) is dialect
        assert get_dialect(dialect) is dialect
        assert eval(repr(dialect)) == dialect


def test_differences_are_listed_axis_by_axis() -> None:
    assert differences("w2vref", W2VREF) == {}
    found = differences("word2vec.c", "gensim")
    assert found["out_of_range_negative"] == ("saturate", "skip")
    assert found["initialization"] == ("lcg_rows", "numpy_rows")
    assert "direction" not in found
    assert "collision" not in found
    assert differences(TABLE_6, "w2vref") == {
        "sigmoid": ("table_6_1000", "exact"),
        "out_of_range_hs": ("skip", "exact"),
        "out_of_range_negative": ("saturate", "exact"),
    }


def test_records_of_files() -> None:
    for dialect in DIALECTS.values():
        assert dialect.record() == dialect.name
        assert dialect_from_record(dialect.name) is dialect
    assert dialect_from_record(TABLE_6.record()) == TABLE_6
    pretender = replace(TABLE_6, name="gensim")  # the name alone does not make the dialect
    assert dialect_from_record(pretender.record()) == TABLE_6
    with pytest.raises(TypeError, match="one choice for each axis"):
        dialect_from_record({"name": "half", "sigmoid": "exact"})


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        (dict(collision="maybe"), UnsupportedOptionError, "collision='maybe' is unknown: choose one of skip"),
        (dict(sigmoid="table_8_512"), ValueError, "out_of_range_hs must be 'saturate' or 'skip'"),
        (dict(out_of_range_hs="skip"), ValueError, "out_of_range_hs must be 'exact'"),
        (dict(schedule="per_job"), ValueError, "schedule follows from generator='counter'"),
        (dict(generator="lcg64"), ValueError, "go together"),
        (dict(vocabulary="end_of_sentence_first"), ValueError, "go together"),
        (dict(colour="red"), TypeError, "there is no axis 'colour'"),
    ],
)
def test_choices_that_do_not_exist_or_do_not_fit(
    changes: dict[str, str], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        W2VREF.replaced(**changes)


def test_what_follows_from_the_generator_comes_with_it() -> None:
    changed = GENSIM.replaced(generator="counter")
    assert {axis for axis in differences(changed, W2VREF) if AXES[axis].level in ("draws", "loop")} == set()
    assert changed.sigmoid == GENSIM.sigmoid
    assert FASTTEXT.replaced("mine", generator="counter").name == "mine"


@pytest.mark.parametrize(("given", "error"), [("pirate", UnsupportedOptionError), (7, TypeError)])
def test_what_is_no_dialect(given: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="dialect"):
        get_dialect(given)


# ---- level "pair" ----


def test_collision() -> None:
    for collision, expected in (("skip", 0.5), ("take", 0.0)):
        parameters = state([[1, 0]], [[0, 0]])
        sg(W2VREF.replaced(collision=collision), parameters, 1)
        # label 1: +(1 - 0.5); then, if it is taken, label 0: -(sigmoid(0.5))
        extra = 0.0 if collision == "skip" else 1 / (1 + math.exp(-0.5))
        assert parameters.output_vectors[1, 0] == pytest.approx(0.5 - extra, abs=1e-6), expected
    with pytest.raises(ValueError, match="draws until a negative differs from the target"):
        sg(W2VREF.replaced(collision="redraw"), state([[1, 0]], [[0, 0]]), 1)


@pytest.mark.parametrize(
    ("choice", "x", "expected", "tolerance"),
    [
        ("table_6_1000", 0.0, 0.494, 1e-4),  # entry 498 of 1000: 83 instead of 83.33
        ("table_6_1000", 5.9, 0.99710, 1e-4),
        ("table_6_1000_float64", 0.0, 0.494, 1e-4),
        ("table_8_512", 0.0, 0.5, 1e-7),
        ("table_8_512", 0.031, 0.5, 1e-7),  # the left end of an interval of 1/32
        ("table_8_512", 7.99, 1 / (1 + math.exp(-7.96875)), 1e-6),
        ("table_8_1024", 0.031, 1 / (1 + math.exp(-1 / 64)), 1e-6),
        ("table_8_1024", -7.999, 0.0, 0.0),  # the first entry is 0
        ("exact", 0.031, 1 / (1 + math.exp(-0.031)), 1e-6),
    ],
)
def test_sigmoid(choice: str, x: float, expected: float, tolerance: float) -> None:
    assert arithmetic.sigmoid_of(choice)(F(x), "saturate") == pytest.approx(expected, abs=tolerance)


def test_just_below_zero_float32_and_float64_look_up_other_entries() -> None:
    x = F(-1e-8)
    sigmoids = [arithmetic.sigmoid_of(c)(x, "skip") for c in ("table_6_1000", "table_6_1000_float64")]
    assert sigmoids[0] - sigmoids[1] == pytest.approx(0.003, abs=1e-4)


@pytest.mark.parametrize(("bound", "choice"), [(6, "table_6_1000"), (8, "table_8_512"), (8, "table_8_1024")])
def test_out_of_range(bound: int, choice: str) -> None:
    sigmoid = arithmetic.sigmoid_of(choice)
    beyond = F(bound + 0.01)
    assert sigmoid(beyond, "saturate") == 1
    assert sigmoid(-beyond, "saturate") == 0
    for x in (beyond, F(bound)):
        assert sigmoid(x, "skip") is None
        assert sigmoid(-x, "skip") is None
    assert sigmoid(F(bound - 0.01), "skip") is not None
    assert math.isnan(sigmoid(F(np.nan), "skip"))  # type: ignore[arg-type]  # found after the epoch


def test_out_of_range_is_asked_for_each_objective() -> None:
    # x = -7 for the true pair, whose gradient is largest there: saturating teaches it, skipping does not.
    for negative_rule in ("saturate", "skip"):
        dialect = TABLE_6.replaced(out_of_range_negative=negative_rule)
        parameters = state([[1, 0]], [[0, 0], [-7, 0]])
        sg(dialect, parameters, 2)
        assert parameters.output_vectors[1, 0] == (-6 if negative_rule == "saturate" else -7)
    for hs_rule in ("saturate", "skip"):
        dialect = TABLE_6.replaced(out_of_range_hs=hs_rule)
        config = TrainingConfig(2, sg=True, hs=True, negative=0, dialect=dialect)
        parameters = state([[0, 0], [1, 0]], [], nodes=[[0, 0], [7, 0]])
        NumpyBackend.train_sg_pair(config, parameters, CODES, 1, 0, noise(), 1.0)
        assert parameters.node_vectors[1, 0] == (6 if hs_rule == "saturate" else 7)


def test_objectives_in_turn_see_the_updated_row() -> None:
    moved = {}
    for objectives in ("one_error", "in_turn"):
        config = TrainingConfig(
            2, sg=True, hs=True, negative=1, dialect=W2VREF.replaced(objectives=objectives)
        )
        parameters = state([[1, 0]], [[1, 0]], nodes=[[1, 0], [0, 0]])
        step = NumpyBackend.train_sg_pair(config, parameters, CODES, 0, 0, noise(0), 1.0)
        moved[objectives] = float(step.hidden_error[0])
        assert parameters.input_vectors[0, 0] == pytest.approx(1 + moved[objectives])
    s = 1 / (1 + math.exp(-1))
    first = 1 - s  # node 0, code 0: label 1
    assert moved["one_error"] == pytest.approx(first + (1 - s), abs=1e-6)
    again = 1 / (1 + math.exp(-(1 + first)))
    assert moved["in_turn"] == pytest.approx(first + (1 - again), abs=1e-6)


def test_cbow_in_turn_projects_again_and_the_sequential_mean_is_divided() -> None:
    context = noise(0, 1, 2)
    for arithmetic_choice in ("lanes", "sequential"):
        dialect = W2VREF.replaced(arithmetic=arithmetic_choice, objectives="in_turn")
        config = TrainingConfig(2, hs=True, negative=1, dialect=dialect)
        parameters = state([[1, 0], [2, 0], [4.1, 0]], [[1, 0]], nodes=[[1, 0]])
        hidden = np.zeros(16, dtype=F)
        hidden[0] = 0.5  # what the first objective sees is given; the second gathers the rows
        before = parameters.input_vectors[:, 0].copy()
        step = NumpyBackend.train_cbow_pair(config, parameters, CODES, context, hidden, 0, noise(0), 1.0)
        first = 1 - 1 / (1 + math.exp(-0.5))
        again = 1 - 1 / (1 + math.exp(-(7.1 / 3 + first)))
        assert step.hidden_error[0] == pytest.approx(first + again, abs=1e-6)
        assert parameters.input_vectors[:, 0] == pytest.approx(before + first + again, abs=1e-6)


def test_the_mean_is_divided_or_multiplied() -> None:
    parameters = state([[1, 0], [2, 0], [2, 0]], [[0, 0]])
    means = {}
    for choice in ("lanes", "sequential"):
        config = TrainingConfig(2, dialect=W2VREF.replaced(arithmetic=choice))
        means[choice] = pair_functions(config.dialect).project(config, parameters, noise(0, 1, 2))[0]
    assert means["sequential"] == F(5) / F(3)
    assert means["lanes"] == F(5) * (F(1) / F(3))
    assert means["lanes"] != means["sequential"]


def test_arithmetic_is_an_order_of_summation() -> None:
    a = padded_zeros(1, 18)[0]
    a[:18] = [1e8, *[1.0] * 15, -1e8, 0.0]
    ones = np.ones_like(a)
    # Left to right every 1 is lost; in lanes the first lane cancels before they are added.
    assert arithmetic.DOTS["sequential"](a, ones, 18) == 0
    assert arithmetic.DOTS["lanes"](a, ones, 18) == 15
    assert arithmetic.DOTS["blas"](a[:2], ones[:2], 2) == pytest.approx(1e8 + 1)
    assert arithmetic.DOTS["blas"](ones, ones, 18) == 18  # the padding does not count


def test_the_high_word_keeps_21_bits() -> None:
    row, ones = padded_zeros(1, 2)[0], np.ones(16, dtype=F)
    read = set()
    for i in range(64):
        row[0] = F(4.0) + F(i) * F(2.0**-21)
        read.add(float(arithmetic.DOTS["blas_high_word"](row, ones, 2)))
    assert len(read) == 8  # eight floats in a row are read as one
    assert min(read) - 4 == pytest.approx(2.0**-18 * 0x40800000 / 2**32, rel=0.2)


# ---- level "tables" ----


def test_huffman_ties() -> None:
    counts = np.array([1, 1, 1, 1], dtype=np.int64)
    codes = {
        name: [
            "".join(map(str, tree.codes[tree.code_offsets[w] : tree.code_offsets[w + 1]])) for w in range(4)
        ]
        for name, tree in ((name, make(counts)) for name, make in tables.HUFFMAN.items())
    }
    assert codes["created_first"] == ["00", "01", "10", "11"]
    assert codes["inner_first"] == ["11", "10", "01", "00"]
    assert sorted(codes["heap"]) == ["00", "01", "10", "11"]
    # A third leaf of count 2 ties with the node of the first two.
    counts = np.array([2, 1, 1], dtype=np.int64)
    lengths = {n: np.diff(make(counts).code_offsets).tolist() for n, make in tables.HUFFMAN.items()}
    assert lengths == {n: [1, 2, 2] for n in tables.HUFFMAN}
    assert huffman_codes(counts).codes[0] == 0
    assert tables.inner_first_codes(counts).codes[0] == 1  # the inner node is taken first


def test_the_unigram_table_is_the_one_that_the_program_fills(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = 1000
    monkeypatch.setattr(tables, "UNIGRAM_TABLE", entries)
    rng = np.random.default_rng(0)
    for words in (2, 7, 40, 400, 1500):
        counts = np.sort(rng.zipf(1.5, words).clip(1, 10**6))[::-1].astype(np.int64)
        powers = [float(count) ** 0.75 for count in counts]
        total, filled, word, share = sum(powers), [], 0, powers[0] / sum(powers)
        for entry in range(entries):
            filled.append(word)
            if entry / entries > share:
                word = min(word + 1, words - 1)
                share += powers[word] / total
        ends = tables.unigram_table_ends(counts, 0.75)
        assert ends[-1] == entries
        assert np.searchsorted(ends, np.arange(entries), side="right").tolist() == filled
    with pytest.raises(ValueError, match="needs a word besides </s>"):
        tables.unigram_table_ends(np.array([5]), 0.75)


def test_thresholds() -> None:
    counts = np.array([1000, 100, 10], dtype=np.int64)
    p = (math.sqrt(1000 / 11.1) + 1) * 11.1 / 1000
    assert tables.low_16_bits_thresholds(counts, 0.01).tolist()[0] == math.floor(p * 65536) + 1
    assert tables.low_16_bits_thresholds(counts, 0.01).tolist()[2] == 1 << 16
    assert tables.lcg48_thresholds(counts, 0.01).tolist()[0] == math.floor(p * (2**32 - 1))
    assert tables.lcg48_thresholds(counts, 0.01).tolist()[2] == 2**32 - 1
    for make in tables.SUBSAMPLING.values():
        assert make(counts, 0.0).tolist() == [ALWAYS] * 3


def test_initial_rows() -> None:
    rows = lcg_rows(600, 128, seed=9)
    assert np.array_equal(rows[0], rows[512])  # 16 bits: the rows repeat
    assert rows[0, 0] == F((25214903917 + 11) % 65536 / 65536 - 0.5) / F(128)
    assert np.array_equal(rows, lcg_rows(600, 128, seed=1))
    uniform = numpy_rows(50, 20, seed=3)
    assert 0.9 / 20 < np.abs(uniform).max() <= 1 / 20
    assert not np.array_equal(uniform, numpy_rows(50, 20, seed=4))


# ---- levels "draws" and "loop" ----


def test_sentences_of_word2vec_c() -> None:
    tokens = np.array([3, 0, 0, *[1] * 1500, 0, 2], dtype=np.int32)
    always = np.full(4, ALWAYS, dtype=np.uint64)
    first, kinds = 0, []
    while first < len(tokens):
        kept, first, is_complete = word2vec_c.read_sentence(tokens, first, always, word2vec_c.Lcg(0))
        kinds.append((len(kept), is_complete))
    assert kinds == [(1, True), (0, True), (1000, True), (500, True), (1, False)]
    # Thinned out by the low 16 bits of the LCG; </s> draws nothing.
    lcg = word2vec_c.Lcg(0)
    assert word2vec_c.read_sentence(tokens[:3], 0, np.full(4, 1, dtype=np.uint64), lcg) == ([], 2, True)
    assert lcg.state == 11


def test_negatives_of_the_programs() -> None:
    cum_table = np.array([2, 3, 6], dtype=np.uint32)
    assert [gensim.negative_of(bits, cum_table) for bits in range(7)] == [0, 0, 0, 1, 2, 2, 0]
    bits = [(entry << 16) + 4 for entry in range(6)]
    # Entries 0 and 1 are those of </s>: 4 mod 2 + 1 is another word.
    assert [word2vec_c.negative_of(b, cum_table) for b in bits] == [1, 1, 1, 2, 2, 2]
    assert word2vec_c.negative_of(5, cum_table) == 2


def test_jobs_of_gensim() -> None:
    offsets = np.cumsum([0, 4, 0, 3, 9, 2, 1], dtype=np.int64)
    assert job_bounds(offsets, 7) == [0, 3, 4, 6]
    assert job_bounds(offsets, 3) == [0, 0, 1, 3, 4, 6]  # the first sentence is longer than a job
    assert job_bounds(offsets, 100) == [0, 6]


def test_named_dialects_say_what_the_catalogue_says() -> None:
    assert [d.direction for d in (WORD2VEC_C, GENSIM)] == ["context_to_center"] * 2
    assert [d.direction for d in (FASTTEXT, KOAN)] == ["center_to_context"] * 2
    assert FASTTEXT.collision == "redraw"
    assert FASTTEXT.noise_exponent == "half"
    assert KOAN.cbow_gradient == "exact"
    assert (WORD2VEC_C.out_of_range_hs, WORD2VEC_C.out_of_range_negative) == ("skip", "saturate")
    assert (GENSIM.out_of_range_hs, GENSIM.out_of_range_negative) == ("skip", "skip")


def test_the_page_on_deviations_says_what_the_records_say() -> None:
    page = (Path(__file__).parents[2] / "docs" / "deviations.md").read_text(encoding="utf-8")
    table = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if "|" in line
    ]
    header, rows = table[0], {row[0].strip("`"): row[1:] for row in table[2:] if len(row) == len(table[0])}
    assert header[1:] == list(DIALECTS)
    assert rows == {axis: [d.choices()[axis] for d in DIALECTS.values()] for axis in AXES}
    for axis, details in AXES.items():
        assert re.search(rf"\*\*(\w+, )?{axis}(, \w+)?\.\*\*", page), f"{axis} has no paragraph"
        assert f"**{axis}** ({details.level}). {details.question}\n" in page
        for choice, meaning in details.choices.items():
            assert f"- `{choice}`: {meaning}\n" in page
