"""What the rule evaluate finds out: metrics of one training, from its stored predictions."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from chrysalis.records.evaluation import (
    CALIBRATION_ERROR,
    PER_CLASS,
    RELIABILITY,
    RISK_COVERAGE,
    CalibrationErrorRow,
    PerClassRow,
    ReliabilityRow,
    RiskCoverageRow,
)
from chrysalis.records.paths import TrainingPaths
from chrysalis.records.predictions import Predictions, read
from chrysalis.records.training import CalibrationScores, RunMetrics, SplitMetrics
from chrysalis.stats import calibration, classification, selective

CURVE_POINTS = 100


@dataclass(frozen=True)
class Evaluated:
    """Metrics of val and test (fractions) with the temperature that was fitted on val; accuracy by
    split and class; confusion counts by split; confidence and accuracy by bin; calibration error;
    risk by coverage.

    Columns of `confusion` are split, class and then each predicted class, by their place: a class
    may itself be called "class" or "split".
    """

    metrics: RunMetrics
    per_class: list[PerClassRow]
    confusion: pd.DataFrame
    reliability: list[ReliabilityRow]
    calibration_error: list[CalibrationErrorRow]
    risk_coverage: list[RiskCoverageRow]

    def write(self, paths: TrainingPaths) -> None:
        """Write metrics.json and a CSV for each table."""
        self.metrics.write(paths.metrics)
        PER_CLASS.write(self.per_class, paths.per_class)
        self.confusion.to_csv(paths.confusion, index=False)
        RELIABILITY.write(self.reliability, paths.reliability)
        CALIBRATION_ERROR.write(self.calibration_error, paths.calibration_error)
        RISK_COVERAGE.write(self.risk_coverage, paths.risk_coverage)


def evaluate(paths: TrainingPaths) -> Evaluated:
    """The metrics of one training.

    Raises:
        UserError: its predictions are missing, damaged or not finite.
    """
    splits = {split: read(paths.train, split) for split in ("val", "test")}
    val, test = splits["val"], splits["test"]
    temperature = calibration.fit_temperature(val.labels, val.logits)
    counts = {split: _confusion(found) for split, found in splits.items()}
    per_class = [
        PerClassRow(split, row["class"], row["support"], row["accuracy"])
        for split, matrix in counts.items()
        for row in classification.per_class(matrix, splits[split].classes).to_dict("records")
    ]
    reliability, errors = [], []
    for scaled, by in (("no", 1.0), ("yes", temperature)):
        logits = test.logits / by
        bins = calibration.reliability(test.labels, logits).to_dict("records")
        reliability += [ReliabilityRow(**bin_, scaled=scaled) for bin_ in bins]
        error = calibration.calibration_error(test.labels, logits)
        errors.append(CalibrationErrorRow(scaled, len(test.labels), **asdict(error)))
    return Evaluated(
        RunMetrics(
            temperature=temperature,
            val=_summary(val, temperature),
            test=_summary(test, temperature),
        ),
        per_class,
        pd.concat(
            _labelled(matrix, split, splits[split].classes) for split, matrix in counts.items()
        ),
        reliability,
        errors,
        _risk_coverage(test),
    )


def _risk_coverage(predictions: Predictions) -> list[RiskCoverageRow]:
    """Risks at `CURVE_POINTS` evenly spaced coverages, up to all images."""
    confidence, correct = calibration.confidences(predictions.labels, predictions.logits)
    coverage, risk = selective.risk_coverage(confidence, correct)
    area = risk.cumsum() / np.arange(1, len(risk) + 1)
    places = np.ceil(np.arange(1, CURVE_POINTS + 1) * len(risk) / CURVE_POINTS).astype(int) - 1
    return [
        RiskCoverageRow(float(coverage[place]), float(risk[place]), float(area[place]))
        for place in np.unique(places)
    ]


def _summary(predictions: Predictions, temperature: float) -> SplitMetrics:
    labels, logits = predictions.labels, predictions.logits
    scaled = CalibrationScores(**calibration.metrics(labels, logits / temperature))
    return SplitMetrics(**classification.summarise(labels, logits), scaled=scaled)


def _confusion(predictions: Predictions) -> np.ndarray:
    """Counts (classes, classes): rows are true classes, columns predicted ones."""
    guesses = classification.predicted(predictions.logits)
    return classification.confusion(predictions.labels, guesses, len(predictions.classes))


def _labelled(matrix: np.ndarray, split: str, classes: list[str]) -> pd.DataFrame:
    table = pd.DataFrame(matrix, columns=classes)
    table.insert(0, "class", classes, allow_duplicates=True)
    table.insert(0, "split", split, allow_duplicates=True)
    return table
