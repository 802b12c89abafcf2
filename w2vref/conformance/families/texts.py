"""Whole runs, text in and vectors out: what any program with a command line can be asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from w2vref.conformance.suite.case import (
    EXACT,
    SHOULD,
    Call,
    Case,
    Compare,
    Property,
    Tolerance,
    family,
)
from w2vref.conformance.suite.dialect import AXES
from w2vref.reference.draws import draws

THEMES = [[f"{letter}{i}" for i in range(5)] for letter in "ab"]
OPTIONS: dict[str, Any] = {
    "size": 16,
    "window": 3,
    "sg": True,
    "hs": False,
    "negative": 3,
    "cbow_mean": True,
    "sample": 0.0,
    "min_count": 1,
    "epochs": 4,
    "alpha": 0.2,
    "workers": 1,
}
MODES: dict[str, dict[str, Any]] = {
    f"{architecture}.{objective}": {
        "sg": architecture == "sg",
        "hs": objective != "ns",
        "negative": 0 if objective == "hs" else 3,
    }
    for architecture in ("sg", "cbow")
    for objective in ("ns", "hs", "hs-and-ns")
}
FEATURES = {"ns": ("negative",), "hs": ("hs",), "hs-and-ns": ("hs", "negative", "hs-and-negative")}


def choices(seed: int, count: int, among: int) -> list[int]:
    """Return ids from the project's own generator."""
    return ((draws(seed, count) >> np.uint64(40)) % np.uint64(among)).astype(int).tolist()  # type: ignore[no-any-return]


def themed(lines: int, words: int, seed: int = 1) -> str:
    """Return lines of words of one theme each, in turn."""
    ids = choices(seed, lines * words, 5)
    parts = [ids[i * words : (i + 1) * words] for i in range(lines)]
    return "".join(" ".join(THEMES[i % 2][w] for w in part) + "\n" for i, part in enumerate(parts))


def text_call(text: str, *, fresh: bool = False, **options: Any) -> Call:
    """Return a call of `epoch.train_text`."""
    return Call("epoch.train_text", {"text": text, "options": {**OPTIONS, **options}}, fresh)


def mode_needs(mode: str) -> tuple[str, ...]:
    """Return the features of a mode."""
    architecture, objective = mode.split(".")
    return (architecture, *(["cbow-mean"] if architecture == "cbow" else []), *FEATURES[objective])


@family("epoch")
def learning() -> Iterator[Case]:
    """Yield whether training learns at all, in each mode."""
    themes = Property("themes", {"themes": THEMES, "margin": 0.3})
    for mode, options in MODES.items():
        yield Case(
            f"text.{mode}.learns",
            "Words of one theme come nearer to each other than to those of the other.",
            "epoch.md",
            (text_call(themed(110, 8), **options),),
            themes,
            needs=(*mode_needs(mode), "epochs", "sample"),
            catches=("G15", "G11", "G13", "G17", "W12"),
            tiny=mode == "sg.ns",
            seconds=60.0,
        )
    words = "".join(f"{THEMES[i % 2][i % 5]}\n" for i in range(400))
    for mode in ("sg.ns", "cbow.hs"):
        yield Case(
            f"text.{mode}.one-word-lines",
            "Lines of one word have no pair, so the vectors stay what they were: nothing reaches "
            "over the end of a line.",
            "windows.md",
            tuple(text_call(words, **MODES[mode], alpha=alpha) for alpha in (0.2, 1e-9)),
            Property("same_vectors", {"relative": 1e-5}),
            needs=(*mode_needs(mode), "epochs", "sample"),
            catches=("W8",),
            tiny=mode == "sg.ns",
            seconds=60.0,
        )
    long = "x y z " * 3500 + " ".join(word for line in themed(1000, 12).split("\n") for word in line.split())
    yield Case(
        "text.cbow.hs.long-line",
        "A line of 22,500 words, the last 12,000 of them in two themes: its end is trained.",
        "epoch.md",
        (text_call(long, sg=False, hs=True, negative=0, epochs=1),),
        Property("themes", {"themes": THEMES, "margin": 0.3}),
        needs=(*mode_needs("cbow.hs"), "sample"),
        catches=("W9",),
        seconds=120.0,
    )
    yield Case(
        "text.sg.ns.workers",
        "With four workers vectors stay finite, learn the themes, and are of the size that one worker gives.",
        "epoch.md#workers",
        (text_call(themed(200, 8)), text_call(themed(200, 8), workers=4)),
        Property("workers", {"themes": THEMES, "margin": 0.2, "ratio": 2.0}),
        strength=SHOULD,
        needs=(*mode_needs("sg.ns"), "epochs", "sample", "workers"),
        catches=("D1", "D2", "T2", "T4", "T5", "T6"),
        seconds=120.0,
    )


