"""The trainings of a made-up study: records, histories, metrics."""

import numpy as np

from chrysalis.config.run import RunSettings
from chrysalis.config.settings import AugmentationSettings, TrainingSettings
from chrysalis.records import experiment as tables
from chrysalis.records.training import (
    HISTORY,
    CalibrationScores,
    HistoryRow,
    RunMetrics,
    RunRecord,
    SplitMetrics,
)
from tests.report.made.study import whole

RISKS = {"aurc": 0.0123, "risk_80": 0.021, "risk_90": 0.034, "risk_100": 0.09}
CALIBRATION_ERROR = {"perfect": 0.0313, "debiased": 0.0121, "low": 0.0, "high": 0.0523}


def write_training(made, model, arm, run, seed):
    """A training's record, metrics and history."""
    files = made.paths.training(run, seed)
    RunRecord(
        settings=whole(
            RunSettings(
                model=model,
                options={"dropout": 0.5},
                image_size=64,
                training=TrainingSettings(epochs=12),
                augmentation=None if arm == "b" else AugmentationSettings(crop_area=(0.5, 1.0)),
                removed_classes=(made.classes[0],) if arm == "c" else (),
                seed=seed,
            )
        ),
        classes=list(made.classes),
        images={"train": 14, "val": 1, "test": 1},
        parameters=1234567,
        steps=12,
        epochs_run=12,
        best_epoch=9,
        best_val_top1=0.91,
        stopped_early=False,
        resumed=seed,
        train_loss=0.2,
        train_top1=0.95,
        training_seconds=60.0,
        seconds=61.25 + seed,
        peak_memory_mb=1812.5,
        device="cpu",
        precision="bf16",
        threads=2,
        processes=1,
        versions={"python": "3.11.2", "torch": "2.14.1"},
        code_hash="c0de" * 16,
        data_hash="da7a" * 16,
    ).write(files.record)
    RunMetrics(
        temperature=1.4 + seed / 10,
        val=split_metrics(0.9 + 0.01 * seed),
        test=split_metrics(0.9 + 0.01 * seed),
    ).write(files.metrics)
    HISTORY.write(
        (
            HistoryRow(epoch, 1 / epoch, 0.9, 1.1 / epoch, 0.8, 0.001, 5.0, 20.0)
            for epoch in range(1, 13)
        ),
        files.history,
    )


def split_metrics(top1: float) -> SplitMetrics:
    """Metrics of one split of three images."""
    averages = {
        f"{name}_{average}": 0.89
        for name in ("precision", "recall", "f1")
        for average in ("macro", "micro", "weighted")
    }
    return SplitMetrics(
        images=3,
        top1=top1,
        top2=0.98,
        top3=0.99,
        ece=0.041,
        nll=0.31,
        brier=0.14,
        scaled=CalibrationScores(ece=0.017, nll=0.28, brier=0.13),
        **averages,
    )


def write_models(made):
    """The table of the models' metrics: what `write_training` has written, over the seeds."""
    numbers = {
        "val": {"top1": (0.9, 0.91, 0.92), "temperature": (1.4, 1.5, 1.6)},
        "test": {
            "top1": (0.9, 0.91, 0.92),
            **{"top3": (0.99,) * 3, "f1_macro": (0.89,) * 3},
            **{name: (value,) * 3 for name, value in RISKS.items()},
            **{
                f"{scaled}ece_{part}": (value,) * 3
                for scaled in ("", "scaled_")
                for part, value in CALIBRATION_ERROR.items()
            },
            **{"ece": (0.041,) * 3, "nll": (0.31,) * 3, "brier": (0.14,) * 3},
            **{"scaled_ece": (0.017,) * 3, "scaled_nll": (0.28,) * 3, "scaled_brier": (0.13,) * 3},
        },
    }
    tables.MODEL_METRICS.write(
        (
            tables.ModelMetricRow(
                model, split, name, 3, float(np.mean(of)), float(np.std(of, ddof=1)), of
            )
            for model in made.models
            for split, metrics in numbers.items()
            for name, of in metrics.items()
        ),
        made.paths.models,
    )
