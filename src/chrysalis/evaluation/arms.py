"""What an experiment compares: the trainings of its arms, paired with those of their baseline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from chrysalis.evaluation.metrics import Training
from chrysalis.records.predictions import Predictions, read


@dataclass(frozen=True, eq=False)
class Condition:
    """One row of an experiment's table: the test predictions of each seed, and their trainings."""

    model: str
    arm: str
    run: str
    seeds: list[Predictions]
    trainings: list[Training]

    @property
    def correct(self) -> np.ndarray:
        """Correctness (seeds, images), boolean."""
        return np.stack([predictions.correct for predictions in self.seeds])

    def of_class(self, label: int) -> np.ndarray:
        """Which images are of that class (seeds, images), boolean."""
        return np.stack([predictions.labels == label for predictions in self.seeds])

    @property
    def same_images(self) -> bool:
        """Whether all seeds were judged on the same images."""
        first, *others = self.seeds
        return all(np.array_equal(first.paths, other.paths) for other in others)

    @property
    def train_images(self) -> int:
        """How many images its trainings learned from, the fewest of them."""
        return min(training.record["images"]["train"] for training in self.trainings)

    @property
    def classes(self) -> list[str]:
        """The classes that its trainings tell apart."""
        return self.seeds[0].classes

    @property
    def label(self) -> str:
        """How sentences call it."""
        return f"{self.model} ({self.arm})" if self.arm != self.model else self.model


@dataclass
class Tables:
    """Conditions to tabulate, and which of them are compared (subject, baseline, in words)."""

    conditions: list[Condition] = field(default_factory=list)
    comparisons: list[tuple[Condition, Condition, str, str]] = field(default_factory=list)

    def add(self, *conditions: Condition) -> None:
        """Tabulate conditions."""
        self.conditions += conditions


def accuracy(conditions: list[Condition], baseline: str, across_models: bool) -> Tables:
    """Each arm against the baseline arm of the same model, or of the one model it names."""
    tables = Tables()
    tables.add(*conditions)
    for condition in (c for c in conditions if c.arm != baseline):
        for base in (c for c in conditions if c.arm == baseline):
            if across_models or base.model == condition.model:
                tables.comparisons.append((condition, base, condition.label, base.label))
    return tables


def class_removal(conditions: list[Condition], baseline: str, across_models: bool) -> Tables:
    """Each removal against the full model, and against the full model with masked logits.

    All three are judged on the test images of the remaining classes. The masked model may not
    answer a removed class, so it shows how much of a gain comes from the easier problem alone.
    """
    tables = Tables()
    removals = {c.arm for c in conditions if c.arm != baseline}
    for removed in (c for c in conditions if c.arm != baseline):
        full = next(c for c in conditions if c.arm == baseline and c.model == removed.model)
        kept = removed.classes
        suffix = f": {removed.arm}" if len(removals) > 1 else ""
        plain = replace(
            full,
            arm=f"{baseline}{suffix}",
            seeds=[seed.only_images_of(kept) for seed in full.seeds],
        )
        masked = replace(
            full,
            arm=f"{baseline}, masked{suffix}",
            seeds=[seed.keep(kept) for seed in full.seeds],
        )
        tables.add(plain, masked, removed)
        gone = sorted(set(full.classes) - set(kept))
        subject = f"{removed.model} trained without {_listed(gone)}"
        for base, words in (
            (plain, f"the full {full.model}"),
            (masked, f"the full {full.model} with their logits masked out"),
        ):
            tables.comparisons.append((removed, base, subject, words))
    return tables


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


ANALYSES: dict[str, Callable[[list[Condition], str, bool], Tables]] = {
    "accuracy": accuracy,
    "class_removal": class_removal,
}


def load_conditions(experiment: dict[str, Any], runs: Path, seeds: list[int]) -> list[Condition]:
    """Test predictions of every cell of an experiment from the folder of runs."""
    conditions = []
    for cell in experiment["cells"]:
        folders = [runs / cell["run"] / f"seed{seed}" for seed in seeds]
        conditions.append(
            Condition(
                cell["model"],
                cell["arm"],
                cell["run"],
                [read(folder / cell["stage"], "test") for folder in folders],
                [Training(folder, cell["stage"]) for folder in folders],
            )
        )
    return conditions
