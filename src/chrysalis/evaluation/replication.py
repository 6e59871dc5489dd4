"""A repeated study in brief, from its tables and the records of its trainings."""

from __future__ import annotations

from pathlib import Path

from chrysalis.records.experiment import ARMS
from chrysalis.records.paths import StudyPaths
from chrysalis.records.published import PUBLISHED_CLAIMS, PUBLISHED_FIGURES
from chrysalis.records.replication import Replication
from chrysalis.records.study import StudyRecord
from chrysalis.records.training import RunRecord


def replication(results: Path) -> Replication:
    """What to keep of the study with these results.

    Raises:
        UserError: a file is missing or damaged.
    """
    paths = StudyPaths(results)
    study = StudyRecord.read(paths.study)
    trainings = [
        RunRecord.read(paths.training(run, seed).record)
        for run in study.runs
        for seed in study.seeds
    ]
    differences = [text for each in study.published.values() for text in each.differences]
    return Replication(
        name=study.name,
        title=study.title,
        dataset=study.dataset.title,
        seeds=study.seeds,
        images=trainings[0].images,
        too_small=study.too_small,
        reduced=study.reduced,
        assumed=study.assumed,
        differences=list(dict.fromkeys(differences)),
        trainings=len(trainings),
        minutes=round(sum(each.training_seconds for each in trainings) / 60, 1),
        machines=sorted({_machine(each) for each in trainings}),
        versions=trainings[0].versions,
        arms={
            each.name: ARMS.read(paths.experiment(each.name).table("arms"))
            for each in study.experiments
        },
        figures=PUBLISHED_FIGURES.read(paths.published("figures")),
        claims=PUBLISHED_CLAIMS.read(paths.published("claims")),
    )


def _machine(training: RunRecord) -> str:
    threads = "1 thread" if training.threads == 1 else f"{training.threads} threads"
    return f"{training.device}, {training.precision}, {threads}"
