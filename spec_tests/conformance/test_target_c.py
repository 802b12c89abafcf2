"""The program of docs/examples/w2vref-target-c is built and conforms."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from w2vref.cli import main

FOLDER = Path(__file__).parents[2] / "docs" / "examples" / "w2vref-target-c"
OPERATIONS = {"sigmoid", "update.sg", "update.cbow", "pairs.stream", "draws.sentence"}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("there is no C compiler")
    target = tmp_path_factory.mktemp("target_c") / "target"
    sources = [str(FOLDER / "target.c"), str(FOLDER / "json.c")]
    flags = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror"]
    subprocess.run([compiler, *flags, "-o", str(target), *sources, "-lm"], check=True, timeout=120)
    return target


def test_the_program_conforms(program: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = tmp_path / "results.json"
    code = main(["conformance", "--command", str(program), "--preset", "tiny", "--json", str(results)])
    assert code == 0, capsys.readouterr().out
    cases = {case["id"]: case for case in json.loads(results.read_text(encoding="utf-8"))["cases"]}
    judged = {name for name, case in cases.items() if case["outcome"] in {"pass", "fail"}}
    assert {name.split(".")[0] for name in judged} == {
        "sigmoid",
        "update",
        "pairs",
        "draws",
        "gradient",
        "loss",
    }
    assert [name for name in judged if cases[name]["outcome"] == "fail"] == []


def test_a_wrong_line_of_it_is_found(program: Path, tmp_path: Path) -> None:
    text = (FOLDER / "target.c").read_text(encoding="utf-8")
    wrong = text.replace("if (s->negatives.data[i] != s->target) {", "if (s->negatives.data[i] != i) {")
    assert wrong != text
    (tmp_path / "target.c").write_text(wrong, encoding="utf-8")
    shutil.copy(FOLDER / "json.h", tmp_path)
    shutil.copy(FOLDER / "json.c", tmp_path)
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang") or ""
    command = [compiler, "-o", "target", "target.c", "json.c", "-lm"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=120)
    case = ["--case", "update.sg.ns.negative-equals-target"]
    assert main(["conformance", "--command", str(tmp_path / "target"), *case]) == 1
