"""Writes docs/api.md from docs/api_names.toml: every documented name, its status, and its test.

`python docs/generate_api.py` writes the page; `--check` only compares (the tests do).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:  # the standard library has it from 3.11 on
    import tomli as tomllib

HERE = Path(__file__).resolve().parent
NAMES = HERE / "api_names.toml"
PAGE = HERE / "api.md"
TITLES = {
    "classic": "Classic names (gensim 0.13.4.1)",
    "modern": "Modern names (gensim 4.4)",
    "own": "Names of w2vref's own",
}


def read_names() -> list[dict[str, Any]]:
    """Return the rows of api_names.toml."""
    rows: list[dict[str, Any]] = tomllib.loads(NAMES.read_text(encoding="utf-8"))["name"]
    return rows


def read_absent() -> list[dict[str, Any]]:
    """Return what gensim's modules have and these do not, with what to use instead."""
    rows: list[dict[str, Any]] = tomllib.loads(NAMES.read_text(encoding="utf-8"))["absent"]
    return rows


def page() -> str:
    """Return the page."""
    rows = read_names()
    lines = [
        "# Every documented name",
        "",
        "Generated from `api_names.toml` by `python docs/generate_api.py`; the test suite checks that every",
        "name exists and takes these arguments in this order, and that every test exists. *works*: as",
        "documented, or better where the original had a defect; the second column says what it does here.",
        "",
    ]
    for generation, title in TITLES.items():
        chosen = [row for row in rows if row["generation"] == generation]
        lines += [f"## {title}", "", "| name | does | status | shown by |", "|---|---|---|---|"]
        for row in chosen:
            does = row["does"].replace("|", "\\|")
            name = row["path"] + (f"({row['arguments']})" if "arguments" in row else "")
            lines.append(f"| `{name}` | {does} | {row['status']} | `{row['test']}` |")
        lines.append("")
    lines += ["## Names that are not here", "", "| name in gensim | use instead |", "|---|---|"]
    lines += [f"| `{row['path']}` | {row['instead']} |" for row in read_absent()]
    lines.append("")
    return "\n".join(lines)


def main() -> None:
    """Write the page, or compare it."""
    if "--check" in sys.argv[1:]:
        sys.exit(PAGE.read_text(encoding="utf-8") != page())
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