@family("epoch")
def options_count() -> Iterator[Case]:
    """Yield whether options do something."""
    text = themed(60, 8)
    changes: list[tuple[str, str, list[dict[str, Any]], tuple[str, ...], tuple[str, ...]]] = [
        (
            "epochs",
            "One, two and four epochs give different vectors.",
            [{"epochs": n} for n in (1, 2, 4)],
            ("epochs",),
            ("L1",),
        ),
        (
            "window",
            "Windows of 1 and 5 give different vectors.",
            [{"window": n} for n in (1, 5)],
            (),
            ("W5",),
        ),
        (
            "sample",
            "Subsampling on and off give different vectors.",
            [{"sample": s} for s in (0.0, 1e-3)],
            (),
            ("W13",),
        ),
        (
            "negative",
            "One and five negatives give different vectors.",
            [{"negative": n} for n in (1, 5)],
            (),
            (),
        ),
        (
            "objectives",
            "Negative sampling, hierarchical softmax and both give different vectors.",
            [{"hs": False}, {"hs": True, "negative": 0}, {"hs": True}],
            ("hs", "hs-and-negative"),
            ("G17",),
        ),
        (
            "architecture",
            "Skip-gram and CBOW give different vectors.",
            [{"sg": True}, {"sg": False}],
            ("cbow", "cbow-mean"),
            (),
        ),
        ("seed", "Two seeds give different vectors.", [{"seed": 1}, {"seed": 2}], ("seed",), ()),
    ]
    for name, title, variants, needs, catches in changes:
        yield Case(
            f"text.options.{name}",
            title,
            "epoch.md",
            tuple(text_call(text, **variant) for variant in variants),
            Property("different_vectors"),
            needs=("sg", "negative", "epochs", "sample", *needs),
            catches=catches,
            tiny=name == "epochs",
            seconds=60.0,
        )
    yield Case(
        "text.options.same",
        "The same text and options give the same vectors, in another process too.",
        "draws.md#keys",
        (text_call(text), text_call(text), text_call(text, fresh=True)),
        Property("same_vectors"),
        strength=SHOULD,
        needs=("sg", "negative", "epochs", "sample", "seed"),
        catches=("I6", "T1"),
        seconds=60.0,
    )
    yield Case(
        "text.save-load-train",
        "Saved after two of four epochs and loaded, a model ends with the vectors of a run that was "
        "not interrupted.",
        "formats.md#models",
        (text_call(text), text_call(text, save_after=2)),
        Property("same_vectors", {"relative": 1e-3}),
        strength=SHOULD,
        needs=("sg", "negative", "epochs", "sample", "save"),
        catches=("N4",),
        seconds=60.0,
    )


@family("epoch")
def counting() -> Iterator[Case]:
    """Yield which words there are, and how many tokens are trained."""
    for name, title, text, words, min_count in (
        ("order", "Words by descending count.", "b a b c\nb c d d\nb d d d d\n", ["d", "b", "c", "a"], 1),
        (
            "no-newline",
            "A last line without a newline: its last word is there.",
            "a a a a\na b b b\nb c c last",
            ["a", "b", "c", "last"],
            1,
        ),
        (
            "min-count",
            "Words whose count equals min_count stay.",
            "a a a b b c\na b c d d d\nd d e\n",
            ["d", "a", "b", "c"],
            2,
        ),
        (
            "tabs",
            "Tabs and several spaces separate words; empty lines are nothing.",
            "a\ta  b\n\n\na \t c a b\n",
            ["a", "b", "c"],
            1,
        ),
    ):
        yield Case(
            f"text.words.{name}",
            title,
            "vocabulary.md",
            (text_call(text, min_count=min_count, epochs=1, sample=0.0),),
            Property("text_words", {"words": words}),
            catches=("V1",),
            needs=("sg", "negative", "sample"),
            tiny=name == "no-newline",
        )
    for workers in (1, 4):
        text = themed(250, 8) + "a1 " * 12_345 + "b1\n"
        yield Case(
            f"text.trained-words.workers-{workers}",
            f"Each token is trained once in each epoch, with {workers} worker(s), in a line of 12,346 too.",
            "epoch.md#workers",
            (text_call(text, epochs=2, workers=workers, sg=False, negative=1, window=1),),
            Property("trained_words", {"count": 2 * (2000 + 12_346)}),
            strength=SHOULD,
            needs=(
                "cbow",
                "cbow-mean",
                "negative",
                "epochs",
                "sample",
                "trained_words",
                *(["workers"] if workers > 1 else []),
            ),
            catches=("W14", "W9", "L1"),
            seconds=120.0,
        )


