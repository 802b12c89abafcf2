"""The backend of docs/examples is found and works when it is installed beside w2vref."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import w2vref

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "w2vref-backend-example"
ENTRY_POINT = re.compile(r'^\[project\.entry-points\."([\w.]+)"\]\n(\w+) = "([\w:]+)"$', re.MULTILINE)


def test_the_example_passes_its_own_tests_once_installed(tmp_path: Path) -> None:
    # What an installer writes, without one: tests need no network.
    match = ENTRY_POINT.search((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))
    assert match is not None
    metadata = tmp_path / "w2vref_backend_example-0.1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: w2vref-backend-example\nVersion: 0.1.0\n"
    )
    (metadata / "entry_points.txt").write_text("[{}]\n{} = {}\n".format(*match.groups()))
    package = Path(str(w2vref.__file__)).parents[1]
    path = os.pathsep.join([str(EXAMPLE / "src"), str(tmp_path), str(package)])
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=EXAMPLE,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr
    assert "3 passed" in run.stdout
