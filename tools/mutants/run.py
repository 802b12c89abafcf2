"""Puts mistakes into a copy of the package, one at a time, and looks which property catches each.

    python tools/mutants/run.py [--list LIST ...] [--only ID ...] [--anew] [--results FILE] [--report FILE]

For each mutant the property that names it is run first, then, if it sees nothing, the wider ones. All
properties are first run without a mutant: one that fails by itself would prove nothing. Exit code 1 if a
mutant survives.

Mutants that were caught are kept in a file, with a digest of the mutant, the sources and the property, and
are not run again while these stay as they were: a run that was cut off goes on, and mutants can be judged
in several sittings. The report is written once every mutant has an outcome with the sources of now.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import Any

from catalogue import HERE, LISTS, ROOT, Mutant, read_mutants
from outcomes import Kept, Outcome
from page import table

EXAMPLES = 1000
"""Cases that a check draws at most; the ordinary tests draw 50, and so most mutants fall among the first."""
FEWER = {"workers": 5, "model_life": 60, "long_epoch": 10, "epoch": 500, "block_epoch": 60, "block_stop": 20}
SECONDS, HANG_SECONDS = 900.0, 60.0
"""What runs longer hangs: no property takes half of it, on a busy machine either. The second is for mutants
of which it is expected."""
WIDER_TESTS = (
    "spec_tests/library/test_model_errors.py spec_tests/library/test_model_reproducibility.py "
    "spec_tests/library/test_model_update.py spec_tests/library/test_vocabulary.py",
    "spec_tests/reference",
)
COPIED = ("w2vref", "spec_tests", "docs", "pyproject.toml", "setup.py", "README.md", "noxfile.py")
LEFT_OUT = ("*.so", "*.o", "__pycache__", "_build", ".hypothesis")
COMPILER = os.environ.get("CC", "gcc")


class BrokenError(Exception):
    """A mutant that does not even compile, or a property that cannot run, shows nothing."""


class CBuild:
    """The extension of the copy, of which a mutant compiles only the kernels of one instruction set."""

    def __init__(self, copy: Path) -> None:
        self.copy, self.folder = copy, copy / "w2vref" / "backends" / "c"
        self.objects = copy / "objects"
        self.objects.mkdir()
        self.module = self.objects / "_w2v_kernel.c"
        self._build_script().ffibuilder.emit_c_code(str(self.module))
        for source in [self.module, *sorted((self.folder / "src").glob("*.c"))]:
            self._compile(source, source.stem)
        self._link()

    def _build_script(self) -> Any:
        spec = importlib.util.spec_from_file_location("_build", self.folder / "_build.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def _compile(self, source: Path, name: str, optimize: bool = False) -> None:
        # With AVX-512 emulated, so that mutants of its kernels can be judged on a machine without it.
        flags = [*self._build_script().FLAGS, "-fPIC", "-w", "-DW2V_EMULATE_AVX512"]
        if not optimize:
            flags.append("-O0")  # the bits do not depend on it, the time of the compiler does
        for folder in (self.folder / "include", self.folder / "src", sysconfig.get_path("include")):
            flags += ["-I", str(folder)]
        _must_run([COMPILER, *flags, "-MMD", "-c", str(source), "-o", str(self.objects / f"{name}.o")])

    def _link(self, instead: tuple[str, str] | None = None) -> None:
        objects = {path.stem: path for path in self.objects.glob("*.o") if "mutant-" not in path.stem}
        if instead:
            objects[instead[0]] = self.objects / f"{instead[1]}.o"
        target = self.folder / "_w2v_kernel.abi3.so"
        target.unlink(missing_ok=True)  # a new file: the old one may still be mapped
        _must_run([COMPILER, "-shared", *map(str, objects.values()), "-lm", "-o", str(target)])

    def _affected(self, file: Path, simd: str) -> str | None:
        """Return the source, without its ending, that has to be compiled again."""
        if file.name == "_build.py":
            return f"simd_{simd}"
        if file.suffix not in {".c", ".h"}:
            return None
        sources = [p.stem for p in self.objects.glob("*.d") if str(file) in p.read_text()]
        return f"simd_{simd}" if f"simd_{simd}" in sources else sources[0]

    def mutate(self, mutant: Mutant) -> None:
        """Compile what the mutant changes."""
        if name := self._affected(self.copy / mutant.file, mutant.simd):
            self._compile(self.folder / "src" / f"{name}.c", f"mutant-{name}", mutant.optimize)
            self._link((name, f"mutant-{name}"))

    def restore(self, mutant: Mutant) -> None:
        """Link the extension as it was."""
        if self._affected(self.copy / mutant.file, mutant.simd):
            for path in self.objects.glob("mutant-*"):
                path.unlink()
            self._link()


def _must_run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BrokenError(f"{' '.join(command[:3])} ... failed:\n{done.stderr}")


class Session:
    """The copy of the project, and the properties that run in it."""

    def __init__(self, folder: Path) -> None:
        self.copy = folder
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns(*LEFT_OUT))
            else:
                shutil.copy(source, folder / name)
        # By its hash, not its time: a mutant is written within a second, and may be as long as the original.
        compileall = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash"]
        _must_run([*compileall, str(folder / "w2vref"), str(folder / "spec_tests")])
        self.build = CBuild(folder)
        # With -c, Python looks for packages in the current folder first.
        code = "from w2vref.conformance.checks import CHECKS; print(*CHECKS)"
        self.checks = subprocess.run(
            [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
        ).stdout.split()
        self.proved: set[tuple[str, str, bool]] = set()

    def _run(self, command: list[str], mutant: Mutant) -> subprocess.CompletedProcess[str] | None:
        """Run a property; None if the time is over."""
        environment = {**os.environ, "PYTHONPATH": str(self.copy), "PYTHONDONTWRITEBYTECODE": "1"}
        environment |= {"W2VREF_SIMD": mutant.simd, "NUMBA_CACHE_DIR": str(self.copy / "numba")}
        environment.pop("W2VREF_TEST_INSTALLED", None)
        environment.pop("NUMBA_DISABLE_JIT", None)
        if not mutant.jit:
            environment["NUMBA_DISABLE_JIT"] = "1"
        child = subprocess.Popen(
            [sys.executable, *command],
            cwd=self.copy,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            out, err = child.communicate(timeout=HANG_SECONDS if mutant.hang else SECONDS)
        except BaseException as error:  # Ctrl-C too: no process stays behind
            child.kill()
            child.communicate()
            if isinstance(error, subprocess.TimeoutExpired):
                return None
            raise
        return subprocess.CompletedProcess(command, child.returncode, out, err)

    def prove(self, name: str, mutant: Mutant) -> Outcome:
        """Run one property: a check on the mutant's backend, or tests."""
        started = time.perf_counter()
        if "/" in name:
            options = ["-x", "-q", "--tb=line", "-p", "no:cacheprovider", "-p", "no:xdist"]
            done = self._run(["-m", "pytest", *options, *name.split()], mutant)
        else:
            examples = str(FEWER.get(name, EXAMPLES))
            done = self._run([str(HERE / "prove.py"), name, mutant.backend or "c", examples], mutant)
        seconds = time.perf_counter() - started
        if done is None:
            return Outcome(mutant.hang, name, "it hangs", seconds)
        if done.returncode < 0:
            return Outcome(True, name, f"the process dies of signal {-done.returncode}", seconds)
        if "/" in name:
            if done.returncode == 1:
                lines = [line for line in done.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
                failed = [line.split(" ", 1)[1].split(" - ")[0].split("[")[0] for line in lines]
                return Outcome(True, failed[0] if failed else name, "fails", seconds)
            if done.returncode == 0:
                return Outcome(False, name, "passes", seconds)
        elif done.returncode == 0:
            result = json.loads(done.stdout.splitlines()[-1])
            how = f"case {result['examples']}" if result["failure"] else f"none of {result['examples']} cases"
            return Outcome(bool(result["failure"]), name, how, result["seconds"])
        raise BrokenError(f"{name} could not be run:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")

    def prove_unharmed(self, mutant: Mutant) -> None:
        """Raise BrokenError if the mutant's property fails without it."""
        key = (mutant.caught_by, mutant.simd, mutant.jit)
        if key in self.proved:
            return
        outcome = self.prove(mutant.caught_by, mutant)
        if outcome.caught or outcome.how == "it hangs":
            raise BrokenError(f"{mutant.caught_by} fails without any mutant: {outcome.how}")
        self.proved.add(key)

    def apply(self, mutant: Mutant) -> Outcome:
        """Put the mistake in, run properties until one catches it, take it out."""
        self.prove_unharmed(mutant)
        path = self.copy / mutant.file
        text = path.read_text(encoding="utf-8")
        if text.count(mutant.old) != 1:
            raise BrokenError(f"{mutant.id}: its text occurs {text.count(mutant.old)} times in {mutant.file}")
        path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
        try:
            if mutant.backend == "c":
                self.build.mutate(mutant)
            outcome = Outcome(False, "", "", 0.0)
            for name in self._properties(mutant):
                outcome = self.prove(name, mutant)
                if outcome.caught:
                    break
            return outcome
        finally:
            path.write_text(text, encoding="utf-8")
            if mutant.backend == "c":
                self.build.restore(mutant)

    def _properties(self, mutant: Mutant) -> list[str]:
        wider = list(WIDER_TESTS)
        if mutant.backend:
            wider = [name for name in self.checks if name != mutant.caught_by]
        return [mutant.caught_by, *wider]


def judge(mutants: list[Mutant], kept: Kept) -> tuple[list[str], list[str]]:
    """Judge mutants, keep and print what comes of each; return the ids that survive and that are broken."""
    alive, broken = [], []
    with tempfile.TemporaryDirectory() as name:
        session = Session(Path(name).resolve())
        for mutant in mutants:
            try:
                outcome = session.apply(mutant)
            except BrokenError as error:
                broken.append(mutant.id)
                print(f"{mutant.id:28} BROKEN: {error}", flush=True)
                continue
            kept.keep(mutant, outcome)
            if not outcome.caught:
                alive.append(mutant.id)
            note = "" if outcome.by.startswith(mutant.caught_by) else f" (not by {mutant.caught_by})"
            word = "caught by" if outcome.caught else "SURVIVES"
            print(
                f"{mutant.id:28} {word} {outcome.by}, {outcome.how}, {outcome.seconds:.1f} s{note}",
                flush=True,
            )
    return alive, broken


def main() -> int:
    """Run; return 1 if a mutant survives."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", metavar="ID", help="these mutants, or those that begin so")
    parser.add_argument("--list", nargs="+", choices=LISTS, default=LISTS, help="the mutants of these lists")
    parser.add_argument(
        "--results", type=Path, default=ROOT / ".mutants.json", help="where outcomes are kept"
    )
    parser.add_argument("--anew", action="store_true", help="judge all that are chosen, kept or not")
    parser.add_argument("--report", type=Path, default=ROOT / "docs" / "mutants.md")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    kept = Kept(options.results)
    mutants = read_mutants()
    chosen = read_mutants(options.list)
    if options.only:
        chosen = [mutant for mutant in chosen if mutant.id.startswith(tuple(options.only))]
    to_judge = [mutant for mutant in chosen if options.anew or kept.outcome(mutant) is None]
    started = time.perf_counter()
    alive, broken = judge(to_judge, kept) if to_judge else ([], [])
    minutes = (time.perf_counter() - started) / 60
    print(
        f"{len(to_judge)} mutants judged, {len(chosen) - len(to_judge)} kept; "
        f"{len(alive)} survive, {len(broken)} broken, {minutes:.1f} minutes"
    )
    if alive or broken:
        print(f"survivors: {' '.join(alive) or 'none'}; broken: {' '.join(broken) or 'none'}")
        return 1
    now = Kept(options.results)  # the sources may have been changed in the meantime
    found = {mutant.id: outcome for mutant in mutants if (outcome := now.outcome(mutant)) is not None}
    if len(found) == len(mutants):
        options.report.write_text(table(found, mutants), encoding="utf-8")
    else:
        missing = len(mutants) - len(found)
        print(f"no report: {missing} of {len(mutants)} mutants have no outcome with these sources")
    return 0


if __name__ == "__main__":
    sys.exit(main())
