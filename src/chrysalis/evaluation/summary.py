"""What is read off the base runs of a study together: the models, and the study's metrics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from chrysalis.evaluation.metrics import standard_deviation
from chrysalis.evaluation.training import Training
from chrysalis.records.experiment import EFFECTS, ModelMetricRow
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.records.training import RunMetrics, SplitMetrics

COVERAGES = (0.8, 0.9, 1.0)  # at which the page of the models gives the risk


def base_trainings(study: StudyRecord, paths: StudyPaths) -> dict[str, list[Training]]:
    """The trainings of each model under the base settings, one per seed."""
    return {
        model: [Training(paths.training(run, seed)) for seed in study.seeds]
        for model, run in study.base_runs.items()
    }


def best_by_validation(metrics: dict[str, list[RunMetrics]]) -> str:
    """The model with the highest mean validation top-1, the first of equals.

    `metrics` holds each model's metrics, one per seed. The test split has no say in it.
    """
    means = {
        model: np.mean([of_seed.val.top1 for of_seed in seeds]) for model, seeds in metrics.items()
    }
    return max(means, key=means.__getitem__)


def sum_confusion(seeds: list[Path]) -> pd.DataFrame:
    """Test confusion counts added up over the tables of the seeds.

    Columns split, class, then the predicted classes; two columns may be called alike.
    """
    tables = [
        pd.read_csv(path, dtype={"class": str}, keep_default_na=False, na_filter=False)
        for path in seeds
    ]
    tables = [table[table["split"] == "test"].reset_index(drop=True) for table in tables]
    total = tables[0].copy()
    total.iloc[:, 2:] = sum(table.iloc[:, 2:].to_numpy() for table in tables)
    return total


def models_table(trainings: dict[str, list[Training]]) -> list[ModelMetricRow]:
    """A row per model, split and metric of its base run.

    Metrics after temperature scaling are called scaled_ and their name; the temperature, which is
    fitted on val, stands there. The calibration error's parts are those of `CALIBRATION_ERROR`;
    aurc and risk_80 are of the risk-coverage curve.
    """
    rows = []
    for model, seeds in trainings.items():
        found = [training.metrics for training in seeds]
        for split in ("val", "test"):
            metrics = _by_metric([getattr(of_seed, split) for of_seed in found])
            if split == "val":
                metrics["temperature"] = [of_seed.temperature for of_seed in found]
            else:
                metrics |= _calibration_errors(seeds) | _risks(seeds)
            rows += [
                ModelMetricRow(
                    model=model,
                    split=split,
                    metric=name,
                    seeds=len(values),
                    mean=float(np.mean(values)),
                    sd=standard_deviation(values),
                    values=tuple(values),
                )
                for name, values in metrics.items()
            ]
    return rows


def _by_metric(seeds: list[SplitMetrics]) -> dict[str, list[float]]:
    flat = [
        seed.model_dump(exclude={"scaled"}, exclude_none=True)
        | {f"scaled_{name}": value for name, value in seed.scaled.model_dump().items()}
        for seed in seeds
    ]
    return {name: [float(seed[name]) for seed in flat] for name in flat[0]}


def _calibration_errors(seeds: list[Training]) -> dict[str, list[float]]:
    """The calibration error's parts, as trained and scaled."""
    return {
        f"{prefix}ece_{part}": [getattr(seed.calibration_error[scaled], part) for seed in seeds]
        for scaled, prefix in (("no", ""), ("yes", "scaled_"))
        for part in ("perfect", "debiased", "low", "high")
    }


def _risks(seeds: list[Training]) -> dict[str, list[float]]:
    """The area under the risk-coverage curve, and the risk at `COVERAGES`."""
    found = {"aurc": [seed.risk_coverage[-1].area for seed in seeds]}
    for coverage in COVERAGES:
        found[f"risk_{100 * coverage:.0f}"] = [
            next(row.risk for row in seed.risk_coverage if row.coverage >= coverage)
            for seed in seeds
        ]
    return found


def headline_metrics(study: StudyRecord, paths: StudyPaths) -> dict[str, Any]:
    """The study's metrics for `dvc metrics`: each model's base run, each experiment's effects."""
    models = {}
    for model, trainings in base_trainings(study, paths).items():
        metrics = [training.metrics for training in trainings]
        test = [of_seed.test.top1 for of_seed in metrics]
        models[model] = {
            "seeds": len(metrics),
            "val_top1_mean": _mean([of_seed.val.top1 for of_seed in metrics]),
            "test_top1_mean": _mean(test),
            "test_top1_sd": round(standard_deviation(test), 6) if len(test) > 1 else None,
            "test_f1_macro_mean": _mean([of_seed.test.f1_macro for of_seed in metrics]),
            "test_ece_mean": _mean([of_seed.test.ece for of_seed in metrics]),
            "test_ece_debiased_mean": _mean(
                [training.calibration_error["no"].debiased for training in trainings]
            ),
        }
    experiments = {}
    for experiment in study.experiments:
        experiments[experiment.name] = {
            f"{row.model} {row.arm} - {row.baseline}": {
                "effect": round(row.effect, 6),
                "p_adjusted": None if np.isnan(row.p_adjusted) else round(row.p_adjusted, 6),
                "outcome": row.outcome,
            }
            for row in EFFECTS.read(paths.experiment(experiment.name).table("effects"))
        }
    return {"models": models, "experiments": experiments}


def _mean(values: list[float]) -> float:
    return round(float(np.mean(values)), 6)
