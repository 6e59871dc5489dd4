"""Snakemake's lock on a folder survives a kill; this tells a stale lock from a live one."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

# Set for a call of Snakemake by a process that holds the lock and waits for it.
INSIDE = "CHRYSALIS_LOCKED"

_held: list[IO[str]] = []


@contextlib.contextmanager
def held(snakemake_folder: Path) -> Iterator[bool]:
    """Hold this workflow's lock from now on; inside, tell whether no other process holds it.

    Every process that loads the workflow holds a shared lock of the kernel's until it ends, however
    it ends. One that gets it exclusively is alone: whatever Snakemake's lock files lie there
    belonged to a run that was killed, and are removed, so the same command can simply be given
    again. It stays exclusive inside, so that others wait for what the first does there.
    """
    if os.environ.get(INSIDE):
        yield False
        return
    snakemake_folder.mkdir(exist_ok=True)
    file = (snakemake_folder / "chrysalis.lock").open("w")
    _held.append(file)
    alone = True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        alone = False
        fcntl.flock(file, fcntl.LOCK_SH)
    else:
        for lock in snakemake_folder.glob("locks/*.lock"):
            lock.unlink(missing_ok=True)
    try:
        yield alone
    finally:
        fcntl.flock(file, fcntl.LOCK_SH)
