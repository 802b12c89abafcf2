"""The Huffman tree: optimal, prefix-free, and with its ties as specified."""

from __future__ import annotations

import heapq
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vref.reference.huffman import Codes, extend_codes, huffman_codes

# Small counts on purpose: most merges are ties.
COUNTS = st.lists(st.integers(0, 6) | st.integers(0, 10**12), min_size=2, max_size=40)


def paths(tree: Codes) -> list[tuple[list[int], list[int]]]:
    """Return (code, points) of each word."""
    return [
        (tree.codes[start:end].tolist(), tree.points[start:end].tolist())
        for start, end in pairwise(tree.code_offsets.tolist())
    ]


def codes_of(*counts: int) -> Codes:
    return huffman_codes(np.array(counts, dtype=np.int64))


def optimal_cost(counts: list[int]) -> int:
    """The sum of all merged counts, by a heap that knows no ties: the least possible total length."""
    heap = list(counts)
    heapq.heapify(heap)
    cost = 0
    while len(heap) > 1:
        merged = heapq.heappop(heap) + heapq.heappop(heap)
        cost += merged
        heapq.heappush(heap, merged)
    return cost


def naive_paths(counts: list[int]) -> list[tuple[list[int], list[int]]]:
    """The tree by the words of the specification: the two smallest by (count, order of creation) merge."""
    nodes = [(count, order, [order]) for order, count in enumerate(counts)]
    code: dict[int, list[int]] = {leaf: [] for leaf in range(len(counts))}
    points: dict[int, list[int]] = {leaf: [] for leaf in range(len(counts))}
    for inner in range(len(counts) - 1):
        first, second, *nodes = sorted(nodes, key=lambda node: node[:2])
        for digit, node in enumerate((first, second)):
            for leaf in node[2]:
                code[leaf].insert(0, digit)
                points[leaf].insert(0, inner)
        nodes.append((first[0] + second[0], len(counts) + inner, first[2] + second[2]))
    return [(code[leaf], points[leaf]) for leaf in range(len(counts))]


@given(COUNTS)
def test_the_tree_is_that_of_the_specification(counts) -> None:
    assert paths(codes_of(*counts)) == naive_paths(counts)


@given(COUNTS)
def test_the_cost_is_optimal_and_the_codes_are_prefix_free(counts) -> None:
    tree = codes_of(*counts)
    lengths = np.diff(tree.code_offsets)
    assert sum(c * n for c, n in zip(counts, lengths.tolist(), strict=True)) == optimal_cost(counts)
    words = sorted("".join(map(str, code)) for code, _ in paths(tree))
    assert all(not b.startswith(a) for a, b in pairwise(words))
    # Complete: every inner node has two children (Kraft's inequality holds with equality).
    assert sum(2.0 ** -int(n) for n in lengths) == 1.0


@given(COUNTS)
def test_each_path_starts_at_the_root_and_no_two_decisions_share_a_node(counts) -> None:
    tree = codes_of(*counts)
    root = len(counts) - 2
    seen: dict[str, int] = {}
    for code, points in paths(tree):
        assert points[0] == root
        assert points == sorted(points, reverse=True)  # parents are created after their children
        for depth, point in enumerate(points):
            assert seen.setdefault("".join(map(str, code[:depth])), point) == point
    assert sorted(seen.values()) == list(range(len(counts) - 1))


def test_types_and_shapes() -> None:
    tree = codes_of(3, 2, 1)
    assert (tree.codes.dtype, tree.points.dtype, tree.code_offsets.dtype) == (np.uint8, np.uint32, np.int64)
    assert tree.code_offsets.tolist() == [0, 1, 3, 5]


def test_two_words() -> None:
    # b is the smaller one: it merges first and gets 0.
    assert paths(codes_of(5, 3)) == [([1], [0]), ([0], [0])]
    # Equal: the one created later gets 1.
    assert paths(codes_of(3, 3)) == [([0], [0]), ([1], [0])]


