"""Queries beside gensim's: one at a time, in a batch, and by an approximate index, with its recall.

    python -m bench.queries [--rows N] [--size N] [--rounds N] [--index-rows N] [--json FILE]

The vectors are made up. `clusters`: each is one of rows / 50 centres, drawn from a normal distribution, plus
as much noise, so that a word has some fifty neighbours near to it and is far from all others: the hardest
case of an index, which finds its way by neighbours. `spectrum`: like vectors of trained words, which share
a direction and differ in few others. Both libraries have the same vectors and answer in turn. The loop that
the batch is compared with is gensim's `most_similar`, measured on some of the queries. Unset OPENBLAS_*
first: they slow both down, unequally.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from bench.timing import Seconds, interleaved, machine, print_table, write_json
from w2vref import KeyedVectors

BATCH = 1000
LOOP = 20
"""Queries of one round of a loop; its time for a batch is multiplied from it."""
QUERIES = 500
"""Queries of one round of the index, for as many different words."""
EXPANSIONS = (16, 32, 64, 128, 256)
"""Candidates that the index looks at; 64 is the default."""


def vectors(rows: int, size: int) -> tuple[list[str], np.ndarray]:
    """Return keys, and vectors with neighbours: each is the sum of one of many centres and of noise."""
    rng = np.random.default_rng(1)
    centres = rng.standard_normal((max(1, rows // 50), size), dtype=np.float32)
    result = centres[rng.integers(0, len(centres), rows)]
    result += rng.standard_normal((rows, size), dtype=np.float32)
    return [f"w{row}" for row in range(rows)], result


def words_spectrum(rows: int, size: int) -> tuple[list[str], np.ndarray]:
    """Return keys, and vectors spread as those of words.

    As seen in skip-gram vectors of novels: the mean of the unit vectors has three quarters of the squared
    length, and the i-th principal deviation falls as i ** -0.75.
    """
    rng = np.random.default_rng(1)
    deviations = np.arange(1, size + 1, dtype=np.float32) ** np.float32(-0.75)
    result = rng.standard_normal((rows, size), dtype=np.float32) * deviations
    common = rng.standard_normal(size, dtype=np.float32)
    result += common * np.sqrt(3 * (deviations**2).sum() / (common**2).sum())
    return [f"w{row}" for row in range(rows)], result


INDEX_DATA = {"clusters": vectors, "spectrum": words_spectrum}


def exact(keys: list[str], matrix: np.ndarray, rounds: int) -> list[dict[str, Any]]:
    """Measure exact queries of both libraries, in milliseconds for each query."""
    from gensim.models import KeyedVectors as GensimVectors

    ours, theirs = KeyedVectors(matrix.shape[1]), GensimVectors(matrix.shape[1])
    ours.add_vectors(keys, matrix)
    theirs.add_vectors(keys, matrix)
    theirs.fill_norms()
    for key in keys[:5]:  # beyond the queries that come before the copy in bytes
        mine, other = ours.most_similar(key), theirs.most_similar(key)
        assert [word for word, _ in mine] == [word for word, _ in other], key
    batch = keys[:BATCH]

    def loop(kv: Any) -> Callable[[], object]:
        return lambda: [kv.most_similar(key) for key in batch[:LOOP]]

    seconds = interleaved(
        {"gensim": loop(theirs), "single": loop(ours), "batch": lambda: ours.most_similar_batch(batch)},
        rounds,
    )
    queries = {"gensim": min(LOOP, len(batch)), "single": min(LOOP, len(batch)), "batch": len(batch)}
    return [
        {
            "what": name,
            **{f"{clock}_ms": 1e3 * measured.median(clock) / queries[name] for clock in ("wall", "cpu")},
            **{f"{clock}_ratio": ratio(seconds, queries, name, clock) for clock in ("wall", "cpu")},
        }
        for name, measured in seconds.items()
    ]


def ratio(seconds: dict[str, Seconds], queries: dict[str, int], name: str, clock: str) -> float:
    """Return how many times as long gensim's loop takes for a query."""
    theirs, mine = (seconds[who].median(clock) / queries[who] for who in ("gensim", name))
    return theirs / mine


