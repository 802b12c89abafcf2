"""Hypothesis strategies that draw cases: small by construction, adversarial on purpose.

The reason for each number stands beside it. Word ids and positions are drawn apart, so that one taken for
the other is found; words repeat, so that a repeated row is met; counts do not follow from the corpus, so
that every threshold and every tree is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from w2vref.config import CBOW_GRADIENTS, BlockRule, TrainingConfig
from w2vref.conformance.cases import ROWS, EpochCase, ModelCase, PairCase, State, WorkersCase

SIZES = (
    1,  # no second component
    7,  # less than half a block
    15,  # one less than a block
    16,  # one block
    17,  # 16 + 1
    31,  # 32 - 1
    33,  # 32 + 1
    100,  # 6 blocks and a quarter: the usual size
    272,  # 17 blocks: more than any unrolled loop
)
SMALL_SIZES = (1, 16, 17, 100)
NEGATIVES = (1, 2, 3, 5, 6, 7, 8, 15, 16, 20)
"""Around the groups of six and eight in which kernels reduce dots, and the largest that papers use."""
SAMPLES = (0.0, 1e-3, 0.05, 0.5, 3.0)
"""Off; nearly everything dropped; some; hardly any; a count."""
EXPONENTS = (0.75, 0.0, 1.0, -0.5)
LOCKS = (0.0, 0.5, 1.0, -1.0, 2.0)
SEEDS = st.sampled_from((0, 1, 2**32, 2**63, 2**64 - 1)) | st.integers(0, 2**64 - 1)

objectives = st.sampled_from(((False, True), (True, False), (True, True)))
"""(hierarchical softmax, negative sampling)."""


@st.composite
def configs(draw: st.DrawFn, sizes: tuple[int, ...] = SIZES) -> TrainingConfig:
    """Draw hyper-parameters."""
    hs, negative_sampling = draw(objectives)
    return TrainingConfig(
        vector_size=draw(st.sampled_from(sizes)),
        window=draw(st.integers(1, 10)),
        shrink_windows=draw(st.booleans()),
        sg=draw(st.booleans()),
        hs=hs,
        negative=draw(st.sampled_from(NEGATIVES)) if negative_sampling else 0,
        cbow_mean=draw(st.booleans()),
        cbow_gradient=draw(st.sampled_from(CBOW_GRADIENTS)),
        seed=draw(SEEDS),
    )


@st.composite
def states(draw: st.DrawFn, config: TrainingConfig) -> State:
    """Draw a vocabulary of 1 to 12 words (2 with hierarchical softmax) and arrays for it."""
    words = draw(st.integers(2 if config.hs else 1, 12))
    # 0 is a word that is never drawn and never kept; 2^40 does not fit 32 bits.
    count = st.sampled_from((0, 1, 2, 3, 5, 100, 2**40))
    counts = draw(st.lists(count, min_size=words, max_size=words).filter(any))
    one_lock = st.just((1.0,))
    many_locks = st.lists(st.sampled_from(LOCKS), min_size=words, max_size=words).map(tuple)
    return State(
        counts=tuple(counts),
        rows=draw(st.sampled_from(ROWS)),
        rows_seed=draw(st.integers(0, 1000)),
        locks=draw(one_lock | many_locks),
        sample=draw(st.sampled_from(SAMPLES)),
        ns_exponent=draw(st.sampled_from(EXPONENTS)),
    )


alphas = st.sampled_from((0.025, 0.0001, 0.5, 1.0))


@st.composite
def _pairs(draw: st.DrawFn, context: st.SearchStrategy[int]) -> PairCase:
    config = draw(configs())
    state = draw(states(config))
    ids = st.integers(0, len(state.counts) - 1)
    target_id = draw(ids)
    # A small vocabulary repeats negatives and hits the target; all equal to the target is its own case.
    negatives = st.lists(ids | st.just(target_id), max_size=config.negative)
    length = draw(context)
    return PairCase(
        config=config,
        state=state,
        context_ids=tuple(draw(st.lists(ids, min_size=length, max_size=length))),
        target_id=target_id,
        negative_ids=tuple(draw(negatives)) if config.negative else (),
        alpha=draw(alphas),
        learn_vectors=draw(st.booleans()),
        learn_hidden=draw(st.booleans()),
    )


def sg_pairs() -> st.SearchStrategy[PairCase]:
    """Draw one skip-gram pair."""
    return _pairs(st.just(1))


def cbow_pairs() -> st.SearchStrategy[PairCase]:
    """Draw one CBOW step with 1 to 20 context words: a window of 10 on both sides."""
    return _pairs(st.sampled_from((1, 2, 3, 20)))


@st.composite
def epochs(draw: st.DrawFn) -> EpochCase:
    """Draw a corpus of at most some 60 tokens, and where in a `train()` call it stands."""
    config = draw(configs(SMALL_SIZES))
    state = draw(states(config))
    ids = st.integers(0, len(state.counts) - 1)
    # Empty sentences keep their numbers; one word has no context; 40 words exceed any window.
    lengths = draw(st.lists(st.sampled_from((0, 1, 2, 3, 8, 40)), min_size=1, max_size=4))
    sentences = tuple(tuple(draw(st.lists(ids, min_size=n, max_size=n))) for n in lengths)
    words = sum(lengths)
    return EpochCase(
        config=config,
        state=state,
        sentences=sentences,
        epoch=draw(st.sampled_from((0, 1, 2**33))),
        first_token=draw(st.integers(0, words)),
        # A call far along: positions beyond 2^32, where float32 or int32 counters fail.
        words_before=draw(st.sampled_from((0, 7, 2**33))),
        words_after=draw(st.sampled_from((0, 7, 2**34))),
        start_alpha=draw(alphas),
        end_alpha=0.0001,
        compute_loss=draw(st.booleans()),
    )


@st.composite
def block_rules(draw: st.DrawFn) -> BlockRule:
    """Draw the constants of block training."""
    return BlockRule(
        # One token; a few; more than any corpus here; a length that follows from the corpus.
        words=draw(st.sampled_from((1, 7, 33, 1024, None))),
        tile=draw(st.sampled_from((16, 16, 1, 3, 64))),
        draws=draw(st.sampled_from((16, 8, 64))),
        cap=draw(st.sampled_from((0.5, 0.01, 8.0))),
    )


@st.composite
def block_epochs(draw: st.DrawFn) -> EpochCase:
    """Draw a corpus for block training; `first_token` is the number of the block that comes first."""
    case = draw(epochs())
    config = replace(
        case.config,
        hs=False,
        negative=case.config.negative or draw(st.sampled_from(NEGATIVES)),
        window=draw(st.sampled_from((1, 2, 5, 10, 100))),
        algorithm="block",
        block=draw(block_rules()),
    )
    # Long enough, now and then, for several tiles and tasks.
    repeats = draw(st.sampled_from((1, 1, 1, 4, 60)))
    return replace(
        case, config=config, sentences=case.sentences * repeats, first_token=draw(st.integers(0, 3))
    )


@st.composite
def worker_groups(draw: st.DrawFn) -> WorkersCase:
    """Draw a corpus of several spans whose rows no two workers share."""
    config = TrainingConfig(
        vector_size=draw(st.sampled_from((16, 33, 100))),
        window=draw(st.integers(1, 5)),
        sg=draw(st.booleans()),
        # Light enough that every backend claims whole spans: a shorter claim would share rows.
        negative=draw(st.sampled_from((1, 4, 5))),
        seed=draw(SEEDS),
    )
    return WorkersCase(config, sentence_words=draw(st.sampled_from((5, 1000, 10_000))))


@st.composite
def model_lives(draw: st.DrawFn) -> ModelCase:
    """Draw the options of a model, a corpus, and a second one with some new words."""
    hs, negative_sampling = draw(objectives)
    options: dict[str, Any] = dict(
        size=draw(st.sampled_from(SMALL_SIZES)),
        window=draw(st.integers(1, 4)),
        sg=draw(st.integers(0, 1)),
        hs=int(hs),
        negative=draw(st.sampled_from((1, 5))) if negative_sampling else 0,
        cbow_mean=draw(st.integers(0, 1)),
        cbow_gradient=draw(st.sampled_from(CBOW_GRADIENTS)),
        sample=draw(st.sampled_from((0, 0.05))),
        seed=draw(SEEDS),
        iter=draw(st.integers(1, 2)),
        null_word=draw(st.integers(0, 1)),
        sorted_vocab=draw(st.integers(0, 1)),
    )
    word = st.sampled_from("abcde")
    sentence = st.lists(word, max_size=6).map(tuple)
    new_word = st.lists(st.sampled_from("aexyz"), min_size=1, max_size=6).map(tuple)
    first = draw(st.lists(sentence, max_size=5))
    return ModelCase(
        options=tuple(options.items()),
        first=(("a", "b", "a"), *first),  # at least two words, for the tree
        second=(("a", "x"), *draw(st.lists(new_word, max_size=3))),  # a known word to train, a new one
    )
