"""Block training, against the definition written out pair by pair."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2vref.config import BlockRule, TrainingConfig
from w2vref.conformance import strategies
from w2vref.conformance.cases import EpochCase, State
from w2vref.errors import UnsupportedOptionError
from w2vref.records import EncodedCorpus
from w2vref.reference.arithmetic import dot, log_sigmoid, sigmoid
from w2vref.reference.block import Contributions, Masses, _apply, train_block
from w2vref.reference.block_layout import block_bounds, block_positions, tile_noise
from w2vref.reference.draws import draw, sentence_key, token_key
from w2vref.reference.sampling import draw_negatives, is_kept
from w2vref.reference.windows import window_radius

from .test_epoch import encode

F32 = np.float32


def plain_blocks(config: TrainingConfig, corpus: EncodedCorpus) -> list[list[tuple[int, int, int, int]]]:
    """Return the blocks as lists of (sentence, start of the sentence, first token, last) of whole units."""
    least = config.block_words(corpus.words)
    units = []
    for number, (start, end) in enumerate(
        zip(corpus.sentence_offsets[:-1].tolist(), corpus.sentence_offsets[1:].tolist(), strict=True)
    ):
        step = least if end - start > least else max(1, end - start)
        units += [(number, start, first, min(end, first + step)) for first in range(start, end, step)]
    blocks: list[list[tuple[int, int, int, int]]] = [[]]
    for unit in units:
        if sum(last - first for *_, first, last in blocks[-1]) >= least:
            blocks.append([])
        blocks[-1].append(unit)
    return blocks


def plain_positions(case: EpochCase, tables: Any, corpus: EncodedCorpus, units: Any) -> Any:
    """Return (word ids, keys, the contexts of each, as positions) of a block."""
    words: list[int] = []
    keys: list[int] = []
    contexts: list[list[int]] = []
    for number, start, first, last in units:
        key = sentence_key(case.config.seed, case.epoch, number)
        begin = len(words)
        for place in range(first, last):
            word, d = int(corpus.tokens[place]), token_key(key, place - start)
            if is_kept(d, int(tables.sample_int[word])):
                words.append(word)
                keys.append(d)
        for i in range(begin, len(words)):
            radius = case.config.window
            if case.config.shrink_windows:
                radius = window_radius(draw(keys[i], 0), radius)
            contexts.append([j for j in range(begin, len(words)) if 0 < abs(i - j) <= radius])
    return words, keys, contexts


def plain_block(  # noqa: PLR0912, PLR0915 - one definition, to be read from top to bottom
    case: EpochCase, parameters: Any, tables: Any, positions: Any, alpha: Any
) -> float:
    """Take one block's step as the page says it, in place; return the loss."""
    config, rule = case.config, case.config.block
    words, keys, contexts = positions
    before_in, before_out = parameters.input_vectors.copy(), parameters.output_vectors.copy()
    stride = before_in.shape[1]
    zero = np.zeros(stride, dtype=F32)
    share = F32(config.negative) / F32(rule.draws)
    to_in: dict[int, Any] = defaultdict(list)
    to_out: dict[int, Any] = defaultdict(list)
    in_mass: dict[int, int] = defaultdict(int)
    out_mass: dict[int, int] = defaultdict(int)
    noise_mass: dict[int, int] = defaultdict(int)
    d_out = [zero.copy() for _ in words]
    rows, errors, loss = [], [], 0.0
    for i, word in enumerate(words):
        error = zero.copy()
        if config.sg:
            row = before_in[word]
            for j in contexts[i]:
                x = dot(row, before_out[words[j]])
                g = (F32(1) - sigmoid(x)) * alpha
                error += g * before_out[words[j]]
                d_out[j] += g * row
                out_mass[words[j]] += 1
                loss -= log_sigmoid(float(x))
        else:
            row = zero.copy()
            for j in contexts[i]:
                row += before_in[words[j]]
            if config.cbow_mean and contexts[i]:
                row *= F32(1) / F32(len(contexts[i]))
            if contexts[i]:
                x = dot(row, before_out[word])
                g = (F32(1) - sigmoid(x)) * alpha
                error += g * before_out[word]
                d_out[i] += g * row
                out_mass[word] += 1
                loss -= log_sigmoid(float(x))
        rows.append(row)
        errors.append(error)
    d_noise = []
    for first in range(0, len(words), rule.tile):
        inside = range(first, min(len(words), first + rule.tile))
        weights = {i: len(contexts[i]) if config.sg else min(1, len(contexts[i])) for i in inside}
        noise = draw_negatives(tables.cum_table, keys[first], rule.draws, int(config.shrink_windows))
        for p in noise.tolist():
            d = zero.copy()
            for i in inside:
                x = dot(rows[i], before_out[p])
                h = sigmoid(x) * -(F32(weights[i]) * share) * alpha
                errors[i] += h * before_out[p]
                d += h * rows[i]
                loss -= float(F32(weights[i]) * share) * log_sigmoid(-float(x))
            d_noise.append((p, d))
            noise_mass[p] += sum(weights.values())
    for i, word in enumerate(words):
        if config.sg:
            to_in[word].append(errors[i])
            in_mass[word] += (1 + config.negative) * len(contexts[i])
        elif config.divides_error():
            errors[i] *= F32(1) / F32(max(1, len(contexts[i])))
        to_out[word].append(d_out[i])
    if not config.sg:
        for j, word in enumerate(words):
            d = zero.copy()
            for i in range(len(words)):
                if j in contexts[i]:
                    d += errors[i]
                    in_mass[word] += 1 + config.negative
            to_in[word].append(d)
    for p, d in d_noise:
        to_out[p].append(d)
    locks = parameters.locks
    for word, parts in to_in.items():
        cap = rule.cap if rule.input_cap is None else rule.input_cap
        step = capped(cap, alpha, F32(in_mass[word])) * total(parts)
        parameters.input_vectors[word] += locks[word if len(locks) > 1 else 0] * step
    for word, parts in to_out.items():
        mass = F32(out_mass[word]) + share * F32(noise_mass[word])
        parameters.output_vectors[word] += capped(rule.cap, alpha, mass) * total(parts)
    return loss


