"""Snakemake's lock on a folder survives a kill; this tells a stale lock from a live one."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import IO

# Set for a call of Snakemake by a process that holds the lock and waits for it.
INSIDE = "CHRYSALIS_LOCKED"
OWNER = "chrysalis.owner"

log = logging.getLogger(__name__)
_held: list[IO[str]] = []


@contextlib.contextmanager
def held(snakemake_folder: Path, unlock: bool = False) -> Iterator[bool]:
    """Hold this workflow's lock from now on; inside, tell whether no other process holds it.

    Every process that plans the workflow holds a shared lock of the kernel's until it ends, however
    it ends. One that gets it exclusively is alone: whatever Snakemake's lock files lie there
    belonged to a run that was killed, and are removed, so the same command can simply be given
    again. It stays exclusive inside, so that others wait for what the first does there.

    On file systems that several machines share, such a lock may reach no other machine, or not be
    there at all. So who is alone also leaves its host and process, until it ends. Of a process on
    another host nobody can say here whether it lives: it counts as alive, until `unlock`.
    """
    if os.environ.get(INSIDE):
        yield False
        return
    snakemake_folder.mkdir(exist_ok=True)
    owner = snakemake_folder / OWNER
    if unlock:
        owner.unlink(missing_ok=True)
    file = (snakemake_folder / "chrysalis.lock").open("w")
    _held.append(file)
    locked = _lock(file)
    alone = locked is not False and not _lives(owner, locked)
    if alone:
        for lock in snakemake_folder.glob("locks/*.lock"):
            lock.unlink(missing_ok=True)
        _own(owner)
    try:
        yield alone
    finally:
        _share(file)


def _lock(file: IO[str]) -> bool | None:
    """Whether the lock is held exclusively now; None where the file system has no locks."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _share(file)
        return False
    except OSError:
        return None
    return True


def _share(file: IO[str]) -> None:
    with contextlib.suppress(OSError):
        fcntl.flock(file, fcntl.LOCK_SH)


def _lives(owner: Path, locked: bool | None) -> bool:
    """Whether the process that left its name may be at work still."""
    try:
        host, process = owner.read_text().split()
    except (OSError, ValueError):
        return False
    if host != socket.gethostname():
        log.warning(
            "Process %s on %s may be at work in this folder. If it is not, run "
            "`snakemake --unlock` once.",
            *(process, host),
        )
        return True
    return locked is None and int(process) != os.getpid() and Path(f"/proc/{process}").exists()


def _own(owner: Path) -> None:
    mine = f"{socket.gethostname()} {os.getpid()}"
    owner.write_text(mine)

    def leave() -> None:
        with contextlib.suppress(OSError):
            if owner.read_text() == mine:
                owner.unlink()

    atexit.register(leave)
