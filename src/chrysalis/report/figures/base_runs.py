"""Figures of a study's models under the base settings: how they trained, and how far to trust them.

Everywhere `folders` are the folders of a model's trainings, one for each seed.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from chrysalis.evaluation.summary import best_by_validation, read_metrics, sum_confusion
from chrysalis.report.figures.charts import plot_confusion, plot_curves, tabulate_curves
from chrysalis.report.figures.lr_range import plot_lr_range, steepest
from chrysalis.report.figures.reliability import plot_reliability, pool_reliability
from chrysalis.report.figures.saving import Drawn


def draw_models(folders: dict[str, list[Path]]) -> Drawn:
    """Training curves, calibration, and the confusion matrix of the model that is best on val."""
    histories = _tables(folders, "train/history.csv")
    reliability = pool_reliability(_tables(folders, "evaluate/reliability.csv"))
    metrics = {model: [read_metrics(run) for run in seeds] for model, seeds in folders.items()}
    confusion = sum_confusion(folders[best_by_validation(metrics)])
    return {
        "curves": (tabulate_curves(histories), plot_curves(histories)),
        "reliability": (reliability, plot_reliability(reliability)),
        "confusion": (confusion, plot_confusion(confusion)),
    }


def draw_lr_range(folders: dict[str, Path], rates: dict[str, float]) -> Drawn:
    """Each model's learning rate range test, a folder each, with the rate it is trained with."""
    tests = {model: pd.read_csv(run / "lr_range/lr_range.csv") for model, run in folders.items()}
    table = pd.concat(
        test.assign(model=model, trained_with=rates[model], steepest=steepest(test))
        for model, test in tests.items()
    )
    return {"lr_range": (table, plot_lr_range(tests, rates))}


def _tables(folders: dict[str, list[Path]], name: str) -> dict[str, list[pd.DataFrame]]:
    return {model: [pd.read_csv(run / name) for run in seeds] for model, seeds in folders.items()}
