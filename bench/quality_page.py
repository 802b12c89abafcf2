"""The tables of docs/quality.md, made from the figures of `bench.quality`; the text around them stays."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bench.quality_plan import BLOCK_FIELDS, Run, experiments
from bench.similarity import SETS

TABLES = {
    "novels": ["novels"],
    "small": ["small"],
    "others": ["others", "large"],
    "cbow": ["cbow"],
    "cbow-others": ["cbow of others"],
    "settings-others": ["settings of others"],
    "racing": ["racing"],
    "window": ["window"],
    "negative": ["negative"],
    "size": ["size"],
    "words": ["words", "words of others"],
    "careful": ["careful", "careful in part"],
    "tiles": ["tiles"],
    "draws": ["draws", "draws of all", "draws of settings"],
    "cap": ["cap", "cap of all"],
    "input-cap": ["input cap", "input cap and the rest"],
}
NAMES = {"sg": "mode", "words": "B", "tokens": "tokens", "corpus": "text", "input_cap": "input cap"}
SETTING_FIELDS = ("corpus", "tokens", "epochs", "sg", "size", "window", "negative", "alpha")
AFTER_SETTING = 1 + len(BLOCK_FIELDS)
"""Of a group: the algorithm and its own constants."""


def write_page(figures: Sequence[dict[str, Any]], page: Path) -> None:
    """Put the tables between their marks, `<!-- table NAME -->` and `<!-- end -->`.

    Raises: ValueError if the page has a mark of no table, or a table has no mark.
    """
    text = page.read_text(encoding="utf-8")
    marked = re.findall(r"<!-- table (\S+) -->", text)
    if sorted(marked) != sorted([*TABLES, "machine"]):
        raise ValueError(f"{page} needs one mark for each of {[*TABLES, 'machine']}, it has {marked}")
    plan = experiments()
    tables = {
        name: table([run for part in parts for run in plan[part]], figures) for name, parts in TABLES.items()
    }
    tables["machine"] = machine_line(figures)
    for name, lines in tables.items():
        pattern = rf"(<!-- table {name} -->\n).*?(<!-- end -->)"
        text = re.sub(pattern, lambda found, new=lines: f"{found[1]}{new}{found[2]}", text, flags=re.DOTALL)
    page.write_text(text, encoding="utf-8")


def machine_line(figures: Iterable[dict[str, Any]]) -> str:
    """Return a line that says what machines the figures are from."""
    machines = {tuple(figure["machine"].items()) for figure in figures}
    said = sorted(", ".join(f"{name} {value}" for name, value in one) for one in machines)
    return f"Machine of the figures: {'; '.join(said)}.\n"


def table(runs: Sequence[Run], figures: Iterable[dict[str, Any]]) -> str:
    """Return the Markdown table of these runs: a line for each setting, mean and deviation over its seeds."""
    by_group: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for figure in figures:
        by_group.setdefault(_group(figure["run"]), []).append(figure)
    settings = [run.settings() for run in runs]
    groups = list(dict.fromkeys(_group(s) for s in settings))
    first_of_setting = {_setting(g): n for n, g in reversed(list(enumerate(groups)))}
    # The settings in their order in the plan, and within each these.
    algorithms = ("block", "racing", "sequential", "gensim")
    groups.sort(key=lambda g: (first_of_setting[_setting(g)], algorithms.index(g[-AFTER_SETTING])))
    shown = _varied(settings)
    header = [
        *(NAMES.get(name, name) for name in shown),
        "algorithm",
        "seeds",
        "held-out loss",
        "less sequential",
        "later text",
        "less sequential",
    ]
    lines = [_line([*header, *SETS]), "|" + "---|" * (len(header) + len(SETS)) + "\n"]
    for group in groups:
        chosen = by_group.get(group, [])
        if chosen:
            beside = by_group.get((*_setting(group), "sequential", *[None] * len(BLOCK_FIELDS)), [])
            lines.append(_line(_cells(shown, chosen, beside)))
    return "".join(lines)


def _group(settings: dict[str, Any]) -> tuple[Any, ...]:
    """Return all settings but the seed; the algorithm and its own constants last."""
    return (
        *(settings[name] for name in SETTING_FIELDS),
        settings["implementation"],
        *(_constant(settings, name) for name in BLOCK_FIELDS),
    )


def _setting(group: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return what a group shares with those that it is compared with."""
    return group[:-AFTER_SETTING]


def _constant(settings: dict[str, Any], name: str) -> Any:
    """Return a constant of block training, None for a run without; input rows' cap is `cap` if not named."""
    if settings.get("by_text"):
        return "by text" if name == "words" else None
    if name == "words" and settings["implementation"] == "block" and settings[name] is None:
        return "rule"
    if name == "input_cap":
        return settings.get(name, settings.get("cap"))
    return settings.get(name)


def _varied(settings: Sequence[dict[str, Any]]) -> list[str]:
    """Return the settings that are not the same in all runs; what a run does not have varies nothing."""
    values = {name: {s[name] for s in settings} for name in SETTING_FIELDS}
    values |= {name: {_constant(s, name) for s in settings} - {None} for name in BLOCK_FIELDS}
    return [name for name in values if len(values[name]) > 1]


def _cells(
    shown: Sequence[str], chosen: Sequence[dict[str, Any]], sequential: Sequence[dict[str, Any]]
) -> list[str]:
    run = chosen[0]["run"]
    constants = {name: _constant(run, name) for name in BLOCK_FIELDS}
    cells = [_value(name, (run | constants)[name], chosen[0]) for name in shown]
    cells += [run["implementation"], str(len(chosen))]
    for loss in ("loss", "later loss"):
        twin = {figure["run"]["seed"]: figure[loss] for figure in sequential}
        pairs = [figure[loss] - twin[seed] for figure in chosen if (seed := figure["run"]["seed"]) in twin]
        difference = _mean(pairs, "+.4f") if pairs and run["implementation"] != "sequential" else ""
        cells += [_mean([figure[loss] for figure in chosen], ".4f"), difference]
    return cells + [_mean([f[name] for f in chosen], ".3f") if name in chosen[0] else "" for name in SETS]


def _value(name: str, value: object, figure: dict[str, Any]) -> str:
    if name == "sg":
        return "SG" if value else "CBOW"
    if name == "tokens":
        return f"{figure['trained_tokens'] / 1e6:.1f} M"
    return "" if value is None else str(value)


def _mean(values: Sequence[float], form: str) -> str:
    """Return the mean, and with two values or more their standard deviation."""
    spread = f" ± {statistics.stdev(values):{form.lstrip('+')}}" if len(values) > 1 else ""
    return f"{statistics.mean(values):{form}}{spread}"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |\n"
