"""w2vref's own draws: exact values, for implementations of its generator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from w2vref.conformance.families.material import one
from w2vref.conformance.suite.case import EXACT, MAY, Case, Compare, family

TOKENS = [0, 3, 1, 0, 2, 5, 0, 1, 4, 0, 2, 2]
COUNTS = [400, 200, 120, 80, 50, 1]


@family("draws")
def cases() -> Iterator[Case]:
    """Yield sentences with everything that is drawn for them."""

    def case(name: str, title: str, catches: tuple[str, ...] = (), **changes: Any) -> Case:
        inputs = {
            "seed": 1,
            "epoch": 0,
            "sentence": 0,
            "tokens": TOKENS,
            "counts": COUNTS,
            "sample": 0.0,
            "exponent": 0.75,
            "window": 5,
            "negative": 5,
            "sg": True,
            **changes,
        }
        return Case(
            f"draws.{name}",
            title,
            "draws.md#what-a-token-draws",
            one("draws.sentence", **inputs),
            Compare({"kept": EXACT, "radii": EXACT, "negatives": EXACT}),
            strength=MAY,
            presupposes={"generator": "counter"},
            catches=catches,
            tiny=name in {"skip-gram", "subsampled"},
        )

    yield case("skip-gram", "Windows, and five negatives for each pair.", ("N11",))
    yield case("cbow", "Windows, and five negatives for each centre.", sg=False)
    yield case(
        "subsampled", "Dropped tokens draw nothing; windows reach over them.", ("W3", "W7"), sample=0.05
    )
    yield case("cbow-subsampled", "The same for CBOW.", sg=False, sample=0.05)
    yield case("second-epoch", "Another epoch draws anew.", ("L1",), epoch=1)
    yield case("other-sentence", "Another sentence draws anew.", sentence=1)
    yield case(
        "large-numbers", "Epoch and sentence beyond 32 bits.", ("L10",), epoch=2**33, sentence=2**40 + 1
    )
    yield case("seed-0", "Seed 0.", seed=0)
    yield case("seed-64-bits", "The largest seed.", seed=2**64 - 1)
    yield case("window-1", "A window of 1 is always 1.", ("W1", "W5"), window=1)
    yield case("window-8", "A power of two.", ("W6",), window=8)
    yield case("no-negatives", "Without negatives nothing but windows is drawn.", negative=0)
    yield case("one-token", "One token has no context and draws no negatives.", tokens=[3])
    yield case("exponent-minus-1", "Rare words are drawn more often.", ("N3",), exponent=-1.0)
