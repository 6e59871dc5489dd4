"""A study's trainings as runs in an experiment tracker: TensorBoard, MLflow, or W&B offline.

They are written from the records of trainings that have ended, so that no training depends on it.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chrysalis.config.dotted import dotted
from chrysalis.errors import UserError
from chrysalis.records.paths import TrainingPaths
from chrysalis.records.training import HISTORY, HistoryRow, RunMetrics, RunRecord

MOST_AT_ONCE = 1000  # values in a request to MLflow


@dataclass(frozen=True)
class Tracked:
    """A training: its name in the study, its settings by dotted name, each epoch, its results.

    Results are fractions and nats, as in metrics.json.
    """

    name: str
    settings: dict[str, str | int | float | bool]
    epochs: list[HistoryRow]
    results: dict[str, float]

    @classmethod
    def read(cls, name: str, paths: TrainingPaths) -> Tracked:
        """From its record.

        Raises:
            UserError: a file is missing or damaged.
        """
        record, found = RunRecord.read(paths.record), RunMetrics.read(paths.metrics)
        settings = {
            key: value if isinstance(value, str | int | float | bool) else str(value)
            for key, value in dotted(record.settings.model_dump(mode="json")).items()
        }
        results = {
            f"{split}/{metric}": getattr(metrics, metric)
            for split, metrics in (("val", found.val), ("test", found.test))
            for metric in ("top1", "f1_macro", "nll", "ece")
        }
        results |= {"best_epoch": record.best_epoch, "seconds": record.seconds}
        return cls(name, settings, HISTORY.read(paths.history), results)


def measures(row: HistoryRow) -> dict[str, float]:
    """What is shown of an epoch, by name."""
    return {
        "loss/train": row.train_loss,
        "loss/val": row.val_loss,
        "top1/train": row.train_top1,
        "top1/val": row.val_top1,
        "learning_rate": row.learning_rate,
        "images_per_second": row.images_per_second,
    }


def require(tracker: str) -> None:
    """Check, before a study is computed, that it can be written.

    Raises:
        UserError: the tracker's package is not installed.
    """
    if tracker != "none" and not importlib.util.find_spec(tracker):
        raise UserError(
            f"tracking: {tracker} needs the package {tracker}, which is not installed; give "
            f".venv/bin/pip install {tracker}, or leave tracking out"
        )


def write(tracker: str, study: str, trainings: list[Tracked], folder: Path) -> None:
    """Write the trainings of a study into `folder`, as the tracker wants them.

    Raises:
        UserError: the tracker's package is not installed.
    """
    require(tracker)
    folder.mkdir(parents=True, exist_ok=True)
    WRITERS[tracker](study, trainings, folder)


def _tensorboard(study: str, trainings: list[Tracked], folder: Path) -> None:
    from torch.utils.tensorboard import SummaryWriter

    for training in trainings:
        with SummaryWriter(str(folder / training.name)) as writer:
            writer.add_hparams(training.settings, training.results, run_name=".")
            for row in training.epochs:
                for name, value in measures(row).items():
                    writer.add_scalar(name, value, row.epoch)


def _mlflow(study: str, trainings: list[Tracked], folder: Path) -> None:
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param

    client = MlflowClient(f"sqlite:///{folder.resolve() / 'mlflow.db'}")
    experiment = client.create_experiment(study, (folder.resolve() / "artifacts").as_uri())
    for training in trainings:
        run = client.create_run(experiment, run_name=training.name).info
        values = [
            Metric(name, value, run.start_time, row.epoch)
            for row in training.epochs
            for name, value in measures(row).items()
        ]
        values += [Metric(name, v, run.start_time, 0) for name, v in training.results.items()]
        params = [Param(name, str(value)) for name, value in training.settings.items()]
        client.log_batch(run.run_id, params=params)
        for start in range(0, len(values), MOST_AT_ONCE):
            client.log_batch(run.run_id, metrics=values[start : start + MOST_AT_ONCE])
        client.set_terminated(run.run_id)


def _wandb(study: str, trainings: list[Tracked], folder: Path) -> None:
    import wandb

    for training in trainings:
        with wandb.init(
            project=study,
            name=training.name,
            dir=folder,
            mode="offline",
            config=training.settings,
            settings=wandb.Settings(console="off", silent=True),
        ) as run:
            for row in training.epochs:
                run.log(measures(row), step=row.epoch)
            run.summary.update(training.results)


WRITERS: dict[str, Callable[[str, list[Tracked], Path], None]] = {
    "tensorboard": _tensorboard,
    "mlflow": _mlflow,
    "wandb": _wandb,
}
