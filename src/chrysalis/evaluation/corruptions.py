"""How the arms of an experiment stand corrupted test images: accuracies, and their differences.

Images are what is drawn at random, so each counts once: its score is the share of corruptions under
which it is recognised.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chrysalis.evaluation import verdict
from chrysalis.evaluation.arms import ANALYSES, Compared, JudgedArm, load_arms
from chrysalis.evaluation.endpoints import Scored, endpoint_rows
from chrysalis.evaluation.metrics import standard_deviation
from chrysalis.records.corruptions import (
    CORRUPTIONS,
    ROBUSTNESS,
    CorruptionRow,
    RobustnessRow,
    read_answers,
)
from chrysalis.records.experiment import ENDPOINTS, EndpointRow
from chrysalis.records.paths import ExperimentPaths, StudyPaths
from chrysalis.records.study import ExperimentRecord

SCALE = verdict.Scale("accuracy on corrupted images", "points", 100, 1)
NONE = "none"

Answers = dict[tuple[str, int], np.ndarray]  # by kind and severity: (seeds, images), boolean


@dataclass(frozen=True)
class Robustness:
    """All that the rule compare_corruptions finds out for an experiment."""

    corruptions: list[CorruptionRow]
    robustness: list[RobustnessRow]
    effects: list[EndpointRow]

    def write(self, paths: ExperimentPaths) -> None:
        """Write a CSV per table."""
        CORRUPTIONS.write(self.corruptions, paths.corruptions("corruptions"))
        ROBUSTNESS.write(self.robustness, paths.corruptions("robustness"))
        ENDPOINTS.write(self.effects, paths.corruptions("effects"))


def compare_corruptions(
    record: ExperimentRecord, paths: StudyPaths, seeds: list[int]
) -> Robustness:
    """Compare the arms of an experiment by their accuracy on corrupted images.

    Raises:
        UserError: a training's files are missing, damaged, or about different images.
    """
    arms = load_arms(record, paths, seeds)
    answers = {id(arm): _answers(arm) for arm in arms}
    compared: Compared = ANALYSES["accuracy"](arms, record)
    shares = {
        key: np.mean(np.stack(list(found.values())), axis=0) for key, found in answers.items()
    }
    scored = [
        Scored("corrupted", SCALE, pair, shares[id(pair.arm)], shares[id(pair.baseline)])
        for pair in compared.comparisons
    ]
    return Robustness(
        [row for arm in arms for row in _by_kind(arm, answers[id(arm)])],
        [_overall(arm, answers[id(arm)], shares[id(arm)]) for arm in arms],
        endpoint_rows(scored),
    )


def _answers(arm: JudgedArm) -> Answers:
    of_seeds = [
        read_answers(training.paths.corrupted_answers, predictions.paths)
        for training, predictions in zip(arm.trainings, arm.predictions, strict=True)
    ]
    return {key: np.stack([of_seed[key] for of_seed in of_seeds]) for key in of_seeds[0]}


def _by_kind(arm: JudgedArm, answers: Answers) -> list[CorruptionRow]:
    rows = []
    for (kind, severity), correct in {(NONE, 0): arm.correct, **answers}.items():
        values = correct.mean(1).tolist()
        rows.append(
            CorruptionRow(
                model=arm.model,
                arm=arm.arm,
                kind=kind,
                severity=severity,
                seeds=len(values),
                mean=float(np.mean(values)),
                sd=standard_deviation(values),
            )
        )
    return rows


def _overall(arm: JudgedArm, answers: Answers, shares: np.ndarray) -> RobustnessRow:
    values = shares.mean(1).tolist()
    return RobustnessRow(
        model=arm.model,
        arm=arm.arm,
        images=shares.shape[1],
        kinds=len({kind for kind, _ in answers}),
        severities=len({severity for _, severity in answers}),
        seeds=len(values),
        clean=float(arm.correct.mean()),
        corrupted=float(np.mean(values)),
        corrupted_sd=standard_deviation(values),
        change=float(np.mean(values) - arm.correct.mean()),
        values=tuple(values),
    )