def total(parts: list[Any]) -> Any:
    result = np.zeros_like(parts[0])
    for part in parts:
        result += part
    return result


def capped(cap: float, alpha: Any, mass: Any) -> Any:
    return F32(1) / max(F32(cap) * alpha * mass, F32(1))


@settings(max_examples=60)
@given(strategies.block_epochs(), st.sampled_from((0.025, 0.5)))
def test_blocks_are_trained_as_defined(case: EpochCase, rate: float) -> None:
    if len(case.sentences) > 20:
        case = replace(case, sentences=case.sentences[:20])  # the plain way is slow
    job, plain = case.job(), case.job()
    corpus, alpha = job.corpus, F32(rate)
    bounds = block_bounds(case.config, corpus)
    blocks = plain_blocks(case.config, corpus) if corpus.words else []
    assert [block[0][2] for block in blocks] == bounds[:-1].tolist()
    for number, units in enumerate(blocks):
        first, last = int(bounds[number]), int(bounds[number + 1])
        positions = plain_positions(case, job.tables, corpus, units)
        with np.errstate(under="ignore"):
            result = train_block(
                case.config, job.parameters, job.tables, corpus, case.epoch, first, last, alpha
            )
            loss = plain_block(case, plain.parameters, job.tables, positions, alpha)
        assert result.effective_words == len(positions[0])
        assert result.loss == pytest.approx(loss, rel=1e-9, abs=1e-12)
        for name in ("input_vectors", "output_vectors"):
            got, expected = getattr(job.parameters, name), getattr(plain.parameters, name)
            assert np.array_equal(got.view(np.int32), expected.view(np.int32)), name


