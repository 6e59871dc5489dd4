"""One run from packed images to its record on disk."""

from __future__ import annotations

import logging
import math
import platform
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import torch
from safetensors.torch import save_file

from chrysalis.config.run import RunSettings
from chrysalis.data.packed import Packed
from chrysalis.engine import checkpoint, finished
from chrysalis.engine.batches import RESIDENT_BYTES
from chrysalis.engine.classifier import Classifier
from chrysalis.engine.earlier import Earlier
from chrysalis.engine.epochs import steps_in_epoch
from chrysalis.engine.predictions import PredictionsFile
from chrysalis.engine.progress import ProgressReport
from chrysalis.engine.runtime import Runtime
from chrysalis.engine.setup import NOTHING, TrainingSetup, set_up
from chrysalis.engine.train import predict, train, validate
from chrysalis.errors import UserError
from chrysalis.records import job_paths
from chrysalis.records.files import Hashes, replacing
from chrysalis.records.training import HISTORY, HistoryRow, RunRecord

log = logging.getLogger(__name__)

FILES = (job_paths.WEIGHTS, job_paths.HISTORY, job_paths.PREDICTIONS)


@dataclass(frozen=True)
class Context:
    """What a training is run with beside its settings.

    `checkpoint_path` is the file to resume from. The hashes stand for code and data: a checkpoint
    of others is not used. A split of up to `resident_bytes` lives on the device.
    """

    checkpoint_path: Path
    code_hash: str
    data_hash: str
    resident_bytes: int = RESIDENT_BYTES
    earlier: Earlier = NOTHING

    def place(self, settings: RunSettings) -> checkpoint.Place:
        """Where the checkpoint of a training with these settings lies."""
        return checkpoint.Place(
            self.checkpoint_path, _fingerprint(settings, self.code_hash, self.data_hash)
        )


def _fingerprint(settings: RunSettings, code_hash: str, data_hash: str) -> str:
    return f"{settings.to_json()} {code_hash} {data_hash}"


def execute(
    settings: RunSettings, packed: Packed, runtime: Runtime, output: Path, context: Context
) -> None:
    """Train, predict val and test once, and write the record into the folder `output`.

    The record: model.safetensors, history.csv, predictions.parquet, and run.json last. Of several
    processes the first writes. A record of this very training that an earlier job finished, and
    that was lost since, is taken as it is.

    Raises:
        UserError: weights or outputs are not finite, or an earlier run does not fit.
    """
    start = time.perf_counter()
    settings = context.earlier.settle(settings)
    with checkpoint.exclusive(context.checkpoint_path, runtime.group):
        if runtime.group.from_first(_taken(settings, runtime, output, context)):
            return
        setup = set_up(settings, packed, runtime, context.resident_bytes, context.earlier)
        teacher = context.earlier.teaching(settings, setup.classes)
        progress = train(
            setup,
            context.place(settings),
            ProgressReport(f"{settings.name} seed {settings.seed}"),
            None if teacher is None else teacher.to(runtime.device),
        )
        if not runtime.group.is_first:
            return
        _require_finite_weights(setup.model, settings)
        record = _record(setup, progress, context)
        output.mkdir(parents=True, exist_ok=True)
        _write_weights(setup.model, output / job_paths.WEIGHTS)
        HISTORY.write(
            [HistoryRow(epoch, **row) for epoch, row in enumerate(progress.history, start=1)],
            output / job_paths.HISTORY,
        )
        with PredictionsFile(output / job_paths.PREDICTIONS, packed) as file:
            for name in ("val", "test"):
                part = setup.batches[name]
                file.write(name, part, predict(setup.model, part, runtime, settings))
        written = [output / name for name in FILES]
        whole = {
            "seconds": time.perf_counter() - start,
            "peak_memory_mb": runtime.peak_memory_mb(),
            "files": Hashes.of(written).files,
        }
        record.model_copy(update=whole).write(output / finished.RECORD)
        finished.keep(output, FILES, finished.place(context.checkpoint_path))
        context.checkpoint_path.unlink(missing_ok=True)


def _taken(settings: RunSettings, runtime: Runtime, output: Path, context: Context) -> bool:
    """Whether this training had ended already, so that its record is in `output` now."""
    kept = finished.place(context.checkpoint_path)
    record = finished.find(kept) if runtime.group.is_first else None
    if record is None or record.processes != runtime.group.size:
        return False
    found = _fingerprint(record.settings, record.code_hash, record.data_hash)
    if found != context.place(settings).fingerprint:
        return False
    finished.take(kept, record, output)
    log.info("%s seed %d had ended already; its record is taken", settings.name, settings.seed)
    return True


def _require_finite_weights(model: Classifier, settings: RunSettings) -> None:
    for name, value in model.state_dict().items():
        if value.is_floating_point() and not torch.isfinite(value).all():
            raise UserError(
                f"{settings.name} seed {settings.seed}: weights are not finite ({name}), so this "
                f"training is no result; lower training.learning_rate (now "
                f"{settings.training.learning_rate:g})"
            )


def _require_finite_loss(loss: float, settings: RunSettings) -> None:
    if not math.isfinite(loss):
        raise UserError(
            f"{settings.name} seed {settings.seed}: the loss on the training images is {loss}, so "
            f"this training is no result; lower training.learning_rate (now "
            f"{settings.training.learning_rate:g})"
        )


def _write_weights(model: Classifier, path: Path) -> None:
    with replacing(path) as part:
        save_file({name: value.contiguous() for name, value in model.state_dict().items()}, part)


def _record(setup: TrainingSetup, progress: checkpoint.Progress, context: Context) -> RunRecord:
    """The record of a training that has ended; its seconds and memory are those so far."""
    settings, runtime, batches = setup.settings, setup.runtime, setup.batches
    final = validate(setup.model, batches["train"], runtime, settings)
    _require_finite_loss(final["val_loss"], settings)
    if progress.best_epoch:
        best_val_top1 = progress.best_score[0]
    else:  # diverged in the first epoch, so the weights are those that it started from
        best_val_top1 = validate(setup.model, setup.watched, runtime, settings)["val_top1"]
    training_seconds = sum(row["seconds"] for row in progress.history)
    return RunRecord(
        settings=settings,
        classes=setup.classes,
        images={name: len(part) for name, part in batches.items()},
        parameters=sum(p.numel() for p in setup.model.parameters()),
        steps=progress.epoch * steps_in_epoch(setup),
        steps_before=context.earlier.steps(settings),
        epochs_run=progress.epoch,
        best_epoch=progress.best_epoch,
        best_val_top1=best_val_top1,
        stopped_early=progress.epoch < settings.training.epochs and not progress.diverged_at,
        diverged_at=progress.diverged_at,
        resumed=progress.resumed,
        train_loss=final["val_loss"],
        train_top1=final["val_top1"],
        training_seconds=training_seconds,
        seconds=training_seconds,
        peak_memory_mb=runtime.peak_memory_mb(),
        device=runtime.device_name(),
        precision=runtime.precision,
        threads=runtime.threads,
        processes=runtime.group.size,
        versions=versions(),
        code_hash=context.code_hash,
        data_hash=context.data_hash,
    )


def versions() -> dict[str, str]:
    """Versions of what decides a result numerically."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": version("numpy"),
        "pillow": version("pillow"),
    }
