"""What a study's overview may state: the chance of any false verdict on it is at most 5 %."""

from __future__ import annotations

import numpy as np

from chrysalis.records.experiment import EFFECTS, ClaimRow, EffectRow
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.stats.effects import ALPHA
from chrysalis.stats.families import differences_and_equalities
from chrysalis.stats.verdict import Outcome


def claims(study: StudyRecord, paths: StudyPaths) -> list[ClaimRow]:
    """Every comparison of the study's experiments; those of primary ones are one family.

    Experiments share baselines and images, so each may keep its own error at 5 % and the study as
    a whole still err far more often.
    """
    effects = {
        experiment.name: EFFECTS.read(paths.experiment(experiment.name).table("effects"))
        for experiment in study.experiments
    }
    family = [row for name in study.primary for row in effects[name]]
    different, equal = differences_and_equalities(
        [row.p for row in family], [row.p_equal for row in family]
    )
    adjusted = {id(row): pair for row, *pair in zip(family, different, equal, strict=True)}
    found = []
    for name, rows in effects.items():
        for row in rows:
            p_different, p_equal = adjusted.get(id(row), (np.nan, np.nan))
            primary = name in study.primary
            found.append(
                ClaimRow(
                    experiment=name,
                    model=row.model,
                    arm=row.arm,
                    baseline=row.baseline,
                    comparisons=len(family),
                    p_study=p_different,
                    p_equal_study=p_equal,
                    outcome=_outcome(row, p_different, p_equal) if primary else "exploratory",
                )
            )
    return found


def _outcome(row: EffectRow, p_different: float, p_equal: float) -> Outcome:
    if row.outcome == "insufficient":
        return "insufficient"
    if p_different < ALPHA:
        return "better" if row.effect > 0 else "worse"
    return "equal" if p_equal < ALPHA else "none"
