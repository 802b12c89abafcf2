"""The sentence and epoch loops: which pairs, in which order, with which draws and rates."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vref.records import EncodedCorpus
from w2vref.reference import epoch as epoch_module
from w2vref.reference.epoch import Schedule, score_sentences, train_span
from w2vref.reference.skipgram import score_sg_pair

from .conftest import build

ARRAYS = ("input_vectors", "output_vectors", "node_vectors")
SCHEDULE = Schedule(start_alpha=0.05, end_alpha=0.001, words_before=7, total_words=500)

sentences = st.lists(st.lists(st.integers(0, 11), max_size=12), min_size=1, max_size=6)


def encode(texts: list[list[int]]) -> EncodedCorpus:
    offsets = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    tokens = np.array([w for text in texts for w in text], dtype=np.int32)
    return EncodedCorpus(tokens, offsets, len(tokens))


class Pair(NamedTuple):
    input_ids: tuple[int, ...]
    target_id: int
    negative_ids: tuple[int, ...]
    alpha: float


def splitmix64(state: int) -> Iterator[int]:
    """Yield the ordinary SplitMix64 generator's outputs, as its authors' C code is usually written."""
    mask = 2**64 - 1
    while True:
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        yield z ^ (z >> 31)


def mix(z: int) -> int:
    return next(splitmix64(z - 0x9E3779B97F4A7C15))


def plain_pairs(model: Any, texts: list[list[int]], epoch: int) -> Iterator[Pair]:
    """Yield the pairs of an epoch, sentence by sentence and without any notion of a span."""
    config, _, tables = model
    cum_table = tables.cum_table.tolist()
    done = SCHEDULE.words_before
    for number, text in enumerate(texts):
        stream = splitmix64(mix(mix(mix(config.seed) + epoch) + number))
        keyed = [(word, next(stream), done + p) for p, word in enumerate(text)]
        done += len(text)
        kept = [token for token in keyed if token[1] >> 32 < int(tables.sample_int[token[0]])]
        for i, (target, key, before) in enumerate(kept):
            own = splitmix64(key)
            reach = config.window
            if config.shrink_windows:
                reach -= (next(own) >> 32) * config.window >> 32
            context = [word for word, _, _ in kept[max(0, i - reach) : i] + kept[i + 1 : i + 1 + reach]]
            rate = float(np.float32(0.05 - (0.05 - 0.001) * before / 500))
            groups = [(word,) for word in context] if config.sg else [tuple(context)] * bool(context)
            for group in groups:
                negatives = []
                for _ in range(config.negative):
                    r = 1 + ((next(own) >> 32) * cum_table[-1] >> 32)
                    negatives.append(next(w for w, entry in enumerate(cum_table) if entry >= r))
                yield Pair(group, target, tuple(negatives), rate)


def recorded_pairs(
    monkeypatch: pytest.MonkeyPatch, model: Any, texts: list[list[int]], epoch: int
) -> tuple[list[Pair], float, float]:
    """Return the pairs that `train_span` hands to the pair functions, their losses' sum, and its loss."""
    config, parameters, tables = model
    seen: list[Pair] = []
    losses: list[float] = []
    originals = {name: getattr(epoch_module, name) for name in ("train_sg_pair", "train_cbow_pair")}

    def sg(c: Any, p: Any, t: Any, input_id: int, target_id: int, negative_ids: Any, alpha: float) -> Any:
        seen.append(Pair((input_id,), target_id, tuple(negative_ids.tolist()), alpha))
        step = originals["train_sg_pair"](c, p, t, input_id, target_id, negative_ids, alpha)
        losses.append(step.loss)
        return step

    def cbow(
        c: Any, p: Any, t: Any, ids: Any, hidden: Any, target_id: int, negative_ids: Any, alpha: float
    ) -> Any:
        seen.append(Pair(tuple(ids.tolist()), target_id, tuple(negative_ids.tolist()), alpha))
        step = originals["train_cbow_pair"](c, p, t, ids, hidden, target_id, negative_ids, alpha)
        losses.append(step.loss)
        return step

    monkeypatch.setattr(epoch_module, "train_sg_pair", sg)
    monkeypatch.setattr(epoch_module, "train_cbow_pair", cbow)
    corpus = encode(texts)
    result = train_span(config, parameters, tables, corpus, SCHEDULE, epoch, 0, corpus.words)
    return seen, sum(losses), result.loss


