"""Feeds damaged files to every reader: `python -m fuzz.readers --inputs 100000`.

A reader may return, or raise one of the errors that it documents; nothing else. It must not hang, and must
not take more memory than a small multiple of the file. What breaks this is written to fuzz/failures/.
"""

from __future__ import annotations

import argparse
import gzip
import io
import logging
import signal
import sys
import tempfile
import time
import traceback
import tracemalloc
import warnings
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import FrameType
from typing import NamedTuple

import numpy as np

from fuzz.mutations import mutated, mutated_native
from w2vref.errors import FileFormatError, UnsupportedOptionError
from w2vref.io import opening, source
from w2vref.io.native import load_native
from w2vref.io.vocabulary_files import read_vocabulary
from w2vref.io.word2vec_format import read_word2vec, write_word2vec
from w2vref.keyedvectors import KeyedVectors
from w2vref.model import Word2Vec
from w2vref.phrases import FrozenPhrases, Phrases, original_scorer

SECONDS = 5.0
"""Longest time for a file of some kilobytes; a hang otherwise."""
MEMORY_BASE, MEMORY_FACTOR = 300_000, 64
"""Bytes a reader may take: so many, and so many for each byte of the file. A row of one number, three bytes
of text, is a padded row of 64 bytes, a str of 50 and an entry of a list and a dict."""
FAILURES = Path(__file__).parent / "failures"

Mutate = Callable[[bytes, Random], bytes]


class Reader(NamedTuple):
    """What is fuzzed."""

    read: Callable[[Path], object]
    seeds: list[bytes]
    errors: tuple[type[Exception], ...]
    """What it documents."""
    mutate: Mutate = mutated


class Hang(BaseException):
    """The time is over; no reader can catch it by mistake."""


def samples() -> dict[str, list[bytes]]:
    """Return well-formed files of each format, small ones."""
    random = np.random.default_rng(1)
    found: dict[str, list[bytes]] = {"text": [], "binary": [], "headless": [], "native": [], "model": []}
    for words, size in ((["a", "été", "x" * 30, "d\xa0e"], 3), ([f"w{i}" for i in range(40)], 17), ([], 2)):
        vectors = random.normal(0, 1, (len(words), size)).astype(np.float32)
        for name, options in (
            ("text", {}),
            ("binary", {"binary": True}),
            ("binary", {"binary": True, "newline": True}),
            ("headless", {"write_header": False}),
        ):
            stream = io.BytesIO()
            write_word2vec(stream, words, vectors, **options)  # type: ignore[arg-type]
            found[name].append(stream.getvalue())
        kv = KeyedVectors(size)
        kv.add_vectors(words, vectors, extras={"count": np.arange(len(words))})
        stream = io.BytesIO()
        kv.save(stream)
        found["native"].append(stream.getvalue())
    sentences = [[f"w{i % 7}", f"w{i % 3}", f"w{i % 5}"] for i in range(30)]
    for hs in (0, 1):
        model = Word2Vec(sentences, size=3, min_count=1, hs=hs, iter=1, workers=1, backend="numpy")
        stream = io.BytesIO()
        model.save(stream)
        found["model"].append(stream.getvalue())
    return found


def phrase_samples() -> tuple[list[bytes], list[bytes]]:
    """Return files of `Phrases` and of `FrozenPhrases`, some scored by a function that no file holds."""
    sentences = [["new", "york", "is", "é"], ["new", "york", "of", "a"], ["a", "new", "day"], ["new", "york"]]
    counted, frozen = [], []
    for options in ({}, {"scoring": "npmi", "threshold": -1.0}, {"scoring": _user_scorer, "threshold": 0.1}):
        for corpus in (sentences, []):
            phrases = Phrases(corpus, min_count=1, connector_words={"of", "a"}, **options)  # type: ignore[arg-type]
            for made, found in ((phrases, counted), (phrases.freeze(), frozen)):
                stream = io.BytesIO()
                made.save(stream)  # type: ignore[attr-defined]
                found.append(stream.getvalue())
    return counted, frozen


def _user_scorer(**counts: float) -> float:
    return original_scorer(**counts)  # type: ignore[arg-type]


def _either(one: Mutate, other: Mutate) -> Mutate:
    return lambda data, random: (one if random.random() < 0.5 else other)(data, random)


def _zipped(data: bytes, random: Random) -> bytes:
    """Damage the compressed file, or compress a damaged one."""
    if random.random() < 0.5:
        return mutated(gzip.compress(data, 1), random)
    return gzip.compress(mutated(data, random), 1)


