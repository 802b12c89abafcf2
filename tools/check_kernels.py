"""Compares the C kernels of a processor that this machine is not with the reference, to the bit.

    python tools/check_kernels.py arm               NEON and baseline, cross-compiled, run under qemu-aarch64
    python tools/check_kernels.py avx512            the code for sixteen floats, compiled for AVX2
    python tools/check_kernels.py avx512-emulated   the kernels as they are compiled for AVX-512, run in Bochs
    python tools/check_kernels.py native            what every machine has, as a check of the check

"arm" and "avx512-emulated" (see emulator.py) need programs that are not installed for them: they name them
and the packages. "avx512" needs only a compiler, and shows that the logic of the kernels is right, but not
what the compiler makes of it for AVX-512.

Trained rows agree to the bit; losses and scores within the tolerance of the conformance suite.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "spec_tests" / "library" / "c_backend")]

import emulator  # noqa: E402 - found by the line above, or beside this file
from conftest import Case, build_case, train_with  # noqa: E402

from w2vref.backends.c.arguments import NoiseIndex, index_noise  # noqa: E402
from w2vref.backends.c.library import SIMD_NAMES  # noqa: E402
from w2vref.backends.numpy_backend import NumpyBackend  # noqa: E402
from w2vref.config import CBOW_GRADIENTS, BlockRule, TrainingConfig  # noqa: E402
from w2vref.conformance.tolerances import LOSS, LOSS_FLOOR  # noqa: E402
from w2vref.reference.block_layout import bounds_from  # noqa: E402

SOURCES = ROOT / "w2vref" / "backends" / "c"
FLAGS = ["-std=gnu11", "-O3", "-ffp-contract=off", "-fno-math-errno", "-Wall", "-Wextra"]
STEP_WORDS = 9
"""As in kernel_driver.c."""
TOGETHER = 25
"""Cases in one run of the program, so that a machine need not be booted for each."""


class Target(NamedTuple):
    """A kind of processor: how programs for it are made and run, and which kernels are compared on it."""

    compiler: list[str]
    missing: Callable[[], list[str]]
    """Tells what is needed and not there."""
    packages: str
    """Of Debian, that have it."""
    run: Callable[[Path, bytes, Path], bytes]
    """Takes a program, its input and a scratch folder, returns its output."""
    simds: list[str]


def run_under(*runner: str) -> Callable[[Path, bytes, Path], bytes]:
    """Return a function that runs a program under this one, or by itself."""

    def run(program: Path, given: bytes, _: Path) -> bytes:
        command = [*runner, str(program)]
        return subprocess.run(command, input=given, stdout=subprocess.PIPE, check=True).stdout

    return run


def programs(*names: str) -> Callable[[], list[str]]:
    """Return a function that tells which of these programs are missing."""
    return lambda: [name for name in names if shutil.which(name) is None]


TARGETS = {
    "arm": Target(
        ["aarch64-linux-gnu-gcc", "-static"],
        programs("aarch64-linux-gnu-gcc", "qemu-aarch64"),
        "gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user",
        run_under("qemu-aarch64"),
        ["baseline", "neon"],
    ),
    "avx512": Target(
        ["gcc", "-DW2V_EMULATE_AVX512", "-Wno-psabi"], programs("gcc"), "gcc", run_under(), ["avx512"]
    ),
    "avx512-emulated": Target(
        ["gcc", "-static", "-no-pie"], emulator.missing, emulator.PACKAGES, emulator.run, ["avx512"]
    ),
    "native": Target(["gcc"], programs("gcc"), "gcc", run_under(), ["baseline"]),
}


class Start(NamedTuple):
    """A case, the token that training begins at, and the most tokens that are claimed at once."""

    case: Case
    first: int
    span: int


class Answer(NamedTuple):
    """What training gives: the bytes of the three arrays of rows; two losses and the scores, float64."""

    rows: bytes
    numbers: Any


def compile_driver(compiler: list[str], folder: Path) -> Path:
    """Compile the C sources with tools/kernel_driver.c; return the program."""
    program = folder / "kernel_driver"
    sources = [str(path) for path in sorted((SOURCES / "src").glob("*.c"))]
    include = [f"-I{SOURCES / 'include'}", f"-I{SOURCES / 'src'}"]
    driver = str(ROOT / "tools" / "kernel_driver.c")
    subprocess.run([*compiler, *FLAGS, *include, *sources, driver, "-lm", "-o", str(program)], check=True)
    return program


def encode(start: Start, simd: str) -> bytes:
    """Return a case as tools/kernel_driver.c reads it."""
    case, first, span = start
    job, config, tables = case.job, case.job.config, case.job.tables
    parameters, corpus = job.parameters, job.corpus
    empty = np.zeros(0, dtype=np.uint32)
    noise = NoiseIndex(empty, empty, 0, 0, 0)
    if config.negative:
        noise = index_noise(tables.cum_table)
    lengths = np.diff(tables.code_offsets)
    locks = empty.astype(np.float32) if (parameters.locks == 1).all() else parameters.locks
    rule, bounds = config.block, empty.astype(np.int64)
    if config.algorithm == "block":
        bounds = bounds_from(config, corpus, first)
    header = [
        *(SIMD_NAMES.index(simd), len(parameters.input_vectors)),
        *(config.vector_size, parameters.input_vectors.shape[1]),
        *(len(parameters.output_vectors), len(parameters.node_vectors), len(locks)),
        *(len(noise.cum_table), len(noise.guide), noise.total, noise.shift, noise.steps),
        *(len(tables.codes), len(tables.code_offsets), int(lengths.max(initial=0))),
        *(config.seed, config.window, config.negative, config.shrink_windows, config.sg, config.hs),
        *(config.cbow_mean, config.divides_error(), corpus.words, corpus.sentences),
        *(job.epoch, job.words_before, job.total_words, span, first),
        *(len(bounds), config.block_words(corpus.words), rule.tile, rule.draws),
    ]
    arrays: list[Any] = [
        np.array(header, dtype=np.int64),
        np.array([job.start_alpha, job.end_alpha, rule.cap, rule.cap_of_inputs()], dtype=np.float64),
        *case.arrays(),
        *(locks, tables.sample_int, noise.cum_table, noise.guide),
        *(tables.codes, tables.points, tables.code_offsets, corpus.tokens, corpus.sentence_offsets, bounds),
    ]
    return b"".join(array.tobytes() for array in arrays)


def decode(output: bytes, starts: list[Start]) -> list[Answer]:
    """Return the answers that tools/kernel_driver.c has written, one after the other."""
    answers, place = [], 0
    for start in starts:
        rows = sum(array.nbytes for array in start.case.arrays())
        end = place + rows + 8 * (2 + start.case.job.corpus.sentences)
        answers.append(Answer(output[place : place + rows], np.frombuffer(output[place + rows : end])))
        place = end
    if place != len(output):
        raise ValueError(f"the answers have {len(output)} bytes where there should be {place}")
    return answers


def reference_answer(start: Start) -> Answer:
    """Return what the reference gives."""
    reference = NumpyBackend()
    trained, result = train_with(reference, start.case, start.first)
    step_loss, job = take_step(reference, trained), trained.job
    scores = reference.score(job.config, job.parameters, job.tables, job.corpus)
    rows = b"".join(array.tobytes() for array in trained.arrays())
    return Answer(rows, np.concatenate(([result.loss, step_loss], scores)))


def take_step(backend: NumpyBackend, case: Case) -> float:
    """Take the step that tools/kernel_driver.c takes after training; return its loss."""
    config, parameters, tables = case.job.config, case.job.parameters, case.job.tables
    words = case.job.corpus.tokens[:STEP_WORDS].astype(np.int64)
    if len(words) < STEP_WORDS:
        return 0.0
    target, context, negatives = int(words[0]), words[1:4], words[4:]
    given = (config, parameters, tables)
    if config.sg:
        return backend.train_sg_pair(*given, int(context[0]), target, negatives, 0.03).loss
    hidden = parameters.input_vectors[context[0]].copy()
    return backend.train_cbow_pair(*given, context, hidden, target, negatives, 0.03).loss


def random_case(rng: np.random.Generator) -> Case:
    """Return a case of any mode."""
    negative = int(rng.choice([0, 1, 5, 7, 8, 20]))
    options: dict[str, Any] = {"hs": bool(rng.integers(2)) or not negative}
    if negative and rng.integers(3) == 0:
        rule = BlockRule(
            words=int(rng.choice([1, 9, 40, 1000])),
            tile=int(rng.choice([1, 8, 24, 33, 64])),
            draws=int(rng.choice([0, 4, 8, 20, 128])),
            cap=float(rng.choice([0.25, 0.5, 1.0])),
            input_cap=float(rng.choice([0.1, 0.5, 2.0])),
        )
        options = {"algorithm": "block", "block": rule}
    return build_case(
        seed=int(rng.integers(1 << 20)),
        lengths=tuple(int(n) for n in rng.choice([0, 1, 2, 9, 40], size=4)),
        vocab_size=int(rng.choice([2, 12, 300])),
        sample=float(rng.choice([0.0, 0.02])),
        locks=str(rng.choice(["one", "half", "each"])),
        vector_size=int(rng.choice([1, 7, 15, 16, 17, 31, 33, 100, 300])),
        window=int(rng.integers(1, 11)),
        shrink_windows=bool(rng.integers(2)),
        sg=bool(rng.integers(2)),
        negative=negative,
        cbow_mean=bool(rng.integers(2)),
        cbow_gradient=str(rng.choice(CBOW_GRADIENTS)),
        compute_loss=True,
        **options,
    )


def random_start(rng: np.random.Generator) -> Start:
    """Return a case, and a token of it to begin at: where a block begins, in block training."""
    case = random_case(rng)
    config, corpus = case.job.config, case.job.corpus
    if config.algorithm == "block":
        first = int(rng.choice(bounds_from(config, corpus, 0)))
    else:
        first = int(rng.integers(0, corpus.words + 1))
    return Start(case, first, int(rng.choice([1, 7, 10_000])))


def main() -> int:
    """Run the comparison; return 0 if every bit agrees."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--cases", type=int, default=150)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    target = TARGETS[arguments.target]
    if missing := target.missing():
        print(f"{arguments.target} needs {', '.join(missing)}; Debian's packages: {target.packages}")
        return 2
    rng, kinds, seconds = np.random.default_rng(arguments.seed), Counter[str](), 0.0
    with tempfile.TemporaryDirectory() as folder:
        program = compile_driver(target.compiler, Path(folder))
        for done in range(0, arguments.cases, TOGETHER):
            starts = [random_start(rng) for _ in range(min(TOGETHER, arguments.cases - done))]
            expected = [reference_answer(start) for start in starts]
            for simd in target.simds:
                began = time.perf_counter()
                given = b"".join(encode(start, simd) for start in starts)
                answers = decode(target.run(program, given, Path(folder)), starts)
                seconds += time.perf_counter() - began
                for number, (answer, right) in enumerate(zip(answers, expected, strict=True), start=done):
                    config = starts[number - done].case.job.config
                    close = np.allclose(answer.numbers, right.numbers, rtol=LOSS, atol=LOSS_FLOOR)
                    if answer.rows != right.rows or not close:
                        what = "a loss or score" if answer.rows == right.rows else "a row"
                        print(f"{simd}: {what} differs in case {number} of seed {arguments.seed}: {config}")
                        return 1
            kinds.update(kind(start.case.job.config) for start in starts)
    print(
        f"{arguments.target}: {', '.join(target.simds)} agree with the reference in {arguments.cases} cases:"
    )
    print(
        ", ".join(f"{count} {name}" for name, count in sorted(kinds.items())) + f"; {seconds:.0f} s in them"
    )
    return 0


def kind(config: TrainingConfig) -> str:
    """Return the mode of training in a few letters."""
    objective = "+".join(name for name, used in (("HS", config.hs), ("NS", config.negative)) if used)
    return f"{'SG' if config.sg else 'CBOW'}-{objective}{' block' * (config.algorithm == 'block')}"


if __name__ == "__main__":
    raise SystemExit(main())
