"""Runs a Linux program on a processor with AVX-512 where there is none: in Bochs, an emulator of a whole PC.

Bochs boots a disk whose first sectors are tools/bare_machine/: no operating system, but what a statically
linked program needs that reads its input, computes and writes its answer. The arithmetic is Bochs's own,
IEEE in software; no instruction of the program runs on the processor of this machine.

Needs Bochs with a BIOS and a screen in a terminal (2.7 was used), gcc and objcopy: see PACKAGES.
"""

from __future__ import annotations

import os
import pty
import shutil
import struct
import subprocess
from pathlib import Path

PACKAGES = "bochs bochs-term bochsbios gcc libc6-dev binutils"
"""Of Debian."""
MACHINE = Path(__file__).resolve().parent / "bare_machine"
BIOS = Path("/usr/share/bochs/BIOS-bochs-legacy")
SCREEN_BIOS = BIOS.with_name("VGABIOS-lgpl-latest")
FLAGS = [
    *(
        "-std=gnu11",
        "-O2",
        "-Wall",
        "-Wextra",
        "-ffreestanding",
        "-nostdlib",
        "-static",
        "-no-pie",
        "-fno-pic",
    ),
    # No stack protector, no landing pads, and no vector register is touched between two of the program's.
    *("-fno-stack-protector", "-fcf-protection=none", "-mgeneral-regs-only", "-mno-red-zone"),
    # One piece from where the BIOS loads it.
    "-Wl,-Ttext=0x7C00,--omagic,--build-id=none,--no-warn-rwx-segments",
]

# As in bare_machine/machine.c.
SECTOR = 512
JOB_SECTOR = 64
JOB = struct.Struct("<5Q")
"""Bytes of program and input; then what the machine writes: finished, exit code, bytes of the answer."""
CYLINDER = 16 * 63 * SECTOR
"""Bochs gives a disk whole cylinders."""

SETTINGS = """\
cpu: model=corei7_skylake_x, ips=1000000, reset_on_triple_fault=0
megs: 1024
romimage: file={bios}
vgaromimage: file={screen_bios}
display_library: term
ata0-master: type=disk, path={disk}, mode=flat, cylinders=0
boot: disk
clock: sync=none
port_e9_hack: enabled=1
panic: action=fatal
log: {log}
"""
"""The pace (ips) is of emulated time only: at a slow one the disk is never waited for."""


def missing() -> list[str]:
    """Return what is needed and not there; nothing, if `run` can work."""
    things = [name for name in ("bochs-bin", "gcc", "objcopy") if shutil.which(name) is None]
    things += [str(path) for path in (BIOS, SCREEN_BIOS) if not path.exists()]
    if not any(Path("/usr/lib").glob("*/bochs/plugins/libbx_term_gui.so")):
        things.append("libbx_term_gui.so of Bochs")
    return things


def run(program: Path, given: bytes, folder: Path) -> bytes:
    """Run a statically linked program without arguments; return what it wrote to its standard output.

    Args:
        program: linked to lie below 64 MB, as gcc -static -no-pie does.
        given: its standard input. It may not answer with more bytes than these.
        folder: for the disk and the emulator's log.

    Raises: RuntimeError with what the emulator and the program printed if it fails or does not end.
    """
    disk, settings, log = folder / "disk", folder / "settings", folder / "log"
    binary = program.read_bytes()
    job = JOB.pack(len(binary), len(given), 0, 0, 0)
    image = _compile_machine(folder).ljust(JOB_SECTOR * SECTOR, b"\0")
    image += b"".join(_padded(part) for part in (job, binary, given))
    answer = len(image)
    disk.write_bytes(_padded(image + _padded(bytes(len(given))), CYLINDER))
    settings.write_text(SETTINGS.format(bios=BIOS, screen_bios=SCREEN_BIOS, disk=disk, log=log))
    printed = _run_bochs(settings)
    written = disk.read_bytes()
    _, _, finished, code, length = JOB.unpack_from(written, JOB_SECTOR * SECTOR)
    if not finished or code:
        how = f"returned {code}" if finished else "did not end"
        raise RuntimeError(f"{program.name} {how} in Bochs, which printed:\n{printed}")
    return written[answer : answer + length]


def _padded(data: bytes, unit: int = SECTOR) -> bytes:
    return data + bytes(-len(data) % unit)


def _compile_machine(folder: Path) -> bytes:
    linked, flat = folder / "machine.elf", folder / "machine.bin"
    sources = [str(MACHINE / name) for name in ("boot.S", "machine.c")]
    subprocess.run(["gcc", *FLAGS, *sources, "-o", str(linked)], check=True)
    subprocess.run(["objcopy", "-O", "binary", str(linked), str(flat)], check=True)
    return flat.read_bytes()


def _run_bochs(settings: Path) -> str:
    """Run the emulator until its machine shuts down; return what it printed."""
    ours, its = pty.openpty()  # its screen needs a terminal
    try:
        os.write(ours, b"c\n")  # Debian's has a debugger, which waits for "continue"
        process = subprocess.Popen(
            ["bochs-bin", "-q", "-f", str(settings)],
            stdin=its,
            stdout=its,
            stderr=its,
            env={**os.environ, "TERM": "vt100"},
        )
        os.close(its)
        printed = b""
        while part := _read(ours):
            printed += part
        process.wait()  # its status tells nothing: a shutdown is a panic to it
    finally:
        os.close(ours)
    return printed.decode(errors="replace")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # how Linux says that the other end is closed
        return b""
