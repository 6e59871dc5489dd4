"""What a study's overview may state: the chance of any false verdict on it is at most 5 %."""

from __future__ import annotations

import numpy as np

from chrysalis.records.experiment import EFFECTS, ClaimRow, EffectRow
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.stats.families import differences_and_equalities
from chrysalis.stats.verdict import outcome


def claims(study: StudyRecord, paths: StudyPaths) -> list[ClaimRow]:
    """Every comparison of the study's experiments; those of primary ones are one family.

    Experiments share baselines and images, so each may keep its own error at 5 % and the study as
    a whole still err far more often.
    """
    effects = {
        experiment.name: EFFECTS.read(paths.experiment(experiment.name).table("effects"))
        for experiment in study.experiments
    }
    family = [(name, place) for name in study.primary for place in range(len(effects[name]))]
    rows = [effects[name][place] for name, place in family]
    different, equal = differences_and_equalities(
        [row.p for row in rows], [row.p_equal for row in rows]
    )
    adjusted = dict(zip(family, zip(different, equal, strict=True), strict=True))
    return [
        _claim(name, row, len(family), adjusted.get((name, place)))
        for name, of_experiment in effects.items()
        for place, row in enumerate(of_experiment)
    ]


def _claim(
    experiment: str, row: EffectRow, comparisons: int, adjusted: tuple[float, float] | None
) -> ClaimRow:
    """One comparison with its p values over the whole study; none where it is not primary."""
    p_different, p_equal = adjusted or (np.nan, np.nan)
    return ClaimRow(
        experiment=experiment,
        model=row.model,
        arm=row.arm,
        baseline=row.baseline,
        comparisons=comparisons,
        p_study=p_different,
        p_equal_study=p_equal,
        outcome=outcome(row, p_different, p_equal) if adjusted else "exploratory",
    )
