"""The generated pages of docs/conformance/: the operations, and the cases of each layer.

They are made from the definitions, so that they cannot drift; `generate` writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from w2vref.conformance.suite.case import LAYERS, Case, Compare
from w2vref.conformance.suite.operations import FEATURES, OPERATIONS, Operation
from w2vref.conformance.suite.properties.registry import describe

NOTE = "<!-- Generated from the case definitions by `nox -s vectors`; do not edit. -->"
ABOUT: Mapping[str, str] = {
    "vocabulary": "Which words a corpus has, how often, and in which order they get their ids.",
    "huffman": (
        "The tree of hierarchical softmax: that it is optimal (any of the optimal trees will do), "
        "and, as a `should`, which of them it is."
    ),
    "tables": (
        "What is computed once: the sigmoid, the noise distribution, the probabilities of "
        "subsampling, the learning rate."
    ),
    "draws": (
        "Chance. The target's own generator is judged by statistics, with a seed that is given and "
        "critical values that are fixed: a right one fails one test in three million. Exact draws "
        "(`draws.*`) are for those who implement w2vref's generator."
    ),
    "pairs": (
        "Which steps a sentence gives: the centre, its context, the edges, words that are unknown or "
        "were dropped. Windows and dropped tokens are given."
    ),
    "update": (
        "One step: the arithmetic of the objectives. Everything is given, negatives too; what is "
        "compared are all rows after the step."
    ),
    "sentence": (
        "One sentence, with given windows, negatives and learning rate: the order of steps, and which "
        "rows each of them sees."
    ),
    "epoch": (
        "Several sentences and epochs with the target's own learning rate (`epoch.*`), and whole runs "
        "of the program, text in and vectors out (`text.*`)."
    ),
    "formats": (
        "Files of vectors, whole and damaged. A damaged file is an error; rows that belong to another "
        "word are the worst answer."
    ),
    "queries": (
        "Similarity and neighbours, in spaces whose cosines are known, and by what holds in any space."
    ),
    "evaluation": "Word pairs and analogies on a small vocabulary.",
}
"""What a layer is about."""


def operations_page() -> str:
    """Return the page of operations and features."""
    parts = [
        NOTE,
        "",
        "# Operations",
        "",
        "What a target may be asked. The names and fields are the same for an adapter's methods (the method",
        "of `update.sg` is `update_sg`), for the [protocol](protocol.md) and for the [vectors](vectors.md).",
        "A type that ends with `?` marks a field that may be left out. A target that cannot do an operation",
        "says so, and its cases are skipped.",
        "",
        "## Types",
        "",
        "| type | in JSON | in an adapter |",
        "|---|---|---|",
        "| `int` | a number; from 2^53 on a string of decimal digits | `int` |",
        '| `float` | a string in hexadecimal, `"0x1.8p+1"` (C\'s `%a`), or a number; '
        '`"nan"`, `"inf"`, `"-inf"` | `float` |',
        "| `bool`, `str` | as they are | as they are |",
        "| `bytes` | a string in base64 | `bytes` |",
        "| `ints`, `floats`, `strs` | a list | `list` |",
        "| `ints2`, `strs2` | a list of lists | `list` of `list` |",
        "| `matrix` | a list of rows of floats, all of one length | float32 array (rows, size) |",
        "| `options` | an object; see `epoch.train_text` | `dict` |",
        "",
        *(line for operation in OPERATIONS.values() for line in _operation(operation)),
        "## Features",
        "",
        "What a target may lack although it has an operation; it names them in `lacks`, with the reason.",
        "",
        "| feature | means |",
        "|---|---|",
        *(f"| `{name}` | {meaning} |" for name, meaning in FEATURES.items()),
    ]
    return "\n".join(parts) + "\n"


def _operation(operation: Operation) -> Iterator[str]:
    yield f"## {operation.name}"
    yield ""
    yield operation.does
    yield ""
    for title, fields in (("input", operation.inputs), ("output", operation.outputs)):
        yield f"| {title} | type | |"
        yield "|---|---|---|"
        for name, (kind, meaning) in fields.items():
            yield f"| `{name}` | `{kind}` | {meaning} |"
        yield ""


def cases_page(layer: str, cases: Iterable[Case]) -> str:
    """Return the page of a layer's cases."""
    every = list(cases)
    used = list(dict.fromkeys(call.operation for case in every for call in case.calls))
    parts = [
        NOTE,
        "",
        f"# Cases: {layer}",
        "",
        ABOUT[layer],
        "",
        f"{len(every)} cases; vectors in `w2vref/conformance/vectors/{layer}.json`, in the format of "
        "[vectors](../vectors.md).",
        "Operations: "
        + ", ".join(f"[{name}](../operations.md#{name.replace('.', '')})" for name in used)
        + ".",
        "",
        *(line for case in every for line in _case(case)),
    ]
    return "\n".join(parts)


def _case(case: Case) -> Iterator[str]:
    page, _, anchor = case.rule.partition("#")
    path = ("../../" if page == "formats.md" else "../../semantics/") + case.rule
    strength = f"**{case.strength}**" + (", tiny" if case.tiny else "")
    calls = f"`{case.calls[0].operation}`" + (f", {len(case.calls)} calls" if len(case.calls) > 1 else "")
    yield f"## {case.id}"
    yield ""
    yield f"{case.title} {strength}; {calls}; rule: [{anchor or page.removesuffix('.md')}]({path})."
    yield ""
    if isinstance(case.judge, Compare):
        rules = [f"`{name}` {tolerance.describe()}" for name, tolerance in case.judge.tolerances.items()]
        yield f"- compared: {', '.join(rules)}"
    else:
        yield f"- holds (`{case.judge.name}`): {describe(case.judge.name)}"
    if case.axes:
        yield f"- depends on: {', '.join(case.axes)}"
    if case.presupposes:
        yield "- only for: " + ", ".join(f"{axis} = {value}" for axis, value in case.presupposes.items())
    if case.needs:
        yield f"- needs: {', '.join(case.needs)}"
    if case.catches:
        yield f"- catches: {', '.join(case.catches)}"
    yield ""


def pages(cases: Iterable[Case]) -> dict[str, str]:
    """Return path under docs/conformance -> content of each generated page."""
    every = list(cases)
    made = {"operations.md": operations_page()}
    for layer in LAYERS:
        made[f"cases/{layer}.md"] = cases_page(layer, (case for case in every if case.layer == layer))
    return made
