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
