"""A training's stored predictions, read back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import ConfigDict, Field

from chrysalis.errors import UserError
from chrysalis.records.files import FileHash, Record, require
from chrysalis.records.job_paths import PREDICTIONS
from chrysalis.records.tables import read_parquet


class _Record(Record):
    """What every kind of run.json says of the logits' columns, and of the files beside it."""

    model_config = ConfigDict(extra="ignore")

    classes: list[str]
    files: dict[str, FileHash] = Field({})


@dataclass(frozen=True, eq=False)
class Predictions:
    """One split: paths (n,), labels (n,) int, logits (n, classes), in the order of the pack."""

    classes: list[str]
    paths: np.ndarray
    labels: np.ndarray
    logits: np.ndarray

    def keep(self, classes: list[str]) -> Predictions:
        """Only images and logits of `classes`: the others are masked out, labels renumbered."""
        columns = [self.classes.index(name) for name in classes]
        rows = np.isin(self.labels, columns)
        renumbered = np.full(len(self.classes), -1)
        renumbered[columns] = np.arange(len(columns))
        labels = renumbered[self.labels[rows]]
        return Predictions(classes, self.paths[rows], labels, self.logits[rows][:, columns])

    def only_images_of(self, classes: list[str]) -> Predictions:
        """Only the images of `classes`, with all logits left as they are."""
        rows = np.isin(self.labels, [self.classes.index(name) for name in classes])
        return Predictions(self.classes, self.paths[rows], self.labels[rows], self.logits[rows])

    @property
    def correct(self) -> np.ndarray:
        """Whether the largest logit is the true class's (n,) bool."""
        return self.logits.argmax(1) == self.labels


def read_frame(folder: Path) -> tuple[list[str], pd.DataFrame]:
    """The classes, and columns split, row, path, label, logit_0, .. of all images predicted.

    Raises:
        UserError: a file is missing or damaged; it is set aside then.
    """
    record = _Record.read(folder / "run.json")
    path = require(folder / PREDICTIONS)
    if PREDICTIONS in record.files:
        record.files[PREDICTIONS].check(path)
    logits = [f"logit_{label}" for label in range(len(record.classes))]
    return record.classes, read_parquet(path, ["split", "row", "path", "label", *logits])


def read(folder: Path, split: str) -> Predictions:
    """One split from the folder of a training that holds run.json and predictions.parquet.

    Raises:
        UserError: a file is missing or damaged, or a logit is no finite number.
    """
    classes, table = read_frame(folder)
    path = folder / PREDICTIONS
    columns = [f"logit_{label}" for label in range(len(classes))]
    table = table[table["split"] == split]
    logits = table[columns].to_numpy()
    wrong = int((~np.isfinite(logits)).any(1).sum())
    if wrong:
        raise UserError(
            f"{path}: the network's outputs are not finite for {wrong:,} of {len(table):,} images "
            f"of {split}, so this training is no result; lower its learning rate or use precision "
            f"fp32, remove {folder} and give the same command again"
        )
    return Predictions(classes, table["path"].to_numpy(), table["label"].to_numpy(), logits)