@pytest.mark.parametrize("options", [
    {"sg": True, "negative": 3},
    {"sg": True, "negative": 2, "hs": True, "shrink_windows": False},
    {"sg": False, "negative": 3, "window": 2},
    {"sg": False, "negative": 0, "hs": True},
], ids=str)  # fmt: skip
@pytest.mark.parametrize("sample", [0.0, 1e-2])
def test_the_pair_stream_is_as_specified(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], sample: float
) -> None:
    rng = np.random.default_rng(3)
    # An empty sentence and a sentence of one word take their numbers, and train nothing.
    texts = [rng.integers(0, 12, n).tolist() for n in (9, 0, 1, 30, 2)]
    model = build(seed=1, sample=sample, **options)
    got, sum_of_losses, loss = recorded_pairs(monkeypatch, model, texts, epoch=2)
    expected = list(plain_pairs(model, texts, epoch=2))
    assert got == expected
    assert len(got) > 10
    assert loss == pytest.approx(sum_of_losses, rel=1e-12)


@given(texts=sentences, cuts=st.lists(st.integers(0, 72), max_size=5), sg=st.booleans(), hs=st.booleans())
def test_any_cut_into_spans_gives_the_same_bits(
    texts: list[list[int]], cuts: list[int], sg: bool, hs: bool
) -> None:
    # A long sentence may be entered anywhere: windows look across the cut, draws do not shift.
    corpus = encode(texts)
    options = {"sg": sg, "hs": hs, "negative": 2, "window": 3, "sample": 0.05}
    config, whole, tables = build(**options)
    _, parts, _ = build(**options)
    result = train_span(config, whole, tables, corpus, SCHEDULE, 1, 0, corpus.words)
    places = sorted({0, corpus.words, *(cut for cut in cuts if cut < corpus.words)})
    results = [
        train_span(config, parts, tables, corpus, SCHEDULE, 1, first, last)
        for first, last in itertools.pairwise(places)
    ]
    for name in ARRAYS:
        assert getattr(whole, name).tobytes() == getattr(parts, name).tobytes(), (name, places)
    assert result.effective_words == sum(r.effective_words for r in results)
    assert result.loss == pytest.approx(sum(r.loss for r in results), rel=1e-12)


def test_epochs_differ_and_repeat() -> None:
    corpus = encode([list(range(12))] * 3)

    def vectors(epoch: int) -> bytes:
        config, parameters, tables = build(sg=True)
        train_span(config, parameters, tables, corpus, SCHEDULE, epoch, 0, corpus.words)
        return parameters.input_vectors.tobytes()

    assert vectors(0) == vectors(0)
    assert vectors(0) != vectors(1)


def test_effective_words_are_the_kept_ones() -> None:
    config, parameters, tables = build(sg=True, sample=1e-2)
    corpus = encode([[0, 1, 2, 0, 0, 3, 0, 11] * 20])
    kept = 0
    for p, (d, word) in enumerate(zip(splitmix64(mix(mix(mix(1)))), corpus.tokens.tolist(), strict=False)):
        assert p < corpus.words
        kept += d >> 32 < int(tables.sample_int[word])
    result = train_span(config, parameters, tables, corpus, SCHEDULE, 0, 0, corpus.words)
    assert result.effective_words == kept < corpus.words


@pytest.mark.parametrize(("hs", "negative"), [(False, 5), (True, 0), (True, 5)])
@pytest.mark.parametrize("sg", [True, False], ids=["sg", "cbow"])
def test_the_loss_falls(sg: bool, hs: bool, negative: int) -> None:
    # Two halves of the vocabulary that never meet: there is something to learn.
    rng = np.random.default_rng(0)
    texts = [(rng.integers(0, 6, 10) + 6 * (i % 2)).tolist() for i in range(30)]
    corpus = encode(texts)
    config, parameters, tables = build(sg=sg, hs=hs, negative=negative, scale=0.05)
    schedule = Schedule(0.02, 0.02, 0, 1)
    losses = [
        train_span(config, parameters, tables, corpus, schedule, e, 0, corpus.words).loss for e in range(4)
    ]
    assert losses[-1] < 0.9 * losses[0]
    assert all(np.isfinite(getattr(parameters, name)).all() for name in ARRAYS)


def test_score_sums_the_pairs_of_full_windows_without_subsampling() -> None:
    config, parameters, tables = build(sg=True, hs=True, negative=0, window=2, sample=1e-6)
    text = [3, 1, 4, 1, 5]
    scores = score_sentences(config, parameters, tables, encode([text, [], [7]]))
    expected = sum(
        score_sg_pair(config, parameters, tables, text[j], text[i])
        for i in range(5)
        for j in range(5)
        if 0 < abs(i - j) <= 2
    )
    assert scores.dtype == np.float64
    assert scores.tolist() == [pytest.approx(expected, rel=1e-12), 0.0, 0.0]


def test_score_changes_nothing() -> None:
    config, parameters, tables = build(hs=True)
    before = [getattr(parameters, name).copy() for name in ARRAYS]
    score_sentences(config, parameters, tables, encode([[1, 2, 3, 4]]))
    for name, array in zip(ARRAYS, before, strict=True):
        assert np.array_equal(getattr(parameters, name), array)
