"""A finished study in miniature: digits as files, two seeds of one small network, its records."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings
from chrysalis.data.pack import pack
from chrysalis.data.packed import Packed, open_packed
from chrysalis.engine.run import Context, execute
from chrysalis.engine.runtime import Runtime
from chrysalis.models import registry
from chrysalis.records.files import sha256_of
from chrysalis.records.paths import StudyPaths
from tests.runs import study_record

FP32 = Runtime(torch.device("cpu"), "fp32", 1)
SEEDS = (0, 1)


@dataclass(frozen=True)
class Finished:
    """The folder of images, the folder of results, the pack and the run's name."""

    images: Path
    results: Path
    packed: Packed
    run: str

    def training(self, seed):
        return self.results / "runs" / self.run / f"seed{seed}" / "train"


def train(results, packed, settings, seeds=SEEDS):
    """Train a run with each seed; returns the run's name."""
    for seed in seeds:
        full = settings.model_copy(update={"seed": seed})
        folder = StudyPaths(results).training(settings.name, seed).train
        context = Context(results / f"{seed}.pt", "c0de", packed.digest())
        execute(full, packed, FP32, folder, context)
    return settings.name


def write_study(results, runs, **changes):
    """Its study.json."""
    record = study_record(seeds=list(SEEDS), runs=runs, base_runs={"mynet": runs[0]}, **changes)
    record.write(StudyPaths(results).study)


def settings(**changes):
    usual = {"training": TrainingSettings(epochs=3, batch_size=8, warmup_epochs=0)}
    return RunSettings(model="mynet", image_size=16, **(usual | changes))


@pytest.fixture(autouse=True)
def _own_models(monkeypatch):
    """Where models of one's own are looked for is forgotten after each test."""
    monkeypatch.setattr(registry, "_LOOKED_IN", [])


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Finished:
    """Made once; tests only read it."""
    from sklearn.datasets import load_digits

    folder = tmp_path_factory.mktemp("finished")
    digits, splits = load_digits(), ["train"] * 8 + ["val"] * 20 + ["test"] * 4
    rows = []
    for label in range(3):
        for number, found in enumerate(np.flatnonzero(digits.target == label)[: len(splits)]):
            path = folder / "images" / f"d{label}" / f"{number:02d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray((digits.images[found] * 15).astype(np.uint8)).resize((40, 30)).save(
                path
            )
            rows.append((path, label, splits[number]))
    packed = _packed(folder, rows)
    results = folder / "results/digits"
    run = train(results, packed, settings())
    write_study(results, [run])
    return Finished(folder / "images", results, packed, run)


def _packed(folder, rows):
    import pandas as pd

    table = pd.DataFrame(
        {
            "path": [str(path.relative_to(folder / "images")) for path, *_ in rows],
            "class": [f"d{label}" for _, label, _ in rows],
            "label": [label for _, label, _ in rows],
            "split": [split for *_, split in rows],
            "sha256": [sha256_of(path) for path, *_ in rows],
            "width": 40,
            "height": 30,
            "mask": "",
        }
    )
    size = settings().packed_size
    paths = StudyPaths(folder / "results/digits")
    files = paths.packed(size), paths.index(size)
    pack(folder / "images", table, size, *files, workers=1)
    return open_packed(*files)
