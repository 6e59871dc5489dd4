"""How much memory a process uses that is its own.

Its resident set also counts pages of mapped files, such as the packed images, which the kernel
takes back whenever it needs them. Anonymous memory is the rest: what the process has asked for.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from threading import Event, Thread

from chrysalis.errors import UserError

INTERVAL = 0.005  # seconds between two looks


@dataclass(frozen=True)
class Peak:
    """Largest values seen, in MiB: anonymous memory, and the whole resident set."""

    anonymous: float
    resident: float


def status(process: int | str = "self") -> dict[str, float]:
    """The sizes that the kernel tells of a process, in MiB, by their names in proc(5).

    Raises:
        UserError: this is not Linux.
        ProcessLookupError: there is no such process any more.
    """
    if not Path("/proc/self/status").exists():
        raise UserError("/proc/self/status: memory is read from there, so this needs Linux")
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except FileNotFoundError:
        raise ProcessLookupError(process) from None
    fields = (line.partition(":") for line in lines if line.endswith(" kB"))
    return {name: int(value.split()[0]) / 2**10 for name, _, value in fields}


class Watch:
    """Context that looks at this process's memory from a thread; `peak` holds what was seen."""

    def __init__(self) -> None:
        self._over, self._most = Event(), 0.0
        self._thread = Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(INTERVAL):
            self._most = max(self._most, status()["RssAnon"])

    @property
    def peak(self) -> Peak:
        """The largest values up to now."""
        now = status()
        return Peak(max(self._most, now["RssAnon"]), now["VmHWM"])


def peak_of_command(command: Sequence[str]) -> Peak:
    """Run a command to its end, looking at its memory from outside.

    Raises:
        UserError: it failed; the message holds the end of what it said.
    """
    anonymous = resident = 0.0
    with TemporaryFile("w+") as said:
        with subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT) as process:
            while process.poll() is None:
                seen = status(process.pid)
                # A process that has ended, but is not waited for yet, has no memory.
                anonymous = max(anonymous, seen.get("RssAnon", 0.0))
                resident = max(resident, seen.get("VmHWM", 0.0))
                time.sleep(INTERVAL)
        if process.returncode:
            said.seek(0)
            raise UserError(f"{command[1]} failed:\n{said.read()[-2000:]}")
    return Peak(anonymous, resident)


def python(script: Path, *arguments: object) -> list[str]:
    """The command that runs a script with this interpreter."""
    return [sys.executable, str(script), *(str(argument) for argument in arguments)]
