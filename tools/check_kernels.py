"""Compares the C kernels of a processor that this machine is not with the reference, to the bit.

    python tools/check_kernels.py arm       NEON and baseline, cross-compiled, run under qemu-aarch64
    python tools/check_kernels.py avx512    the code for sixteen floats, compiled for AVX2
    python tools/check_kernels.py native    what this machine has, as a check of the check

"arm" needs aarch64-linux-gnu-gcc and qemu-aarch64 (Debian: gcc-aarch64-linux-gnu libc6-dev-arm64-cross
qemu-user). "avx512" shows that the logic of the kernels is right; what the compiler makes of it for
AVX-512 itself is shown by the ordinary tests on a machine that has it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "spec_tests" / "library" / "c_backend")]

from conftest import Case, build_case, train_with  # noqa: E402 - found by the line above

from w2vref.backends.c.arguments import NoiseIndex, index_noise  # noqa: E402
from w2vref.backends.c.library import SIMD_NAMES  # noqa: E402
from w2vref.backends.numpy_backend import NumpyBackend  # noqa: E402
from w2vref.config import CBOW_GRADIENTS  # noqa: E402

SOURCES = ROOT / "w2vref" / "backends" / "c"
FLAGS = ["-std=gnu11", "-O3", "-ffp-contract=off", "-fno-math-errno", "-Wall", "-Wextra"]
TARGETS: dict[str, tuple[list[str], list[str], list[str]]] = {
    "arm": (
        ["aarch64-linux-gnu-gcc", "-static"],
        ["qemu-aarch64"],
        ["baseline", "neon"],
    ),
    "avx512": (["gcc", "-DW2V_EMULATE_AVX512", "-Wno-psabi"], [], ["avx512"]),
    "native": (["gcc"], [], ["baseline"]),
}


def compile_driver(compiler: list[str], folder: Path) -> Path:
    """Compile the kernels with tools/kernel_driver.c; return the program."""
    program = folder / "kernel_driver"
    sources = [str(path) for path in sorted((SOURCES / "src").glob("simd*.c"))]
    include = [f"-I{SOURCES / 'include'}", f"-I{SOURCES / 'src'}"]
    driver = str(ROOT / "tools" / "kernel_driver.c")
    subprocess.run([*compiler, *FLAGS, *include, *sources, driver, "-lm", "-o", str(program)], check=True)
    return program


def encode(case: Case, simd: str, first: int, span: int) -> bytes:
    """Return a case as tools/kernel_driver.c reads it."""
    job, config, tables = case.job, case.job.config, case.job.tables
    parameters, corpus = job.parameters, job.corpus
    empty = np.zeros(0, dtype=np.uint32)
    noise = NoiseIndex(empty, empty.astype(np.int32), 0, 0, 0)
    if config.negative:
        noise = index_noise(tables.cum_table)
    lengths = np.diff(tables.code_offsets)
    locks = empty.astype(np.float32) if (parameters.locks == 1).all() else parameters.locks
    header = [
        *(SIMD_NAMES.index(simd), *parameters.input_vectors.shape),
        *(len(parameters.output_vectors), len(parameters.node_vectors), len(locks)),
        *(len(noise.cum_table), len(noise.guide), noise.total, noise.shift, noise.steps),
        *(len(tables.codes), len(tables.code_offsets), int(lengths.max(initial=0))),
        *(config.seed, config.window, config.negative, config.shrink_windows, config.sg, config.hs),
        *(config.cbow_mean, config.divides_error(), corpus.words, corpus.sentences),
        *(job.epoch, job.words_before, job.total_words, span, first),
    ]
    arrays: list[Any] = [
        np.array(header, dtype=np.int64),
        np.array([job.start_alpha, job.end_alpha], dtype=np.float64),
        *case.arrays(),
        *(locks, tables.sample_int, noise.cum_table, noise.guide),
        *(tables.codes, tables.points, tables.code_offsets, corpus.tokens, corpus.sentence_offsets),
    ]
    return b"".join(array.tobytes() for array in arrays)


def random_case(rng: np.random.Generator) -> Case:
    """Return a case of any mode."""
    negative = int(rng.choice([0, 1, 5, 7, 8, 20]))
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
        hs=bool(rng.integers(2)) or not negative,
        cbow_mean=bool(rng.integers(2)),
        cbow_gradient=str(rng.choice(CBOW_GRADIENTS)),
    )


def main() -> int:
    """Run the comparison; return 0 if every bit agrees."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--cases", type=int, default=150)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    compiler, runner, simds = TARGETS[arguments.target]
    rng, reference = np.random.default_rng(arguments.seed), NumpyBackend()
    with tempfile.TemporaryDirectory() as folder:
        program = [*runner, str(compile_driver(compiler, Path(folder)))]
        for number in range(arguments.cases):
            case = random_case(rng)
            first = int(rng.integers(0, case.job.corpus.words + 1))
            span = int(rng.choice([1, 7, 10_000]))
            expected, _ = train_with(reference, case, first)
            for simd in simds:
                answer = subprocess.run(
                    program, input=encode(case, simd, first, span), capture_output=True, check=True
                )
                if answer.stdout != b"".join(array.tobytes() for array in expected.arrays()):
                    print(f"{simd} differs in case {number} of seed {arguments.seed}: {case.job.config}")
                    return 1
    print(f"{arguments.target}: {', '.join(simds)} agree with the reference in {arguments.cases} cases")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
