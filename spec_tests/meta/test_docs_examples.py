"""The examples of the documentation run, page by page, and print what the page says."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from w2vref.cli.text import manual

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.FAIL_FAST


def blocks(page: Path) -> list[tuple[int, str]]:
    """Return (line number, code) of each Python block of a page."""
    text = page.read_text(encoding="utf-8")
    return [(text.count("\n", 0, match.start(1)), match.group(1)) for match in BLOCK.finditer(text)]


WITH_EXAMPLES = [page for page in PAGES if blocks(page)]


def run(page: Path, names: dict[str, object]) -> dict[str, object]:
    """Run a page's blocks in turn, compare those with prompts, and return the names they leave."""
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    report: list[str] = []
    for line, code in blocks(page):
        if ">>>" not in code:
            exec(compile("\n" * line + code, str(page), "exec"), names)
            continue
        test = doctest.DocTestParser().get_doctest(code, names, page.name, str(page), line)
        runner.run(test, out=report.append, clear_globs=False)
        names = test.globs
        assert runner.failures == 0, "".join(report)
    return names


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=lambda p: str(p.relative_to(ROOT)))
def test_examples(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [" ".join(sentence) for sentence in manual()[:400]]
    Path("corpus.txt").write_text("\n".join(lines), encoding="utf-8")
    names: dict[str, object] = {}
    if page.parent.name == "semantics" and page.name != "index.md":
        names = run(ROOT / "docs" / "semantics" / "index.md", names)  # defines the helper `row`
    run(page, names)
