"""`chrysalis run` and `chrysalis plan`: Snakemake in a study folder, with what a machine has."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from chrysalis.errors import UserError


def run(target: str, settings: Sequence[str], cores: int | None, more: Sequence[str] = ()) -> int:
    """Run Snakemake for `target` ("" for the study) in this folder; returns its exit status.

    `settings` are as after snakemake --config, `more` are options of Snakemake's own.

    Raises:
        UserError: this is no study folder, or a setting has no value.
    """
    if not Path("Snakefile").is_file():
        raise UserError(
            f"{Path.cwd()}: no study folder; go to one, or make one with `chrysalis new NAME`"
        )
    for each in settings:
        if "=" not in each:
            raise UserError(f"'{each}': settings are given as key=value, such as seeds=5")
    # -P: the folder is not searched for imports, so no file of the user's can hide a library.
    command = [sys.executable, "-P", "-m", "snakemake", *filter(None, [target])]
    command += ["--cores", str(cores or os.cpu_count() or 1), "--logger", "chrysalis"]
    if gpus := torch.cuda.device_count():  # those of a cluster are not here
        command += ["--resources", f"gpu={gpus}"]
    command += more
    if settings:
        command += ["--config", *settings]
    beside = str(Path(sys.executable).parent)
    path = os.pathsep.join([beside, os.environ.get("PATH", os.defpath)])
    return subprocess.run(command, env=os.environ | {"PATH": path}, check=False).returncode
