"""Programs as targets: right ones, and those that crash, hang or talk nonsense."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest

from w2vref.cli import main
from w2vref.conformance.reporting.as_html import as_html
from w2vref.conformance.suite import collection
from w2vref.conformance.suite.choice import adapter_command
from w2vref.conformance.suite.expected import ExpectedFailures
from w2vref.conformance.suite.process import CommandTarget
from w2vref.conformance.suite.results import (
    EXPECTED_FAILURE,
    FAIL,
    NOT_RUN,
    PASS,
    SKIP,
    UNEXPECTED_PASS,
    Report,
)
from w2vref.conformance.suite.runner import run
from w2vref.conformance.suite.target import UnusableTargetError

PROGRAM = """
import json, math, os, sys, time
for line in sys.stdin:
    request = json.loads(line)
    operation, inputs = request["operation"], request["inputs"]
    def reply(**more):
        print(json.dumps({{"id": request["id"], **more}}), flush=True)
    if operation == "info":
        reply(outputs={{"name": "small", "operations": ["sigmoid", "huffman.build"], {info}}})
        continue
    x = [float.fromhex(v) if isinstance(v, str) else v for v in inputs.get("x", [])]
    def sigmoid(v):
        return 1 / (1 + math.exp(-v)) if v > -700 else 0.0
    {body}