def test_ties_of_equal_counts_go_by_creation() -> None:
    # 0+1 -> node 0, 2+3 -> node 1, then node 0 + node 1 -> root.
    assert paths(codes_of(1, 1, 1, 1)) == [
        ([0, 0], [2, 0]),
        ([0, 1], [2, 0]),
        ([1, 0], [2, 1]),
        ([1, 1], [2, 1]),
    ]
    # Five: 0+1 -> node 0 (2), 2+3 -> node 1 (2), then leaf 4 (1) + node 0 -> node 2 (3), node 1 + node 2.
    assert paths(codes_of(1, 1, 1, 1, 1)) == [
        ([1, 1, 0], [3, 2, 0]),
        ([1, 1, 1], [3, 2, 0]),
        ([0, 0], [3, 1]),
        ([0, 1], [3, 1]),
        ([1, 0], [3, 2]),
    ]


def test_at_a_tie_a_leaf_goes_before_an_inner_node() -> None:
    # 1+2 (1 and 1) -> node 0 (2), a tie with leaf 0 (2): the leaf was created first and gets 0.
    assert paths(codes_of(2, 1, 1)) == [([0], [1]), ([1, 0], [1, 0]), ([1, 1], [1, 0])]
    # word2vec.c would merge node 0 first here; 2+3 -> node 0 (2), leaves 0+1 (2, 2) -> node 1 (4).
    assert paths(codes_of(2, 2, 1, 1)) == [
        ([1, 0], [2, 1]),
        ([1, 1], [2, 1]),
        ([0, 0], [2, 0]),
        ([0, 1], [2, 0]),
    ]


def test_a_negative_count_is_not_in_the_tree() -> None:
    with_null = codes_of(4, -1, 2, 1)
    assert paths(with_null)[1] == ([], [])
    assert [p for i, p in enumerate(paths(with_null)) if i != 1] == paths(codes_of(4, 2, 1))


@pytest.mark.parametrize("counts", [[], [7], [7, -1]])
def test_fewer_than_two_words_have_no_tree(counts) -> None:
    with pytest.raises(ValueError, match="at least two words"):
        codes_of(*counts)


def test_counts_that_grow_like_fibonacci_give_the_deepest_tree() -> None:
    counts = [1, 1]
    while len(counts) < 80:
        counts.append(counts[-1] + counts[-2])
    lengths = np.diff(codes_of(*counts).code_offsets).tolist()
    assert max(lengths) == 79
    assert sum(c * n for c, n in zip(counts, lengths, strict=True)) == optimal_cost(counts)


@given(COUNTS, st.lists(st.integers(1, 6), min_size=1, max_size=12), st.booleans())
def test_an_extended_tree_keeps_every_old_decision(counts, new, null) -> None:
    old = codes_of(*counts, -1) if null else codes_of(*counts)
    total = sum(counts)
    extended = extend_codes(old, total, np.array(new, dtype=np.int64))
    old_paths, all_paths = paths(old), paths(extended)
    root = len(counts) + len(new) - 2
    for before, after in zip(old_paths, all_paths, strict=False):
        if before[0]:
            assert (after[0][1:], after[1][1:]) == before
            assert (after[0][0], after[1][0]) == (int(sum(new) < total), root)
        else:
            assert after == ([], [])
    new_paths = all_paths[len(old_paths) :]
    assert len(new_paths) == len(new)
    assert all(p[1][0] == root and p[0][0] == int(sum(new) >= total) for p in new_paths)
    if len(new) > 1:
        nodes = len(counts) - 1
        alone = [(code, [p + nodes for p in points]) for code, points in naive_paths(new)]
        assert [(code[1:], points[1:]) for code, points in new_paths] == alone
    assert paths(extend_codes(extended, total, np.zeros(0, dtype=np.int64))) == all_paths
