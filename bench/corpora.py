"""Texts beyond the novels, from the documentation that Debian packages: `python -m bench.corpora FOLDER`.

Packages are fetched by `apt-get download` (Debian or a derivative, after `apt-get update`) into
FOLDER/packages and read there, never installed. Pages of HTML, Mallard and man become lower-case words, one
sentence a line, without markup, code blocks, digits and punctuation; a sentence that a text has already is
left out, for documentation repeats itself. Makes FOLDER/german.txt, FOLDER/english-docs.txt, and with
`--novels FILE` FOLDER/large.txt: the novels, the English documentation and the words of the kernel's
sources, a slice of each in turn.
"""

from __future__ import annotations

import argparse
import gzip
import re
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import IO, Literal

GERMAN = [
    "manpages-de",
    "manpages-de-dev",
    "libreoffice-help-de",
    "gimp-help-de",
    "debian-handbook",
    "debian-reference-de",
    "gnome-user-docs",
    "debian-edu-doc-de",
    "kicad-doc-de",
    "linuxcnc-doc-de",
    "lilypond-doc-html-de",
    "maint-guide-de",
]
ENGLISH = [
    "openjdk-17-doc",
    "linux-doc-6.1",
    "python3.11-doc",
    "libboost1.81-doc",
    "manpages",
    "manpages-dev",
    "libreoffice-help-en-us",
    "gimp-help-en",
    "perl-doc",
    "postgresql-doc-15",
    "octave-doc",
    "gnome-user-docs",
    "nodejs-doc",
    "sqlite3-doc",
    "python-pandas-doc",
]
SOURCES = ["linux-source-6.1"]

PAGE = re.compile(r"\.(html?|xhtml|page)(\.gz)?$|/man\d[^/]*/|\.[ch]$|/usr/src/.*\.tar\.xz$")
# Where a package has many languages, those paths are not the wanted one.
FOREIGN = re.compile(r"/help/(?!C/|en)|/(?!en)[a-z]{2}-[A-Z]{2}/|/man/(?!man)")
OF_GERMAN = re.compile(r"/(de|de-DE|german)/|[._-]de[./]|-de(-dev)?/|-de\.")

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "item",
        "li",
        "main",
        "ol",
        "p",
        "page",
        "section",
        "table",
        "tbody",
        "td",
        "terms",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)
NO_PROSE = frozenset(
    ["script", "style", "pre", "nav", "code", "head", "button", "select", "svg", "math", "screen", "example"]
)
INLINE_CODE = frozenset(["code"])

WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
SENTENCE_END = re.compile(r"(?<=[.!?;:])[\s\"')\]]+")
LEAST_WORDS = 3
BREAK = "\ue000"  # of private use: no page has it, and lxml takes no control characters
ROFF_ESCAPE = re.compile(r"\\(?:f(?:\(..|\[[^]]*\]|.)|s[-+]?\d+|[&|^/,%:]|\*(?:\(..|\[[^]]*\]|.))")
ROFF_NAMED = {
    r"\-": "-",
    r"\(aq": "'",
    r"\(cq": "'",
    r"\(lq": '"',
    r"\(rq": '"',
    r"\e": "\\",
    r"\ ": " ",
    r"\~": " ",
}
ROFF_TEXT_MACROS = frozenset([".B", ".I", ".BR", ".BI", ".RB", ".IR", ".RI", ".IB", ".SM", ".SB"])
ROFF_BREAKS = frozenset([".P", ".PP", ".LP", ".TP", ".IP", ".SH", ".SS", ".br", ".sp", ".TH", ".HP", ".TQ"])


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text, whose paragraphs are lines, as words with a space between them."""
    for paragraph in text.splitlines():
        for sentence in SENTENCE_END.split(paragraph):
            words = WORD.findall(sentence.lower().replace("\u2019", "'"))
            if len(words) >= LEAST_WORDS:
                yield " ".join(words)


def html_text(page: bytes) -> str:
    """Return the prose of a page of HTML or Mallard, a line for each paragraph, cell or list item."""
    from lxml import etree, html

    parser = html.HTMLParser(encoding=_encoding(page), huge_tree=True)
    try:
        root = html.document_fromstring(page, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ""  # an empty page, or none
    for element in list(root.iter(etree.Element)):
        tag = element.tag
        # Code inside a sentence is part of it: "call open twice".
        if tag in NO_PROSE and not (tag in INLINE_CODE and len(element) == 0):
            tail = element.tail
            element.clear()
            element.tail = f" {tail or ''}"
        elif tag in BLOCKS:
            # Lines of the source mean nothing in HTML; ours part the paragraphs.
            element.text = BREAK + (element.text or "")
            element.tail = BREAK + (element.tail or "")
    return "\n".join(" ".join(part.split()) for part in root.text_content().split(BREAK))


def man_text(page: str) -> str:
    """Return the prose of a manual page in roff, a line for each paragraph; examples (.nf) are left out."""
    paragraphs, words, literal = [], [], False
    for line in page.splitlines():
        macro, _, rest = line.partition(" ")
        if macro in (".nf", ".EX"):
            literal = True
        elif macro in (".fi", ".EE"):
            literal = False
        if macro in ROFF_BREAKS or not line:
            paragraphs.append(" ".join(words))
            words = []
        elif macro in ROFF_TEXT_MACROS:
            joined = "" if len(macro) > 2 else " "  # .BR sets its arguments without a space between them
            words.append(_unquoted(_without_escapes(rest), joined))
        elif not literal and line[0] not in ".'":
            words.append(_without_escapes(line))
    paragraphs.append(" ".join(words))
    return "\n".join(part for part in paragraphs if part)


def _unquoted(arguments: str, joined: str) -> str:
    parts = re.findall(r'"([^"]*)"|(\S+)', arguments)
    return joined.join(quoted or plain for quoted, plain in parts)


def _without_escapes(line: str) -> str:
    line = ROFF_ESCAPE.sub("", line)
    for escape, character in ROFF_NAMED.items():
        line = line.replace(escape, character)
    return line


def _encoding(page: bytes) -> str:
    found = re.search(rb"charset=[\"']?([\w-]+)", page[:2000]) or re.search(
        rb"encoding=[\"']([\w-]+)", page[:200]
    )
    name = found.group(1).decode() if found else "utf-8"
    return "latin-1" if name.lower() in ("iso-8859-1", "latin1", "us-ascii") else "utf-8"


def page_text(name: str, data: bytes) -> str:
    """Return the prose of a file by its name; "" for one that is no page."""
    if name.endswith(".gz"):
        name, data = name[:-3], gzip.decompress(data)
    if name.endswith((".html", ".htm", ".xhtml", ".page")):
        return html_text(data)
    if re.search(r"/man\d[^/]*/[^/]+$", name):
        return man_text(data.decode("utf-8", errors="replace"))
    if name.endswith((".c", ".h")):
        return source_text(data.decode("utf-8", errors="replace"))
    return ""


def source_text(page: str) -> str:
    """Return a file of C with a line for each of its paragraphs, comments and code alike."""
    return "\n".join(" ".join(part.split()) for part in re.split(r"\n[\s*/]*\n", page))


def package_pages(package: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each page of a Debian package, those in an archive of sources too."""
    command = ["dpkg-deb", "--fsys-tarfile", str(package)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield from _archived_pages(process.stdout, "r|")
    if process.returncode:
        raise RuntimeError(f"dpkg-deb cannot read {package}: remove the file, it is fetched again")


def _archived_pages(archive: IO[bytes], mode: Literal["r|", "r|xz"]) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=archive, mode=mode) as files:
        for member in files:
            if not member.isfile() or not PAGE.search(member.name):
                continue
            content = files.extractfile(member)
            assert content is not None  # it is a file
            if member.name.endswith(".tar.xz"):
                yield from _archived_pages(content, "r|xz")
            else:
                yield member.name, content.read()


