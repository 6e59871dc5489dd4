"""What the rule evaluate finds out: metrics of one training, from its stored predictions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from chrysalis.records.predictions import Predictions, read
from chrysalis.stats import calibration, classification

PER_CLASS = ["split", "class", "support", "accuracy"]


@dataclass(frozen=True)
class Evaluated:
    """Metrics of val and test (fractions) with the temperature that was fitted on val; accuracy by
    split and class; confusion counts by split; confidence and accuracy by bin.

    Columns of `confusion` are split, class and then each predicted class, by their place: a class
    may itself be called "class" or "split".
    """

    metrics: dict[str, Any]
    per_class: pd.DataFrame
    confusion: pd.DataFrame
    reliability: pd.DataFrame

    def write(self, folder: Path) -> None:
        """Write metrics.json, per_class.csv, confusion.csv and reliability.csv."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "metrics.json").write_text(json.dumps(self.metrics, indent=1))
        for name in ("per_class", "confusion", "reliability"):
            getattr(self, name).to_csv(folder / f"{name}.csv", index=False)


def evaluate(record: Path) -> Evaluated:
    """The metrics of the training whose record is in the folder `record`."""
    splits = {split: read(record, split) for split in ("val", "test")}
    val, test = splits["val"], splits["test"]
    temperature = calibration.fit_temperature(val.labels, val.logits)
    counts = {split: _confusion(found) for split, found in splits.items()}
    per_class = [
        classification.per_class(matrix, splits[split].classes).assign(split=split)
        for split, matrix in counts.items()
    ]
    reliability = [
        calibration.reliability(test.labels, test.logits / by).assign(scaled=scaled)
        for scaled, by in (("no", 1.0), ("yes", temperature))
    ]
    return Evaluated(
        {"temperature": temperature}
        | {split: _summary(found, temperature) for split, found in splits.items()},
        pd.concat(per_class)[PER_CLASS],
        pd.concat(
            _labelled(matrix, split, splits[split].classes) for split, matrix in counts.items()
        ),
        pd.concat(reliability),
    )


def _summary(predictions: Predictions, temperature: float) -> dict[str, Any]:
    labels, logits = predictions.labels, predictions.logits
    scaled = calibration.scores(labels, logits / temperature)
    return classification.summarise(labels, logits) | {"scaled": scaled}


def _confusion(predictions: Predictions) -> Any:
    """Counts (classes, classes): rows are true classes, columns predicted ones."""
    guesses = predictions.logits.argmax(1)
    return classification.confusion(predictions.labels, guesses, len(predictions.classes))


def _labelled(matrix: Any, split: str, classes: list[str]) -> pd.DataFrame:
    table = pd.DataFrame(matrix, columns=classes)
    table.insert(0, "class", classes, allow_duplicates=True)
    table.insert(0, "split", split, allow_duplicates=True)
    return table
