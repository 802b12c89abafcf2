"""The suite under pytest: `pytest --pyargs w2vref.conformance --w2v-target=...`."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import w2vref

ADAPTER = """
from w2vref.conformance import Adapter
from w2vref.conformance.adapters.w2vref import Reference

class Wrong(Reference):
    def sigmoid(self, x):
        return {"y": [0.5 for _ in x]}

    huffman_build = None

class ForgetsDoubles(Reference):
    '''A word that stands twice in the context changes once, but only if it stands first.'''

    def update_cbow(self, context_ids, **more):
        kept = context_ids[1:] if context_ids[0] in context_ids[1:] else context_ids
        return super().update_cbow(context_ids=kept, **more)
"""


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "wrong.py").write_text(ADAPTER, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(str(w2vref.__file__)).parents[1])}
    # An installed package is found by its entry point; a source tree is not.
    installed = entry_points(group="pytest11", name="w2vref")
    plugin = [] if installed else ["-p", "w2vref.conformance.plugin"]
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            *plugin,
            "-q",
            "-rA",
            "-p",
            "no:cacheprovider",
            "--pyargs",
            *arguments,
        ],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_target_under_pytest(tmp_path: Path) -> None:
    (tmp_path / "expected.txt").write_text("sigmoid.grid a constant\nsigmoid.at-0 it was wrong\n", "utf-8")
    done = run_pytest(
        tmp_path,
        "w2vref.conformance",
        "--w2v-target=wrong:Wrong",
        "--w2v-case=sigmoid.*",
        "--w2v-case=huffman.tree.three",
        "--w2v-case=pairs.sg.edges",
        "--w2v-expected-failures=expected.txt",
    )
    out = done.stdout
    assert done.returncode == 1, out + done.stderr
    assert "3 failed, 2 passed, 6 skipped, 2 xfailed" in out
    assert "test_backends" not in out
    assert "unexpected pass: expected to fail: it was wrong" in out
    assert "FAIL sigmoid.tails (must)" in out
    assert "y[0] differs, the first of 32 of 33 values" in out
    assert "the target does not have the operation huffman.build" in out
    assert "need not pass: y[0] differs" in out


def test_random_cases_find_what_no_fixed_one_was_asked_for(tmp_path: Path) -> None:
    done = run_pytest(
        tmp_path,
        "w2vref.conformance",
        "--w2v-target=wrong:ForgetsDoubles",
        "--w2v-in-process",
        "--w2v-preset=tiny",
        "-k=random and (updates or pairs)",
        "--hypothesis-seed=1",
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed, 1 passed" in done.stdout
    assert "input_vectors[" in done.stdout
    assert "'context_ids': [" in done.stdout  # the smallest inputs that fail


def test_without_a_target_the_backends_are_tested(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, "w2vref.conformance", "--collect-only", "--w2v-backend=numpy")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "test_backends.py" in done.stdout
    assert "test_target.py" not in done.stdout


BACKENDS = """
from w2vref.backends import register_backend
from w2vref.backends.numpy_backend import NumpyBackend

class Doubles(NumpyBackend):
    name = "doubles"

    def train_sg_pair(self, config, parameters, tables, *arguments):
        step = super().train_sg_pair(config, parameters, tables, *arguments)
        return step._replace(hidden_error=step.hidden_error * 2)

class Raises(NumpyBackend):
    name = "raises"

    def score_sg_pair(self, config, parameters, tables, input_id, target_id):
        return [0.0][target_id + 1]

class Unsteady(NumpyBackend):
    name = "unsteady"
    calls = 0

    def train(self, job, control):
        Unsteady.calls += 1
        result = super().train(job, control)
        return result._replace(effective_words=result.effective_words + (Unsteady.calls == 3))

for backend in (Doubles, Raises, Unsteady):
    register_backend(backend.name, backend)
"""


def report_on(folder: Path, backend: str, check: str) -> list[str]:
    """Run one check on a wrong backend and return the lines of its report."""
    (folder / "conftest.py").write_text(BACKENDS, encoding="utf-8")
    done = run_pytest(
        folder,
        "w2vref.conformance",
        f"--w2v-backend={backend}",
        f"-k={backend}-{check}]",
        "--hypothesis-seed=1",
    )
    assert done.returncode == 1, done.stdout + done.stderr
    section = done.stdout.split("= FAILURES =")[1].split("= short test summary")[0]
    return [line for line in section.splitlines()[1:] if not line.startswith("===")]


def run_snippet(folder: Path, report: list[str]) -> str:
    """Run what the report prints for it, as its reader would, and return how it ends."""
    start = report.index("  reproduce with:") + 1
    code = [line.removeprefix("    ") for line in report[start:] if line.startswith("    ")]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(["import conftest", *code])],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(str(w2vref.__file__)).parents[1])},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    return done.stderr


def test_the_report_on_a_wrong_backend_is_all_its_author_needs(tmp_path: Path) -> None:
    report = report_on(tmp_path, "doubles", "train_sg_pair")
    title, first, expected, got, case, reproduce, *snippet, promised = report
    assert title.strip("_ ") == "test_backend[doubles-train_sg_pair]"
    assert first.startswith(
        "backend 'doubles' fails train_sg_pair: hidden_error[0] differs, the first of 1 of "
    )
    assert expected.startswith("  expected  np.float32(")
    assert got.startswith("  got       np.float32(")
    assert case.startswith("  case      PairCase(config=TrainingConfig(vector_size=1")
    assert "dialect=" not in case  # the default
    assert reproduce == "  reproduce with:"
    assert snippet[-1].strip() == "CHECKS['train_sg_pair'].run(get_backend('doubles'), case)"
    assert promised.startswith("promised: train_sg_pair: ")
    assert first in run_snippet(tmp_path, report)


def test_an_exception_of_a_backend_is_reported_with_its_place_and_case(tmp_path: Path) -> None:
    report = report_on(tmp_path, "raises", "score_sg_pair")
    assert report[1:4] == [
        "backend 'raises' fails score_sg_pair: it raises an exception",
        "  expected  a result",
        "  got       IndexError: list index out of range",
    ]
    assert report[4].strip().endswith("in score_sg_pair")
    assert report[5].strip() == "return [0.0][target_id + 1]"
    assert "IndexError: list index out of range" in run_snippet(tmp_path, report)


def test_a_backend_whose_results_change_is_told_so(tmp_path: Path) -> None:
    report = report_on(tmp_path, "unsteady", "epoch")
    assert report[1] == "backend 'unsteady' fails epoch: effective_words differs"
    assert "This case fails now and then: what the backend gives changes from run to run." in report
