"""Mistakes in files, queries and evaluation: P1 .. P7, Q1 .. Q12."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from w2vref.conformance.mutants.mistake import Answer, Mistake, Right


def words_cut_to(count: int) -> dict[str, Callable[..., Answer]]:
    """Return format.read with words of at most so many bytes."""

    def read(right: Right, **inputs: Any) -> Answer:
        answer = right("format.read", **inputs)
        words = [word.encode()[:count].decode(errors="replace") for word in answer["words"]]
        return {**answer, "words": words}

    return {"format.read": read}


def six_decimals(_right: Right, words: list[str], vectors: Any, binary: bool) -> Answer:
    """Print numbers with %lf."""
    del binary
    lines = [f"{len(words)} {vectors.shape[1]}"]
    lines += [" ".join([w, *(f"{x:f}" for x in row)]) for w, row in zip(words, vectors, strict=True)]
    return {"data": "".join(f"{line}\n" for line in lines).encode()}


def duplicates_shift(right: Right, data: bytes, binary: bool) -> Answer:
    """Number rows as they come, and words without those that come again."""
    if binary:
        return right("format.read", data=data, binary=binary)
    lines = [line.split(" ") for line in data.decode().splitlines()[1:]]
    rows = [[float(x) for x in line[1:] if x] for line in lines]
    words = list(dict.fromkeys(line[0] for line in lines))
    return {"words": words, "vectors": np.array(rows, dtype=np.float32)[: len(words)]}


def unknown_is_word_0(right: Right, **inputs: Any) -> Answer:
    """Take an unknown word for the first."""
    words = inputs["words"]
    for side in ("positive", "negative"):
        inputs[side] = [word if word in words else words[0] for word in inputs[side]]
    return right("query.most_similar", **inputs)


def unknown_fails(right: Right, **inputs: Any) -> Answer:
    """Look words up before testing whether they are known."""
    known = set(inputs["words"])
    for line in inputs["text"].splitlines():
        for word in [] if line.startswith(":") else line.split():
            if word not in known:
                raise KeyError(word)
    return right("evaluate.analogies", **inputs)


def ranking(normalized: bool, excluding: bool) -> dict[str, Callable[..., Answer]]:
    """Return query.most_similar without one of its rules."""

    def most_similar(_right: Right, **inputs: Any) -> Answer:
        words, vectors = inputs["words"], inputs["vectors"].astype(np.float64)
        units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        rows = units if normalized else vectors
        ids = {word: i for i, word in enumerate(words)}
        signs = [(ids[w], 1.0) for w in inputs["positive"]] + [(ids[w], -1.0) for w in inputs["negative"]]
        target = sum((sign * rows[i] for i, sign in signs), np.zeros(rows.shape[1]))
        scores = rows @ (target / np.linalg.norm(target) if normalized else target)
        given = {i for i, _ in signs} if excluding else set()
        best = [i for i in np.argsort(-scores, kind="stable") if i not in given][: inputs["topn"]]
        return {"words": [words[i] for i in best], "scores": [float(scores[i]) for i in best]}

    return {"query.most_similar": most_similar}


def cosmul_fails(right: Right, **inputs: Any) -> Answer:
    """Fail in 3CosMul."""
    if inputs["method"] == "cosmul":
        raise TypeError("unhashable type: 'numpy.ndarray'")
    return right("query.most_similar", **inputs)


def no_topn_for_0(right: Right, **inputs: Any) -> Answer:
    """Take topn=0 for none."""
    return right("query.most_similar", **{**inputs, "topn": inputs["topn"] or len(inputs["words"])})


def folds_to_the_rarest(right: Right, **inputs: Any) -> Answer:
    """Let the last spelling of a folded word win."""
    if inputs["case_insensitive"]:
        inputs |= {"words": inputs["words"][::-1], "vectors": inputs["vectors"][::-1].copy()}
    return right("evaluate.analogies", **inputs)


def share_of_the_rest(right: Right, **inputs: Any) -> Answer:
    """Divide the unknown pairs by the known ones."""
    answer = right("evaluate.word_pairs", **inputs)
    share = answer["oov"] / 100
    return {**answer, "oov": 100 * share / (1 - share) if share < 1 else 0.0}


def empty_divides(right: Right, **inputs: Any) -> Answer:
    """Divide by the number of pairs."""
    _ = 1 / len(inputs["text"].split())
    return right("evaluate.word_pairs", **inputs)


VECTORS: Mapping[str, Mistake] = {
    "P1": Mistake(
        "words are cut to 98 bytes", "format.read.text.word-200-bytes", operations=words_cut_to(98)
    ),
    "P3": Mistake(
        "numbers have six decimals",
        "format.write.text.awkward-numbers",
        operations={"format.write": six_decimals},
    ),
    "P5": Mistake(
        "a word that comes again shifts the rows",
        "format.read.text.duplicate",
        operations={"format.read": duplicates_shift},
    ),
    "P7": Mistake("words are cut to 50 bytes", "format.read.text.word-51-bytes", operations=words_cut_to(50)),
    "Q1": Mistake(
        "an unknown word is taken for word 0",
        "query.most-similar.unknown-word",
        operations={"query.most_similar": unknown_is_word_0},
    ),
    "Q3": Mistake(
        "a question is looked up before the test",
        "evaluate.analogies.oov",
        operations={"evaluate.analogies": unknown_fails},
    ),
    "Q4": Mistake(
        "words of the query are in the answer", "query.most-similar.analogy", operations=ranking(True, False)
    ),
    "Q5": Mistake(
        "vectors are not normalised",
        "query.most-similar.cosines-within-one",
        operations=ranking(False, True),
    ),
    "Q6": Mistake("3CosMul fails", "query.cosmul.analogy", operations={"query.most_similar": cosmul_fails}),
    "Q7": Mistake(
        "topn=0 is taken for no topn",
        "query.most-similar.topn-0",
        operations={"query.most_similar": no_topn_for_0},
    ),
    "Q9": Mistake(
        "folding picks the rarer word",
        "evaluate.analogies.folded",
        operations={"evaluate.analogies": folds_to_the_rarest},
    ),
    "Q10": Mistake(
        "unknown pairs are divided by known ones",
        "evaluate.word-pairs.oov",
        operations={"evaluate.word_pairs": share_of_the_rest},
    ),
    "Q12": Mistake(
        "no pairs: a division by zero",
        "evaluate.word-pairs.empty",
        operations={"evaluate.word_pairs": empty_divides},
    ),
}
