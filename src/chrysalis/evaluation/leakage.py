"""Each experiment judged again without some test images: those that leak, or are doubtful."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from chrysalis.evaluation.arms import ANALYSES, JudgedArm, load_arms
from chrysalis.evaluation.experiment import arms_table, effects_table, judge
from chrysalis.records.leakage import CleanArmRow, CleanEffectRow
from chrysalis.records.paths import StudyPaths
from chrysalis.records.predictions import Predictions
from chrysalis.records.study import ExperimentRecord, StudyRecord


def judge_without(
    study: StudyRecord, paths: StudyPaths, left_out: Collection[str]
) -> tuple[list[CleanArmRow], list[CleanEffectRow]]:
    """A row for each arm and for each comparison of every experiment; none if nothing is left out.

    `left_out` are the paths of test images. A study that varies its split has no fixed ones.

    Raises:
        UserError: predictions are missing, damaged or not finite.
    """
    arms: list[CleanArmRow] = []
    effects: list[CleanEffectRow] = []
    if left_out and not study.vary_split:
        for record in study.experiments:
            of_arms, of_effects = _judge_again(record, study, paths, left_out)
            arms += of_arms
            effects += of_effects
    return arms, effects


def _judge_again(
    record: ExperimentRecord, study: StudyRecord, paths: StudyPaths, left_out: Collection[str]
) -> tuple[list[CleanArmRow], list[CleanEffectRow]]:
    """One experiment's rows; none if no test image is left."""
    loaded = load_arms(record, paths, study.seeds)
    clean_arms = [_without(arm, left_out) for arm in loaded]
    if any(not arm.correct.shape[1] for arm in clean_arms):
        return [], []
    all_images, clean = (ANALYSES[record.analysis](arms, record) for arms in (loaded, clean_arms))
    arms = [
        CleanArmRow(record.name, row.model, row.arm, row.images, row.mean, other.images, other.mean)
        for row, other in zip(arms_table(all_images), arms_table(clean), strict=True)
    ]
    effects = [
        CleanEffectRow(
            *(record.name, row.model, row.arm, row.baseline),
            *(row.effect, row.low, row.high, row.outcome),
            *(other.effect, other.low, other.high, other.outcome),
        )
        for row, other in zip(
            *(
                effects_table(compared, judge(compared.comparisons, study.threshold))
                for compared in (all_images, clean)
            ),
            strict=True,
        )
    ]
    return arms, effects


def _without(arm: JudgedArm, left_out: Collection[str]) -> JudgedArm:
    """The arm as judged on the other test images."""
    return replace(arm, predictions=[_only_clean(seed, left_out) for seed in arm.predictions])


def _only_clean(predictions: Predictions, left_out: Collection[str]) -> Predictions:
    rows = ~np.isin(predictions.paths.astype(str), sorted(left_out))
    return replace(
        predictions,
        paths=predictions.paths[rows],
        labels=predictions.labels[rows],
        logits=predictions.logits[rows],
    )
