"""The memory of a model that several processes have loaded, `python -m bench.sharing`.

Vectors are saved once; processes load them, memory-mapped or copied, read every row, and then all count
their pages at the same moment, from /proc/self/smaps_rollup (Linux). Pss counts a page that n processes
share as 1/n of it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.files import vectors
from bench.timing import print_table

READER = """
import sys
from w2vref import KeyedVectors
kv = KeyedVectors.load(sys.argv[1], mmap=sys.argv[2] or None)
kv.most_similar(kv.index_to_key[0], topn=1)
float(kv.vectors.sum())
print("ready", flush=True)
sys.stdin.readline()
fields = dict.fromkeys(("Rss", "Pss", "Private_Dirty"), 0)
for line in open("/proc/self/smaps_rollup"):
    name = line.split(":")[0]
    if name in fields:
        fields[name] = int(line.split()[1])
print(*fields.values(), flush=True)
sys.stdin.readline()
"""
FIELDS = ("resident (Rss)", "its share (Pss)", "its own, written (Private_Dirty)")


def megabytes(path: Path, mmap: str, processes: int) -> list[list[float]]:
    """Return the FIELDS of each process, in MB."""
    command = [sys.executable, "-c", READER, str(path), mmap]
    readers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    lines: list[str] = []
    try:
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "ready\n"
        for reader in readers:
            assert reader.stdin is not None
            assert reader.stdout is not None
            reader.stdin.write("\n")
            reader.stdin.flush()
            lines.append(reader.stdout.readline())
    finally:
        for reader in readers:
            reader.communicate()
    return [[int(number) * 1024 / 1e6 for number in line.split()] for line in lines]


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", help="not used: the vectors are made up")
    parser.add_argument("--words", type=int, default=400_000)
    parser.add_argument("--size", type=int, default=300)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "vectors"
        vectors(options.words, options.size).save(path)
        for mmap in ("r", ""):
            for number, figures in enumerate(megabytes(path, mmap, options.processes), start=1):
                rows.append([f"mmap={mmap or None!r}, process {number}", *(f"{x:.0f}" for x in figures)])
        size = path.stat().st_size / 1e6
    print_table(f"{options.words} x {options.size} vectors, a file of {size:.0f} MB, MB", ["", *FIELDS], rows)


if __name__ == "__main__":
    main()