"""
RIGHT = 'reply(outputs={"y": [sigmoid(v) for v in x]})'


def command(folder: Path, body: str = RIGHT, info: str = "") -> list[str]:
    program = folder / "program.py"
    program.write_text(PROGRAM.format(body=body, info=info), encoding="utf-8")
    return [sys.executable, str(program)]


def judged(target: CommandTarget, *patterns: str, expected: ExpectedFailures | None = None) -> Report:
    selected, _ = collection.select(
        collection.all_cases(), patterns=patterns or ("sigmoid.at-0", "sigmoid.grid")
    )
    try:
        return run(target, selected, expected_failures=expected)
    finally:
        target.close()


def outcomes(report: Report) -> list[str]:
    return [result.outcome for result in report.results]


@pytest.mark.parametrize("info", ["", '"floats": "decimal"'])
def test_a_small_program_passes_what_it_can_do(tmp_path: Path, info: str) -> None:
    report = judged(CommandTarget(command(tmp_path, info=info)), "sigmoid.*", "update.sg.ns.plain")
    assert {r.case.id: r.outcome for r in report.results if r.outcome != PASS} == {
        "sigmoid.bits": FAIL,  # a `may`: nobody else need have these bits
        "update.sg.ns.plain": SKIP,
    }
    assert report.exit_code() == 0
    assert report.results[-1].reason == "the target does not have the operation update.sg"


def test_a_wrong_number_is_named(tmp_path: Path) -> None:
    wrong = 'reply(outputs={"y": [sigmoid(v) + 1e-4 * (v == 2.0) for v in x]})'
    report = judged(CommandTarget(command(tmp_path, wrong)), "sigmoid.grid")
    (finding,) = report.results[0].findings
    assert finding.what == "y[128] differs, the first of 1 of 193 values"
    assert finding.got == pytest.approx(finding.expected + 1e-4)
    assert report.exit_code() == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("print('debug', flush=True)", "the reply to sigmoid is no JSON: b'debug"),
        ("reply(outputs={'z': x})", "output 'z' is unknown: choose from ['y']"),
        ("reply(outputs={})", "output 'y' is missing"),
        ("reply(outputs={'y': ['one']})", "y[0] is no number: 'one'"),
        ("reply(outputs={'y': 3})", "y should be a list, got 3"),
        ("reply(answer=1)", "should be an object with outputs, unsupported or error"),
        ("print(json.dumps({'id': 77, 'outputs': {'y': x}}), flush=True)", "should have the id"),
        ("print('[1', flush=True)", "is no JSON"),
        ("os.write(1, b'\\xff\\xfe\\n')", "is no JSON"),
        ("sys.exit('out of luck')", "exit code 1; the end of its standard error:\n    out of luck"),
        ("os.abort()", "the target ended during sigmoid: "),
        ("sys.stdout.close(); os.close(1); time.sleep(60)", "the target ended during sigmoid: "),
        ("time.sleep(60)", "no answer to sigmoid within 2 seconds"),
    ],
)  # fmt: skip
def test_nonsense_is_reported_and_the_next_case_is_run(tmp_path: Path, body: str, message: str) -> None:
    only_at_0 = f"if x == [0.0, -0.0]:\n        {body}\n    else:\n        {RIGHT}"
    began = time.perf_counter()
    report = judged(CommandTarget(command(tmp_path, only_at_0), seconds=2.0))
    first, second = report.results
    assert first.outcome == FAIL
    assert first.broken
    assert message in first.findings[0].what
    assert first.reproduction.endswith("--case sigmoid.at-0")
    assert second.outcome == PASS
    assert report.exit_code() == 1
    assert time.perf_counter() - began < 30


def test_an_operation_that_hangs_is_not_asked_for_ever(tmp_path: Path) -> None:
    report = judged(
        CommandTarget(command(tmp_path, "time.sleep(60)"), seconds=0.5), "sigmoid.*", "huffman.tree.*"
    )
    assert outcomes(report).count(FAIL) == 6  # three of each operation
    stuck = [r for r in report.results if r.outcome == NOT_RUN]
    assert stuck[0].reason == "huffman.build broke the target 3 times and is not asked again"
    assert len(stuck) == len(report.results) - 6


def test_a_child_of_the_program_ends_with_it(tmp_path: Path) -> None:
    note = tmp_path / "child"
    body = (
        "import subprocess; child = subprocess.Popen(['sleep', '60']); "
        f"open({str(note)!r}, 'w').write(str(child.pid)); time.sleep(60)"
    )
    judged(CommandTarget(command(tmp_path, body), seconds=1.0), "sigmoid.at-0")
    pid = int(note.read_text())
    for _ in range(50):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().split(")")[-1].split()[0] == "Z":
            return
        time.sleep(0.1)
    pytest.fail("the child is still alive")


def test_unsupported_is_a_skip_with_the_target_s_reason(tmp_path: Path) -> None:
    report = judged(CommandTarget(command(tmp_path, "reply(unsupported='no floats here')")))
    assert outcomes(report) == [SKIP, SKIP]
    assert report.results[0].reason == "the target says: no floats here"
    assert report.exit_code() == 3


def test_lacks_and_axes_skip_with_a_reason(tmp_path: Path) -> None:
    info = '"axes": {"sigmoid": "other"}'
    report = judged(CommandTarget(command(tmp_path, info=info)))
    assert outcomes(report) == [SKIP, SKIP]
    assert "there are no expected values for sigmoid = other" in report.results[0].reason


@pytest.mark.parametrize(
    ("info", "message"),
    [
        ('"dialect": "klingon"', "dialect 'klingon' is unknown"),
        ('"axes": {"colour": "red"}', "axis 'colour' is unknown"),
        ('"axes": {"sigmoid": "red"}', "sigmoid = 'red' is unknown: choose one of exact, "),
        ('"lacks": {"wings": "none"}', "'wings' in lacks is no feature"),
        ('"operations": ["fly"]', "operations should be a list of names"),
        ('"protocol": 9', "the target speaks protocol 9"),
        ('"name": 3', "name should be a string"),
    ],
)
def test_bad_information_is_an_error(tmp_path: Path, info: str, message: str) -> None:
    with pytest.raises(UnusableTargetError, match=message):
        judged(CommandTarget(command(tmp_path, info=info)))


def test_a_program_that_is_not_there_or_does_not_answer(tmp_path: Path) -> None:
    with pytest.raises(UnusableTargetError, match="cannot start '/nowhere/program'"):
        judged(CommandTarget(["/nowhere/program"]))
    with pytest.raises(UnusableTargetError, match="the target ended during info: exit code 0"):
        judged(CommandTarget([sys.executable, "-c", "pass"]))
    with pytest.raises(UnusableTargetError, match=r"no answer to info within 0\.5 seconds"):
        judged(CommandTarget([sys.executable, "-c", "import time; time.sleep(60)"], start_seconds=0.5))


def test_a_target_that_does_not_start_again_leaves_the_rest_not_run(tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    body = f"open({str(flag)!r}, 'w'); os.abort()"
    program = command(tmp_path, body)
    source = Path(program[1])
    source.write_text(f"import os, sys\nif os.path.exists({str(flag)!r}): sys.exit(9)\n" + source.read_text())
    report = judged(CommandTarget(program), "sigmoid.*")
    assert outcomes(report) == [FAIL] + [NOT_RUN] * (len(report.results) - 1)
    assert "could not be started again" in report.results[1].reason
    assert "exit code 9" in report.gave_up


def test_large_requests_and_replies_do_not_block(tmp_path: Path) -> None:
    """The program fills its output before it reads on, more than a pipe holds."""
    noisy = "sys.stderr.write('x' * 300_000); sys.stderr.flush(); " + RIGHT
    assert outcomes(judged(CommandTarget(command(tmp_path, noisy)), "sigmoid.grid")) == [PASS]


def test_expected_failures(tmp_path: Path) -> None:
    path = tmp_path / "expected.txt"
    path.write_text(
        "# known\n\nsigmoid.grid  a table of 1000 entries\nsigmoid.at-0 fixed long ago\nno.such.case gone\n"
    )
    wrong = 'reply(outputs={"y": [0.5] * len(x)})'
    report = judged(CommandTarget(command(tmp_path, wrong)), expected=ExpectedFailures.read(path))
    assert outcomes(report) == [UNEXPECTED_PASS, EXPECTED_FAILURE]
    assert report.results[1].reason == "a table of 1000 entries"
    assert report.stale == ["no.such.case"]
    assert report.exit_code() == 1
    path.write_text("sigmoid.grid\n")
    with pytest.raises(ValueError, match=r"line 1: sigmoid\.grid needs a reason"):
        ExpectedFailures.read(path)
    path.write_text("sigmoid.* all of it\n")
    report = judged(
        CommandTarget(command(tmp_path, wrong)), "sigmoid.grid", expected=ExpectedFailures.read(path)
    )
    assert outcomes(report) == [EXPECTED_FAILURE]
    assert report.exit_code() == 0


ADAPTER = """
import os, time
from w2vref.conformance import Adapter, UnsupportedError

