"""From a run's record to that of its exported network."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from chrysalis.data.packed import Packed
from chrysalis.engine.batches import Batches
from chrysalis.engine.cost import BATCHES
from chrysalis.engine.predictions import PredictionsFile
from chrysalis.engine.run import versions
from chrysalis.engine.runtime import Runtime
from chrysalis.engine.setup import Split, select, share_of
from chrysalis.engine.train import predict
from chrysalis.engine.trained import Trained, load_trained
from chrysalis.errors import UserError
from chrysalis.export.network import to_onnx
from chrysalis.export.quantise import calibration_inputs, calibration_rows, quantise
from chrysalis.export.session import Session
from chrysalis.records.files import Hashes
from chrysalis.records.job_paths import PREDICTIONS
from chrysalis.records.training import ExportRecord, Latency


def export(folder: Path, packed: Packed, precision: str, output: Path, threads: int) -> None:
    """Export the run in `folder` as "fp32" or "int8", and write the record into `output`.

    The record: model.onnx, predictions.parquet of val and test by ONNX Runtime on the CPU, and
    run.json last, with the size in bytes and the latency in milliseconds by the images in a batch.

    Raises:
        UserError: there is no finished run in `folder`, or its classes are not those of the images.
    """
    if not (folder / "run.json").is_file():
        raise UserError(f"{folder}: holds no finished run (run.json); run the rule 'train' first")
    trained = load_trained(folder)
    runtime = Runtime.choose(torch.device("cpu"), "fp32", threads)
    splits = _splits(trained, packed)
    output.mkdir(parents=True, exist_ok=True)
    path = output / "model.onnx"
    calibration_images = None
    if precision == "int8":
        calibration_images = _write_int8(trained, packed, splits["train"], path)
    else:
        to_onnx(trained.model, trained.settings.image_size, path)
    session = Session(path, threads)
    _write_predictions(session, trained, packed, splits, runtime, output)
    ExportRecord(
        settings=trained.settings,
        classes=trained.classes,
        precision=precision,
        parameters=sum(p.numel() for p in trained.model.parameters()),
        calibration_images=calibration_images,
        bytes=path.stat().st_size,
        latency_ms={
            str(batch): Latency.model_validate(session.latency(batch)) for batch in BATCHES
        },
        threads=threads,
        device=runtime.device_name(),
        versions=versions() | {"onnxruntime": version("onnxruntime")},
        files=Hashes.of([path, output / PREDICTIONS]).files,
    ).write(output / "run.json")


def _splits(trained: Trained, packed: Packed) -> dict[str, Split]:
    removed = tuple(name for name in packed.classes if name not in trained.classes)
    classes, splits = select(packed, removed, trained.settings.validate_on)
    if classes != trained.classes:
        raise UserError(
            f"{trained.settings.name} tells the classes {trained.classes} apart, of which the "
            f"images ({packed.index_path}) have {classes}; give it those that it was trained on"
        )
    return splits


def _write_int8(trained: Trained, packed: Packed, train: Split, path: Path) -> int:
    """Write the quantised network; returns on how many training images its ranges rest."""
    settings = trained.settings
    rows = calibration_rows(share_of(train, settings.train_share, settings.seed).rows)
    with TemporaryDirectory() as folder:
        fp32 = Path(folder) / "fp32.onnx"
        to_onnx(trained.model, settings.image_size, fp32)
        quantise(fp32, path, calibration_inputs(packed.images, rows, settings))
    return len(rows)


def _write_predictions(
    session: Session,
    trained: Trained,
    packed: Packed,
    splits: dict[str, Split],
    runtime: Runtime,
    output: Path,
) -> None:
    with PredictionsFile(output / PREDICTIONS, packed) as file:
        for name in ("val", "test"):
            rows, labels = splits[name].rows, splits[name].labels
            batches = Batches(packed.images, rows, labels, runtime.device)
            file.write(name, batches, predict(session, batches, runtime, trained.settings))
