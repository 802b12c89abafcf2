"""Backends that are wrong on purpose: each is reported by the check that covers its mistake."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings

from w2vref import backends
from w2vref.backends import Capabilities, Control, EpochResult, TrainingJob, get_backend
from w2vref.backends.numpy_backend import NumpyBackend
from w2vref.config import BlockRule, TrainingConfig
from w2vref.conformance import cases, strategies
from w2vref.conformance.checks import CHECKS
from w2vref.conformance.compare import Comparison, MismatchError, as_python
from w2vref.dialects import Dialect
from w2vref.records import Step
from w2vref.reference import skipgram


class Wrong(NumpyBackend):
    name = "wrong"


class SumsInOrder(Wrong):
    """Adds a product from left to right, as a plain loop would."""

    def train_sg_pair(self, *arguments: Any) -> Step:  # type: ignore[override]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                "w2vref.reference.objectives.dot",
                lambda a, b: np.add.accumulate(a * b, dtype=np.float32)[-1],
            )
            return skipgram.train_sg_pair(*arguments)


class ForgetsLocks(Wrong):
    def train(self, job: TrainingJob, control: Control) -> EpochResult:
        free = replace(job.parameters, locks=np.ones(1, dtype=np.float32))
        return super().train(replace(job, parameters=free), control)


class CountsFromOne(Wrong):
    """Takes the epoch's number off by one, so that every draw is another."""

    def train(self, job: TrainingJob, control: Control) -> EpochResult:
        return super().train(replace(job, epoch=job.epoch + 1), control)


class IgnoresStop(Wrong):
    def train(self, job: TrainingJob, control: Control) -> EpochResult:
        control.stop[0] = 0
        return super().train(job, control)


class StartsAnew(Wrong):
    """Trains the whole epoch wherever it is told to start."""

    def train(self, job: TrainingJob, control: Control) -> EpochResult:
        control.next_token[0] = 0
        return super().train(job, control)


class ScoresFloat32(Wrong):
    def score(self, *arguments: Any) -> Any:
        return super().score(*arguments).astype(np.float32).astype(np.float64) * (1 + 1e-7)


WRONG: list[tuple[Callable[[], Wrong], str]] = [
    (SumsInOrder, "train_sg_pair"),
    (ForgetsLocks, "epoch"),
    (CountsFromOne, "epoch"),
    (IgnoresStop, "stop"),
    (StartsAnew, "epoch"),
    (ScoresFloat32, "score"),
]


@pytest.mark.parametrize(("make", "name"), WRONG, ids=lambda v: getattr(v, "__name__", v))
def test_a_wrong_backend_is_caught(make: Callable[[], Wrong], name: str) -> None:
    check = CHECKS[name]

    @settings(max_examples=200, phases=[Phase.generate], deadline=None)
    @given(getattr(strategies, check.strategy)())
    def holds(case: object) -> None:
        check.run(make(), case)

    with pytest.raises(MismatchError, match=f"backend 'wrong' fails {name}: "):
        holds()


CASE = cases.PairCase(
    config=TrainingConfig(vector_size=272, sg=True, negative=2),
    state=cases.State(counts=(3, 2), rows="trained"),
    context_ids=(0,),
    target_id=1,
    negative_ids=(0, 0),
)


def test_a_report_can_be_understood_and_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(backends._factories, "wrong", SumsInOrder)
    monkeypatch.setattr(backends, "_loaded", dict(backends._loaded))
    with pytest.raises(MismatchError) as caught:
        CHECKS["train_sg_pair"].run(get_backend("wrong"), CASE)
    report = str(caught.value)
    first, expected, got, case, *_ = report.splitlines()
    assert first.startswith("backend 'wrong' fails train_sg_pair: hidden_error[")
    assert expected.strip().startswith("expected  np.float32(")
    assert got.strip().startswith("got       np.float32(")
    assert "0x" in expected
    assert "vector_size=272" in case
    snippet = "\n".join(line[4:] for line in report.split("reproduce with:\n")[1].splitlines())
    with pytest.raises(MismatchError) as again:
        exec(compile(snippet, "snippet", "exec"), {})
    assert str(again.value) == report


