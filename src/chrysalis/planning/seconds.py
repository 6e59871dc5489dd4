"""What each job of a study takes, from probes of its trainings and from jobs that have ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from statistics import mean, median

from chrysalis.config.run import RunSettings
from chrysalis.engine.batches import steps_per_epoch
from chrysalis.planning import maps
from chrysalis.planning.images import SPLITS, Images
from chrysalis.planning.kinds import kind_of
from chrysalis.records.plan import PARTS, Probe, Took
from chrysalis.records.training import RunRecord

# What a job takes as a multiple of the start of a training, which is mostly imports: of a study of
# specimens on two cores, of all rules whose work hardly depends on the settings. Only until a job
# of that rule has ended here.
STARTS = {
    **{"fetch": 0.4, "inspect_images": 0.4, "split": 0.2, "pack": 0.4},
    **{"evaluate": 0.8, "cost": 2.5, "export": 4.0, "plot_gallery": 1.5, "site": 2.0},
    **{"plot_dag": 1.5, "study": 0.1},
}
USUAL_STARTS = 1.1  # of any other rule: most of them compare or draw
RANGE_STEPS = 100
TRAININGS = ("train", "trial", "dynamics")
MAPS = {"check_maps": maps.check_maps, "backgrounds": maps.backgrounds}
OF_A_RUN = (*TRAININGS, "lr_range", *MAPS)  # what they take depends on the run

Measured = Mapping[tuple[str, str], list[float]]


@dataclass(frozen=True)
class Evidence:
    """What is known of a study's jobs.

    `probes` by the name of their kind; `records` of finished trainings by run; `measured` the
    seconds of jobs that have ended, by rule and run (empty where a rule has none). Of each network
    that is explained, maps are checked by changing so many `explained` images.
    """

    probes: Mapping[str, Probe]
    records: Mapping[str, list[RunRecord]]
    measured: Measured
    images: Images
    processes: int = 1
    explained: int = 0

    @property
    def start(self) -> float:
        """Seconds that a training takes to start."""
        if self.probes:
            return mean(probe.start.seconds for probe in self.probes.values())
        by_rule = self.by_rule()
        known = [by_rule[rule] / STARTS[rule] for rule in STARTS if rule in by_rule]
        return median(known) if known else 0.0

    def by_rule(self) -> dict[str, float]:
        """The median seconds of the jobs of each rule that have ended."""
        found: dict[str, list[float]] = {}
        for (rule, _), seconds in self.measured.items():
            found.setdefault(rule, []).extend(seconds)
        return {rule: median(seconds) for rule, seconds in sorted(found.items())}


def undisturbed(evidence: Evidence) -> Evidence:
    """The evidence as of a machine with nothing else to do: CPU time in place of the clock's.

    Of probes on a CPU with a thread per process; what has been measured otherwise stays.
    """
    probes = {}
    for kind, probe in evidence.probes.items():
        took = {part: getattr(probe, part).cpu_seconds for part in PARTS}
        parts = {part: Took(seconds=cpu, cpu_seconds=cpu) for part, cpu in took.items()}
        probes[kind] = probe.model_copy(update=parts)
    return replace(evidence, probes=probes)


def rule_seconds(rules: Iterable[str], evidence: Evidence) -> dict[str, float]:
    """What one job of each rule takes, but of those that `run_seconds` tells of."""
    ended, start = evidence.by_rule(), evidence.start
    rest = sorted(set(rules) - set(OF_A_RUN))
    return {rule: ended.get(rule, STARTS.get(rule, USUAL_STARTS) * start) for rule in rest}


def run_seconds(runs: Mapping[str, RunSettings], evidence: Evidence) -> dict[str, dict[str, float]]:
    """What one job of a run takes, by rule and run.

    Trials of a sweep and traced trainings are taken to cost as much as the run's own: trials that
    are pruned take less. Those of runs of which nothing is known are left out.
    """
    found: dict[str, dict[str, float]] = {rule: {} for rule in OF_A_RUN}
    for name, settings in runs.items():
        training = training_took(name, settings, evidence)
        if training is None:
            continue
        for rule in TRAININGS:
            found[rule][name] = _ended(evidence, rule, name) or training.seconds
        step = training.seconds / max(1, steps_of(settings, evidence))
        range_test = evidence.start + RANGE_STEPS * step
        found["lr_range"][name] = _ended(evidence, "lr_range", name) or range_test
        for rule in MAPS:
            found[rule][name] = _ended(evidence, rule, name) or _maps_took(rule, settings, evidence)
    return found


def _maps_took(rule: str, settings: RunSettings, evidence: Evidence) -> float:
    """Seconds of a rule of `MAPS`; without a probe as those of other networks, if any has ended."""
    probe = evidence.probes.get(kind_of(settings).name)
    if probe is None:
        return evidence.by_rule().get(rule, USUAL_STARTS * evidence.start)
    tested = maps.Checked(evidence.explained, evidence.images.masked)
    return MAPS[rule](settings, tested, probe.image.seconds, evidence.start)


def training_took(name: str, settings: RunSettings, evidence: Evidence) -> Took | None:
    """One training of the run: as its finished ones, else as those of its kind, else as probed.

    None if nothing is known. All epochs are counted, though patience may end a training sooner.
    """
    own = [_whole(record) for record in evidence.records.get(name, [])]
    if own:
        return _alone(mean(own) + evidence.start)
    kind = kind_of(settings).name
    alike = [
        _whole(record) / record.steps
        for records in evidence.records.values()
        for record in records
        if kind_of(record.settings).name == kind
    ]
    if alike:
        return _alone(mean(alike) * steps_of(settings, evidence) + evidence.start)
    probe = evidence.probes.get(kind)
    if probe is None:
        return None
    return probed(probe, settings, evidence.images, evidence.processes)


def probed(probe: Probe, settings: RunSettings, images: Images, processes: int = 1) -> Took:
    """A training with those parts: its epochs, each validated and saved, and its predictions.

    Of several processes each takes its share of a batch; what they tell each other is not counted.
    """
    plan = settings.training
    counts = {split: images.of(settings, split) for split in SPLITS}
    steps = plan.epochs * steps_per_epoch(images.of_epoch(settings), plan.batch_size)
    evaluated = plan.epochs * images.watched(settings) + sum(counts.values())

    def total(part: str) -> float:
        return (
            getattr(probe.start, part)
            + getattr(probe.set_up, part)
            + steps * getattr(probe.step, part) / processes
            + evaluated * getattr(probe.image, part)
            + plan.epochs * getattr(probe.save, part)
        )

    return Took(seconds=total("seconds"), cpu_seconds=total("cpu_seconds"))


def steps_of(settings: RunSettings, evidence: Evidence) -> int:
    """The steps of one training of the run."""
    plan = settings.training
    return plan.epochs * steps_per_epoch(evidence.images.of_epoch(settings), plan.batch_size)


def _alone(seconds: float) -> Took:
    """Of a finished training: its CPU time was not recorded, and is taken to be its time."""
    return Took(seconds=seconds, cpu_seconds=seconds)


def _whole(record: RunRecord) -> float:
    """Seconds of a finished training: of a resumed one, its last part and all epochs before."""
    return max(record.seconds, record.training_seconds)


def _ended(evidence: Evidence, rule: str, run: str) -> float | None:
    """What jobs of this rule and run have taken; of trainings their records say it better."""
    seconds = evidence.measured.get((rule, run), [])
    return mean(seconds) if seconds and rule != "train" else None
