"""Accuracy and verdicts with all test images, and without those that leak or are doubtful."""

from __future__ import annotations

from dataclasses import dataclass

from chrysalis.records.tables import Table
from chrysalis.stats.verdict import Outcome


@dataclass(frozen=True)
class CleanArmRow:
    """Test top-1 of an arm, mean over the seeds: on all test images and on the clean ones."""

    experiment: str
    model: str
    arm: str
    images: int
    mean: float
    clean_images: int
    clean_mean: float


@dataclass(frozen=True)
class CleanEffectRow:
    """A comparison, judged on all test images and again on the clean ones.

    Effects are fractions; both verdicts are corrected over the experiment's comparisons.
    """

    experiment: str
    model: str
    arm: str
    baseline: str
    effect: float
    low: float
    high: float
    outcome: Outcome
    clean_effect: float
    clean_low: float
    clean_high: float
    clean_outcome: Outcome


CLEAN_ARMS = Table(CleanArmRow)
CLEAN_EFFECTS = Table(CleanEffectRow)