def approximate(data: str, rows: int, size: int, rounds: int, **options: int) -> dict[str, Any]:
    """Measure an index: milliseconds of a query, and the share of the ten true neighbours it finds.

    Args:
        data: of INDEX_DATA.
        options: of the index.
    """
    from w2vref.keyedvectors import UsearchIndexer

    keys, matrix = INDEX_DATA[data](rows, size)
    kv = KeyedVectors(size)
    kv.add_vectors(keys, matrix)
    queries = keys[:: max(1, rows // QUERIES)][:QUERIES]
    truth = kv.most_similar_batch(queries)
    started = time.perf_counter()
    index = UsearchIndexer(kv, **options)
    figures: dict[str, Any] = {"build_seconds": time.perf_counter() - started, "searches": []}

    def answers() -> list[list[tuple[Any, float]]]:
        return [kv.most_similar(key, indexer=index) for key in queries]

    for expansion in EXPANSIONS:
        index.expansion_search = expansion
        found = sum(len({*dict(a)} & {*dict(t)}) for a, t in zip(answers(), truth, strict=True))
        measured = interleaved({"index": answers}, rounds)["index"]
        figures["searches"].append(
            {
                "expansion_search": expansion,
                **{f"{c}_ms": 1e3 * measured.median(c) / len(queries) for c in ("wall", "cpu")},
                "recall": found / sum(map(len, truth)),
            }
        )
    return figures


def print_exact(figures: dict[str, Any]) -> None:
    """Print the table of exact queries."""
    clocks = ("wall", "cpu")
    print_table(
        f"most_similar, {figures['rows']} x {figures['size']}; machine: {figures['machine']}",
        ["", "wall ms", "times as fast as gensim's loop", "CPU ms", "times, CPU"],
        [
            [row["what"], *(f"{row[f'{clock}_{what}']:.2f}" for clock in clocks for what in ("ms", "ratio"))]
            for row in figures["exact"]
        ],
    )


def print_index(figures: dict[str, Any], shape: str) -> None:
    """Print the table of the index."""
    print_table(
        f"usearch index, {shape}, {figures['options']}, made in {figures['build_seconds']:.0f} s; "
        f"{QUERIES} queries for 10 words",
        ["expansion_search", "wall ms for a query", "CPU ms", "recall of the 10"],
        [
            [row["expansion_search"], *(f"{row[name]:.3f}" for name in ("wall_ms", "cpu_ms", "recall"))]
            for row in figures["searches"]
        ],
    )


def main() -> None:
    """Print the tables and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", help="not used: the vectors are made up")
    parser.add_argument("--rows", type=int, default=400_000, help="of exact queries; 0: none")
    parser.add_argument("--size", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--index-rows", type=int, default=1_000_000, help="0: no index")
    parser.add_argument("--index-size", type=int, default=100)
    parser.add_argument("--index-data", choices=INDEX_DATA, default="spectrum")
    parser.add_argument("--connectivity", type=int, default=16, help="of the index: links of a node")
    parser.add_argument(
        "--expansion-add", type=int, default=128, help="of the index: candidates of a new row"
    )
    parser.add_argument("--json", help="write the figures to this file")
    arguments = parser.parse_args()
    figures: dict[str, Any] = {"machine": machine(), "rows": arguments.rows, "size": arguments.size}
    if arguments.rows:
        figures["exact"] = exact(*vectors(arguments.rows, arguments.size), arguments.rounds)
        print_exact(figures)
    if arguments.index_rows:
        options = {name: getattr(arguments, name) for name in ("connectivity", "expansion_add")}
        figures["index"] = approximate(
            arguments.index_data, arguments.index_rows, arguments.index_size, arguments.rounds, **options
        ) | {"options": options}
        shape = f"{arguments.index_data}, {arguments.index_rows} x {arguments.index_size}"
        print_index(figures["index"], shape)
    write_json(arguments.json, figures)


if __name__ == "__main__":
    main()
