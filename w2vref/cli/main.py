"""The parser of the command line, and what becomes of errors."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import NoReturn

EXIT_ERROR = 2
EXIT_INTERRUPTED = 130
"""128 + SIGINT, as shells report it."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Print the message and where to find help; exit with 2."""
        self.exit(EXIT_ERROR, f"{self.prog}: error: {message} (see {self.prog} --help)\n")


def installed_version() -> str:
    """Return the version of the installed package."""
    try:
        return version("w2vref")
    except PackageNotFoundError:
        return "unknown (running from a source tree that is not installed)"


def make_parser() -> Parser:
    """Return the parser with all commands; each leaves its function in `run`."""
    # Late, so that --version and errors of the command line need not wait for numba.
    from w2vref.cli import backends, conformance, convert, demo, evaluate, query, train  # noqa: PLC0415

    parser = Parser(prog="w2vref", description="Train and use word2vec vectors.")
    parser.add_argument("--version", action="version", version=f"w2vref {installed_version()}")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--quiet", action="store_true", help="print results and errors only")
    common.add_argument("--verbose", action="store_true", help="print the library's log too")
    common.add_argument("--traceback", action="store_true", help="show where an error came from")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (demo, train, query, evaluate, convert, backends, conformance):
        command.add_parser(commands, [common])
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    traceback = False
    try:
        arguments = make_parser().parse_args(argv)
        traceback = arguments.traceback
        level = logging.INFO if arguments.verbose else logging.ERROR if arguments.quiet else logging.WARNING
        logging.basicConfig(format="w2vref: %(message)s", level=level, force=True)
        code: int = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return fail("interrupted", EXIT_INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has seen enough (as in `w2vref query ... | head`). Python would
        # complain again when it flushes standard output at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if traceback:
            raise
        return fail(f"error: {one_line(error)}", EXIT_ERROR)


def one_line(error: Exception) -> str:
    """Return an error's message in one line, with its kind where the message alone says too little."""
    # str() of a KeyError is the repr of its message.
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    text = " ".join(text.split())
    if isinstance(error, MemoryError):
        return f"out of memory{': ' if text else ''}{text}"
    if isinstance(error, OSError) and error.filename is not None and error.strerror is not None:
        return f"{os.fspath(error.filename)}: {error.strerror}"
    return text or type(error).__name__


def fail(message: str, code: int) -> int:
    """Print one line on standard error and return the exit code."""
    print(f"w2vref: {message}", file=sys.stderr)
    return code