def test_a_long_sentence_comes_in_pieces_and_windows_stay_inside() -> None:
    config = TrainingConfig(4, sg=True, window=3, algorithm="block", block=BlockRule(words=10))
    corpus = encode([[0] * 4, [1] * 25, [2] * 3])
    # 4 tokens are too few, and the first piece of 10 joins them; a piece of 10; the rest of 5 and 3 more.
    bounds = block_bounds(config, corpus)
    assert bounds.tolist() == [0, 14, 24, 32]
    bounds += 1  # the caller's own: what is kept of the corpus does not change
    assert block_bounds(config, corpus).tolist() == [0, 14, 24, 32]
    longer = replace(config, block=BlockRule(words=40))
    assert block_bounds(longer, corpus).tolist() == [0, 32]
    tables = State((9, 5, 3)).tables(config)
    whole = replace(config, shrink_windows=False)
    positions = block_positions(whole, tables, corpus, 0, 0, 14)
    assert positions.left.tolist() == [0, 1, 2, 3, 0, 1, 2, 3, 3, 3, 3, 3, 3, 3]
    assert positions.right.tolist() == [3, 2, 1, 0, 3, 3, 3, 3, 3, 3, 3, 2, 1, 0]
    # The keys are those of the whole sentence.
    key = sentence_key(config.seed, 0, 1)
    second = block_positions(whole, tables, corpus, 0, 14, 24)
    assert second.keys.tolist() == [token_key(key, position) for position in range(10, 20)]


def test_the_noise_of_a_tile_follows_the_window_draw_of_its_first_position() -> None:
    config = TrainingConfig(4, sg=True, algorithm="block", block=BlockRule(tile=3, draws=8))
    corpus = encode([[0, 1, 2, 3, 0, 1, 2]])
    tables = State((9, 5, 3, 2)).tables(config)
    for shrink in (True, False):
        config = replace(config, shrink_windows=shrink)
        positions = block_positions(config, tables, corpus, 0, 0, 7)
        expected = [
            draw_negatives(tables.cum_table, int(positions.keys[i]), 8, int(shrink)) for i in (0, 3, 6)
        ]
        assert np.array_equal(tile_noise(config, tables, positions), expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(words=0), "block words must be in 1"),
        (dict(tile=65), "block tile must be in 1 .. 64"),
        (dict(draws=6), "block draws must be 0 .by the rule. or a multiple of 4 up to 128, got 6"),
        (dict(draws=132), "block draws must be 0 .by the rule. or a multiple of 4 up to 128, got 132"),
        (dict(cap=0.0), "block cap must be positive"),
        (dict(cap=float("nan")), "block cap must be positive"),
        (dict(input_cap=0.0), "block input_cap must be positive"),
    ],
)
def test_a_rule_out_of_range_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        BlockRule(**options)


@pytest.mark.parametrize(
    ("words", "expected"), [(0, 512), (512_000, 512), (3_000_500, 3000), (4_098_000, 4096), (10**9, 4096)]
)
def test_the_length_of_a_block_follows_from_the_epoch(words: int, expected: int) -> None:
    assert BlockRule().words_for(words, 5, True) == expected
    assert BlockRule(words=77).words_for(words, 5, True) == 77


@pytest.mark.parametrize(
    ("words", "negative", "sg", "expected"),
    [
        (4_000_000, 2, True, 4000),
        (4_000_000, 10, True, 2000),
        (4_000_000, 20, True, 1000),
        (10**9, 20, True, 1024),
        (10**9, 60, True, 512),
        (4_000_000, 5, False, 2000),
        (10**9, 5, False, 2048),
        (10**9, 10, False, 1024),
        (600_000, 5, False, 512),
    ],
)
def test_blocks_are_shorter_with_many_negatives_and_for_cbow(
    words: int, negative: int, sg: bool, expected: int
) -> None:
    assert BlockRule().words_for(words, negative, sg) == expected
    config = TrainingConfig(4, sg=sg, negative=negative, algorithm="block")
    assert config.block_words(words) == expected
    assert replace(config, block=BlockRule(words=77)).block_words(words) == 77


@pytest.mark.parametrize("name", ["words", "tile", "draws"])
def test_a_count_is_a_whole_number(name: str) -> None:
    for value in ("16", 16.0, *([None] if name != "words" else [])):
        with pytest.raises(TypeError, match=f"block {name} must be a whole number, got {value!r}"):
            BlockRule(**{name: value})


