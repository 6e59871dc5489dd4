"""Exploratory endpoints of an experiment: log loss, Brier score, AURC, and the worst class.

The first three are compared as accuracies are, image by image. An experiment's main verdicts are
about accuracy; all comparisons of these make one family of their own, corrected by Holm's method.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from chrysalis.evaluation import verdict
from chrysalis.evaluation.arms import Compared, Comparison
from chrysalis.records.experiment import EndpointRow, WorstClassRow
from chrysalis.records.predictions import Predictions
from chrysalis.stats import power, scores, selective
from chrysalis.stats.calibration import confidences
from chrysalis.stats.effects import ALPHA, Effect
from chrysalis.stats.families import holm
from chrysalis.stats.worst_class import worst_class


@dataclass(frozen=True)
class Endpoint:
    """A score of each image, and how sentences write its differences."""

    scale: verdict.Scale
    of: Callable[[Predictions], np.ndarray]


def _risk(predictions: Predictions) -> np.ndarray:
    return selective.pseudo_values(*confidences(predictions.labels, predictions.logits))


ENDPOINTS: dict[str, Endpoint] = {
    "nll": Endpoint(
        verdict.Scale("NLL", "nats", 1, 3, lower_is_better=True),
        lambda predictions: scores.log_losses(predictions.labels, predictions.logits),
    ),
    "brier": Endpoint(
        verdict.Scale("Brier score", "", 1, 3, lower_is_better=True),
        lambda predictions: scores.brier_scores(predictions.labels, predictions.logits),
    ),
    "aurc": Endpoint(verdict.Scale("AURC", "points", 100, 2, lower_is_better=True), _risk),
}


def endpoints_table(compared: Compared) -> list[EndpointRow]:
    """A row per endpoint and comparison, with its verdict; empty of a single test image."""
    if any(len(each.arm.predictions[0].labels) < 2 for each in compared.comparisons):
        return []
    found = [
        (name, endpoint, comparison, *_scores(endpoint, comparison))
        for name, endpoint in ENDPOINTS.items()
        for comparison in compared.comparisons
    ]
    effects = [_effect(comparison, arm, base) for _, _, comparison, arm, base in found]
    adjusted = holm([effect.p for effect in effects])
    return [
        _row(
            name,
            comparison,
            (float(arm.mean()), float(base.mean())),
            verdict.Judged(
                effect,
                p,
                np.nan,
                len(effects),
                np.nan,
                power.detectable(effect, ALPHA / len(effects)),
                scale=endpoint.scale,
            ),
        )
        for (name, endpoint, comparison, arm, base), effect, p in zip(
            found, effects, adjusted, strict=True
        )
    ]


def _scores(endpoint: Endpoint, comparison: Comparison) -> tuple[np.ndarray, np.ndarray]:
    """Scores (seeds, images) of an arm and its baseline."""
    arm, base = (
        np.stack([endpoint.of(predictions) for predictions in side.predictions])
        for side in (comparison.arm, comparison.baseline)
    )
    return arm, base


def _effect(comparison: Comparison, arm: np.ndarray, base: np.ndarray) -> Effect:
    if not comparison.same_images:
        train_images = min(comparison.arm.train_images, comparison.baseline.train_images)
        return scores.compare_resampled(arm, base, train_images)
    compare = scores.compare_paired if comparison.shares_trainings else scores.compare
    return compare(arm, base)


def _row(
    endpoint: str, comparison: Comparison, means: tuple[float, float], judged: verdict.Judged
) -> EndpointRow:
    effect = judged.effect
    return EndpointRow(
        endpoint,
        *comparison.names,
        value=means[0],
        base_value=means[1],
        effect=effect.effect,
        low=effect.low,
        high=effect.high,
        p=effect.p,
        p_adjusted=judged.p_different,
        comparisons=judged.comparisons,
        seeds=effect.seeds,
        images=effect.images,
        detectable=judged.detectable,
        outcome=judged.outcome,
        sentence=verdict.sentence(comparison.subject, comparison.other, judged),
    )


def worst_classes_table(compared: Compared) -> list[WorstClassRow]:
    """A row per arm: its worst class on test; empty where seeds have their own test images."""
    arms = compared.arms
    if not all(arm.same_images and len(arm.predictions[0].labels) for arm in arms):
        return []
    found = [worst_class(arm.correct, arm.predictions[0].labels) for arm in arms]
    adjusted = holm([one.p for one in found])
    return [
        WorstClassRow(
            model=arm.model,
            arm=arm.arm,
            class_=arm.classes[one.label],
            images=one.images,
            accuracy=one.accuracy,
            low=one.low,
            high=one.high,
            by_chance=one.by_chance,
            p=one.p,
            p_adjusted=p,
        )
        for arm, one, p in zip(arms, found, adjusted, strict=True)
    ]
