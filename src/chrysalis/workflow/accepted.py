"""What is done when a study ends, for the jobs whose files Snakemake has accepted."""

from __future__ import annotations

import shutil
from typing import Any

from chrysalis.engine import finished
from chrysalis.records.paths import StudyPaths


def forget_finished(dag: Any, paths: StudyPaths) -> None:
    """Remove what is kept of trainings for the case that Snakemake does not accept them."""
    for job in dag.jobs:
        if job.rule.name == "train" and (dag.finished(job) or not dag.needrun(job)):
            run, seed = job.wildcards_dict["run"], int(job.wildcards_dict["seed"])
            shutil.rmtree(finished.place(paths.checkpoint(run, seed)), ignore_errors=True)
