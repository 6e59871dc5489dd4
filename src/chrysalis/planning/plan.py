"""The plan of a study, from its record, its jobs, and what is known of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chrysalis.config.run import RunSettings
from chrysalis.errors import UserError
from chrysalis.planning import detectable, pilots
from chrysalis.planning.detectable import USUAL_SEEDS, Pilot
from chrysalis.planning.images import Images
from chrysalis.planning.pilots import LEAST_SEEDS
from chrysalis.planning.schedule import PlannedJob, Seconds, study_minutes
from chrysalis.planning.seconds import (
    Evidence,
    rule_seconds,
    run_seconds,
    training_took,
    undisturbed,
)
from chrysalis.records.paths import StudyPaths
from chrysalis.records.plan import DetectableRow, Plan
from chrysalis.records.study import ExperimentRecord, StudyRecord
from chrysalis.stats.power import more_seeds_to_halve


@dataclass(frozen=True)
class Machine:
    """What a study may take: cores, GPUs, and how many trainings then run at once."""

    cores: int
    gpus: int
    side_by_side: int


def make_plan(
    study: StudyRecord,
    runs: Mapping[str, RunSettings],
    jobs: tuple[int, Sequence[PlannedJob]],
    evidence: Evidence,
    machine: Machine,
    paths: StudyPaths,
) -> Plan:
    """The plan; `jobs` are the number of all trainings and the jobs to do, `runs` by name.

    Raises:
        UserError: predictions of a finished training are damaged, or of some training neither a
            probe nor a finished one like it is there.
    """
    trainings, to_do = jobs
    by_rule = Counter(job.rule for job in to_do)
    took = [training_took(job.run, runs[job.run], evidence) for job in to_do if job.rule == "train"]
    seconds, minutes = _minutes(to_do, runs, evidence, machine)
    calm = _minutes(to_do, runs, undisturbed(evidence), machine)[1]
    on_cpu = all(probe.device.startswith("cpu") for probe in evidence.probes.values())
    return Plan(
        trainings=trainings,
        done=trainings - by_rule["train"],
        jobs=dict(sorted(by_rule.items())),
        probes=len(evidence.probes),
        cores=machine.cores,
        gpus=machine.gpus,
        processes=evidence.processes,
        side_by_side=machine.side_by_side,
        minutes=minutes,
        undisturbed_minutes=calm if on_cpu else None,
        training_minutes=sum(one.seconds for one in took if one) / 60,
        cpu_minutes=sum(one.cpu_seconds for one in took if one) / 60,
        seconds=seconds[0],
        run_seconds=seconds[1],
        device=_device(evidence),
        seeds=len(study.seeds),
        **_outlook(study, runs, evidence.images, paths),
    )


def _minutes(
    jobs: Sequence[PlannedJob],
    runs: Mapping[str, RunSettings],
    evidence: Evidence,
    machine: Machine,
) -> tuple[Seconds, float]:
    """What each job takes, by rule and by run, and minutes of all together."""
    rules = {job.rule for job in jobs}
    seconds = rule_seconds(rules, evidence), run_seconds(runs, evidence)
    minutes = study_minutes(jobs, seconds, machine.cores, machine.gpus)
    if minutes is None:
        raise UserError("a training is neither probed nor done; `make plan` probes it first")
    return seconds, minutes


def _outlook(
    study: StudyRecord, runs: Mapping[str, RunSettings], images: Images, paths: StudyPaths
) -> dict[str, Any]:
    """The plan's fields `comparisons`, `rows` and `more_seeds`, of the primary experiments."""
    primary = [
        one
        for one in study.experiments
        if one.name in study.primary and detectable.comparisons(one)
    ]
    family = sum(detectable.comparisons(one) for one in primary)
    rows: list[DetectableRow] = []
    more_seeds: dict[str, int | None] = {}
    asked = len(study.seeds)
    sizes = sorted({*USUAL_SEEDS, max(asked, LEAST_SEEDS)}), family
    for one in primary if not study.vary_split else []:
        pilot, tested = _pilot(one, study, paths), detectable.test_images(one, runs, images)
        rows += detectable.rows(one.name, detectable.comparisons(one), tested, pilot, sizes)
        if pilot.source == "experiment":
            needed = [more_seeds_to_halve(each, asked, tested) for each in pilot.components]
            known = [more for more in needed if more is not None]
            more_seeds[one.name] = max(known) if len(known) == len(needed) else None
    return {"comparisons": family, "rows": rows, "more_seeds": more_seeds}


def _pilot(record: ExperimentRecord, study: StudyRecord, paths: StudyPaths) -> Pilot:
    """The best that is known of how its effects vary: those of its own comparisons one by one."""
    own = pilots.of_experiment(record, paths, study.seeds)
    if own:
        return Pilot([pilots.pooled([pair]) for pair in own], "experiment")
    others = pilots.of_dataset(paths)
    if others:
        return Pilot([pilots.pooled(others)], "dataset")
    return Pilot(pilots.kept(), "pilots")


def _device(evidence: Evidence) -> str:
    """The device of the probes and of the finished trainings, each once."""
    devices = [probe.device for probe in evidence.probes.values()]
    devices += [record.device for records in evidence.records.values() for record in records]
    return ", ".join(dict.fromkeys(devices))
