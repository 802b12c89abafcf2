"""Epochs over several sentences, with given draws and the target's own schedule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from w2vref.conformance.families.given_draws import (
    axes_of_mode,
    count_steps,
    matrices,
    needs_of,
    noise,
    tree,
)
from w2vref.conformance.families.material import one
from w2vref.conformance.families.sentences import COUNTS, OBJECTIVES, fields
from w2vref.conformance.suite.case import RUN, Case, family

SENTENCES = [[0, 3, 1, 0], [], [2, 0, 5, 1, 6, 0, 4], [1], [3, 2, 0, 0, 2]]


def epochs(sentences: list[list[int]], count: int, sg: bool, objective: str, **more: Any) -> dict[str, Any]:
    """Return the inputs of `epoch.train` on seven words."""
    lengths = sum(map(len, sentences)) * count
    radii = [1 + (5 * i + i // 3) % 3 for i in range(lengths)]
    given: dict[str, Any] = {
        "sentences": sentences,
        "epochs": count,
        "sg": sg,
        "radii": radii,
        "alpha": 0.3,
        "min_alpha": 0.01,
        **matrices(7, 6, objective),
    }
    if not sg:
        given["cbow_mean"] = True
    if "ns" in objective:
        steps, place = 0, 0
        for sentence in sentences * count:
            steps += count_steps(sentence, radii[place : place + len(sentence)], sg) if sentence else 0
            place += len(sentence)
        given["negatives"] = noise(5, steps, 2, 7)
    if "hs" in objective:
        given |= tree(COUNTS)
    return {**given, **more}


@family("epoch")
def cases() -> Iterator[Case]:
    """Yield one and several epochs in every mode."""
    for sg, name in ((True, "sg"), (False, "cbow")):
        for objective in OBJECTIVES:
            for count in (1, 3):
                yield Case(
                    f"epoch.{name}.{objective}.epochs-{count}",
                    f"{count} epoch(s) over five sentences, one of them empty, one of one word; "
                    "the learning rate falls from token to token.",
                    "epoch.md",
                    one("epoch.train", **epochs(SENTENCES, count, sg, objective)),
                    fields(objective, RUN),
                    axes=(*axes_of_mode(sg, objective), "schedule"),
                    needs=(*needs_of(sg, objective), *(["epochs"] if count > 1 else [])),
                    catches=("L1", "L2", "L4", "W8") if count > 1 else ("L4", "W8", "G15"),
                    tiny=objective == "ns",
                )
        yield Case(
            f"epoch.{name}.hs.lines",
            "Windows do not cross the end of a sentence: words of different sentences never meet.",
            "epoch.md",
            one("epoch.train", **epochs([[0, 1], [2, 3], [4, 5], [6, 0]], 1, sg, "hs", min_alpha=0.3)),
            fields("hs", RUN),
            axes=axes_of_mode(sg, "hs"),
            needs=needs_of(sg, "hs"),
            catches=("W8",),
            tiny=True,
        )
        yield Case(
            f"epoch.{name}.hs.one-sentence-per-word",
            "Sentences of one token each change nothing, however many.",
            "windows.md",
            one("epoch.train", **epochs([[i % 7] for i in range(30)], 1, sg, "hs")),
            fields("hs", RUN),
            needs=needs_of(sg, "hs"),
            catches=("W8",),
        )
