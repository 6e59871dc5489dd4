"""Tables of the rules corruptions and compare_corruptions: accuracy on corrupted test images."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from chrysalis.errors import UserError
from chrysalis.records.files import require
from chrysalis.records.tables import Table


def column(kind: str, severity: int) -> str:
    """The column of answers.parquet with the answers to one kind and severity."""
    return f"{kind} {severity}"


def read_answers(path: Path, paths: np.ndarray) -> dict[tuple[str, int], np.ndarray]:
    """Whether the images in `paths`, in this order, are recognised (n,), by kind and severity.

    Raises:
        UserError: the file is missing, damaged, or about other images.
    """
    again = f"remove {path} and run snakemake again"
    try:
        table = pd.read_parquet(require(path))
    except (OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise UserError(f"{path}: damaged ({reason}); {again}") from None
    if not np.array_equal(table["path"], paths):
        raise UserError(f"{path}: holds answers to other images than the predictions; {again}")
    found = {}
    for name in table.columns.drop("path"):
        kind, _, severity = name.rpartition(" ")
        found[kind, int(severity)] = table[name].to_numpy(bool)
    return found


@dataclass(frozen=True)
class CorruptionRow:
    """Accuracy of one arm under one kind and severity: mean and sd over the seeds, as fractions.

    The kind of severity 0 is "none": the test images as they are.
    """

    model: str
    arm: str
    kind: str
    severity: int
    seeds: int
    mean: float
    sd: float


@dataclass(frozen=True)
class RobustnessRow:
    """Accuracy of one arm on the test images, and on them averaged over all corruptions.

    `change` is the second less the first.
    """

    model: str
    arm: str
    images: int
    kinds: int
    severities: int
    seeds: int
    clean: float
    corrupted: float
    corrupted_sd: float
    change: float
    values: tuple[float, ...]


CORRUPTIONS = Table(CorruptionRow)
ROBUSTNESS = Table(RobustnessRow)
