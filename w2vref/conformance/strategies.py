"""Hypothesis strategies that draw cases: small by construction, adversarial on purpose.

The reason for each number stands beside it. Word ids and positions are drawn apart, so that one taken for
the other is found; words repeat, so that a repeated row is met; counts do not follow from the corpus, so
that every threshold and every tree is.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan
from typing import Any

from hypothesis import strategies as st

from w2vref.backends import Capabilities
from w2vref.config import CBOW_GRADIENTS, BlockRule, TrainingConfig
from w2vref.conformance.cases import (
    ROWS,
    EpochCase,
    LongCase,
    ModelCase,
    PairCase,
    SigmoidCase,
    State,
    WorkersCase,
)
from w2vref.reference.block_layout import block_bounds

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
    300,  # 18 blocks and three quarters: the size of published vectors
)
SMALL_SIZES = (1, 16, 17, 100)
NEGATIVES = (1, 2, 3, 5, 6, 7, 8, 15, 16, 20)
"""Around the groups of six and eight in which kernels reduce dots, and the largest that papers use."""
numbers_of_negatives = st.sampled_from(NEGATIVES) | st.integers(1, 20)
SAMPLES = (0.0, 1e-3, 0.05, 0.5, 3.0)
"""Off; nearly everything dropped; some; hardly any; a count."""
EXPONENTS = (0.75, 0.0, 1.0, -0.5)
DOMAINS = (2**31 - 1, 2**32 - 1, 1, 100, 2000)
"""Of the noise table: the usual, the largest, and small ones, whose entries draws fall on."""
DEEP_COUNTS = tuple(2**k for k in reversed(range(20)))
"""A vocabulary whose Huffman tree is as deep as it has words."""
MANY_WORDS = 60
"""So many that most, not all, steps have only different rows."""
LOCKS = (0.0, 0.5, 1.0, -1.0, 2.0)
SEEDS = st.sampled_from((0, 1, 2**32, 2**63, 2**64 - 1)) | st.integers(0, 2**64 - 1)

EVERYTHING = Capabilities(threads=True)


def objectives(capabilities: Capabilities = EVERYTHING) -> st.SearchStrategy[tuple[bool, bool]]:
    """Draw (hierarchical softmax, negative sampling), one of them or both, of those that a backend has."""
    has_hs, has_negative = "hs" in capabilities.objectives, "negative" in capabilities.objectives
    pairs = ((False, True), (True, False), (True, True))
    return st.sampled_from([(h, n) for h, n in pairs if h <= has_hs and n <= has_negative])


def architectures(capabilities: Capabilities) -> st.SearchStrategy[bool]:
    """Draw whether it is skip-gram."""
    return st.sampled_from(
        [sg for sg in (False, True) if ("sg" if sg else "cbow") in capabilities.architectures]
    )


def gradients(capabilities: Capabilities) -> st.SearchStrategy[str]:
    """Draw a `cbow_gradient`."""
    return st.sampled_from([g for g in CBOW_GRADIENTS if g in capabilities.cbow_gradients] or CBOW_GRADIENTS)


@st.composite
def configs(
    draw: st.DrawFn, capabilities: Capabilities = EVERYTHING, sizes: tuple[int, ...] = SIZES
) -> TrainingConfig:
    """Draw hyper-parameters that a backend promises to know."""
    hs, negative_sampling = draw(objectives(capabilities))
    return TrainingConfig(
        vector_size=draw(st.sampled_from(sizes)),
        window=draw(st.integers(1, 10)),
        shrink_windows=draw(st.booleans()),
        sg=draw(architectures(capabilities)),
        hs=hs,
        negative=draw(numbers_of_negatives) if negative_sampling else 0,
        cbow_mean=draw(st.booleans()),
        cbow_gradient=draw(gradients(capabilities)),
        seed=draw(SEEDS),
    )


@st.composite
def states(draw: st.DrawFn, config: TrainingConfig, capabilities: Capabilities = EVERYTHING) -> State:
    """Draw a vocabulary of 1 to 12 words (2 with hierarchical softmax), or of 60, and arrays for it."""
    fewest = 2 if config.hs else 1
    words = draw(st.just(fewest) | st.integers(fewest, 12))
    many = draw(st.booleans())
    # 0 is a word that is never drawn and never kept; 2^40 does not fit 32 bits.
    count = st.sampled_from((0, 1, 2, 3, 5, 100, 2**40))
    counts = draw(st.lists(count, min_size=words, max_size=words).filter(any))
    if many:
        counts = (counts * MANY_WORDS)[:MANY_WORDS]
        words = MANY_WORDS
    one_lock = st.just((1.0,))
    some_locks = st.lists(st.sampled_from(LOCKS), min_size=1, max_size=words)
    many_locks = some_locks.map(lambda locks: tuple((locks * words)[:words]))
    return State(
        counts=tuple(counts),
        rows=draw(st.sampled_from(ROWS)),
        rows_seed=draw(st.integers(0, 1000)),
        locks=draw(one_lock | many_locks if capabilities.locks else one_lock),
        sample=draw(st.sampled_from(SAMPLES)),
        ns_exponent=draw(st.sampled_from(EXPONENTS)),
        domain=draw(st.sampled_from(DOMAINS)),
    )


alphas = st.sampled_from((0.025, 0.0001, 0.5, 1.0))


@st.composite
def _pairs(draw: st.DrawFn, capabilities: Capabilities, context: st.SearchStrategy[int]) -> PairCase:
    config = draw(configs(capabilities))
    state = draw(states(config, capabilities))
    ids = st.integers(0, len(state.counts) - 1)
    target_id = draw(ids)
    # A small vocabulary repeats negatives and hits the target; all equal to the target is its own case.
    few = st.sampled_from((target_id, 0, len(state.counts) - 1))
    number = draw(st.sampled_from((config.negative, 0, 1, 9, 12)))
    negatives = st.lists(draw(st.sampled_from((ids, few))), min_size=number, max_size=number)
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


def sg_pairs(capabilities: Capabilities = EVERYTHING) -> st.SearchStrategy[PairCase]:
    """Draw one skip-gram pair."""
    return _pairs(capabilities, st.just(1))


def cbow_pairs(capabilities: Capabilities = EVERYTHING) -> st.SearchStrategy[PairCase]:
    """Draw one CBOW step with 1 to 20 context words: a window of 10 on both sides."""
    return _pairs(capabilities, st.sampled_from((1, 2, 3, 20)))


def sigmoids(capabilities: Capabilities = EVERYTHING) -> st.SearchStrategy[SigmoidCase]:
    """Draw dots: any float where the sigmoid moves, and the ends of the ranges that implementations have."""
    del capabilities
    ends = st.sampled_from(
        (0.0, -0.0, 6.0, -6.0, 8.0, 87.0, -87.0, 87.5, -87.5, 88.8, -200.0, 1e-30, 1e30, inf, -inf, nan)
    )
    dots = st.floats(-90.0, 90.0, width=32) | st.floats(-4.0, 4.0, width=32) | ends
    return st.lists(dots, min_size=8, max_size=40).map(lambda xs: SigmoidCase(tuple(xs)))


@st.composite
def epochs(draw: st.DrawFn, capabilities: Capabilities = EVERYTHING) -> EpochCase:
    """Draw a corpus of at most some 60 tokens, and where in a `train()` call it stands."""
    config = draw(configs(capabilities, SMALL_SIZES))
    state = draw(states(config, capabilities))
    # What most people train, and kernels have ways of their own for: one objective, no locks.
    usual = draw(st.sampled_from((None, None, None, "negative", "negative", "hs")))
    if usual in capabilities.objectives:
        state = replace(state, locks=(1.0,), sample=draw(st.sampled_from((0.0, 0.0, state.sample))))
        if usual == "negative":  # a few different rows
            config = replace(config, hs=False, negative=draw(st.sampled_from((1, 3, 5, 6, 7, 8))))
            state = replace(state, counts=(3,) * MANY_WORDS)
        else:  # paths of 1 to 19 nodes
            config = replace(config, hs=True, negative=0)
            state = replace(state, counts=DEEP_COUNTS)
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
        compute_loss=capabilities.loss and draw(st.booleans()),
        at_thresholds=draw(st.booleans()),
    )


@st.composite
def long_epochs(draw: st.DrawFn, capabilities: Capabilities = EVERYTHING) -> LongCase:
    """Draw a corpus longer than the parts that kernels work in: pieces of 1,024 tokens, spans of 10,000."""
    hs, negative_sampling = draw(objectives(capabilities))
    config = TrainingConfig(
        vector_size=draw(st.sampled_from((16, 17))),
        window=draw(st.integers(1, 5)),
        shrink_windows=draw(st.booleans()),
        sg=draw(architectures(capabilities)),
        hs=hs,
        negative=draw(st.sampled_from((1, 3))) if negative_sampling else 0,
        cbow_mean=draw(st.booleans()),
        cbow_gradient=draw(gradients(capabilities)),
        seed=draw(SEEDS),
    )
    # The frequent words are mostly dropped, so that the reference needs no time; the rare one never.
    counts = (10**6,) * draw(st.integers(4, 7)) + (1,)
    lengths = ((1023, 3, 1030), (1025, 0, 1), (2100,), (10_100,), (4000, 6100))
    return LongCase(
        config=config,
        state=State(counts, rows_seed=draw(st.integers(0, 1000)), sample=1e-3),
        lengths=draw(st.sampled_from(lengths)),
        tokens_seed=draw(st.integers(0, 1000)),
        first_token=draw(st.sampled_from((0, 1, 50))),
    )


@st.composite
def block_rules(draw: st.DrawFn) -> BlockRule:
    """Draw the constants of block training."""
    return BlockRule(
        # A length that follows from the corpus; a few tokens; more than any corpus here has; one token.
        words=draw(st.sampled_from((None, 33, 7, 1024, 1))),
        # Short ones, so that pairs reach over several tiles and tasks.
        tile=draw(st.sampled_from((24, 1, 2, 3, 64))),
        draws=draw(st.sampled_from((12, 16, 4, 128, 60))),
        # 200: nearly every row is capped, so that what its mass is made of shows.
        cap=draw(st.sampled_from((0.5, 0.01, 8.0, 200.0))),
        input_cap=draw(st.sampled_from((None, 0.5, 0.02, 200.0))),
    )


@st.composite
def block_epochs(draw: st.DrawFn, capabilities: Capabilities = EVERYTHING) -> EpochCase:
    """Draw a corpus for block training; `first_token` is the number of the block that comes first."""
    case = draw(epochs(replace(capabilities, objectives=frozenset({"negative"}))))
    config = replace(
        case.config,
        window=draw(st.sampled_from((1, 2, 5, 10, 100))),
        algorithm="block",
        block=draw(block_rules()),
    )
    state, words = case.state, len(case.state.counts)
    state = replace(state, sample=draw(st.sampled_from((0.0, 0.0, 0.5, state.sample))))
    if capabilities.locks and draw(st.booleans()):
        # One for each word, and neighbours differ.
        state = replace(state, locks=(tuple(draw(st.permutations(LOCKS))) * words)[:words])
    # One sentence more, so that most cases train several tokens whatever else was drawn.
    length = draw(st.sampled_from((40, 8, 20, 0)))
    sentences = (
        *case.sentences,
        tuple(draw(st.lists(st.integers(0, words - 1), min_size=length, max_size=length))),
    )
    # Long enough, now and then, for several tiles and tasks.
    case = replace(
        case, config=config, state=state, sentences=sentences * draw(st.sampled_from((1, 1, 1, 4, 60)))
    )
    blocks = max(len(block_bounds(config, case.corpus())) - 1, 0)
    return replace(
        case,
        # From the beginning, the middle, the last; and beyond it, where nothing is left to train.
        first_token=draw(st.sampled_from((0, 0, 0, blocks // 2, max(blocks - 1, 0), blocks))),
        start_alpha=draw(st.sampled_from((0.5, 0.025, 1.0, 0.5, 0.025, 0.0001))),
    )


@st.composite
def worker_groups(draw: st.DrawFn, capabilities: Capabilities = EVERYTHING) -> WorkersCase:
    """Draw a corpus of several spans whose rows no two workers share."""
    config = TrainingConfig(
        vector_size=draw(st.sampled_from((16, 33, 100))),
        window=draw(st.integers(1, 5)),
        sg=draw(architectures(capabilities)),
        cbow_gradient=draw(gradients(capabilities)),
        # Light enough that every backend claims whole spans: a shorter claim would share rows.
        negative=draw(st.sampled_from((1, 4, 5))),
        seed=draw(SEEDS),
    )
    return WorkersCase(config, sentence_words=draw(st.sampled_from((5, 1000, 10_000))))


@st.composite
def model_lives(draw: st.DrawFn, capabilities: Capabilities = EVERYTHING) -> ModelCase:
    """Draw the options of a model, a corpus, and a second one with some new words."""
    hs, negative_sampling = draw(objectives(capabilities))
    options: dict[str, Any] = dict(
        size=draw(st.sampled_from(SMALL_SIZES)),
        window=draw(st.integers(1, 4)),
        sg=int(draw(architectures(capabilities))),
        hs=int(hs),
        negative=draw(st.sampled_from((1, 5))) if negative_sampling else 0,
        cbow_mean=draw(st.integers(0, 1)),
        cbow_gradient=draw(gradients(capabilities)),
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
