"""Noise distribution, subsampling, learning rate."""

from __future__ import annotations

from collections.abc import Iterator

from w2vref.conformance.families.material import one
from w2vref.conformance.suite.case import (
    ALPHA,
    EXACT,
    MAY,
    PROBABILITY,
    SHOULD,
    Case,
    Compare,
    Property,
    family,
)

NOISE = "sampling.md#noise-distribution"
SUBSAMPLING = "sampling.md#subsampling"
SCHEDULE = "schedule.md"
ZIPF = [max(1, 200_000 // rank) for rank in range(1, 1001)]


@family("tables")
def noise() -> Iterator[Case]:
    """Yield the noise distribution."""
    judge = Compare({"probability": PROBABILITY})
    usual = [1000, 200, 50, 50, 9, 1]
    for exponent, name in (
        (0.75, "usual"),
        (0.5, "root"),
        (1.0, "one"),
        (0.0, "zero"),
        (-1.0, "minus-one"),
        (-0.5, "minus-half"),
    ):
        yield Case(
            f"tables.noise.exponent-{name}",
            f"The share of each word is proportional to its count to the power {exponent:g}.",
            NOISE,
            one("tables.noise", counts=usual, exponent=exponent),
            judge,
            needs=() if exponent == 0.75 else ("ns_exponent",),
            strength=SHOULD if exponent not in (0.75,) else "must",
            axes=("noise_exponent",) if exponent == 0.75 else (),
            catches={0.75: ("N5", "N7", "N8", "N9"), -1.0: ("N3",), -0.5: ("N3",), 0.0: ("N9",)}.get(
                exponent, ("N9",)
            ),
            tiny=exponent in (0.75, -1.0),
        )
    yield Case(
        "tables.noise.one-word",
        "With one word its share is 1.",
        NOISE,
        one("tables.noise", counts=[7], exponent=0.75),
        judge,
        catches=("G8", "G7"),
        tiny=True,
    )
    yield Case(
        "tables.noise.not-sorted",
        "Shares follow the counts, not the ids.",
        NOISE,
        one("tables.noise", counts=[3, 1000, 1, 50, 1000], exponent=0.75),
        judge,
        axes=("noise_exponent",),
        catches=("N7",),
        tiny=True,
    )
    yield Case(
        "tables.noise.zipf-1000",
        "A thousand words after Zipf's law: the last has its share too.",
        NOISE,
        one("tables.noise", counts=ZIPF, exponent=0.75),
        judge,
        axes=("noise_exponent",),
        catches=("N1", "N7"),
    )
    yield Case(
        "tables.noise.rare-after-frequent",
        "Words with the count 1 after one with 2^40: none is left without a share.",
        NOISE,
        one("tables.noise", counts=[2**40, 2**20, *[1] * 30], exponent=0.5),
        Property("noise_shares", {"counts": [2**40, 2**20, *[1] * 30], "exponent": 0.5, "relative": 1e-2}),
        strength=SHOULD,
        needs=("ns_exponent",),
        catches=("N1", "L10"),
    )
    yield Case(
        "tables.noise.rare-after-frequent.usual-exponent",
        "Words with the count 1 after one with 2^36: sums of single precision would lose them.",
        NOISE,
        one("tables.noise", counts=[2**36, 2**20, *[1] * 30], exponent=0.75),
        Property("noise_shares", {"counts": [2**36, 2**20, *[1] * 30], "exponent": 0.75, "relative": 1e-1}),
        strength=SHOULD,
        catches=("N1", "L10"),
    )
    yield Case(
        "tables.noise.sums-to-1",
        "The shares of a hundred thousand words with the count 1 sum to 1, and none is 0.",
        NOISE,
        one("tables.noise", counts=[1] * 100_000, exponent=0.75),
        Property("noise_shares", {"counts": [1] * 100_000, "exponent": 0.75, "relative": 1e-1}),
        catches=("N1", "N2"),
    )
    for name, counts, exponent in (
        ("usual", usual, 0.75),
        ("one-word", [7], 0.75),
        ("zipf-1000", ZIPF, 0.75),
        ("negative-exponent", usual, -0.25),
        ("third", usual, 1.0 / 3.0),
        ("large", [2**62, 2**50, 2**31, 1], 0.75),
    ):
        yield Case(
            f"tables.cum-table.{name}",
            "The cumulative table to the last unit; its end is 2^31 - 1.",
            NOISE,
            one("tables.cum_table", counts=counts, exponent=exponent),
            Compare({"cum_table": EXACT}),
            strength=MAY,
            catches=("N2", "N1"),
            tiny=name == "usual",
        )
    scrambled = [(i * i * 31 + 17 * i) % 997 + 1 for i in range(5000)]
    yield Case(
        "tables.cum-table.ends-on-its-total",
        "Of 5,000 words with scrambled counts the table is monotone and ends exactly on 2^31 - 1.",
        NOISE,
        one("tables.cum_table", counts=scrambled, exponent=0.75),
        Property("cum_table", {"last": 2**31 - 1}),
        strength=SHOULD,
        catches=("N2",),
    )


@family("tables")
def subsampling() -> Iterator[Case]:
    """Yield the probabilities with which tokens are kept."""
    judge = Compare({"probability": PROBABILITY})
    powers = [10**digits for digits in range(9, -1, -1)]
    for sample, name in ((1e-3, "usual"), (1e-5, "small"), (1e-1, "large")):
        yield Case(
            f"tables.keep.sample-{name}",
            f"Counts from 1 to 10^9 with the threshold {sample:g}.",
            SUBSAMPLING,
            one("tables.keep_probability", counts=powers, sample=sample),
            judge,
            axes=("subsampling",),
            needs=("sample",) if name != "usual" else (),
            catches=("W11", "W13", "L10"),
            tiny=name == "usual",
        )
    yield Case(
        "tables.keep.off",
        "A threshold of 0 keeps everything.",
        SUBSAMPLING,
        one("tables.keep_probability", counts=[10**9, 1000, 1], sample=0.0),
        judge,
        needs=("sample",),
        catches=("W12",),
        tiny=True,
    )
    yield Case(
        "tables.keep.onset",
        "Thinning starts at T (3 + sqrt 5) / 2: one word just above, one just below.",
        SUBSAMPLING,
        one("tables.keep_probability", counts=[2619, 2617, 1000, 993_764], sample=1e-3),
        judge,
        axes=("subsampling",),
        catches=("W11",),
    )
    yield Case(
        "tables.keep.tokens-not-sentences",
        "The total is that of the tokens.",
        SUBSAMPLING,
        one("tables.keep_probability", counts=[50, 30, 20], sample=1e-2),
        judge,
        axes=("subsampling",),
        needs=("sample",),
        catches=("W11",),
    )
    yield Case(
        "tables.keep.one-word",
        "A single word is thinned too.",
        SUBSAMPLING,
        one("tables.keep_probability", counts=[1_000_000], sample=1e-3),
        judge,
        axes=("subsampling",),
        tiny=True,
    )
    yield Case(
        "tables.keep.count",
        "A threshold of 1 or more is a count.",
        SUBSAMPLING,
        one("tables.keep_probability", counts=[1000, 35, 34, 26, 5], sample=13.0),
        judge,
        strength=MAY,
        axes=("subsampling",),
        needs=("sample",),
    )


@family("tables")
def learning_rate() -> Iterator[Case]:
    """Yield learning rates at the quarters of a run, and where rounding could show."""
    judge = Compare({"alpha": ALPHA})

    def case(
        name: str, title: str, lengths: list[int], epochs: int, alpha: float, least: float, **more: object
    ) -> Case:
        total = sum(lengths) * epochs
        tokens = sorted({0, 1, total // 4, total // 2, 3 * total // 4, total - 1})
        calls = one(
            "schedule.alpha",
            sentence_lengths=lengths,
            epochs=epochs,
            alpha=alpha,
            min_alpha=least,
            tokens=tokens,
        )
        options: dict[str, object] = {"axes": ("schedule",), **more}
        return Case(f"schedule.{name}", title, SCHEDULE, calls, judge, **options)  # type: ignore[arg-type]

    yield case(
        "one-epoch",
        "The rate at 0, 25, 50, 75 and 100 % of one epoch.",
        [10] * 2000,
        1,
        0.025,
        1e-4,
        catches=("L2", "L4", "L6"),
        tiny=True,
    )
    yield case(
        "five-epochs",
        "The rate falls over all epochs, not within each.",
        [10] * 2000,
        5,
        0.025,
        1e-4,
        needs=("epochs",),
        catches=("L1", "L2", "L6"),
        tiny=True,
    )
    yield case(
        "short-text",
        "A text of 100 tokens decays as a long one does.",
        [7, 13, 30, 50],
        1,
        0.025,
        1e-4,
        catches=("L4",),
        tiny=True,
    )
    yield case(
        "short-text-epochs",
        "A text of 100 tokens over three epochs.",
        [7, 13, 30, 50],
        3,
        0.05,
        1e-3,
        needs=("epochs",),
        catches=("L4", "L2"),
    )
    yield case(
        "uneven-sentences",
        "The rate follows the tokens, not the sentences.",
        [1, 1, 1, 9997],
        2,
        0.025,
        1e-4,
        needs=("epochs",),
        catches=("L4",),
    )
    yield case("one-token", "One token is trained at the first rate.", [1], 1, 0.025, 1e-4, catches=("L4",))
    yield case(
        "floor-relative",
        "min_alpha is absolute, not relative to alpha.",
        [10] * 100,
        1,
        0.5,
        0.25,
        catches=("L6",),
    )
    yield case(
        "constant",
        "With min_alpha = alpha the rate is constant.",
        [10] * 100,
        2,
        0.05,
        0.05,
        needs=("epochs",),
        catches=("L6",),
    )
    yield Case(
        "schedule.beyond-31-bits",
        "A run of 3 * 10^9 tokens: the counters do not overflow.",
        SCHEDULE,
        one(
            "schedule.alpha",
            sentence_lengths=[1_500_000_000],
            epochs=2,
            alpha=0.025,
            min_alpha=1e-4,
            tokens=[0, 2**31 - 1, 2**31, 2**31 + 5, 2_900_000_000],
        ),
        judge,
        strength=SHOULD,
        axes=("schedule",),
        needs=("epochs",),
        catches=("L2", "L10"),
    )
