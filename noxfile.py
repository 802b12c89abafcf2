"""Every command of the project. `nox` runs lint, types, docs and tests; `nox -l` lists the rest."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Sequence
from pathlib import Path

import nox

nox.needs_version = ">=2024.4.15"
nox.options.sessions = ["lint", "types", "docs", "tests"]
nox.options.reuse_venv = "yes"

ROOT = Path(__file__).parent
BENCHES = ["training", "two_workers", "pipeline", "files", "sharing", "queries", "phrases"]
PYTHONS = ["3.10", "3.11", "3.12", "3.13"]
TEST_TOOLS = [
    "pytest-xdist>=3.6",
    "pytest-cov>=5",
    "safetensors>=0.4",
    "lxml>=5",
    "gensim>=4.3; python_version < '3.14'",
]


def install_wheel(session: nox.Session, *extras: str) -> None:
    """Build the wheel, and install it, with these extras, as a user would."""
    target = Path(session.create_tmp()).resolve() / "wheel"
    for stale in (target, ROOT / "build"):
        shutil.rmtree(stale, ignore_errors=True)
    session.run("pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(target), ".")
    (wheel,) = target.glob("*.whl")
    suffix = f"[{','.join(extras)}]" if extras else ""
    session.install(f"w2vref{suffix} @ {wheel.as_uri()}")
    # A venv that is used again may hold an older build of the same version.
    session.run("pip", "install", "--quiet", "--force-reinstall", "--no-deps", str(wheel))


def run_pytest(session: nox.Session, *arguments: str) -> None:
    """Run the tests against the installed package; arguments after `--` replace the default ones."""
    # The script `pytest`, not `python -m pytest`: the latter would import the source tree.
    session.run("pytest", *(session.posargs or arguments), env={"W2VREF_TEST_INSTALLED": "1"})


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting."""
    session.install("ruff>=0.9")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check types, strictly."""
    session.install(
        "mypy>=1.13", "numpy>=1.26", "safetensors>=0.4", "pytest>=8", "hypothesis>=6.100", "jinja2>=3.1"
    )
    session.run("mypy")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error. Its examples run with the tests."""
    session.install("sphinx>=7.3", "myst-parser>=3", "furo>=2024.5.6")
    session.run("sphinx-build", "-q", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests against the built wheel."""
    install_wheel(session, "all")
    session.install(*TEST_TOOLS)
    run_pytest(session, "-n", "2", "-m", "not slow")


@nox.session(default=False)
def example_backend(session: nox.Session) -> None:
    """Install the backend of docs/examples beside the built wheel; run its tests and the suite on it."""
    install_wheel(session, "all")
    session.install(*TEST_TOOLS)
    example = ROOT / "docs" / "examples" / "w2vref-backend-example"
    session.install("--no-deps", str(example))
    run_pytest(session, str(example / "tests"))
    if not session.posargs:
        session.chdir(session.create_tmp())  # away from the source tree, as a backend's author is
        run_pytest(session, "--pyargs", "w2vref.conformance", "--w2v-backend", "stopwatch")


@nox.session(python=PYTHONS, default=False)
def pythons(session: nox.Session) -> None:
    """Run the tests on every supported Python that is installed."""
    install_wheel(session, "all")
    session.install(*TEST_TOOLS)
    run_pytest(session, "-n", "2", "-m", "not slow")


@nox.session(default=False)
def nightly(session: nox.Session) -> None:
    """Run all tests, the slow ones too, on many random examples."""
    install_wheel(session, "all")
    session.install(*TEST_TOOLS)
    run_pytest(session, "-n", "2", "--hypothesis-profile=nightly")


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """Measure what the tests reach; numba's kernels run as Python, where coverage can see them."""
    install_wheel(session, "all")
    session.install(*TEST_TOOLS)
    session.env["NUMBA_DISABLE_JIT"] = "1"
    run_pytest(session, "-n", "2", "-m", "not slow", "--cov=w2vref", "--cov-report=term")


def run_bench(session: nox.Session, modules: Sequence[str], arguments: Sequence[str]) -> None:
    """Run modules of bench/ against the installed package; each gets all the arguments."""
    install_wheel(session, "all")
    session.install(*TEST_TOOLS)
    # A copy, because `python -m` would find the source tree's w2vref beside bench/.
    folder = Path(session.create_tmp()).resolve()
    shutil.copytree(ROOT / "bench", folder / "bench", dirs_exist_ok=True)
    # Paths are given relative to here: a folder that is there, or a file to be written.
    resolved = [str(Path(a).resolve()) if Path(a).exists() or a.endswith(".json") else a for a in arguments]
    session.chdir(folder)
    # Set by some systems for their own sake; gensim is compared as its users run it.
    blas: dict[str, str | None] = {"OPENBLAS_CORETYPE": None, "OPENBLAS_L2_SIZE": None}
    for module in modules:
        session.run("python", "-m", f"bench.{module}", *resolved, env=blas)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure speed and memory beside gensim's: `nox -s bench -- [BENCH ...] FOLDER_OF_TEXTS [OPTION ...]`.

    Without a name all of BENCHES are run, for hours.
    """
    chosen = list(itertools.takewhile(BENCHES.__contains__, session.posargs))
    run_bench(session, chosen or BENCHES, session.posargs[len(chosen) :])


@nox.session(default=False)
def corpora(session: nox.Session) -> None:
    """Make the texts of `quality` from Debian's documentation: `nox -s corpora -- FOLDER --novels FILE`."""
    session.install("lxml>=5")
    session.run("python", "-m", "bench.corpora", *session.posargs)


@nox.session(default=False)
def quality(session: nox.Session) -> None:
    """Make docs/quality.md anew, after the runs that lack figures: `nox -s quality -- FOLDER_OF_TEXTS`.

    Without a folder nothing is trained: the tables are made from the figures that are there.
    """
    docs = ROOT / "docs"
    figures = ["--figures", str(docs / "quality.jsonl"), "--page", str(docs / "quality.md")]
    run_bench(session, ["quality"], [*figures, *session.posargs])


@nox.session(default=False)
def sanitize(session: nox.Session) -> None:
    """Run the tests of the C backend under the sanitizers of memory, of behaviour and of threads."""
    # Not the wheel: a copy of the sources is compiled with the sanitizers.
    session.install("setuptools>=77", *nox.project.load_toml("pyproject.toml")["project"]["dependencies"])
    session.install("pytest>=8", "hypothesis>=6.100")
    session.run("python", "tools/sanitize.py", *session.posargs)
    if not session.posargs:
        session.run("python", "tools/sanitize.py", "--threads")


@nox.session(default=False)
def mutants(session: nox.Session) -> None:
    """Put mistakes into a copy of the package, one at a time: each is caught; write docs/mutants.md."""
    # Not the wheel: each mistake is compiled anew.
    project = nox.project.load_toml("pyproject.toml")["project"]
    session.install("setuptools>=77", *project["dependencies"], *project["optional-dependencies"]["numba"])
    session.install(*project["optional-dependencies"]["conformance"])
    session.run("python", "tools/mutants/run.py", *session.posargs)


@nox.session(default=False)
def fuzz(session: nox.Session) -> None:
    """Feed 100,000 damaged files to every reader."""
    install_wheel(session, "all")
    # A copy, as for the benches.
    folder = Path(session.create_tmp()).resolve()
    shutil.copytree(ROOT / "fuzz", folder / "fuzz", dirs_exist_ok=True)
    session.chdir(folder)
    session.run("python", "-m", "fuzz.readers", *(session.posargs or ("--inputs", "100000")))


@nox.session(default=False)
def kernels(session: nox.Session) -> None:
    """Compare the C kernels for other processors with the reference: NEON under qemu, sixteen lanes.

    `nox -s kernels -- avx512-emulated` runs what is compiled for AVX-512, in the emulator Bochs.
    """
    # Not the wheel: the kernels are compiled anew, some by another compiler.
    session.install(*nox.project.load_toml("pyproject.toml")["project"]["dependencies"], "pytest>=8")
    for target in session.posargs or ("arm", "avx512", "native"):
        session.run("python", "tools/check_kernels.py", target)


@nox.session(default=False)
def conformance_report(session: nox.Session) -> None:
    """Put the adapters and the mutants to the suite; write docs/conformance/report.md and mutants.md."""
    # Not the wheel: the pages of the source tree are written.
    session.install("setuptools>=77", *nox.project.load_toml("pyproject.toml")["project"]["dependencies"])
    session.install("gensim>=4.4,<4.5", "fasttext==0.9.3", "scipy>=1.11")
    session.run("python", "setup.py", "build_ext", "--inplace", "--quiet")
    session.run("python", "tools/conformance_pages.py", *session.posargs, env={"PYTHONPATH": "."})


@nox.session(default=False)
def vectors(session: nox.Session) -> None:
    """Make the conformance vectors and their pages anew from the reference; `-- --check` compares only."""
    # Not the wheel: the files of the source tree are written.
    session.install(*nox.project.load_toml("pyproject.toml")["project"]["dependencies"], "scipy>=1.11")
    session.run("python", "-m", "w2vref.conformance.generate", *session.posargs, env={"PYTHONPATH": "."})


@nox.session(default=False)
def conformance(session: nox.Session) -> None:
    """Put every backend, and the reference in its complete dialects, to the whole conformance suite."""
    install_wheel(session, "all")
    target = "w2vref.conformance.adapters.w2vref:Reference"
    for backend in ("numpy", "numba", "c"):
        session.run("w2vref", "conformance", "--target", f"{target},backend={backend}", "--exact")
    for dialect in ("word2vec.c", "gensim"):
        # What these programs do wrong, the dialects repeat.
        known = ROOT / "spec_tests" / "conformance" / "expected_failures" / f"{dialect}.txt"
        session.run(
            "w2vref",
            "conformance",
            "--target",
            f"{target},dialect={dialect}",
            "--expected-failures",
            str(known),
        )


@nox.session(default=False)
def wheels(session: nox.Session) -> None:
    """Build the sdist, and the wheel from the sdist, into dist/."""
    session.install("build>=1.2")
    session.run("python", "-m", "build", "--outdir", "dist")
