"""The target's own generator, judged by statistics."""

from __future__ import annotations

from collections.abc import Iterator

from w2vref.conformance.families.material import one
from w2vref.conformance.suite.case import EXACT, MAY, SHOULD, Call, Case, Compare, Property, family

DRAWS = 20_000
HALF_WIDTHS = {"word_hash": 0.5, "lcg_rows": 0.5, "numpy_rows": 1.0, "minstd_rows": 1.0, "libc_rows": 0.5}
"""Choice of the axis `initialization` -> largest component, times the size."""


@family("draws")
def windows() -> Iterator[Case]:
    """Yield reduced windows: uniform, and independent from one centre to the next."""
    for window, negative in ((1, 5), (2, 0), (5, 5), (8, 25), (8, 5), (10, 0), (16, 25)):
        yield Case(
            f"generator.windows.window-{window}-negative-{negative}",
            f"Reduced windows of {window} with {negative} negatives between them: uniform and "
            "serially independent.",
            "windows.md",
            one("generator.windows", window=window, negative=negative, count=DRAWS, seed=1),
            Property("windows", {"window": window, "count": DRAWS}),
            strength=SHOULD,
            catches=("W6", "W1", "W5"),
            tiny=(window, negative) == (8, 25),
        )


@family("draws")
def noise() -> Iterator[Case]:
    """Yield noise words: in proportion to count^exponent, word 0 too."""
    counts = [900, 300, 300, 100, 40, 12, 5, 1]
    for exponent, name in ((0.75, "usual"), (0.0, "zero"), (1.0, "one"), (-1.0, "minus-one")):
        yield Case(
            f"generator.noise.exponent-{name}",
            f"Each word is drawn in proportion to its count to the power {exponent:g}, word 0 too; "
            "draws are independent.",
            "sampling.md#noise-distribution",
            one("generator.noise", counts=counts, exponent=exponent, count=DRAWS, seed=1),
            Property("noise", {"counts": counts, "exponent": exponent, "count": DRAWS}),
            presupposes={"noise_exponent": "three_quarters"} if exponent == 0.75 else {},
            needs=() if exponent == 0.75 else ("ns_exponent",),
            catches=("N5", "N7", "N8", "N9", "G8", "N3")
            if exponent == -1.0
            else ("N5", "N7", "N8", "N9", "G8"),
            tiny=exponent == 0.75,
        )
    shuffled = [5, 1, 300, 900, 12, 300, 100, 40]
    yield Case(
        "generator.noise.not-sorted",
        "Noise follows the counts, not the ids.",
        "sampling.md#noise-distribution",
        one("generator.noise", counts=shuffled, exponent=0.75, count=DRAWS, seed=2),
        Property("noise", {"counts": shuffled, "exponent": 0.75, "count": DRAWS}),
        presupposes={"noise_exponent": "three_quarters"},
        catches=("N7",),
    )
    many = [max(1, 3000 // rank) for rank in range(1, 401)]
    yield Case(
        "generator.noise.rare-words",
        "Of 400 words after Zipf's law the rare ones come up as often as they should.",
        "sampling.md#noise-distribution",
        one("generator.noise", counts=many, exponent=0.75, count=60_000, seed=3),
        Property("noise", {"counts": many, "exponent": 0.75, "count": 60_000}),
        presupposes={"noise_exponent": "three_quarters"},
        catches=("N1", "N7"),
    )


@family("draws")
def subsampling() -> Iterator[Case]:
    """Yield subsampling: rates, and independence from token to token."""
    counts = [6000, 2500, 1000, 400, 100]
    tokens = [(i * i + i // 5) % 5 for i in range(DRAWS)]
    one_word = [0] * 140_000
    for name, title, ids in (
        ("rates", "Each word is kept at its own rate.", tokens),
        (
            "independent",
            "Tokens of one word are kept independently, over more than the period of 16 low bits.",
            one_word,
        ),
    ):
        yield Case(
            f"generator.keep.{name}",
            title,
            "sampling.md#subsampling",
            one("generator.keep", counts=counts, sample=0.02, tokens=ids, seed=1),
            Property("keep", {"counts": counts, "sample": 0.02}),
            needs=("sample",),
            catches=("W13", "W11"),
            tiny=name == "rates",
        )
    yield Case(
        "generator.keep.off",
        "With a threshold of 0 every token is kept.",
        "sampling.md#subsampling",
        one("generator.keep", counts=counts, sample=0.0, tokens=tokens[:1000], seed=1),
        Property("all_kept"),
        needs=("sample",),
        catches=("W12",),
        tiny=True,
    )


@family("draws")
def initial_vectors() -> Iterator[Case]:
    """Yield initial vectors: range, spread, no row twice, the same in every process."""
    page = "initialization.md"
    for words, size in ((300, 512), (600, 128), (40, 100), (200, 4)):
        yield Case(
            f"generator.initial.distinct.{words}x{size}",
            f"{words} vectors of {size} components: none is zero, no two are nearly the same, all are small.",
            page,
            one("initialize", words=[f"word{i}" for i in range(words)], size=size, seed=1),
            Property("initial", {"most": 1.0 / size}),
            catches=("I1", "I2"),
            tiny=size == 100,
        )
    for choice, width in HALF_WIDTHS.items():
        yield Case(
            f"generator.initial.spread.{choice.replace('_', '-')}",
            f"Initial vectors of 200 components have mean and spread of +-{width:g} / 200.",
            page,
            one("initialize", words=[f"word{i}" for i in range(100)], size=200, seed=1),
            Property("initial", {"half_width": width / 200}),
            presupposes={"initialization": choice},
            catches=("I3", "I2"),
            tiny=choice == "word_hash",
        )
    yield Case(
        "generator.initial.bits",
        "The initial vectors of the dialect, to the bit.",
        page,
        one("initialize", words=["king", "queen", "слово"], size=7, seed=1),
        Compare({"vectors": EXACT}),
        strength=MAY,
        axes=("initialization",),
    )
    inputs = {"words": ["king", "queen", "слово"], "size": 7, "seed": 5}
    yield Case(
        "generator.initial.process",
        "Initial vectors do not depend on the process: no hash seed has a say.",
        page,
        (Call("initialize", inputs), Call("initialize", inputs, fresh=True)),
        Property("same_vectors"),
        strength=SHOULD,
        needs=("seed",),
        catches=("I6",),
    )
    yield Case(
        "generator.initial.seed",
        "Another seed gives other vectors.",
        page,
        (Call("initialize", inputs), Call("initialize", {**inputs, "seed": 6})),
        Property("different_vectors"),
        strength=SHOULD,
        needs=("seed",),
    )
