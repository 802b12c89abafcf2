"""A program as a target: JSON lines on its standard input and output; see docs/conformance/protocol.md."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shlex
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from typing import IO, Any

from w2vref.conformance.suite import operations
from w2vref.conformance.suite.adapter import PROTOCOL_VERSION, UnsupportedError
from w2vref.conformance.suite.codec import CodecError
from w2vref.conformance.suite.target import (
    BrokenTargetError,
    Information,
    UnusableTargetError,
    read_information,
)

START_SECONDS = 60.0
"""For the answer to info: interpreters start slowly, compilers more so."""
MOST_REPLY = 256 << 20
"""Bytes of one line."""
STDERR_LINES = 20
_END = object()


class _Process:
    """One run of the program, with threads that read what it writes, so that no pipe can block."""

    def __init__(self, command: Sequence[str]) -> None:
        self.popen = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=os.name == "posix",  # a group of its own, so that its children end too
        )
        assert self.popen.stdin is not None
        assert self.popen.stdout is not None
        assert self.popen.stderr is not None
        self.lines: queue.Queue[Any] = queue.Queue()
        self.stderr: deque[str] = deque(maxlen=STDERR_LINES)
        self.requests: queue.Queue[bytes | None] = queue.Queue()
        self.threads = [
            threading.Thread(target=self._read, args=(self.popen.stdout,), daemon=True),
            threading.Thread(target=self._listen, args=(self.popen.stderr,), daemon=True),
            threading.Thread(target=self._write, args=(self.popen.stdin,), daemon=True),
        ]
        for thread in self.threads:
            thread.start()

    def _read(self, stream: IO[bytes]) -> None:
        with stream:
            while line := stream.readline(MOST_REPLY):
                self.lines.put(line)
        self.lines.put(_END)

    def _listen(self, stream: IO[bytes]) -> None:
        with stream:
            while line := stream.readline(10_000):
                self.stderr.append(line.decode("utf-8", "replace").rstrip())

    def _write(self, stream: IO[bytes]) -> None:
        try:
            with stream:
                while (request := self.requests.get()) is not None:
                    stream.write(request)
                    stream.flush()
        except OSError:
            pass  # the program has ended; the reader says so

    def end(self) -> None:
        """End the program and all it has started."""
        self.requests.put(None)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.popen.wait(0.2)  # standard input is closed: it may go by itself
        if os.name == "posix":
            with contextlib.suppress(ProcessLookupError, PermissionError):  # nobody is left in the group
                os.killpg(self.popen.pid, signal.SIGKILL)
        elif self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait()
        for thread in self.threads:
            thread.join(1.0)

    def last_words(self) -> str:
        """Return how it ended and the end of what it wrote to standard error."""
        try:
            code = self.popen.wait(1.0)
        except subprocess.TimeoutExpired:
            how = "it closed its standard output and runs on"
        else:
            how = f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"
        self.threads[1].join(0.5)
        tail = "".join(f"\n    {line}" for line in self.stderr)
        return how + (f"; the end of its standard error:{tail}" if tail else "")


class CommandTarget:
    """A program that answers JSON lines.

    Args:
        command: program and arguments.
        seconds: the longest time for a call; None leaves it to the cases.
        start_seconds: the longest time from the start to the answer to info.
        shown: how the user wrote the target on the command line, for `reproduction`.
    """

    def __init__(
        self,
        command: Sequence[str],
        seconds: float | None = None,
        shown: str = "",
        start_seconds: float = START_SECONDS,
    ) -> None:
        self.start_seconds = start_seconds
        self.command, self.seconds = list(command), seconds
        self.shown = shown or f"--command {shlex.quote(shlex.join(self.command))}"
        self._process: _Process | None = None
        self._number = 0
        self._floats = "hex"

    def start(self) -> Information:
        """Start the program and ask what it is."""
        return self._started()[1]

    def _started(self) -> tuple[_Process, Information]:
        self.restart()
        try:
            self._process = process = _Process(self.command)
        except OSError as error:
            raise UnusableTargetError(f"cannot start {self.command[0]!r}: {error.strerror}") from error
        try:
            reply = self._ask(process, "info", {"protocol": PROTOCOL_VERSION}, self.start_seconds)
        except BrokenTargetError as error:
            self.restart()
            raise UnusableTargetError(str(error)) from error
        if "outputs" not in reply:
            self.restart()
            raise UnusableTargetError(f"info was answered with {reply!r:.200}, not with outputs")
        information = read_information(reply["outputs"])
        self._floats = information.floats
        return process, information

    def call(self, operation: str, inputs: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Ask, and wait for the answer so many seconds."""
        process = self._process or self._started()[0]
        encoded = operations.encode_inputs(operation, inputs, self._floats)
        reply = self._ask(process, operation, encoded, self.seconds or seconds)
        if "unsupported" in reply:
            raise UnsupportedError(str(reply["unsupported"]))
        if "error" in reply:
            return {"error": str(reply["error"])}
        try:
            return operations.decode_outputs(operation, reply["outputs"])
        except CodecError as error:
            raise BrokenTargetError(f"the reply to {operation} cannot be read: {error}") from error

    def _ask(
        self, process: _Process, operation: str, inputs: Mapping[str, Any], seconds: float
    ) -> dict[str, Any]:
        self._number += 1
        request = {"id": self._number, "operation": operation, "inputs": inputs}
        process.requests.put(json.dumps(request).encode("ascii") + b"\n")
        try:
            line = process.lines.get(timeout=seconds)
        except queue.Empty:
            raise BrokenTargetError(f"no answer to {operation} within {seconds:g} seconds") from None
        if line is _END:
            raise BrokenTargetError(f"the target ended during {operation}: {process.last_words()}")
        return read_reply(line, operation, self._number)

    def restart(self) -> None:
        """End the program; the next call starts it again."""
        if self._process is not None:
            self._process.end()
            self._process = None

    def close(self) -> None:
        """End the program."""
        self.restart()

    def reproduction(self, case_id: str) -> str:
        """Return a shell command that runs one case again."""
        return f"w2vref conformance {self.shown} --case {case_id}"


def read_reply(line: bytes, operation: str, number: int) -> dict[str, Any]:
    """Return a reply. Raises BrokenTargetError that quotes what was written instead."""
    try:
        reply = json.loads(line)
    except ValueError:
        raise BrokenTargetError(
            f"the reply to {operation} is no JSON: {line[:200]!r} (standard output is for replies alone; "
            "write everything else to standard error)"
        ) from None
    if not isinstance(reply, dict) or not {"outputs", "unsupported", "error"} & set(reply):
        raise BrokenTargetError(
            f"the reply to {operation} should be an object with outputs, unsupported or error, "
            f"got {line[:200]!r}"
        )
    if reply.get("id") != number:
        raise BrokenTargetError(
            f"the reply to {operation} should have the id {number} of its request, got {reply.get('id')!r}"
        )
    return reply
