"""What the jobs of a study may ask for: decided once, by the process that plans them.

On a cluster that process runs on a login node, and each job reads the workflow again on a node of
its own. What a job needs depends on neither, so the jobs are handed what was decided.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from chrysalis.errors import UserError

HANDED = "CHRYSALIS_MACHINE"
MOST_WORKERS = 8
DRIVER = Path("/proc/driver/nvidia/version")

Device = Literal["auto", "cpu", "gpu"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Machine:
    """Where the jobs run: the most cores that one can have, whether with a GPU, and how."""

    cores: int
    gpu: bool
    cluster: bool = False

    @property
    def workers(self) -> int:
        """The processes of a job that opens many files."""
        return min(MOST_WORKERS, self.cores)

    def hand_on(self) -> None:
        """Leave it to the jobs, which inherit the environment."""
        os.environ[HANDED] = json.dumps(asdict(self))


def handed(environment: Mapping[str, str]) -> Machine | None:
    """What the process that planned this job decided."""
    text = environment.get(HANDED)
    return Machine(**json.loads(text)) if text else None


def local(device: Device, cores: int, gpus: int | None) -> Machine:
    """This machine, of whose GPUs the study may have `gpus` (None: all)."""
    return Machine(cores, DRIVER.exists() and gpus != 0 and device != "cpu")


def of_cluster(device: Device) -> Machine:
    """The nodes that Slurm gives jobs: those of the partition that is used by default.

    With a file of partitions (SNAKEMAKE_SLURM_PARTITIONS) they are those of all partitions. Of
    another cluster nothing is known, and GPUs are asked for only if `device` says so.
    """
    rows = _output("sinfo", "--noheader", "--Node", "--format=%P|%c|%G").splitlines()
    nodes = [row.strip().split("|") for row in rows if row.count("|") == 2]
    if not os.environ.get("SNAKEMAKE_SLURM_PARTITIONS"):
        nodes = [node for node in nodes if node[0].endswith("*")] or nodes
    with_gpu = [node for node in nodes if node[2].startswith("gpu")]
    gpu = device == "gpu" or (device == "auto" and bool(with_gpu))
    fitting = with_gpu if gpu and with_gpu else nodes
    cores = max((int(node[1].rstrip("+")) for node in fitting), default=MOST_WORKERS)
    return Machine(cores, gpu, cluster=True)


def cancel_left(folder: Path) -> None:
    """Cancel the jobs that a killed process left to Slurm from `folder`.

    Nobody waits for them any more. The same jobs are submitted again, and go on from the
    checkpoints of these.
    """
    rows = _output("squeue", "--me", "--noheader", "--format=%i|%k|%Z").splitlines()
    jobs = [row.strip().split("|", 2) for row in rows]
    left = [
        job
        for job, comment, where in jobs
        if where == str(folder) and comment.startswith(("rule_", "group_"))
    ]
    if left:
        log.warning("Cancelling jobs that an earlier run left to the cluster: %s", " ".join(left))
        _output("scancel", *left)


def _output(*command: str) -> str:
    """What a command prints; nothing if it is not there or fails."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def require(device: Device, machine: Machine) -> None:
    """Check that there is what is asked for, before anything runs.

    Raises:
        UserError: a GPU of this machine is asked for, and there is none.
    """
    if device == "gpu" and not machine.gpu:
        raise UserError(
            "device: found 'gpu', and there is none here for the study (no NVIDIA driver, or "
            "--resources gpu=0); choose auto or cpu"
        )


def decide(device: Device, workflow: Any) -> Machine:
    """Where the jobs of Snakemake's `workflow` run; inside a job, what was decided for it."""
    if not workflow.is_main_process and (found := handed(os.environ)):
        return found
    given, total = workflow.resource_settings, workflow.global_resources.get("gpu")
    if given.nodes is not None:  # --jobs of an executor that submits them
        made = of_cluster(device)
    else:
        made = local(device, given.cores or 1, total.value if total else None)
    made.hand_on()
    return made
