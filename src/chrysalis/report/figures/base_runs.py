"""Figures of a study's models under the base settings: how they trained, and how far to trust them.

Everywhere `trainings` are a model's trainings under the base settings, one per seed.
"""

from __future__ import annotations

import pandas as pd

from chrysalis.evaluation.summary import best_by_validation, sum_confusion
from chrysalis.evaluation.training import Training
from chrysalis.records.evaluation import RELIABILITY, RISK_COVERAGE
from chrysalis.records.training import HISTORY
from chrysalis.report.figures.lr_range import plot_lr_range, steepest
from chrysalis.report.figures.models import plot_confusion, plot_curves, tabulate_curves
from chrysalis.report.figures.reliability import plot_reliability, pool_reliability
from chrysalis.report.figures.risk_coverage import plot_risk_coverage, tabulate_risk_coverage
from chrysalis.report.figures.saving import Drawn


def draw_models(trainings: dict[str, list[Training]]) -> Drawn:
    """Training curves, calibration, risk by coverage, and the best model's confusion matrix.

    The best model is that on val.
    """
    histories = {
        model: [HISTORY.read_frame(seed.paths.history) for seed in seeds]
        for model, seeds in trainings.items()
    }
    reliability = pool_reliability(
        {
            model: [RELIABILITY.read_frame(seed.paths.reliability) for seed in seeds]
            for model, seeds in trainings.items()
        }
    )
    risks = tabulate_risk_coverage(
        {
            model: [RISK_COVERAGE.read_frame(seed.paths.risk_coverage) for seed in seeds]
            for model, seeds in trainings.items()
        }
    )
    best = best_by_validation(
        {model: [seed.metrics for seed in seeds] for model, seeds in trainings.items()}
    )
    confusion = sum_confusion([seed.paths.confusion for seed in trainings[best]])
    return {
        "curves": (tabulate_curves(histories), plot_curves(histories)),
        "reliability": (reliability, plot_reliability(reliability)),
        "risk_coverage": (risks, plot_risk_coverage(risks)),
        "confusion": (confusion, plot_confusion(confusion)),
    }


def draw_model(trainings: list[Training]) -> Drawn:
    """Training curves, confusion matrix and calibration of one model, from its trainings."""
    name = trainings[0].record.settings.model
    histories = {name: [HISTORY.read_frame(seed.paths.history) for seed in trainings]}
    tables = [RELIABILITY.read_frame(seed.paths.reliability) for seed in trainings]
    reliability = pool_reliability({name: tables})
    confusion = sum_confusion([seed.paths.confusion for seed in trainings])
    return {
        "curves": (tabulate_curves(histories), plot_curves(histories)),
        "answers": (confusion, plot_confusion(confusion)),
        "reliability": (reliability, plot_reliability(reliability)),
    }


def draw_lr_range(trainings: dict[str, Training], rates: dict[str, float]) -> Drawn:
    """Each model's learning rate range test, of one training, with the rate it is trained with."""
    tests = {model: pd.read_csv(one.paths.lr_range) for model, one in trainings.items()}
    table = pd.concat(
        test.assign(model=model, trained_with=rates[model], steepest=steepest(test))
        for model, test in tests.items()
    )
    return {"lr_range": (table, plot_lr_range(tests, rates))}
