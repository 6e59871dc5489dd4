"""Snakemake's lock on a folder survives a kill; this tells a stale lock from a live one."""

from __future__ import annotations

import fcntl
from pathlib import Path

_held = []


def clear_stale(snakemake_folder: Path) -> None:
    """Remove Snakemake's lock files if no other process of this workflow is alive.

    Every process that loads the workflow holds a shared lock of the kernel's until it ends, however
    it ends. One that gets it exclusively is alone: whatever lock files lie there belonged to a run
    that was killed. So the same command can simply be given again after a kill.
    """
    snakemake_folder.mkdir(exist_ok=True)
    file = (snakemake_folder / "chrysalis.lock").open("w")
    _held.append(file)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass
    else:
        for lock in snakemake_folder.glob("locks/*.lock"):
            lock.unlink(missing_ok=True)
    fcntl.flock(file, fcntl.LOCK_SH)
