"""One run from packed images to its record on disk."""

from __future__ import annotations

import json
import math
import platform
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from safetensors.torch import save_file

from chrysalis.config.run import RunSettings
from chrysalis.data.packed import Packed
from chrysalis.engine import checkpoint
from chrysalis.engine.batches import RESIDENT_BYTES, Batches
from chrysalis.engine.classifier import Classifier, build, channel_statistics
from chrysalis.engine.earlier import Earlier
from chrysalis.engine.predictions import PredictionsFile
from chrysalis.engine.progress import ProgressReport
from chrysalis.engine.rewrite import for_training
from chrysalis.engine.runtime import Runtime, derive_seed, seed_everything
from chrysalis.engine.train import predict, train, validate

NOTHING = Earlier()


@dataclass(frozen=True)
class Split:
    """The rows of the pack that a run uses of one split, with labels 0.. of its classes."""

    rows: np.ndarray
    labels: np.ndarray


def select(packed: Packed, removed: tuple[str, ...]) -> tuple[list[str], dict[str, Split]]:
    """The classes that are kept, and each split's rows with labels renumbered among them."""
    kept = [name for name in packed.classes if name not in removed]
    new_labels = np.array(
        [kept.index(name) if name in kept else -1 for name in packed.classes], np.int32
    )
    labels = new_labels[packed.index["label"].to_numpy()]
    splits = {}
    for name in ("train", "val", "test"):
        of_split = (packed.index["split"] == name).to_numpy()
        rows = np.flatnonzero(of_split & (labels >= 0)).astype(np.int32)
        splits[name] = Split(rows, labels[rows])
    return kept, splits


def share_of(split: Split, share: float, seed: int) -> Split:
    """That share of each class's rows, rounded up, in their order; the seed decides which.

    For one seed a larger share holds the smaller.
    """
    if share == 1:
        return split
    place = np.random.default_rng(derive_seed("share", seed)).permutation(len(split.rows))
    kept = np.zeros(len(split.rows), bool)
    for label in np.unique(split.labels):
        own = np.flatnonzero(split.labels == label)
        kept[own[np.argsort(place[own])][: math.ceil(share * len(own))]] = True
    return Split(split.rows[kept], split.labels[kept])


def prepare(
    settings: RunSettings,
    packed: Packed,
    runtime: Runtime,
    resident_bytes: int = RESIDENT_BYTES,
    earlier: Earlier = NOTHING,
) -> tuple[list[str], dict[str, Batches], Classifier]:
    """The run's classes, the batches of its splits, and its network before training.

    That is initialised by the seed, or taken from an `earlier` run. A split of up to
    `resident_bytes` lives on the device.
    """
    classes, splits = select(packed, settings.removed_classes)
    splits["train"] = share_of(splits["train"], settings.train_share, settings.seed)
    batches = {
        name: Batches(packed.images, part.rows, part.labels, runtime.device, resident_bytes)
        for name, part in splits.items()
    }
    seed_everything(derive_seed("weights", settings.seed))
    statistics = channel_statistics(packed.images, splits["train"].rows)
    model = earlier.first_weights(settings, classes)
    if model is None:
        size, options = settings.image_size, settings.options
        model = build(settings.model, len(classes), size, options, statistics)
    return classes, batches, for_training(model, runtime).to(runtime.device)


def execute(
    settings: RunSettings,
    packed: Packed,
    output: Path,
    checkpoint_path: Path,
    runtime: Runtime,
    code_hash: str,
    data_hash: str,
    resident_bytes: int = RESIDENT_BYTES,
    earlier: Earlier = NOTHING,
) -> None:
    """Train, predict val and test once, and write the record into the folder `output`.

    The record: model.safetensors, history.csv, predictions.parquet, and run.json last. Of several
    processes the first writes.
    """
    start = time.perf_counter()
    settings = earlier.settle(settings)
    classes, batches, model = prepare(settings, packed, runtime, resident_bytes, earlier)
    teacher = earlier.teaching(settings, classes)
    with checkpoint.exclusive(checkpoint_path, runtime.group):
        progress = train(
            model,
            len(classes),
            settings,
            batches["train"],
            batches["val"],
            runtime,
            checkpoint_path,
            f"{settings.to_json()} {code_hash} {data_hash}",
            ProgressReport(f"{settings.name} seed {settings.seed}"),
            None if teacher is None else teacher.to(runtime.device),
        )
        if not runtime.group.is_first:
            return
        found = validate(model, batches["train"], runtime, settings)
        record = _outcome(settings, model, progress) | {
            "train_loss": found["val_loss"],
            "train_top1": found["val_top1"],
            "classes": classes,
            "images": {name: len(part) for name, part in batches.items()},
            "code_hash": code_hash,
            "data_hash": data_hash,
        }
        output.mkdir(parents=True, exist_ok=True)
        _write_weights(model, output / "model.safetensors")
        _write_history(progress, output / "history.csv")
        with PredictionsFile(output / "predictions.parquet", packed) as file:
            for name in ("val", "test"):
                file.write(name, batches[name], predict(model, batches[name], runtime, settings))
        record |= _circumstances(runtime) | {"seconds": time.perf_counter() - start}
        (output / "run.json").write_text(json.dumps(record, indent=1))
        checkpoint_path.unlink(missing_ok=True)


def _write_weights(model: Classifier, path: Path) -> None:
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, path)


def _write_history(progress: checkpoint.Progress, path: Path) -> None:
    history = pd.DataFrame(progress.history)
    history.insert(0, "epoch", np.arange(1, len(history) + 1))
    history.to_csv(path, index=False)


def _outcome(
    settings: RunSettings, model: Classifier, progress: checkpoint.Progress
) -> dict[str, object]:
    return {
        "settings": settings.model_dump(mode="json"),
        "parameters": sum(p.numel() for p in model.parameters()),
        "best_epoch": progress.best_epoch,
        "best_val_top1": progress.best_score[0],
        "epochs_run": progress.epoch,
        "stopped_early": progress.epoch < settings.training.epochs,
        "resumed": progress.resumed,
        "training_seconds": sum(row["seconds"] for row in progress.history),
    }


def _circumstances(runtime: Runtime) -> dict[str, object]:
    return {
        "versions": versions(),
        "device": runtime.device_name(),
        "precision": runtime.precision,
        "threads": runtime.threads,
        "processes": runtime.group.size,
        "peak_memory_mb": runtime.peak_memory_mb(),
    }


def versions() -> dict[str, str]:
    """Versions of what decides a result numerically."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": version("numpy"),
        "pillow": version("pillow"),
    }
