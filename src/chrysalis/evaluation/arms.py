"""What an experiment compares: its arms as judged on test, paired with their baselines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from chrysalis.evaluation.training import Training
from chrysalis.records.paths import StudyPaths
from chrysalis.records.predictions import Predictions, read
from chrysalis.records.study import ExperimentRecord


@dataclass(frozen=True, eq=False)
class JudgedArm:
    """One arm with one model: its trainings, one per seed, and what each predicts for test."""

    model: str
    arm: str
    run: str
    predictions: list[Predictions]
    trainings: list[Training]

    @cached_property
    def correct(self) -> np.ndarray:
        """Correctness (seeds, images), boolean."""
        return np.stack([predictions.correct for predictions in self.predictions])

    def of_class(self, label: int) -> np.ndarray:
        """Which images are of that class (seeds, images), boolean."""
        return np.stack([predictions.labels == label for predictions in self.predictions])

    @property
    def same_images(self) -> bool:
        """Whether all seeds were judged on the same images."""
        first, *others = self.predictions
        return all(np.array_equal(first.paths, other.paths) for other in others)

    @property
    def train_images(self) -> int:
        """How many images its trainings learned from, the fewest of them."""
        return min(training.record.images["train"] for training in self.trainings)

    @property
    def classes(self) -> list[str]:
        """The classes that its trainings tell apart."""
        return self.predictions[0].classes

    @property
    def label(self) -> str:
        """How sentences call it."""
        return f"{self.model} ({self.arm})" if self.arm != self.model else self.model


@dataclass(frozen=True, eq=False)
class Comparison:
    """An arm against its baseline, with the words that a sentence calls them by."""

    arm: JudgedArm
    baseline: JudgedArm
    subject: str
    other: str

    @property
    def names(self) -> tuple[str, str, str]:
        """Model, arm and baseline: the first columns of its rows."""
        return self.arm.model, self.arm.arm, self.baseline.arm

    @property
    def same_images(self) -> bool:
        """Whether all seeds were judged on the same images."""
        return self.arm.same_images

    @property
    def shares_trainings(self) -> bool:
        """Whether both are the same networks, judged in two ways, such as in fp32 and int8."""
        return self.arm.run == self.baseline.run


@dataclass
class Compared:
    """The arms to tabulate, and the comparisons among them."""

    arms: list[JudgedArm] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)


def accuracy(arms: list[JudgedArm], record: ExperimentRecord) -> Compared:
    """Each arm against its baseline arm of the same model, or of the one model that it names."""
    compared = Compared(list(arms))
    for arm in (a for a in arms if a.arm != record.baseline):
        for base in (a for a in arms if a.arm == record.baseline_of(arm.arm)):
            if record.across_models or base.model == arm.model:
                compared.comparisons.append(Comparison(arm, base, arm.label, base.label))
    return compared


def class_removal(arms: list[JudgedArm], record: ExperimentRecord) -> Compared:
    """Each removal against the full model, and against the full model with masked logits.

    All three are judged on the test images of the remaining classes. The masked model may not
    answer a removed class, so it shows how much of an effect comes from the easier problem alone.
    """
    compared, baseline = Compared(), record.baseline
    removals = {arm.arm for arm in arms if arm.arm != baseline}
    for removed in (arm for arm in arms if arm.arm != baseline):
        full = next(a for a in arms if a.arm == baseline and a.model == removed.model)
        kept = removed.classes
        suffix = f": {removed.arm}" if len(removals) > 1 else ""
        plain = replace(
            full,
            arm=f"{baseline}{suffix}",
            predictions=[seed.only_images_of(kept) for seed in full.predictions],
        )
        masked = replace(
            full,
            arm=f"{baseline}, masked{suffix}",
            predictions=[seed.keep(kept) for seed in full.predictions],
        )
        compared.arms += [plain, masked, removed]
        gone = sorted(set(full.classes) - set(kept))
        subject = f"{removed.model} trained without {_listed(gone)}"
        for base, words in (
            (plain, f"the full {full.model}"),
            (masked, f"the full {full.model} with their logits masked out"),
        ):
            compared.comparisons.append(Comparison(removed, base, subject, words))
    return compared


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def variance(arms: list[JudgedArm], record: ExperimentRecord) -> Compared:
    """No comparison: what counts is how far the trainings of each arm differ."""
    return Compared(list(arms))


ANALYSES: dict[str, Callable[[list[JudgedArm], ExperimentRecord], Compared]] = {
    "accuracy": accuracy,
    "class_removal": class_removal,
    "variance": variance,
}


def load_arms(record: ExperimentRecord, paths: StudyPaths, seeds: list[int]) -> list[JudgedArm]:
    """Every arm of an experiment, with its test predictions.

    Raises:
        UserError: predictions are missing, damaged or not finite.
    """
    arms = []
    for arm_run in record.arm_runs:
        places = [paths.training(arm_run.run, seed) for seed in seeds]
        arms.append(
            JudgedArm(
                arm_run.model,
                arm_run.arm,
                arm_run.run,
                [read(place.folder / arm_run.stage, "test") for place in places],
                [Training(place, arm_run.stage) for place in places],
            )
        )
    return arms
