"""The Huffman tree of the vocabulary, and the code and points of each word."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from w2vref._typing import Int64Array, UInt8Array, UInt32Array


class Codes(NamedTuple):
    """The codes of all words, one after the other, each from the root."""

    codes: UInt8Array
    """(n,): the digits."""
    points: UInt32Array
    """(n,): the inner node at which each digit is decided."""
    code_offsets: Int64Array
    """(words + 1,): word w has the slice code_offsets[w]:code_offsets[w + 1] of both."""


def huffman_codes(counts: Int64Array) -> Codes:
    """Return the Huffman code and the path of inner nodes of each word, from the root.

    The two nodes smallest by (count, order of creation) merge; the later of them gets code 1.
    Leaves are created in vocabulary order, then inner nodes as they are merged; inner node k is row
    k of `node_vectors`, the root is the last (Mikolov et al. 2013b, section 2.1).

    Args:
        counts: int64 (vocab_size,). A word with a negative count (the null word) is not in the tree
            and has an empty code.

    Raises: ValueError for fewer than two words: there is no choice for a node to learn.
    """
    in_tree = np.flatnonzero(counts >= 0)
    if len(in_tree) < 2:
        raise ValueError(
            f"hierarchical softmax needs a vocabulary of at least two words, got {len(in_tree)}: "
            "add text, lower min_count, or use negative sampling (hs=0, negative=5)"
        )
    tree = _leaf_codes(*_merge(counts[in_tree]))
    lengths = np.zeros(len(counts), dtype=np.int64)
    lengths[in_tree] = np.diff(tree.code_offsets)
    return Codes(tree.codes, tree.points, _offsets(lengths))


def extend_codes(
    tree: tuple[UInt8Array, UInt32Array, Int64Array], old_total: int, new_counts: Int64Array
) -> Codes:
    """Return the codes after new words joined a vocabulary whose tree has been trained.

    Every old inner node keeps its row and its meaning: the new words get a Huffman tree of their own,
    and a new root decides between the old tree and theirs (the smaller total first; the old one at a
    tie). Their nodes take the next rows, the new root the last: V - 1 inner nodes as before. The tree
    is no longer optimal; rebuilding it would give trained rows to other decisions.

    Args:
        tree: `Codes` of the old words, or the same three arrays.
        old_total: sum of the old words' counts, as they are now.
        new_counts: int64 (new words,), in id order after the old words; none: the tree as it is.

    Returns: the codes of all words.
    """
    old = Codes(*tree)
    if not len(new_counts):
        return old
    old_nodes = int(old.points.max()) + 1
    root = old_nodes + len(new_counts) - 1
    old_digit = int(int(new_counts.sum()) < old_total)
    # The null word has no path, before and after.
    old = _below(old, np.diff(old.code_offsets) > 0, root, old_digit)
    new = _leaf_codes(*_merge(new_counts))
    new = new._replace(points=new.points + np.uint32(old_nodes))
    new = _below(new, np.ones(len(new_counts), dtype=np.bool_), root, 1 - old_digit)
    return Codes(
        np.concatenate([old.codes, new.codes]),
        np.concatenate([old.points, new.points]),
        np.concatenate([old.code_offsets, old.code_offsets[-1] + new.code_offsets[1:]]),
    )


def _merge(counts: Int64Array) -> tuple[Int64Array, UInt8Array]:
    """Build the tree of n leaves; its nodes are numbered in the order of creation.

    Two queues instead of a heap: the leaves in order of (count, creation), and the inner nodes,
    whose counts never fall from one to the next. At a tie the leaf is the earlier node.

    Returns: parent int64 (2 n - 1,), the root, the last node, being its own; digit uint8, same length.
    """
    n_leaves = len(counts)
    order = np.argsort(counts, kind="stable")
    leaves: list[int] = order.tolist()
    leaf_counts: list[float] = [*counts[order].tolist(), math.inf]
    inner_counts: list[float] = [math.inf] * (n_leaves - 1)
    next_leaf = next_inner = 0
    parent = [2 * n_leaves - 2] * (2 * n_leaves - 1)
    digit = [0] * (2 * n_leaves - 1)
    for created in range(n_leaves - 1):
        merged: float = 0
        for code in (0, 1):
            if leaf_counts[next_leaf] <= inner_counts[next_inner]:
                node, count = leaves[next_leaf], leaf_counts[next_leaf]
                next_leaf += 1
            else:
                node, count = n_leaves + next_inner, inner_counts[next_inner]
                next_inner += 1
            parent[node], digit[node] = n_leaves + created, code
            merged += count
        inner_counts[created] = merged
    return np.array(parent, dtype=np.int64), np.array(digit, dtype=np.uint8)


def _leaf_codes(parent: Int64Array, digit: UInt8Array) -> Codes:
    """Return the codes of the n leaves; the inner node with number n + k in the tree is point k."""
    n_leaves = (len(parent) + 1) // 2
    # All leaves climb together, one step at a time; who has arrived at the root stays there.
    lengths = np.zeros(n_leaves, dtype=np.int64)
    node = np.arange(n_leaves)
    while (on_the_way := node != parent[node]).any():
        lengths += on_the_way
        node = parent[node]
    offsets = _offsets(lengths)
    codes = np.zeros(offsets[-1], dtype=np.uint8)
    points = np.zeros(offsets[-1], dtype=np.uint32)
    node = np.arange(n_leaves)
    for step in range(lengths.max()):
        climbing = np.flatnonzero(lengths > step)
        place = offsets[climbing + 1] - 1 - step
        codes[place] = digit[node[climbing]]
        node = parent[node]
        points[place] = node[climbing] - n_leaves
    return Codes(codes, points, offsets)


def _below(tree: Codes, in_tree: npt.NDArray[np.bool_], root: int, digit: int) -> Codes:
    """Return the codes with one more decision at their beginning, for the words that are in_tree."""
    starts = tree.code_offsets[:-1][in_tree]
    return Codes(
        np.insert(tree.codes, starts, np.uint8(digit)),
        np.insert(tree.points, starts, np.uint32(root)),
        tree.code_offsets + np.append(0, np.cumsum(in_tree)),
    )


def _offsets(lengths: Int64Array) -> Int64Array:
    """Return where each of the slices of these lengths begins, and the end: int64 (n + 1,)."""
    return np.append(0, np.cumsum(lengths, dtype=np.int64))