def fetch(names: Iterable[str], folder: Path) -> list[Path]:
    """Return the package files of these names, downloading those that the folder does not have."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in names:
        if not list(folder.glob(f"{name}_*.deb")):
            command = ["apt-get", "download", "--quiet", name]
            if subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode:
                print(f"{name}: this release does not have it, left out")
        paths += sorted(folder.glob(f"{name}_*.deb"))[:1]
    return paths


def write_corpus(packages: Iterable[Path], target: Path, wanted: Callable[[str], bool]) -> None:
    """Write each sentence of the wanted pages once, one a line.

    Pages stand in the order of a hash of their names: every part of the text, also its end, which is held
    out, is of all packages alike.
    """
    seen: set[bytes] = set()
    pages: list[tuple[bytes, str]] = []
    for package in packages:
        started, words, first = time.perf_counter(), 0, len(pages)
        for name, data in package_pages(package):
            if not wanted(name):
                continue
            new = []
            for sentence in sentences(page_text(name, data)):
                key = blake2b(sentence.encode(), digest_size=8).digest()
                if key not in seen:
                    seen.add(key)
                    new.append(sentence + "\n")
                    words += sentence.count(" ") + 1
            pages.append((blake2b(name.encode(), digest_size=8).digest(), "".join(new)))
        spent = time.perf_counter() - started
        print(
            f"{target.stem}: {package.name}: {len(pages) - first:,} pages, {words:,} words, {spent:.0f} s",
            flush=True,
        )
    partial = target.with_suffix(".partial")
    with partial.open("w", encoding="utf-8") as out:
        out.writelines(text for _, text in sorted(pages))
    partial.replace(target)


def interleaved(texts: Sequence[Sequence[str]], slices: int = 1000) -> Iterator[str]:
    """Yield the lines of all texts: the first of so many slices of each text, then the second of each, ..."""
    for k in range(slices):
        for lines in texts:
            yield from lines[len(lines) * k // slices : len(lines) * (k + 1) // slices]


def is_german(name: str) -> bool:
    """Tell whether a file of a package is a German page."""
    return bool(OF_GERMAN.search(name))


def is_english(name: str) -> bool:
    """Tell whether a file of a package is an English page."""
    return not FOREIGN.search(name)


def main() -> None:
    """Fetch the packages, write the texts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--novels", type=Path, help="a text to begin large.txt with")
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    packages = folder / "packages"
    for name, packages_of, wanted in (
        ("german", GERMAN, is_german),
        ("english-docs", ENGLISH, is_english),
        ("sources", SOURCES, is_english),
    ):
        if not (folder / f"{name}.txt").exists():
            write_corpus(fetch(packages_of, packages), folder / f"{name}.txt", wanted)
    if arguments.novels is not None:
        parts = [
            arguments.novels,
            *(folder / f"{name}.txt" for name in ("english-docs", "sources")),
        ]
        with (folder / "large.txt").open("w", encoding="utf-8") as out:
            out.writelines(interleaved([part.open(encoding="utf-8").readlines() for part in parts]))


if __name__ == "__main__":
    main()
