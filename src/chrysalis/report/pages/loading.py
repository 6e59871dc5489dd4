"""Generated Markdown on a model's files, and on how to use them."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from chrysalis.records.job_paths import WEIGHTS
from chrysalis.report.pages.numbers import number, percent
from chrysalis.report.pages.results import StudyResults, TrainingResults
from chrysalis.report.pages.tables import key, source, table

MEGABYTE = 1e6
SNIPPET = """\
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from chrysalis.augment.inputs import to_input
from chrysalis.data.images import decode
from chrysalis.engine.trained import load_trained

trained = load_trained(Path({folder!r}))
settings = trained.settings
side = settings.packed_size

photograph, _ = decode(Path("photograph.jpg"))
square = photograph.resize((side, side), Image.Resampling.BICUBIC)
pixels = torch.from_numpy(np.array(square)).permute(2, 0, 1)[None]
with torch.inference_mode():
    logits = trained.model(to_input(pixels, settings.image_size, settings.crop_pct))
shares = logits.softmax(1)[0].tolist()
for share, name in sorted(zip(shares, trained.classes), reverse=True)[:3]:
    print(f"{{name}}: {{share:.3f}}")
"""


def loading(results: StudyResults, model: str) -> str:
    """The weights of each seed, which of them to take, and the code that loads them."""
    trainings = results.base_trainings(model)
    best = best_seed(trainings)
    rows = [
        [
            number(training.seed) + (" (best on val)" if training is best else ""),
            percent(training.metrics.val.top1),
            percent(training.metrics.test.top1),
            key(training.paths.weights.as_posix()),
            _megabytes(training),
        ]
        for training in trainings
    ]
    headings = ["Seed", "Val", "Test", "Weights", "Size (MB)"]
    folder = _folder(results, best)
    records = [path for each in trainings for path in (each.paths.record, each.paths.metrics)]
    return (
        table(headings, rows, "lrrlr")
        + "\n"
        + source("train", *records)
        + "\nThe paths are those inside the study's results. Val says which seed to take, as "
        "test must not choose. These are its weights, from the folder in which you ran Chrysalis:"
        f"\n\n```text\n{(folder / WEIGHTS).as_posix()}\n```\n\n"
        f"This is how to use them, there, in Chrysalis's environment:\n\n```python\n"
        f"{SNIPPET.format(folder=folder.as_posix())}```\n\n"
        "For a whole folder of photographs, use the command `chrysalis predict`.\n"
    )


def best_seed(trainings: list[TrainingResults]) -> TrainingResults:
    """The training with the highest accuracy on val, the first of equals."""
    return max(trainings, key=lambda training: training.metrics.val.top1)


def _folder(results: StudyResults, training: TrainingResults) -> PurePosixPath:
    place = Path("results") / results.record.name / training.paths.train
    return PurePosixPath(place.as_posix())


def _megabytes(training: TrainingResults) -> str:
    written = training.record.files.get(WEIGHTS)
    return number(written.bytes / MEGABYTE if written else float("nan"), 1)
