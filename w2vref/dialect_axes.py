"""The axes of a dialect and their choices: `AXES`, and which choices go together (`BUNDLES`)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Axis(NamedTuple):
    """One question on which implementations differ."""

    level: str
    """"pair", "tables", "draws" or "loop"."""
    question: str
    choices: Mapping[str, str]
    """Choice -> what it means."""


def _axis(level: str, question: str, **choices: str) -> Axis:
    return Axis(level, question, MappingProxyType(choices))


AXES: Mapping[str, Axis] = MappingProxyType(
    {
        "direction": _axis(
            "pair",
            "Which word of a skip-gram pair is the input?",
            context_to_center="the context word's vector predicts the centre word",
            center_to_context="the centre word's vector predicts the context word",
        ),
        "collision": _axis(
            "pair",
            "What if a negative is the target?",
            skip="it is passed over: one negative less",
            redraw="another is drawn until it differs",
            take="it is trained with label 0 as any other",
        ),
        "sigmoid": _axis(
            "pair",
            "How is the sigmoid computed?",
            exact="in float32, to 2.5 ulp",
            table_6_1000="1000 entries over -6 .. 6, index int((x + 6) * 83): 1000 / 6 / 2 in integers",
            table_6_1000_float64="as the last, with entries and index computed in float64",
            table_8_512="513 entries over -8 .. 8, index int((x + 8) * 32)",
            table_8_1024="1025 entries over -8 .. 8, index int((x + 8) * 64), the ends exactly 0 and 1",
        ),
        "out_of_range_hs": _axis(
            "pair",
            "What does hierarchical softmax do beyond the table?",
            exact="there is no table",
            saturate="the sigmoid is 0 or 1",
            skip="no step is taken, at the bound neither",
        ),
        "out_of_range_negative": _axis(
            "pair",
            "What does negative sampling do beyond the table?",
            exact="there is no table",
            saturate="the sigmoid is 0 or 1",
            skip="no step is taken, at the bound neither",
        ),
        "cbow_gradient": _axis(
            "pair",
            "Which share of CBOW's error does each of n context words get?",
            option="as the argument cbow_gradient says",
            word2vec="the whole, for the mean too",
            exact="1/n of it for the mean, the whole for the sum",
            gensim="the whole for the mean, 1/n of it for the sum",
        ),
        "objectives": _axis(
            "pair",
            "With hierarchical softmax and negative sampling, when is the input updated?",
            one_error="once, with the errors of both",
            in_turn="after each: negative sampling sees the rows that hierarchical softmax left",
        ),
        "arithmetic": _axis(
            "pair",
            "In which order is a dot product added up, and the mean taken?",
            lanes="sixteen lanes, then a tree; times float32(1/n)",
            sequential="left to right; divided by n",
            blas="as the machine's BLAS does; times float32(1/n)",
            blas_high_word="as the machine's BLAS does, of which 21 bits are read; times float32(1/n)",
        ),
        "vocabulary": _axis(
            "tables",
            "In which order do words of equal count stand?",
            first_appearance="by first appearance",
            last_appearance="the one that appeared last comes first",
            end_of_sentence_first="by first appearance; before all, whatever its count, the word </s>",
            arbitrary="as the sort of the C++ library leaves them",
        ),
        "huffman": _axis(
            "tables",
            "Which of two nodes of equal count is the smaller?",
            created_first="the one created first, leaves in vocabulary order",
            inner_first="an inner node; of two leaves, the later in the vocabulary",
            heap="what a binary heap brings up first",
            none="there is no hierarchical softmax",
        ),
        "noise_exponent": _axis(
            "tables",
            "To which power are counts taken for the noise distribution?",
            option="as the argument ns_exponent says",
            three_quarters="0.75",
            half="0.5",
        ),
        "initialization": _axis(
            "tables",
            "What are the initial vectors?",
            word_hash="+-0.5 / size, from a stream keyed by the word and the seed",
            lcg_rows="+-0.5 / size, from 16 low bits of an LCG: the rows repeat",
            numpy_rows="+-1 / size, from NumPy's default_rng(seed), row by row",
            minstd_rows="+-1 / size, from minstd, one generator for each tenth of the rows",
            libc_rows="+-0.5 / size, from the C library's rand",
        ),
        "generator": _axis(
            "draws",
            "Which generator is drawn from, in which order?",
            counter="SplitMix64 keyed by epoch, sentence and token: no order",
            lcg64="one 64-bit LCG: the tokens of a sentence, then for each centre window and negatives",
            numpy_lcg48="for each job a 48-bit LCG, seeded by NumPy: its tokens, then its negatives; "
            "its windows from NumPy itself",
            minstd="one minstd for a thread",
            mt19937="one mt19937 for a thread, others for its negatives",
        ),
        "window_draw": _axis(
            "draws",
            "How is a reduced window drawn?",
            high_bits="from the high 32 bits of the centre's first draw",
            lcg_modulo="an LCG modulo window: low bits, of short period",
            numpy_randint="randint(0, window, kept words of the job), all at once",
            uniform_int="the C++ library's uniform_int_distribution",
            modulo="32 bits modulo window",
        ),
        "negative_draw": _axis(
            "draws",
            "How is a negative looked up?",
            proportional="in exact proportion, by bisection of cum_table",
            cum_table_modulo="bisection of cum_table at 32 bits modulo its last entry",
            unigram_table="a table of 10^8 word ids; </s> becomes another word, uniformly",
            shuffled_table="a table of 10^7 word ids",
            alias="the alias method",
        ),
        "subsampling": _axis(
            "draws",
            "Which random bits thin out frequent words?",
            high_32_bits="32 bits of the token's key, below rint(p * 2^32)",
            low_16_bits="the low 16 bits of the LCG, not above p, which is computed in float32",
            lcg48_32_bits="32 bits of the LCG, not above int(p * (2^32 - 1))",
            uniform_real="a uniform number of the C++ library, not above p",
        ),
        "schedule": _axis(
            "loop",
            "How does the learning rate fall?",
            per_token="linearly to min_alpha, with each token",
            per_10000_words="linearly to 0, at least 1e-4 of alpha, once more than 10000 words were read",
            per_job="linearly to min_alpha, with the sentences of each job",
            per_100_words="linearly to 0, once more than 100 words were read",
            per_sentence="linearly to its minimum, with each sentence",
        ),
        "sentences": _axis(
            "loop",
            "How is a long line split, and what ends it?",
            whole="it is not split",
            split_1000="at 1000 kept words; lines end with the word </s>, which is counted and never trained",
            cut_10000="a job trains its first 10000 kept words and no more",
            split_1025="at 1025 kept words; lines end with the word </s>, which is trained as any other",
        ),
    }
)

TIED = ("window_draw", "negative_draw", "subsampling", "schedule", "sentences")
"""Axes that follow from `generator`: a loop that draws from one stream cannot be had in parts."""
BUNDLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "counter": dict(
            zip(TIED, ("high_bits", "proportional", "high_32_bits", "per_token", "whole"), strict=True)
        ),
        "lcg64": dict(
            zip(
                TIED,
                ("lcg_modulo", "unigram_table", "low_16_bits", "per_10000_words", "split_1000"),
                strict=True,
            )
        ),
        "numpy_lcg48": dict(
            zip(
                TIED,
                ("numpy_randint", "cum_table_modulo", "lcg48_32_bits", "per_job", "cut_10000"),
                strict=True,
            )
        ),
        "minstd": dict(
            zip(
                TIED,
                ("uniform_int", "shuffled_table", "uniform_real", "per_100_words", "split_1025"),
                strict=True,
            )
        ),
        "mt19937": dict(zip(TIED, ("modulo", "alias", "uniform_real", "per_sentence", "whole"), strict=True)),
    }
)
"""Choice of `generator` -> the choices of the axes in `TIED` that go with it."""
