"""Which GPU a job uses, when several jobs share several of them."""

from __future__ import annotations

import fcntl
import itertools
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch


@contextmanager
def device() -> Iterator[torch.device]:
    """The least used GPU that this process sees, or the CPU where there is none."""
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if not count:
        yield torch.device("cpu")
        return
    names = [str(torch.cuda.get_device_properties(index).uuid) for index in range(count)]
    folder = Path(tempfile.gettempdir()) / f"chrysalis-gpus-{os.getuid()}"
    with lease(names, folder) as index:
        torch.cuda.set_device(index)
        yield torch.device("cuda", index)


@contextmanager
def lease(names: Sequence[str], folder: Path) -> Iterator[int]:
    """The position in `names` that the fewest leases hold; ends with the context, or the process.

    Every name has slots 0, 1, ..., each a file in `folder` with a lock of the kernel's, which goes
    with the process however it ends. The first free one counts, slot by slot. How many jobs run at
    once is Snakemake's matter (`--resources gpu=`).
    """
    folder.mkdir(parents=True, exist_ok=True)
    slots = ((slot, index) for slot in itertools.count() for index in range(len(names)))
    for slot, index in slots:
        with (folder / f"{names[index]}.{slot}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield index
            return
