"""How right the maps of a study are: means, comparisons with the centred Gaussian, verdicts.

One training of each model is explained, so chance is that of the images alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from chrysalis.records.maps import (
    LOWER_IS_BETTER,
    MEASURES,
    MapEffectRow,
    MapOutcome,
    MapRow,
    Measure,
    WeightsRow,
    WrongRow,
)
from chrysalis.stats import means
from chrysalis.stats.effects import ALPHA
from chrysalis.stats.minimums import ENOUGH_CLASS_IMAGES
from chrysalis.stats.welch import welch

CONTROLS = ("random", "gaussian", "sobel")
BASELINE = "gaussian"
ALIKE = 0.5  # the rank correlation from which a map hardly depends on the weights


@dataclass(frozen=True)
class CheckedMaps:
    """A training's scores (`MAP_SCORES`) and similarities (`CASCADE`)."""

    model: str
    seed: int
    scores: pd.DataFrame
    cascade: pd.DataFrame


def map_means(checked: CheckedMaps) -> list[MapRow]:
    """Of each method and measure over all images, the right and the wrong ones, and each class."""
    scores = checked.scores
    groups = [("all", "", scores)]
    groups += [(n, "", scores[scores["correct"] == r]) for n, r in (("right", 1), ("wrong", 0))]
    groups += [("class", str(name), own) for name, own in scores.groupby("class")]
    rows = []
    for group, name, images in groups:
        for method, own in images.groupby("method", sort=False):
            for measure in _measured(scores):
                found = means.of_scores(own[measure].to_numpy())
                rows.append(
                    MapRow(
                        *(checked.model, checked.seed, str(method), measure, group, name),
                        *(found.images, found.mean, found.low, found.high),
                    )
                )
    return rows


def map_effects(checked: CheckedMaps) -> list[MapEffectRow]:
    """Every method, and the other controls, against the centred Gaussian, image by image."""
    tables = {
        measure: checked.scores.pivot(index="path", columns="method", values=measure)
        for measure in _measured(checked.scores)
    }
    methods = [name for name in checked.scores["method"].unique() if name != BASELINE]
    family = len(tables) * len([name for name in methods if name not in CONTROLS])
    rows = []
    for measure, table in tables.items():
        for method in methods:
            differences = (table[method] - table[BASELINE]).to_numpy()
            found = means.of_scores(differences, ALPHA / family)
            outcome = _outcome(found, measure in LOWER_IS_BETTER)
            rows.append(
                MapEffectRow(
                    *(checked.model, checked.seed, method, measure, found.images),
                    *(found.mean, found.low, found.high, family, outcome),
                )
            )
    return rows


def _outcome(found: means.Mean, lower_is_better: bool) -> MapOutcome:
    if found.images < ENOUGH_CLASS_IMAGES or np.isnan(found.low):
        return "insufficient"
    if found.low <= 0 <= found.high:
        return "none"
    return "better" if (found.low > 0) != lower_is_better else "worse"


def wrong_against_right(checked: CheckedMaps) -> list[WrongRow]:
    """Each measure of each method on wrong answers, less that on right ones."""
    rows = []
    for measure in _measured(checked.scores):
        for method, own in checked.scores.groupby("method", sort=False):
            known = own[own[measure].notna()]
            wrong, right = (known.loc[known["correct"] == r, measure].tolist() for r in (0, 1))
            found = welch(wrong, right)
            rows.append(
                WrongRow(
                    *(checked.model, checked.seed, str(method), measure, len(right), len(wrong)),
                    *(found.effect, found.low, found.high),
                )
            )
    return rows


def weights_rows(checked: CheckedMaps) -> list[WeightsRow]:
    """How alike maps stay as the weights are randomised, stage by stage."""
    rows = []
    stages = checked.cascade.groupby(["method", "share", "module"], sort=False)
    for (method, share, module), own in stages:
        found = means.of_scores(own["similarity"].to_numpy())
        outcome = "" if share < 1 else _dependence(found)
        rows.append(
            WeightsRow(
                checked.model,
                checked.seed,
                method,
                share,
                module,
                *(found.images, found.mean, found.low, found.high, outcome),
            )
        )
    return rows


def _dependence(found: means.Mean) -> str:
    if np.isnan(found.low):
        return "unclear"
    if found.high < ALIKE:
        return "depends"
    return "hardly" if found.low > ALIKE else "unclear"


def _measured(scores: pd.DataFrame) -> list[Measure]:
    """The measures that were taken: those against masks need masks."""
    return [measure for measure in MEASURES if scores[measure].notna().any()]
