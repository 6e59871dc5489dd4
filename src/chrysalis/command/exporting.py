"""`chrysalis export`: a network as files for others to use."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnxruntime
import torch

from chrysalis.command import networks, standalone
from chrysalis.command.card import card
from chrysalis.command.judged import Judged, judge
from chrysalis.data.packed import open_for_training
from chrysalis.engine.batches import Batches
from chrysalis.engine.runtime import Runtime
from chrysalis.engine.train import predict
from chrysalis.engine.trained import Trained, load_trained
from chrysalis.errors import UserError
from chrysalis.export.deployed import ANSWERS, PICTURES, Deployed
from chrysalis.export.network import write_onnx
from chrysalis.records.job_paths import WEIGHTS
from chrysalis.records.paths import StudyPaths
from chrysalis.records.predictions import read
from chrysalis.records.study import StudyRecord
from chrysalis.records.training import RunRecord
from chrysalis.stats import calibration, classification

TOLERANCE = 1e-4
CHECKED = 64  # pictures


def export(source: str | None, model: str | None, seeds: str, output: Path | None) -> str:
    """Write the network's folder; returns what was written, in words.

    It holds model.onnx, predict.py, model.safetensors, run.json, config.json and README.md, and is
    there only when all of it is, and model.onnx computes what the network does.

    Raises:
        UserError: there is no such network, or the folder is in use.
        RuntimeError: the exported network computes something else.
    """
    if seeds == "all":
        raise UserError("one network is exported: give --seeds best, or a seed")
    chosen = networks.choose(source, model, seeds)
    (folder,) = chosen.folders
    trained, judged = load_trained(folder), judge(chosen)
    output = output or Path("exported") / f"{chosen.run}-seed{trained.settings.seed}"
    if output.exists():
        raise UserError(f"{output}: there is something already; give another --output")
    output.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=output.parent, prefix=".export-") as made:
        made_folder = Path(made) / output.name
        made_folder.mkdir()
        gap = _write(folder, trained, judged, made_folder)
        made_folder.rename(output)
    return (
        f"{chosen.run}, seed {trained.settings.seed} ({chosen.why})\n"
        f"right for {100 * judged.test_top1:.1f} % of {judged.test_images:,} test images\n"
        f"{output}: model.onnx (differs from the network by {gap:.1e} at most), predict.py, "
        f"{WEIGHTS}, README.md"
    )


def _write(folder: Path, trained: Trained, judged: Judged, output: Path) -> float:
    """Write all files; returns by how much the exported network's outputs differ."""
    settings = trained.settings
    size = settings.packed_size
    deployed = Deployed(trained.model, settings, judged.temperature).eval()
    about = {
        "classes": json.dumps(judged.classes, ensure_ascii=False),
        "size": str(size),
        "temperature": repr(judged.temperature),
        "threshold": repr(-np.inf if judged.threshold is None else judged.threshold),
        "run": settings.name,
        "seed": str(settings.seed),
    }
    example = torch.zeros(2, size, size, 3, dtype=torch.uint8)
    write_onnx(deployed, example, (PICTURES, ANSWERS), output / "model.onnx", about)
    gap = difference(output / "model.onnx", trained, judged, _pictures(folder, size))
    if not gap <= TOLERANCE:
        raise RuntimeError(f"{settings.name}: model.onnx differs from the network by {gap:g}")
    shutil.copyfile(standalone.__file__, output / "predict.py")
    for name in (WEIGHTS, "run.json"):
        shutil.copyfile(folder / name, output / name)
    content = json.dumps(_config(trained, judged), indent=1, ensure_ascii=False) + "\n"
    (output / "config.json").write_text(content, encoding="utf-8")
    text = card(
        RunRecord.read(folder / "run.json"), judged, _study(folder), _scores(folder, judged)
    )
    (output / "README.md").write_text(text, encoding="utf-8")
    return gap


def difference(path: Path, trained: Trained, judged: Judged, pictures: np.ndarray) -> float:
    """The largest gap between file and network, of logits (relative above 1) and probabilities.

    `pictures` are uint8 (n, P, P, 3). The network takes them the way that a study evaluates it.
    """
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    logits, probabilities, _ = session.run(None, {PICTURES: pictures})
    runtime = Runtime.choose(torch.device("cpu"), "fp32", torch.get_num_threads())
    rows, labels = np.arange(len(pictures)), np.zeros(len(pictures), np.int32)
    batches = Batches(pictures, rows, labels, runtime.device)
    expected = np.concatenate(list(predict(trained.model, batches, runtime, trained.settings)))
    gaps = np.abs(logits - expected) / np.maximum(np.abs(expected), 1)
    of_probabilities = np.abs(probabilities - judged.probabilities([expected]))
    return float(max(gaps.max(), of_probabilities.max()))


def _pictures(folder: Path, size: int) -> np.ndarray:
    """Pictures of the study where its pack is at hand, else noise."""
    paths = StudyPaths(networks.results_of(folder))
    if paths.packed(size).is_file() and paths.index(size).is_file():
        images = open_for_training(paths.packed(size), paths.index(size)).images
        return images[np.linspace(0, len(images) - 1, min(len(images), CHECKED)).astype(int)]
    return np.random.default_rng(0).integers(0, 256, (CHECKED, size, size, 3), dtype=np.uint8)


def _study(folder: Path) -> StudyRecord | None:
    path = StudyPaths(networks.results_of(folder)).study
    return StudyRecord.read(path) if path.is_file() else None


def _scores(folder: Path, judged: Judged) -> dict[str, float]:
    test = read(folder, "test")
    ece = calibration.expected_calibration_error(test.labels, test.logits / judged.temperature)
    predicted = classification.predicted(test.logits)
    counts = classification.confusion(test.labels, predicted, len(judged.classes))
    return classification.precision_recall_f1(counts) | {"ece": ece}


def _config(trained: Trained, judged: Judged) -> dict[str, object]:
    """What Hugging Face's own configurations hold, and what the network needs besides."""
    return {
        "architectures": [trained.settings.model],
        "num_labels": len(judged.classes),
        "id2label": dict(enumerate(judged.classes)),
        "label2id": {name: label for label, name in enumerate(judged.classes)},
        "image_size": trained.settings.image_size,
        "packed_size": trained.settings.packed_size,
        "temperature": judged.temperature,
        "threshold": judged.threshold,
        "mean": trained.model.mean.flatten().tolist(),
        "std": trained.model.std.flatten().tolist(),
    }
