"""What a study is: study.json, from the resolved configuration to the tables and the report."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import field_serializer

from chrysalis.config.experiment import Arm
from chrysalis.config.metrics import MetricName
from chrysalis.config.published import Published
from chrysalis.config.schema import SplitSettings
from chrysalis.config.sweep import Sweep
from chrysalis.records.files import Record


class PlaceRecord(Record):
    """settings/place.json: the folder or archive that results belong to."""

    path: str


class DatasetRecord(Record):
    """A dataset in words, and the kind of its source."""

    title: str
    description: str
    citation: str
    url: str
    kind: str
    licence: str = ""


class ModelRecord(Record):
    """A model: its name in the registry, and its title."""

    name: str
    title: str


class ArmRun(Record):
    """The run of one model under one arm; `stage` is the folder, within each of its trainings, that
    holds the predictions to judge.
    """

    model: str
    arm: str
    run: str
    stage: str = "train"


class ExperimentRecord(Record):
    """One experiment with its arms written out, and the runs that answer it.

    `arms` holds each arm's changes. `swept_runs` are the runs that are trained with what a sweep of
    theirs finds; `ranked_by` are the runs by whose predictions classes are removed; `too_small`
    says why no conclusion can be drawn, if so. `corruptions` says whether corrupted images are
    judged too.
    """

    name: str
    title: str
    question: str
    analysis: Literal["accuracy", "class_removal", "variance"]
    metrics: list[MetricName]
    against: list[MetricName]
    dynamics: bool
    baseline: str
    arms: dict[str, Arm]
    arm_runs: list[ArmRun]
    sweep: Sweep | None
    swept_runs: list[str]
    ranked_by: list[str]
    too_small: list[str]
    corruptions: bool = False

    @field_serializer("arms")
    def _changes_alone(self, arms: dict[str, Arm]) -> dict[str, Any]:
        """Only what each arm changes: a key that it leaves out is no change."""
        return {name: arm.model_dump(mode="json", exclude_unset=True) for name, arm in arms.items()}

    @property
    def runs(self) -> list[str]:
        """Names of the runs that it needs, each once."""
        return list(dict.fromkeys(arm_run.run for arm_run in self.arm_runs))

    @property
    def across_models(self) -> bool:
        """Whether arms of different models are compared."""
        return any(arm.model for arm in self.arms.values())

    def baseline_of(self, arm: str) -> str:
        """The arm that an arm is compared with."""
        return self.arms[arm].baseline or self.baseline


class SkippedExperiment(Record):
    """An experiment that is not asked, and why."""

    name: str
    title: str
    reason: str


class StudyRecord(Record):
    """A dataset, the experiments asked of it, and the seeds.

    `threshold` is the least difference of practical interest, a fraction. `base_runs` are the runs
    of the study's models under the base settings, by model; `plain_runs` those and the like of
    models that only an experiment names. `primary` names the experiments whose
    comparisons are the main claims. `explained` are trainings, as `<run>/seed<n>`. `assumed` is
    what the source of the study does not tell; `reduced` holds, by setting, its value in the full
    study and its value here.
    """

    name: str
    title: str
    dataset: DatasetRecord
    seeds: list[int]
    threshold: float
    too_small: list[str]
    experiments: list[ExperimentRecord]
    primary: list[str]
    skipped_experiments: list[SkippedExperiment]
    models: list[ModelRecord]
    runs: list[str]
    base_runs: dict[str, str]
    plain_runs: dict[str, str]
    explained: list[str]
    split: SplitSettings
    vary_split: bool
    published: dict[str, Published]
    assumed: list[str]
    reduced: dict[str, tuple[str, str]]