@pytest.mark.parametrize(
    ("negative", "window", "sg", "expected"),
    [
        (1, 1, True, 12),
        (5, 5, True, 12),
        (6, 5, True, 16),
        (10, 5, True, 28),
        (20, 5, True, 60),
        (5, 10, True, 24),
        (10, 10, True, 56),
        (100, 5, True, 128),
        (5, 10, False, 12),
        (10, 10, False, 28),
    ],
)
def test_noise_words_follow_the_steps_of_a_position(
    negative: int, window: int, sg: bool, expected: int
) -> None:
    options: dict[str, Any] = dict(negative=negative, window=window, sg=sg, algorithm="block")
    config = TrainingConfig(4, **options)
    assert config.block == BlockRule(draws=expected)
    assert TrainingConfig(4, **options, block=BlockRule(draws=8)).block.draws == 8
    corpus = encode([[0, 1, 2] * 10])
    tables = State((9, 5, 3)).tables(config)
    positions = block_positions(config, tables, corpus, 0, 0, 30)
    assert tile_noise(config, tables, positions).shape == (2, expected)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [(BlockRule(), 0.5), (BlockRule(cap=2.0), 2.0), (BlockRule(cap=2.0, input_cap=0.3), 0.3)],
)
def test_the_cap_of_input_rows_is_that_of_output_rows_unless_it_is_given(
    rule: BlockRule, expected: float
) -> None:
    assert rule.cap_of_inputs() == expected


def test_each_side_has_its_cap_in_the_arithmetic_of_float32() -> None:
    """One pair whose steps are capped on both sides, in figures worked out by hand."""
    config = TrainingConfig(
        1, sg=True, window=1, negative=3, algorithm="block", block=BlockRule(draws=16, cap=4.0, input_cap=2.0)
    )
    parameters = EpochCase(config, State((1, 1), rows="zero"), ((0, 1),)).job().parameters
    rows = Contributions(
        inputs=F32([[1.0] + [0.0] * 15, [8.0] + [0.0] * 15]),
        outputs=F32([[1.0] + [0.0] * 15, [8.0] + [0.0] * 15]),
        noise=np.zeros((1, 16, 16), dtype=np.float32),
        losses=np.zeros(2),
    )
    masses = Masses(*(np.array(mass, dtype=np.int64) for mass in ([1, 16], [1, 16], [0])))
    _apply(config, parameters, np.array([0, 1]), np.zeros((1, 16), dtype=np.int64), rows, masses, F32(0.25))
    # x = 2 * 0.25 * 16 = 8 and 4 * 0.25 * 16 = 16; the first word's x is at most 1.
    assert parameters.input_vectors[:, 0].tolist() == [1.0, 1.0]
    assert parameters.output_vectors[:, 0].tolist() == [1.0, 0.5]


@pytest.mark.parametrize("options", [dict(hs=True), dict(hs=True, negative=0)])
def test_hierarchical_softmax_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedOptionError, match="negative sampling alone"):
        TrainingConfig(4, algorithm="block", **options)


def test_frequent_words_stay_bounded_where_the_sum_of_gradients_would_not() -> None:
    """Two words, alpha 0.5, everything in one block: the cap keeps what the plain sum blows up."""
    largest = {}
    for cap, input_cap in ((0.5, None), (1e-9, 1e-9)):
        rule = BlockRule(words=4096, cap=cap, input_cap=input_cap)
        config = TrainingConfig(8, sg=True, algorithm="block", block=rule)
        case = EpochCase(config, State((10, 10), rows="initial"), ((0, 1) * 20,) * 100, start_alpha=0.5)
        job = case.job()
        for epoch in range(4):
            train_block(config, job.parameters, job.tables, job.corpus, epoch, 0, 4000, F32(0.5))
        largest[cap] = float(np.abs(job.parameters.input_vectors).max())
    assert largest[0.5] < 10
    assert largest[1e-9] > 1000