def readers(folder: Path) -> dict[str, Reader]:
    """Return everything that reads a file of vectors."""
    seeds = samples()
    text_errors = (FileFormatError, UnicodeDecodeError)
    model_errors = (FileFormatError, UnsupportedOptionError)
    native = _either(mutated, mutated_native)
    target = KeyedVectors(3)
    target.add_vectors(["a", "d\xa0e", "w1"], np.zeros((3, 3)))

    def opened(path: Path) -> object:
        with path.open("rb") as stream:
            return read_word2vec(stream, binary=path.read_bytes()[-1:] < b"5")

    def zipped(path: Path) -> object:
        return read_word2vec(path.rename(folder / "input.gz"))

    def merged(path: Path) -> object:
        return target.intersect_word2vec_format(path, binary=path.stat().st_size % 2 == 0)

    def phrases(path: Path) -> object:
        try:
            loaded = Phrases.load(path)
        except FileFormatError:
            raise
        except ValueError as error:  # documented: the file names a function of the user's
            if "give it again" not in str(error):
                raise
            loaded = Phrases.load(path, scoring=_user_scorer)
        return loaded, loaded.export_phrases()

    def frozen_phrases(path: Path) -> object:
        loaded = FrozenPhrases.load(path)
        return loaded, loaded[["new", "york", "of", "a"]]

    counted, frozen = phrase_samples()
    vocabulary = [b"a 5\nb\xc2\xa0c 7\n\xc3\xa9 1\n", b"word 1"]
    both = seeds["text"] + seeds["binary"]
    return {
        "text": Reader(read_word2vec, seeds["text"], text_errors),
        "text, float64": Reader(lambda p: read_word2vec(p, datatype=np.float64), seeds["text"], text_errors),
        "binary": Reader(lambda path: read_word2vec(path, binary=True), seeds["binary"], text_errors),
        "no header": Reader(lambda path: read_word2vec(path, no_header=True), seeds["headless"], text_errors),
        "GloVe": Reader(KeyedVectors.load_glove_format, seeds["headless"], text_errors),
        "open file": Reader(opened, both, text_errors),
        "gzip": Reader(zipped, seeds["text"], text_errors, _zipped),
        "limit, replace": Reader(
            lambda path: read_word2vec(path, limit=3, unicode_errors="replace"), seeds["text"], text_errors
        ),
        "intersect": Reader(merged, both, (*text_errors, ValueError)),
        "vocabulary": Reader(read_vocabulary, vocabulary, text_errors),
        "native": Reader(KeyedVectors.load, seeds["native"] + seeds["model"], model_errors, native),
        "native, mapped": Reader(
            lambda path: KeyedVectors.load(path, mmap="r"), seeds["native"], model_errors, native
        ),
        "native arrays": Reader(load_native, seeds["native"], model_errors, native),
        "model": Reader(
            lambda path: Word2Vec.load(path, backend="numpy"), seeds["model"], model_errors, native
        ),
        "phrases": Reader(phrases, counted, model_errors, native),
        "frozen phrases": Reader(frozen_phrases, frozen, model_errors, native),
    }


def _on_alarm(signum: int, frame: FrameType | None) -> None:
    raise Hang


def run_one(reader: Reader, data: bytes, path: Path) -> tuple[str, int, float]:
    """Read one file; return what came of it, the peak of memory and the seconds."""
    path.write_bytes(data)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    started = time.perf_counter()
    try:
        reader.read(path)
        outcome = "read"
    except reader.errors as error:
        outcome = type(error).__name__
    except Hang:
        outcome = "FAILURE: hang"
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        outcome = f"FAILURE: {type(error).__name__}: {error}\n{traceback.format_exc(limit=-4)}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    seconds = time.perf_counter() - started
    return outcome, tracemalloc.get_traced_memory()[1] - before, seconds


def _allowed(data: bytes) -> int:
    size = len(data)
    if data[:2] == b"\x1f\x8b":  # the content counts, as far as it can be had
        engine = zlib.decompressobj(31)
        try:
            size += len(engine.decompress(data))
        except zlib.error:
            size *= 1000
    return MEMORY_BASE + MEMORY_FACTOR * size


def main() -> int:
    """Run; return 1 if something failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000, help="in all, shared by the readers")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reader", help="only this one")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("error")
    signal.signal(signal.SIGALRM, _on_alarm)
    # Small blocks and first allocations: borders everywhere, and a peak of memory that tells something.
    source.BLOCK_BYTES, source.GROWTH_START, opening.BUFFER_BYTES = 512, 4096, 512
    failures = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        chosen = readers(folder)
        if options.reader:
            chosen = {options.reader: chosen[options.reader]}
        each = -(-options.inputs // len(chosen))
        tracemalloc.start()
        print(f"{'reader':16} {'inputs':>7} {'peak':>9} {'slowest':>9}  outcomes")
        for label, reader in chosen.items():
            random = Random(f"{options.seed} {label}")
            outcomes: Counter[str] = Counter()
            most, slowest = 0, 0.0
            for number in range(each):
                data = reader.mutate(random.choice(reader.seeds), random)
                outcome, peak, seconds = run_one(reader, data, folder / "input")
                most, slowest = max(most, peak), max(slowest, seconds)
                if peak > _allowed(data):
                    outcome = f"FAILURE: too much memory\n{peak} bytes for a file of {len(data)}"
                outcomes[outcome.splitlines()[0][:90]] += 1
                if outcome.startswith("FAILURE"):
                    failures += 1
                    if outcomes[outcome.splitlines()[0][:90]] == 1:
                        FAILURES.mkdir(exist_ok=True)
                        saved = FAILURES / f"{label.replace(', ', '-').replace(' ', '-')}-{number}"
                        saved.write_bytes(data)
                        print(f"{label}: {outcome}\n  the file is {saved}", file=sys.stderr)
            summary = ", ".join(f"{key}: {count}" for key, count in outcomes.most_common())
            print(f"{label:16} {each:7} {most / 1000:7.0f}kB {slowest * 1000:7.1f}ms  {summary}", flush=True)
    print(f"{each * len(chosen)} inputs, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
