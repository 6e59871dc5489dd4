"""What a sweep leaves behind: its trials, the best of them, and what mattered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chrysalis.records.files import Record
from chrysalis.records.tables import Table

Value = float | int | bool | str


class TrialResult(Record):
    """How one trial ended: figures at its best epoch, None where it diverged; seconds of training.

    `resumed` counts the times it went on from a checkpoint.
    """

    number: int
    values: dict[str, Value]
    state: Literal["complete", "pruned", "diverged"]
    val_top1: float | None
    val_loss: float | None
    best_epoch: int | None
    epochs: int
    seconds: float
    resumed: int
    seed: int
    optuna_number: int


class SweepResult(Record):
    """best.json: the settings found, the trial they are from, and how many trials ended how."""

    training: dict[str, Value]
    trial: int
    val_top1: float
    val_loss: float
    trials: int
    complete: int
    pruned: int
    diverged: int


@dataclass(frozen=True)
class ImportanceRow:
    """Share of the variance of accuracy over the trials that a setting explains by itself."""

    setting: str
    importance: float
    trials: int


IMPORTANCES = Table(ImportanceRow)
