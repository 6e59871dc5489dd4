"""The record of a training that has ended, kept until Snakemake has accepted it.

Snakemake deletes what a job has written if the job fails, as one does that a cluster ends between
its last epoch and its own end, and before it starts a job again. The job finds its record here
then, and takes it instead of training again. Files are linked, so keeping them takes no space.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from chrysalis.errors import UserError
from chrysalis.records.training import RunRecord

RECORD = "run.json"


def place(checkpoint: Path) -> Path:
    """The folder for the record of the training that has this checkpoint."""
    return checkpoint.with_suffix(".finished")


def keep(output: Path, files: tuple[str, ...], kept: Path) -> None:
    """Keep these files of a record, and `run.json` last: without it there is no record."""
    shutil.rmtree(kept, ignore_errors=True)
    _link(output, (*files, RECORD), kept)


def find(kept: Path) -> RunRecord | None:
    """The record that is kept, if it is whole."""
    if not (kept / RECORD).is_file():
        return None
    try:
        record = RunRecord.read(kept / RECORD)
        for name, written in record.files.items():
            written.check(kept / name)
    except UserError:
        return None
    return record


def take(kept: Path, record: RunRecord, output: Path) -> None:
    """Put the record that was found where the job would write it."""
    _link(kept, (*record.files, RECORD), output)


def _link(source: Path, names: tuple[str, ...], target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name in names:
        (target / name).unlink(missing_ok=True)
        try:
            os.link(source / name, target / name)
        except OSError:  # a file system without links
            shutil.copy2(source / name, target / name)
