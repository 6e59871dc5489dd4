"""Tables of the rule evaluate: one training's metrics by class and by confidence."""

from __future__ import annotations

from dataclasses import dataclass

from chrysalis.records.tables import Table


@dataclass(frozen=True)
class PerClassRow:
    """The share of a class's images in a split that are recognised; NaN without images."""

    split: str
    class_: str
    support: int
    accuracy: float


@dataclass(frozen=True)
class ReliabilityRow:
    """One bin of confidence on test: its bounds, its images, mean confidence and accuracy.

    `scaled` says whether the logits were divided by the temperature, yes or no.
    """

    low: float
    high: float
    images: int
    confidence: float
    accuracy: float
    scaled: str


@dataclass(frozen=True)
class CalibrationErrorRow:
    """The calibration error on test, as fractions; see `stats.calibration.CalibrationError`.

    `scaled` says whether the logits were divided by the temperature, yes or no.
    """

    scaled: str
    images: int
    ece: float
    perfect: float
    debiased: float
    low: float
    high: float


@dataclass(frozen=True)
class RiskCoverageRow:
    """The error rate on the share `coverage` of the test images that get the surest answers.

    `area` is its mean over all coverages up to this one, so the last row's is the AURC. All are
    fractions.
    """

    coverage: float
    risk: float
    area: float


CALIBRATION_ERROR = Table(CalibrationErrorRow)
PER_CLASS = Table(PerClassRow)
RELIABILITY = Table(ReliabilityRow)
RISK_COVERAGE = Table(RiskCoverageRow)
