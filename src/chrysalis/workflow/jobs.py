"""The jobs of a study as Snakemake plans them: those to do, and what those took that are done."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from chrysalis.errors import UserError
from chrysalis.planning.schedule import PlannedJob, study_minutes
from chrysalis.planning.text import opening
from chrysalis.records.plan import Plan

PROFILE = Path("profiles/default/config.yaml")


@dataclass(frozen=True)
class Planned:
    """The jobs of a study, in the order of their rules' names.

    `trainings` counts all of the study. `measured` are seconds of jobs that are done, by rule and
    run (empty where a rule has none).
    """

    trainings: int
    to_do: list[PlannedJob]
    measured: dict[tuple[str, str], list[float]]


def planned(dag: Any) -> Planned:
    """What Snakemake's DAG holds; rules without a command don't count."""
    jobs = sorted((job for job in dag.jobs if not job.is_norun), key=_place)
    to_do = [job for job in jobs if dag.needrun(job)]
    places = {job: place for place, job in enumerate(to_do)}
    measured: dict[tuple[str, str], list[float]] = {}
    for job in jobs:
        seconds = None if job in places else _seconds(job, dag.workflow.persistence)
        if seconds is not None:
            measured.setdefault((job.rule.name, _run(job)), []).append(seconds)
    return Planned(
        sum(job.rule.name == "train" for job in jobs),
        [_job(job, places, dag.dependencies[job]) for job in to_do],
        measured,
    )


def dry_run(config: Path, cores: int, gpus: int) -> Planned:
    """The jobs of the study of the JSON file `config`, as a dry run finds them.

    Raises:
        UserError: Snakemake cannot plan that study.
    """
    # Here, since Snakemake takes a while to import and not all who import this module plan.
    from snakemake import api
    from snakemake.settings import types

    profile = yaml.safe_load(PROFILE.read_text())
    triggers = types.RerunTrigger.parse_choices_set(profile["rerun-triggers"])
    settings = types.DAGSettings(
        rerun_triggers=triggers,
        max_checksum_file_size=profile["max-checksum-file-size"],
        force_incomplete=True,
    )
    # After the counts of jobs, which these two let it print, it ends.
    quiet = {types.Quietness.RULES, types.Quietness.PROGRESS}
    output = types.OutputSettings(quiet=quiet, enable_file_logging=False)
    with _silence(), api.SnakemakeApi(output) as snakemake:
        try:
            workflow = snakemake.workflow(
                types.ResourceSettings(cores=cores, resources={"gpu": gpus}),
                types.ConfigSettings(configfiles=[config]),
                snakefile=Path("Snakefile"),
            )
            workflow.dag(settings).execute_workflow(
                "dryrun", execution_settings=types.ExecutionSettings(lock=False)
            )
            return planned(workflow._workflow.dag)
        except Exception as error:
            raise UserError(f"Snakemake cannot plan this study: {error}") from error


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """No logging inside: Snakemake's own loggers would tell of a study that does not run."""
    logging.disable()
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _job(job: Any, places: dict[Any, int], before: Iterable[Any]) -> PlannedJob:
    gpus = int(job.resources.get("gpu", 0))
    after = tuple(sorted(places[one] for one in before if one in places))
    return PlannedJob(job.rule.name, _run(job), int(job.threads), gpus, after)


def _place(job: Any) -> tuple[str, list[str]]:
    return job.rule.name, sorted(map(str, job.output))


def _run(job: Any) -> str:
    return str(job.wildcards_dict.get("run", ""))


def _seconds(job: Any, persistence: Any) -> float | None:
    """What a job that is done took, if Snakemake has kept that."""
    record = persistence.metadata(job.output[0]) if job.output else None
    if record is None or not record.starttime or not record.endtime:
        return None
    return max(0.0, record.endtime - record.starttime)


def opening_line(dag: Any, made_plan: Path, cores: int, gpus: int) -> tuple[str, float | None]:
    """What a study that starts says first; and the minutes planned, if an earlier plan tells."""
    jobs = planned(dag)
    minutes = None
    with contextlib.suppress(UserError):  # no plan, or one of another version
        plan = Plan.read(made_plan)
        minutes = study_minutes(jobs.to_do, (plan.seconds, plan.run_seconds), cores, gpus)
    to_do = sum(job.rule == "train" for job in jobs.to_do)
    return opening(jobs.trainings, to_do, minutes), minutes