class Mine(Adapter):
    name, version = "mine", "1.2"
    lacks = {"ns_exponent": "it is fixed"}

    def __init__(self, wrong=""):
        self.wrong = wrong

    def huffman_build(self, counts):
        print("a print does no harm")
        if self.wrong == "crash":
            os._exit(7)
        if self.wrong == "hang":
            time.sleep(60)
        if self.wrong == "error":
            raise RuntimeError("no tree today")
        if len(counts) < 2:
            raise ValueError("two words at least")
        if len(counts) > 2:
            raise UnsupportedError("two words at most")
        first = int(counts[0] > counts[1])
        return {"codes": [[first], [1 - first if self.wrong != "number" else 1]], "points": [[0], [0]]}
"""


def test_an_adapter_in_a_process_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "my_adapter.py").write_text(ADAPTER, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(p for p in sys.path if p))
    cases = ["--case", "huffman.*.t*", "--case", "huffman.one-word", "--case", "pairs.sg.empty"]
    assert (
        main(
            ["conformance", "--target", "my_adapter:Mine", "--json", "out.json", "--html", "out.html", *cases]
        )
        == 0
    )
    out = capsys.readouterr().out
    assert "mine 1.2, dialect w2vref" in out
    assert "conforms: 5 passed" in out
    assert "the target does not have the operation pairs.stream" in out
    assert "two words at most" in out
    record = json.loads(Path("out.json").read_text(encoding="utf-8"))
    assert record["target"]["name"] == "mine"
    assert record["counts"]["pass"] == 5
    page = Path("out.html").read_text(encoding="utf-8")
    assert "huffman.tree.two-words" in page
    assert "http" not in page.replace("http-equiv", "")  # nothing is fetched


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("number", "codes[1][0] differs\n      expected  0\n      got       1"),
        ("crash", "the target ended during huffman.build: exit code 7"),
        ("hang", "no answer to huffman.build within 3 seconds"),
        ("error", "error\n      expected  'an answer'\n      got       'RuntimeError: no tree today'"),
    ],
)  # fmt: skip
def test_a_wrong_adapter(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    wrong: str,
    message: str,
) -> None:
    (tmp_path / "my_adapter.py").write_text(ADAPTER, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(p for p in sys.path if p))
    target = f"my_adapter:Mine,wrong={wrong}"
    arguments = ["conformance", "--target", target, "--case", "huffman.tree.two-words", "--timeout", "3"]
    assert main([*arguments, "--html", "out.html"]) == 1
    out = capsys.readouterr().out
    assert "FAIL huffman.tree.two-words (should)" in out
    assert message in out
    assert f"again     w2vref conformance --target {target} --case huffman.tree.two-words" in out
    assert "differs: 1 case(s)" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--target", "nowhere"], "a target is written package.module:Class"),
        (["--target", "json:NoSuch"], "module json has no 'NoSuch'"),
        (["--target", "no_such_module:X"], "No module named 'no_such_module'"),
        (["--command", "/nowhere/program"], "cannot start '/nowhere/program'"),
        (["--command", " "], "--command is empty"),
        (["--command", "x", "--case", "no.such"], "no case has an id like 'no.such'"),
        (["--command", "x", "--timeout", "0"], "must be positive, got 0"),
        (["--command", "x", "--expected-failures", "/nowhere"], "/nowhere: No such file"),
    ],
)
def test_errors_of_the_command_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["conformance", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_the_page_shows_what_a_target_says_as_text(tmp_path: Path) -> None:
    report = judged(CommandTarget(command(tmp_path, "reply(error='<b>&amp;</b>')")), "sigmoid.grid")
    page = as_html(report)
    assert "&lt;b&gt;&amp;amp;&lt;/b&gt;" in page
    assert "<b>" not in page


def test_lists(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conformance", "--list"]) == 0
    out = capsys.readouterr().out
    assert "update.sg.ns.repeated-negative  [update, must]" in out
    assert main(["conformance", "--coverage"]) == 0
    assert "\nG4   " in capsys.readouterr().out


def test_the_reference_behind_the_protocol() -> None:
    target = CommandTarget(adapter_command("w2vref.conformance.adapters.w2vref:Reference"))
    report = judged(target, "update.cbow.mean.*", "format.*", "generator.initial.process")
    assert set(outcomes(report)) == {PASS}


EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "w2vref-conformance-example" / "small_target.py"


def test_the_example_of_the_documentation() -> None:
    report = judged(CommandTarget([sys.executable, str(EXAMPLE)]), "*")
    assert report.exit_code() == 0
    assert report.counts()[PASS] >= 40
    assert {r.case.id for r in report.results if r.outcome == FAIL} == {"sigmoid.bits"}
