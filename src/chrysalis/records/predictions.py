"""A run's stored predictions, read back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd


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


def read(train_folder: Path, split: str) -> Predictions:
    """One split from the folder that holds a run's record."""
    classes = json.loads((train_folder / "run.json").read_text())["classes"]
    table = pd.read_parquet(train_folder / "predictions.parquet")
    table = table[table["split"] == split]
    return Predictions(
        classes,
        table["path"].to_numpy(),
        table["label"].to_numpy(),
        table[[f"logit_{i}" for i in range(len(classes))]].to_numpy(),
    )
