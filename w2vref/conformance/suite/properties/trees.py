"""Properties of Huffman trees."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from typing import Any

from w2vref.conformance.suite.case import Case
from w2vref.conformance.suite.findings import Finding
from w2vref.conformance.suite.properties.registry import prop


@prop()
def huffman(case: Case, answers: list[dict[str, Any]], counts: Sequence[int]) -> Iterator[Finding]:
    """Codes are prefix-free, their total length is the smallest, points are the V - 1 nodes of one tree."""
    del case
    codes, points = answers[0]["codes"], answers[0]["points"]
    if len(codes) != len(counts) or len(points) != len(counts):
        yield Finding(
            "there is not one code and one path for each word", len(counts), [len(codes), len(points)]
        )
        return
    total = sum(count * len(code) for count, code in zip(counts, codes, strict=True))
    if total != (best := smallest_total(counts)):
        yield Finding("the total length of the codes is not the smallest", best, total)
    yield from tree_faults(codes, points)


def tree_faults(codes: Sequence[Sequence[int]], points: Sequence[Sequence[int]]) -> Iterator[Finding]:
    """Yield what keeps codes and points from being those of one tree with the nodes 0 .. V - 2."""
    node_of: dict[tuple[int, ...], int] = {}
    for word, (code, point) in enumerate(zip(codes, points, strict=True)):
        if len(code) != len(point) or set(code) - {0, 1}:
            yield Finding(f"code and points of word {word} do not fit", code, point)
            return
        for depth, node in enumerate(point):
            prefix = tuple(code[:depth])
            if node_of.setdefault(prefix, node) != node:
                yield Finding(
                    f"after the decisions {list(prefix)} word {word} is at another node",
                    node_of[prefix],
                    node,
                )
                return
    leaves = {tuple(code) for code in codes}
    if len(leaves) != len(codes) or leaves & set(node_of):
        yield Finding("the codes are not prefix-free", None, codes)
    nodes = sorted(node_of.values())
    if nodes != list(range(len(codes) - 1)):
        yield Finding("the inner nodes are not numbered 0 .. V - 2, each once", len(codes) - 1, nodes)


def smallest_total(counts: Sequence[int]) -> int:
    """Return the total length of an optimal code: the sum of all merged counts."""
    heap = list(counts)
    heapq.heapify(heap)
    total = 0
    while len(heap) > 1:
        merged = heapq.heappop(heap) + heapq.heappop(heap)
        total += merged
        heapq.heappush(heap, merged)
    return total


@prop(accepts_errors=True)
def huffman_one_word(case: Case, answers: list[dict[str, Any]]) -> Iterator[Finding]:
    """One word: an error, or one code without a point outside the array of one row."""
    del case
    answer = answers[0]
    if "error" in answer:
        return
    outside = [node for path in answer["points"] for node in path if node != 0]
    if len(answer["codes"]) != 1 or outside:
        yield Finding("a tree of one word has a node outside its array", [[]], answer["points"])


@prop()
def huffman_kept(case: Case, answers: list[dict[str, Any]]) -> Iterator[Finding]:
    """After an update every old word decides at every old node as before, in one tree with the new ones."""
    del case
    old, new = answers
    yield from tree_faults(new["codes"], new["points"])
    for word, (code, point) in enumerate(zip(old["codes"], old["points"], strict=True)):
        decisions = dict(zip(new["points"][word], new["codes"][word], strict=True))
        for digit, node in zip(code, point, strict=True):
            if decisions.get(node) != digit:
                yield Finding(
                    f"word {word} decides otherwise at node {node}, or not at all", digit, decisions.get(node)
                )
                return
    inner = {node for path in old["points"] for node in path}
    for word in range(len(old["codes"]), len(new["codes"])):
        if shared := sorted(inner & set(new["points"][word])):
            yield Finding(f"new word {word} decides at node {shared[0]}, which was trained for others")
            return
