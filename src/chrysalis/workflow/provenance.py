"""What Snakemake knows of a study's files, kept with them.

Snakemake notes beside a workflow how each file was made: the rule, its parameters, the hashes of
its inputs. A colleague who pulls the files into a fresh clone lacks these notes, so all of it would
be made again. One file among the results holds them, in one place for the thousands of files.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

from chrysalis.errors import UserError

# Of one process only: the hash of an object, and the job of a cluster.
_PASSING = {"job_hash", "incomplete", "external_jobid"}
SEEN = Path(".snakemake/chrysalis.provenance")


def keep(dag: Any, path: Path) -> None:
    """Write down what Snakemake knows of the files of all jobs that are done.

    Files that this plan does not ask for stay listed as they are.
    """
    kept = {tuple(row["files"]): row["record"] for row in read(path)}
    for job in dag.jobs:
        if not job.output or (dag.needrun(job) and not dag.finished(job)):
            continue
        record = dag.workflow.persistence.metadata(job.output[0])
        if record is not None:
            known = {name: value for name, value in record.items() if name not in _PASSING}
            kept[tuple(sorted(map(str, job.output)))] = known
    there = {files: record for files, record in kept.items() if Path(files[0]).exists()}
    lines = [json.dumps({"files": files, "record": there[files]}) for files in sorted(there)]
    content = gzip.compress("\n".join(lines).encode(), mtime=0)
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    _see(content)


def restore(path: Path) -> None:
    """Tell Snakemake what was kept, if it was kept elsewhere: pulled, or copied to here.

    Raises:
        UserError: the file is damaged.
    """
    if not path.exists():
        return
    content = path.read_bytes()
    if SEEN.exists() and SEEN.read_text() == _digest(content):
        return
    from snakemake.persistence import MetadataRecord
    from snakemake.persistence.file import FilePersistence

    notes = FilePersistence(nolock=True)
    for row in read(path):
        record = MetadataRecord(**row["record"], incomplete=False)
        for file in row["files"]:
            if Path(file).exists():
                notes._write_record(file, record)
    _see(content)


def read(path: Path) -> list[dict[str, Any]]:
    """A row for each job, with its files and its record; none if nothing was kept.

    Raises:
        UserError: the file is damaged.
    """
    if not path.exists():
        return []
    try:
        lines = gzip.decompress(path.read_bytes()).decode().splitlines()
        return [json.loads(line) for line in lines]
    except (OSError, EOFError, ValueError):
        raise UserError(
            f"{path}: damaged; delete it, or get it back from a copy (such as `dvc checkout`)"
        ) from None


def _see(content: bytes) -> None:
    SEEN.parent.mkdir(exist_ok=True)
    SEEN.write_text(_digest(content))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
