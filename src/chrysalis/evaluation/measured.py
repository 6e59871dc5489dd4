"""A study's trainings and tables, read where a published figure or claim needs them."""

from __future__ import annotations

from functools import cache

import numpy as np

from chrysalis.config.published import PublishedFigure
from chrysalis.evaluation.arms import ANALYSES, Compared, Comparison, JudgedArm, load_arms
from chrysalis.evaluation.experiment import effect_of, only
from chrysalis.evaluation.training import Training
from chrysalis.records.dynamics import DYNAMICS, DynamicsRow
from chrysalis.records.paths import StudyPaths
from chrysalis.records.predictions import Predictions, read
from chrysalis.records.study import ExperimentRecord, StudyRecord
from chrysalis.stats.effects import Effect

ACCURACIES = {"test": "test top-1", "val": "val top-1", "top5": "test top-5"}
Arms = dict[tuple[str, str], list[Training]]


class Measured:
    """What a study measured, by what a source may speak of: models, experiments and their arms."""

    def __init__(self, study: StudyRecord, paths: StudyPaths) -> None:
        self.study, self.paths = study, paths
        self.asked = {experiment.name: experiment for experiment in study.experiments}
        self.compared = cache(self._compared)

    def trainings(self, experiment: ExperimentRecord) -> Arms:
        """Of each model and arm of an experiment, one training per seed."""
        return {
            (each.model, each.arm): [
                Training(self.paths.training(each.run, seed), each.stage)
                for seed in self.study.seeds
            ]
            for each in experiment.arm_runs
        }

    def of_figure(self, figure: PublishedFigure) -> list[Training]:
        """The trainings that stand for a published figure; none if the study has no such run."""
        if figure.experiment is None:
            run = self.study.plain_runs.get(figure.model)
            seeds = self.study.seeds if run else []
            return [Training(self.paths.training(str(run), seed)) for seed in seeds]
        if figure.experiment not in self.asked:
            return []
        arms = self.trainings(self.asked[figure.experiment])
        return arms.get((figure.model, str(figure.arm)), [])

    def dynamics(self, experiment: str) -> list[DynamicsRow]:
        """How an experiment's arms trained, with every seed; none if nobody looked."""
        path = self.paths.experiment(experiment).dynamics("summary")
        asked = experiment in self.asked and self.asked[experiment].dynamics
        return DYNAMICS.read(path) if asked else []

    def _compared(self, experiment: str) -> Compared:
        """The arms of an experiment that the study asks, as that experiment judges them."""
        record = self.asked[experiment]
        arms = load_arms(record, self.paths, self.study.seeds)
        return ANALYSES[record.analysis](arms, record)

    def effect(
        self, arm: JudgedArm, baseline: JudgedArm, metric: str, of_class: str | None = None
    ) -> Effect:
        """The difference of two arms in an accuracy, a fraction; of one class's images, if named.

        Raises:
            ValueError: the arms were judged on different images.
        """
        predictions = [self._predictions(side, metric) for side in (arm, baseline)]
        right = [np.stack([_right(one, metric) for one in side]) for side in predictions]
        if any(not np.array_equal(a.paths, b.paths) for a, b in zip(*predictions, strict=True)):
            raise ValueError(f"{arm.label} and {baseline.label} were judged on different images")
        if of_class is not None:
            here = [each.labels == arm.classes.index(of_class) for each in predictions[0]]
            right = [only(np.stack(here), answers) for answers in right]
        return effect_of(Comparison(arm, baseline, arm.label, baseline.label), *right)

    def _predictions(self, arm: JudgedArm, metric: str) -> list[Predictions]:
        if metric != "val":
            return arm.predictions
        return [read(each.paths.folder / each.stage, "val") for each in arm.trainings]


def _right(predictions: Predictions, metric: str) -> np.ndarray:
    """Whether each answer (images,) counts as right: the first, or one of the first five."""
    if metric != "top5":
        return predictions.correct
    own = predictions.logits[np.arange(len(predictions.labels)), predictions.labels]
    return (predictions.logits > own[:, None]).sum(1) < 5
