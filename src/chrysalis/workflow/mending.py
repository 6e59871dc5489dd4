"""What is damaged is mended before anything is planned.

Snakemake deletes a job's outputs before the job can look at its inputs, and it repeats every job
behind one that runs. So a damaged pack would cost all finished trainings. Here the tables and packs
that all else rests on are made again first; they come out as they were, bit for bit, and nothing
behind them is repeated.
"""

from __future__ import annotations

import csv
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ConfigDict, Field, ValidationError

from chrysalis.errors import UserError
from chrysalis.records.files import HASHES, FileHash, Hashes, set_aside, sha256_of
from chrysalis.records.paths import StudyPaths
from chrysalis.study.study import Study
from chrysalis.workflow import locks

log = logging.getLogger(__name__)


class _Record(Hashes):
    """The hashes that a record of any kind holds."""

    model_config = ConfigDict(extra="ignore")

    files: dict[str, FileHash] = Field({})


@dataclass(frozen=True)
class Wrong:
    """A file that is not what its record says, and how."""

    path: Path
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


def plans_only(arguments: Sequence[str]) -> bool:
    """Whether Snakemake was called with these arguments to show what it would do."""
    return any(
        argument in ("--dry-run", "--dryrun") or re.fullmatch(r"-[A-Za-z]*n[A-Za-z]*", argument)
        for argument in arguments
    )


def mend(study: Study, paths: StudyPaths, command: Sequence[str], dry: bool) -> None:
    """Set aside what is damaged, and make the tables and packs of images again.

    Damaged files of trainings are made again by the study itself, as they are missing then. In a
    `dry` run nothing is changed.

    Args:
        study: what is studied.
        paths: where its files are.
        command: runs Snakemake for the files named behind it.
        dry: whether to tell only.

    Raises:
        UserError: the tables or packs could not be made again.
    """
    data = [wrong for record in data_records(paths, study) for wrong in wrong_files(record)]
    can_tell = not study.dataset.is_fetched and paths.images not in [wrong.path for wrong in data]
    changed = changed_image(study.dataset.root, paths.images) if can_tell else None
    trainings = (paths.training(run, seed) for run in study.runs for seed in study.seeds)
    records = [wrong for training in trainings for wrong in wrong_files(training.record)]
    pages = wrong_files(paths.site.with_name(HASHES))
    for wrong in (*data, *records, *pages):
        log.warning("Damaged: %s. It is made again%s.", wrong, " by a real run" if dry else "")
    if changed:
        log.warning("%s has changed, so all images are inspected again.", changed)
    if dry:
        return
    aside = [set_aside(wrong.path) for wrong in (*data, *records) if wrong.path.exists()]
    if pages:
        paths.site.unlink(missing_ok=True)  # so the whole site is built again
    if changed:
        set_aside(paths.images)
    elif data:
        _make_again([wrong.path for wrong in data], command)
        for path in aside[: len(data)]:
            path.unlink(missing_ok=True)


def _make_again(files: Iterable[Path], command: Sequence[str]) -> None:
    environment = os.environ | {locks.INSIDE: "1"}
    done = subprocess.run([*command, *map(str, files)], env=environment, check=False)
    if done.returncode:
        raise UserError(
            "damaged files could not be made again (see above); nothing else was touched. Mend "
            "what is named there, or get the files back from a copy (such as `dvc checkout`)"
        )


def snakemake(snakefile: Path, config: Path, cores: int) -> list[str]:
    """The command that makes files with the same configuration, under the lock of this process."""
    return [
        *(sys.executable, "-P", "-m", "snakemake", "--snakefile", str(snakefile), "--nolock"),
        *("--cores", str(cores), "--configfile", str(config), "--"),
    ]


def data_records(paths: StudyPaths, study: Study) -> list[Path]:
    """Where the hashes of the tables and packs of a study are, in the order they are made in."""
    made = paths.images, paths.embedding.vectors, paths.pairs, paths.groups, paths.split
    tables = [path.with_name(HASHES) for path in made]
    return tables + [paths.packed(size).with_suffix(".json") for size in study.packed_sizes]


def wrong_files(record: Path) -> list[Wrong]:
    """The files beside a record that are not what it says; none if there is no record.

    Sizes are always compared. Contents are read of files that were changed after the record, whose
    time of change then says that they are right: nobody can set that time by hand.
    """
    if not record.is_file():
        return []
    try:
        files = _Record.model_validate_json(record.read_bytes()).files
    except ValidationError:
        return [Wrong(record, "it is no record")]
    checked, wrong, seen = False, [], record.stat().st_ctime_ns
    for name, written in files.items():
        path = record.parent / name
        if not path.is_file():
            wrong.append(Wrong(path, "it is gone"))
        elif path.stat().st_size != written.bytes or path.stat().st_ctime_ns > seen:
            checked = True
            if problem := written.problem(path):
                wrong.append(Wrong(path, problem))
    if checked and not wrong:
        _note_as_right(record)
    return wrong


def changed_image(root: Path, images: Path) -> str | None:
    """An image of a user's folder whose content is not what was inspected, though its size is.

    `images` is the table of what was inspected. Only files that were changed after it are read.
    """
    if not images.is_file():
        return None
    seen, checked = images.stat().st_ctime_ns, False
    with images.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            path = root / (row.get("path") or "")
            if not path.is_file() or path.stat().st_ctime_ns <= seen:
                continue
            checked = True
            if sha256_of(path) != row.get("sha256"):
                return str(path)
    if checked:
        _note_as_right(images)
    return None


def _note_as_right(path: Path) -> None:
    """Give the file a new time of change, and leave the time of its content as it is."""
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
