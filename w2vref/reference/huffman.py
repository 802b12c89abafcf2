"""The Huffman tree of the vocabulary, and the code and points of each word."""

from __future__ import annotations

import heapq

import numpy as np

from w2vref._typing import Int64Array, UInt8Array, UInt32Array


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
    n_leaves = len(leaves)
    # Node numbers are the order of creation, so they break ties as specified.
    heap = [(int(counts[word_id]), node) for node, word_id in enumerate(leaves)]
    heapq.heapify(heap)
    parent = np.zeros(2 * n_leaves - 1, dtype=np.int64)
    digit = np.zeros(2 * n_leaves - 1, dtype=np.uint8)
    for created in range(n_leaves, 2 * n_leaves - 1):
        count_0, node_0 = heapq.heappop(heap)
        count_1, node_1 = heapq.heappop(heap)
        parent[node_0] = parent[node_1] = created
        digit[node_1] = 1
        heapq.heappush(heap, (count_0 + count_1, created))

    root = 2 * n_leaves - 2
    paths: list[tuple[list[int], list[int]]] = [([], [])] * len(counts)
    for leaf, word_id in enumerate(leaves):
        code: list[int] = []
        points: list[int] = []
        node = leaf
        while node != root:
            code.append(int(digit[node]))
            node = int(parent[node])
            points.append(node - n_leaves)
        paths[word_id] = (code[::-1], points[::-1])
    code_offsets = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum([len(code) for code, _ in paths], out=code_offsets[1:])
    codes = np.array([d for code, _ in paths for d in code], dtype=np.uint8)
    points_array = np.array([p for _, points in paths for p in points], dtype=np.uint32)
    return codes, points_array, code_offsets
