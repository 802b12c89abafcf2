"""Properties of whole runs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from w2vref.conformance.suite.case import Case
from w2vref.conformance.suite.findings import Finding
from w2vref.conformance.suite.properties.registry import prop

END_OF_SENTENCE = "</s>"
"""word2vec.c and fastText have a word for the end of a line; whether it is there is not looked at."""


def broken_vectors(answer: dict[str, Any]) -> Iterator[Finding]:
    """Yield what is wrong with the vectors of any run."""
    words, vectors = answer["words"], answer["vectors"]
    if len(words) != len(vectors):
        yield Finding("there is not one vector for each word", len(words), len(vectors))
    elif not np.isfinite(vectors).all():
        yield Finding("a vector is not finite", None, words[int(np.argwhere(~np.isfinite(vectors))[0][0])])


def contrast(answer: dict[str, Any], themes: Sequence[Sequence[str]]) -> float:
    """Return the mean cosine of words of one theme minus that of words of different themes."""
    rows = dict(zip(answer["words"], answer["vectors"], strict=True))
    names = [word for theme in themes for word in theme]
    theme_of = np.array([i for i, theme in enumerate(themes) for _ in theme])
    matrix = np.array([rows[name] for name in names])
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    cosines = (matrix / np.where(norms > 0, norms, 1.0)) @ (matrix / np.where(norms > 0, norms, 1.0)).T
    same = theme_of[:, None] == theme_of[None, :]
    apart = ~np.eye(len(names), dtype=bool)
    return float(cosines[same & apart].mean() - cosines[~same].mean())


@prop()
def themes(
    case: Case, answers: list[dict[str, Any]], themes: Sequence[Sequence[str]], margin: float
) -> Iterator[Finding]:
    """Words of one theme are nearer to each other, by this margin of the mean cosine, than to other words."""
    del case
    for answer in answers:
        if wrong := [*broken_vectors(answer)]:
            yield from wrong
            return
        if missing := [word for theme in themes for word in theme if word not in answer["words"]]:
            yield Finding("a word of the text has no vector", missing[0], answer["words"][:20])
            return
        if (found := contrast(answer, themes)) < margin:
            yield Finding("the themes of the text were not learned", f"a contrast of {margin} or more", found)


@prop()
def workers(
    case: Case, answers: list[dict[str, Any]], themes: Sequence[Sequence[str]], margin: float, ratio: float
) -> Iterator[Finding]:
    """Several workers learn as one does: finite, the themes, and a mean norm within this ratio."""
    yield from (finding for answer in answers for finding in broken_vectors(answer))
    one, several = (float(np.linalg.norm(answer["vectors"], axis=1).mean()) for answer in answers)
    if not one / ratio <= several <= one * ratio:
        yield Finding(
            f"with several workers the mean norm is not within {ratio} of that of one", one, several
        )
    for answer in answers:
        if (found := contrast(answer, themes)) < margin:
            yield Finding("the themes of the text were not learned", f"a contrast of {margin} or more", found)
    del case


@prop()
def different_vectors(case: Case, answers: list[dict[str, Any]]) -> Iterator[Finding]:
    """No two calls give the same vectors."""
    for i, first in enumerate(answers):
        yield from broken_vectors({"words": first["vectors"], **first})
        for j, second in enumerate(answers[:i]):
            if np.array_equal(first["vectors"], second["vectors"]):
                options = [case.calls[n].inputs.get("options", case.calls[n].inputs) for n in (j, i)]
                changed = {
                    k: [o.get(k) for o in options]
                    for k in options[0]
                    if options[0].get(k) != options[1].get(k)
                }
                yield Finding(
                    f"calls {j + 1} and {i + 1} give the same vectors, though they differ in {changed}"
                )


@prop()
def same_vectors(case: Case, answers: list[dict[str, Any]], relative: float = 0.0) -> Iterator[Finding]:
    """All calls give the same vectors, to the bit or within a relative error of the largest component."""
    del case
    first = answers[0]
    for number, answer in enumerate(answers[1:], 2):
        if answer.get("words") != first.get("words") or answer["vectors"].shape != first["vectors"].shape:
            yield Finding(
                f"call {number} gives other words than call 1", first.get("words"), answer.get("words")
            )
            continue
        apart = np.abs(answer["vectors"] - first["vectors"])
        if not (apart <= relative * np.abs(first["vectors"]).max()).all():
            place = np.unravel_index(int(np.nanargmax(apart)), apart.shape)
            yield Finding(
                f"call {number} gives other vectors than call 1, at {[int(i) for i in place]}",
                float(first["vectors"][place]),
                float(answer["vectors"][place]),
            )


@prop()
def text_words(case: Case, answers: list[dict[str, Any]], words: Sequence[str]) -> Iterator[Finding]:
    """The vocabulary is these words in this order, a word for the end of a line apart."""
    del case
    yield from broken_vectors(answers[0])
    got = [word for word in answers[0]["words"] if word != END_OF_SENTENCE]
    if got != list(words):
        yield Finding("the vocabulary differs", list(words), got)


@prop()
def trained_words(case: Case, answers: list[dict[str, Any]], count: int) -> Iterator[Finding]:
    """So many tokens were trained as centres."""
    del case
    if (got := answers[0].get("trained_words")) != count:
        yield Finding("the number of trained tokens differs", count, got)


@prop()
def initial(
    case: Case, answers: list[dict[str, Any]], half_width: float = 0.0, most: float = 0.0
) -> Iterator[Finding]:
    """No row is zero, no two are nearly the same; with half_width, components are uniform within it."""
    del case
    vectors = np.asarray(answers[0]["vectors"])
    rows, size = vectors.shape
    if (zero := np.flatnonzero(~vectors.any(axis=1))).size:
        yield Finding(f"{zero.size} of {rows} initial vectors are zero, the first is row {int(zero[0])}")
        return
    limit = half_width or most
    if np.abs(vectors).max() > limit * (1 + 1e-6):
        yield Finding("a component is too large", f"at most {limit}", float(np.abs(vectors).max()))
    # Two uniform float32 agree once in 2^16 or more; half of a row by chance never.
    for column in range(min(size, 8)):
        order = np.argsort(vectors[:, column], kind="stable")
        for a, b in itertools.pairwise(order):
            if np.count_nonzero(vectors[a] == vectors[b]) > max(1, size // 2):
                yield Finding(f"rows {min(int(a), int(b))} and {max(int(a), int(b))} are the same, or nearly")
                return
    if half_width:
        # Five standard errors of mean and variance of a uniform distribution.
        count = vectors.size
        mean, variance = float(vectors.mean()) / half_width, float(vectors.var()) / half_width**2
        if abs(mean) > 5.0 * (1.0 / 3.0 / count) ** 0.5:
            yield Finding("the mean of the components, in units of the half width, is not 0", 0.0, mean)
        if abs(variance - 1.0 / 3.0) > 5.0 * (4.0 / 45.0 / count) ** 0.5:
            yield Finding("the variance of the components is not that of this width", 1.0 / 3.0, variance)
