"""What a comparison means in practice: how often the arm wins, and whether it is shown not worse.

Neither changes a verdict.
"""

from __future__ import annotations

import numpy as np

from chrysalis.evaluation import verdict
from chrysalis.evaluation.arms import Compared, Comparison
from chrysalis.records.experiment import PracticeRow
from chrysalis.stats.effects import ALPHA
from chrysalis.stats.equivalence import p_not_worse
from chrysalis.stats.superiority import Superiority, of_paired_trainings, of_separate_trainings


def practice_table(compared: Compared, judged: list[verdict.Judged]) -> list[PracticeRow]:
    """A row per comparison, which `judged` are the verdicts of.

    "Worse by the threshold or more" is one of the two hypotheses that make up "not equal", so of a
    comparison's three null hypotheses those that are true are still rejected with a probability of
    at most alpha / m (see `stats.families`). Hence p times the number of comparisons.
    """
    rows = []
    for comparison, one in zip(compared.comparisons, judged, strict=True):
        p = p_not_worse(one.effect, one.threshold) if one.threshold else np.nan
        adjusted = float(np.minimum(1.0, p * one.comparisons))
        beats = _superiority(comparison)
        shown = one.outcome == "none" and adjusted < ALPHA
        rows.append(
            PracticeRow(
                *comparison.names,
                beats=beats.probability,
                beats_low=beats.low,
                beats_high=beats.high,
                p_not_worse=p,
                p_not_worse_adjusted=adjusted,
                sentence=verdict.not_worse(comparison.subject, adjusted, one) if shown else "",
            )
        )
    return rows


def _superiority(comparison: Comparison) -> Superiority:
    """That a training of the arm beats one of its baseline; NaN of a single seed.

    Trainings on images of their own seed, or judged twice, are compared seed by seed.
    """
    arm, base = comparison.arm.correct.mean(1), comparison.baseline.correct.mean(1)
    if len(arm) < 2:
        return Superiority(np.nan, np.nan, np.nan)
    paired = comparison.shares_trainings or not comparison.same_images
    return of_paired_trainings(arm, base) if paired else of_separate_trainings(arm, base)
