"""What one training leaves behind: its record, its course, its metrics, what its network costs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pydantic import Field

from chrysalis.config.run import RunSettings
from chrysalis.records.files import FileHash, Record
from chrysalis.records.tables import Table


class RunRecord(Record):
    """run.json of the rule train, written last: how one training went.

    Accuracies are fractions, losses nats, times seconds, memory MiB. `images` counts those of each
    split, `steps` the optimizer's, `steps_before` those of the run it started from. `seconds` is
    all of the job, `training_seconds` the epochs'. `files` are those beside it. `diverged_at` is
    the epoch (from 1) in which the loss stopped being finite, 0 if in none; the epochs run are
    those before it, and a best epoch of 0 stands for the weights of the start.
    """

    settings: RunSettings
    classes: list[str]
    images: dict[str, int]
    parameters: int
    steps: int
    steps_before: int = 0
    epochs_run: int
    best_epoch: int
    best_val_top1: float
    stopped_early: bool
    diverged_at: int = 0
    resumed: int
    train_loss: float
    train_top1: float
    training_seconds: float
    seconds: float
    peak_memory_mb: float
    device: str
    precision: str
    threads: int
    processes: int
    versions: dict[str, str]
    code_hash: str
    data_hash: str
    files: dict[str, FileHash] = Field({})

    @property
    def all_steps(self) -> int:
        """The steps that made its weights, with those of the run it started from."""
        return self.steps + self.steps_before


@dataclass(frozen=True)
class HistoryRow:
    """One epoch: mean loss (nats) and top-1 (fraction) in training and on val, rate and speed.

    `val_top1_half` is that of every second image of val, from the first on.
    """

    epoch: int
    train_loss: float
    train_top1: float
    val_loss: float
    val_top1: float
    learning_rate: float
    seconds: float
    images_per_second: float
    val_top1_half: float = math.nan


HISTORY = Table(HistoryRow)


class Latency(Record):
    """Milliseconds that a batch takes, and how many were timed."""

    median: float
    least: float
    most: float
    n: int


class CostRecord(Record):
    """cost.json: what a run's network costs; latencies by the images in a batch."""

    multiply_adds: int
    latency_ms: dict[str, Latency]
    device: str
    precision: str
    threads: int


class ExportRecord(Record):
    """run.json of the rule export: a network as exported, its size and its latencies."""

    settings: RunSettings
    classes: list[str]
    precision: str
    parameters: int
    calibration_images: int | None = None
    bytes: int
    latency_ms: dict[str, Latency]
    threads: int
    device: str
    versions: dict[str, str]
    files: dict[str, FileHash] = Field({})


class CalibrationScores(Record):
    """Calibration of a split: ECE (fraction), NLL (nats), Brier score (0 to 2)."""

    ece: float
    nll: float
    brier: float


class SplitMetrics(CalibrationScores):
    """Metrics of one split, as fractions; top2 to top5 as far as there are that many classes."""

    images: int
    top1: float
    top2: float | None = None
    top3: float | None = None
    top4: float | None = None
    top5: float | None = None
    precision_macro: float
    recall_macro: float
    f1_macro: float
    precision_micro: float
    recall_micro: float
    f1_micro: float
    precision_weighted: float
    recall_weighted: float
    f1_weighted: float
    scaled: CalibrationScores


class RunMetrics(Record):
    """metrics.json of the rule evaluate; the temperature is fitted on val."""

    temperature: float
    val: SplitMetrics
    test: SplitMetrics
