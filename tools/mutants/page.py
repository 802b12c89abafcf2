"""The page of the results; apart from run.py, on which every outcome depends."""

from __future__ import annotations

from catalogue import Mutant
from outcomes import Outcome


def table(outcomes: dict[str, Outcome], mutants: list[Mutant]) -> str:
    """Return the page of the results."""
    lines = [
        "# Mutants",
        "",
        f"{len(mutants)} mistakes, put one at a time into a copy of the package, and what caught each:",
        "a check of `w2vref.conformance`, after how many cases, or a test. The ordinary tests draw 50 cases",
        "for a check, 200 for `epoch` and the training of pairs, 150 for `sigmoid`, fewer where a case",
        "trains thousands of tokens. `nox -s mutants` runs all this and writes this page. The mistakes stand",
        "in `tools/mutants/*.toml`. Those with a number in the fourth column happened to other",
        "implementations: it is theirs in the [catalogue](conformance/catalogue.md) of such bugs.",
        "",
        "| mutant | file | mistake | known as | caught by | at | seconds |",
        "|---|---|---|---|---|---|---|",
    ]
    for mutant in mutants:
        outcome = outcomes[mutant.id]
        by = outcome.by.removeprefix("spec_tests/").replace("|", "\\|")
        place = mutant.file.removeprefix("w2vref/")
        lines.append(
            f"| {mutant.id} | `{place}` | {mutant.mistake} | {mutant.catalogue} | `{by}` | {outcome.how} "
            f"| {outcome.seconds:.1f} |"
        )
    return "\n".join(lines) + "\n"
