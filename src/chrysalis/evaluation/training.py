"""What is on disk of one training, read when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from chrysalis.records.evaluation import (
    CALIBRATION_ERROR,
    RISK_COVERAGE,
    CalibrationErrorRow,
    RiskCoverageRow,
)
from chrysalis.records.paths import TrainingPaths
from chrysalis.records.training import (
    HISTORY,
    CostRecord,
    ExportRecord,
    HistoryRow,
    RunMetrics,
    RunRecord,
)


@dataclass(frozen=True)
class Training:
    """One training; `stage` is the folder in it that holds the predictions to judge."""

    paths: TrainingPaths
    stage: str = "train"

    @cached_property
    def record(self) -> RunRecord:
        """How it went."""
        return RunRecord.read(self.paths.record)

    @cached_property
    def metrics(self) -> RunMetrics:
        """Its metrics on val and test."""
        return RunMetrics.read(self.paths.metrics)

    @cached_property
    def calibration_error(self) -> dict[str, CalibrationErrorRow]:
        """Its calibration error on test, as trained ("no") and after scaling ("yes")."""
        return {row.scaled: row for row in CALIBRATION_ERROR.read(self.paths.calibration_error)}

    @cached_property
    def risk_coverage(self) -> list[RiskCoverageRow]:
        """Its error rate on test by how many of the surest answers count."""
        return RISK_COVERAGE.read(self.paths.risk_coverage)

    @cached_property
    def history(self) -> list[HistoryRow]:
        """Its epochs."""
        return HISTORY.read(self.paths.history)

    @cached_property
    def weights_bytes(self) -> int:
        """Size of its weights on disk."""
        return self.paths.weights.stat().st_size

    @cached_property
    def cost(self) -> CostRecord:
        """What its run's network costs."""
        return CostRecord.read(self.paths.cost)

    @cached_property
    def exported(self) -> ExportRecord:
        """The record of the exported network that is judged."""
        return ExportRecord.read(self.paths.folder / self.stage / "run.json")
