"""The Huffman tree of the vocabulary, and the code and points of each word."""

from __future__ import annotations

import heapq
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from w2vref._typing import Int64Array, UInt8Array, UInt32Array

Path: TypeAlias = tuple[list[int], list[int]]
"""Code digits and inner nodes of one word, from the root."""


def huffman_codes(counts: Int64Array) -> tuple[UInt8Array, UInt32Array, Int64Array]:
    """Return the Huffman code and the path of inner nodes of each word, from the root.

    The two nodes smallest by (count, order of creation) merge; the later of them gets code 1.
    Leaves are created in vocabulary order, then inner nodes as they are merged; inner node k is row
    k of `node_vectors`, the root is the last (Mikolov et al. 2013b, section 2.1).

    Args:
        counts: int64 (vocab_size,). A word with a negative count (the null word) is not in the tree
            and has an empty code.

    Returns: codes uint8 (n,), points uint32 (n,), code_offsets int64 (vocab_size + 1,); word w has
        the slice code_offsets[w]:code_offsets[w + 1] of both.
    Raises: ValueError for fewer than two words: there is no choice for a node to learn.
    """
    leaves = [int(word_id) for word_id in np.flatnonzero(counts >= 0)]
    if len(leaves) < 2:
        raise ValueError(
            f"hierarchical softmax needs a vocabulary of at least two words, got {len(leaves)}: "
            "add text, lower min_count, or use negative sampling (hs=0, negative=5)"
        )
    parent, digit = merge([int(counts[word_id]) for word_id in leaves])
    paths: list[Path] = [([], [])] * len(counts)
    for leaf, word_id in enumerate(leaves):
        paths[word_id] = path_to(leaf, parent, digit, first_node=0)
    return flatten(paths)


def extend_codes(
    tree: tuple[UInt8Array, UInt32Array, Int64Array], old_total: int, new_counts: Int64Array
) -> tuple[UInt8Array, UInt32Array, Int64Array]:
    """Return the codes after new words joined a vocabulary whose tree has been trained.

    Every old inner node keeps its row and its meaning: the new words get a Huffman tree of their own,
    and a new root decides between the old tree and theirs (the smaller total first; the old one at a
    tie). Their nodes take the next rows, the new root the last: V - 1 inner nodes as before. The tree
    is no longer optimal; rebuilding it would give trained rows to other decisions.

    Args:
        tree: codes, points, code_offsets of the old words.
        old_total: sum of the old words' counts, as they are now.
        new_counts: int64 (new words,), in id order after the old words.

    Returns: codes, points, code_offsets of all words.
    """
    codes, points, code_offsets = tree
    old_nodes = int(points.max()) + 1
    new_total = int(new_counts.sum())
    root = old_nodes + len(new_counts) - 1
    old_digit = int(new_total < old_total)
    paths: list[Path] = []
    for start, end in pairwise(code_offsets.tolist()):
        # The null word has no path, before and after.
        prefix: Path = ([old_digit], [root]) if end > start else ([], [])
        paths.append((prefix[0] + codes[start:end].tolist(), prefix[1] + points[start:end].tolist()))
    parent, digit = merge(new_counts.tolist())
    for leaf in range(len(new_counts)):
        code, path = path_to(leaf, parent, digit, first_node=old_nodes)
        paths.append(([1 - old_digit, *code], [root, *path]))
    return flatten(paths)


def merge(counts: list[int]) -> tuple[list[int], list[int]]:
    """Return (parent, digit) of each node of the Huffman tree; leaves 0 .. n-1, then inner nodes."""
    n_leaves = len(counts)
    # Node numbers are the order of creation, so they break ties as specified.
    heap = [(count, node) for node, count in enumerate(counts)]
    heapq.heapify(heap)
    parent = [0] * (2 * n_leaves - 1)
    digit = [0] * (2 * n_leaves - 1)
    for created in range(n_leaves, 2 * n_leaves - 1):
        count_0, node_0 = heapq.heappop(heap)
        count_1, node_1 = heapq.heappop(heap)
        parent[node_0] = parent[node_1] = created
        digit[node_1] = 1
        heapq.heappush(heap, (count_0 + count_1, created))
    return parent, digit


def path_to(leaf: int, parent: list[int], digit: list[int], first_node: int) -> Path:
    """Return (code, points) of a leaf, from the root; inner node k is row first_node + k."""
    n_leaves = (len(parent) + 1) // 2
    code: list[int] = []
    points: list[int] = []
    node, root = leaf, len(parent) - 1
    while node != root:
        code.append(digit[node])
        node = parent[node]
        points.append(first_node + node - n_leaves)
    return code[::-1], points[::-1]


def flatten(paths: list[Path]) -> tuple[UInt8Array, UInt32Array, Int64Array]:
    """Return codes, points and code_offsets of the paths, one after the other."""
    code_offsets = np.zeros(len(paths) + 1, dtype=np.int64)
    np.cumsum([len(code) for code, _ in paths], out=code_offsets[1:])
    codes = np.array([d for code, _ in paths for d in code], dtype=np.uint8)
    points = np.array([p for _, path in paths for p in path], dtype=np.uint32)
    return codes, points, code_offsets