@family("epoch")
def edges() -> Iterator[Case]:
    """Yield texts that stop programs: one word, none, a reader that fails."""
    texts: list[tuple[str, str, str, dict[str, Any], tuple[str, ...]]] = [
        (
            "one-word.ns",
            "A text of one word with negative sampling ends.",
            "a a a a a\n" * 4,
            {},
            ("negative",),
        ),
        (
            "one-word.hs",
            "A text of one word with hierarchical softmax ends, with an error or without.",
            "a a a a\n" * 4,
            {"hs": True, "negative": 0},
            ("hs",),
        ),
        ("empty", "An empty text ends, with an error or without words.", "", {}, ("negative",)),
        (
            "only-rare",
            "A text without a word that is frequent enough ends.",
            "a b c\n",
            {"min_count": 5},
            ("negative",),
        ),
    ]
    for name, title, text, options, features in texts:
        yield Case(
            f"text.edge.{name}",
            title,
            "vocabulary.md",
            (text_call(text, epochs=1, **options),),
            Property("ends"),
            needs=("sg", *features),
            catches=("G7", "G8", "V10") if "one-word" in name else (),
            tiny="one-word" in name,
        )
    for workers in (1, 3):
        yield Case(
            f"epoch.failing-reader.workers-{workers}",
            f"An error of the corpus's reader reaches the caller, with {workers} worker(s): no hang, "
            "no silent end.",
            "epoch.md#workers",
            (
                Call(
                    "epoch.failing_reader",
                    {"sentences": [["a", "b", "c"]] * 300, "fail_after": 200, "workers": workers},
                ),
            ),
            Property("error"),
            needs=("workers",) if workers > 1 else (),
            catches=("T1", "T2", "T4"),
            tiny=workers == 1,
        )
    names = " ".join(f"word{i} word{i}" for i in range(300))
    yield Case(
        "text.initial-vectors",
        "With a learning rate of almost 0 the vectors are the initial ones: none is zero, no two are "
        "equal, all are small.",
        "initialization.md",
        (text_call(names + "\n", size=512, alpha=1e-9, epochs=1),),
        Property("initial", {"most": 1.0 / 512}),
        needs=("sg", "negative", "sample"),
        catches=("I1", "I2", "I3"),
    )


@family("epoch")
def bits() -> Iterator[Case]:
    """Yield whole runs whose every number follows from the dialect."""
    words = [f"w{rank}" for rank in range(30) for _ in range(1 + 30 // (rank + 1))]
    ids = choices(9, 900, len(words))
    lines = [ids[i : i + 9] for i in range(0, 900, 9)]
    text = "".join(" ".join(words[w] for w in line) + "\n" for line in lines)
    tolerance = Tolerance("rows", 1e-5, "one epoch of some hundred steps on each row")
    for mode, options in MODES.items():
        yield Case(
            f"text.{mode}.dialect",
            "A target that follows a complete dialect, generator and all, writes the dialect's vectors.",
            "epoch.md",
            (
                text_call(
                    text,
                    **{
                        **options,
                        "epochs": 1,
                        "alpha": 0.025,
                        "sample": 0.02,
                        "min_count": 2,
                    },
                ),
            ),
            Compare({"words": EXACT, "vectors": tolerance}),
            strength=SHOULD,
            axes=AXES,
            needs=(*mode_needs(mode), "sample"),
            catches=("G10", "L4", "N2", "W9"),
            tiny=mode == "sg.ns",
            seconds=60.0,
        )