def test_two_losses_that_are_no_number_do_not_differ_and_one_does() -> None:
    comparison = Comparison("epoch", "wrong", CASE)
    comparison.loss("loss", math.nan, math.nan)
    for expected, got in ((math.nan, 1.0), (1.0, math.nan), (math.inf, math.nan), (1.0, 1.0 + 1e-6)):
        with pytest.raises(MismatchError, match="loss differs"):
            comparison.loss("loss", expected, got)


GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "writing_a_backend.md"


def test_the_report_in_the_guide_is_what_its_snippet_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "_factories", dict(backends._factories))
    monkeypatch.setattr(backends, "_loaded", dict(backends._loaded))
    guide = GUIDE.read_text(encoding="utf-8")
    (code,) = (code for code in re.findall(r"```python\n(.*?)```", guide, re.DOTALL) if "class Hasty" in code)
    exec(compile(code, str(GUIDE), "exec"), {"__name__": "guide"})
    start, end = guide.index("    backend 'hasty' fails"), guide.index("    promised: ")
    report = "".join(line[4:] for line in guide[start:end].splitlines(keepends=True))
    snippet = "\n".join(line[4:] for line in report.split("reproduce with:\n")[1].splitlines())
    with pytest.raises(MismatchError) as caught:
        exec(compile(snippet, "snippet", "exec"), {})
    assert str(caught.value) == report
    assert CHECKS["train_sg_pair"].promise in guide


def test_cases_build_equal_arrays_each_time_and_their_repr_builds_them_again() -> None:
    again = eval(
        repr(CASE),
        {**vars(cases), "BlockRule": BlockRule, "Dialect": Dialect, "TrainingConfig": TrainingConfig},
    )
    assert again == CASE
    one, two = (c.state.parameters(c.config) for c in (CASE, again))
    np.testing.assert_array_equal(one.input_vectors, two.input_vectors)
    assert np.abs(one.input_vectors).max() > 0


@pytest.mark.parametrize("name", CHECKS)
def test_what_a_report_shows_builds_the_case_again(name: str) -> None:
    names = vars(cases) | {"inf": math.inf, "nan": math.nan}
    names |= {"BlockRule": BlockRule, "Dialect": Dialect, "TrainingConfig": TrainingConfig}

    @settings(max_examples=20, phases=[Phase.generate], deadline=None)
    @given(getattr(strategies, CHECKS[name].strategy)())
    def holds(case: object) -> None:
        text = as_python(case)
        assert eval(text, names) == case
        assert len(text) <= len(repr(case))

    holds()


def test_a_report_shows_nothing_that_goes_without_saying() -> None:
    assert as_python(CASE) == (
        "PairCase(config=TrainingConfig(vector_size=272, sg=True, negative=2), "
        "state=State(counts=(3, 2)), context_ids=(0,), target_id=1, negative_ids=(0, 0))"
    )


@given(strategies.epochs())
@settings(max_examples=30)
def test_cases_stay_finite(case: cases.EpochCase) -> None:
    """The contract holds while values are finite: a case that overflows would show nothing."""
    job = case.job()
    get_backend("numpy").train(job, Control())
    for name in ("input_vectors", "output_vectors", "node_vectors"):
        assert np.isfinite(getattr(job.parameters, name)).all()


def test_every_check_has_a_strategy_and_a_promise() -> None:
    assert len(CHECKS) >= 9
    for check in CHECKS.values():
        assert callable(getattr(strategies, check.strategy))
        assert ": " in check.promise


def test_capabilities_skip_what_is_not_promised() -> None:
    assert not CHECKS["score"].needs(Capabilities(score=False))
    assert not CHECKS["workers"].needs(Capabilities(threads=False))
    assert CHECKS["workers"].needs(Capabilities(threads=True))
