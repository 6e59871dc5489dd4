"""One pretrained network trained by Chrysalis, fastai and Lightning: core-seconds and accuracy.

    pip install fastai
    python -m benchmarks.frameworks results/leeds --images data/raw/leeds

The images, the split, EfficientNet-Lite0's weights, the epochs, the batches and the highest rate
are the same. All else is as each is usually written: fastai with `aug_transforms` and
`fit_one_cycle`; Lightning with torchvision's transforms and a cosine; both in fp32 and with a
worker for each core, and both judge val after each epoch. The clock runs from the start of a fresh
interpreter's work, all imports done, to the predictions for test. Core-seconds are CPU time of the
process and its workers, so they hardly depend on what else the machine does.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision.datasets.folder import default_loader

from benchmarks import harness, peers
from benchmarks.harness import in_fresh_process
from chrysalis.config.run import RunSettings
from chrysalis.config.settings import AugmentationSettings, TrainingSettings
from chrysalis.data.packed import open_for_training
from chrysalis.engine.run import Context, execute
from chrysalis.engine.runtime import Runtime
from chrysalis.models import registry
from chrysalis.records.job_paths import JobPaths
from chrysalis.workflow import cli

MODEL, OPTIONS, RATE, BATCH = "efficientnet_lite0", {"pretrained": True}, 0.001, 16


@dataclass(frozen=True)
class Task:
    """What each trains: the images' folder, a finished study's results, px, epochs and a seed."""

    images: Path
    results: Path
    size: int
    epochs: int
    seed: int = 0

    @property
    def side(self) -> int:
        """The side of the packed squares, to which the others resize as well."""
        return round(self.size * 4 / 3)

    def table(self) -> pd.DataFrame:
        """A row for each image, with path, class, label and split."""
        return pd.read_csv(JobPaths(self.results).split, dtype={"class": str})


@dataclass(frozen=True)
class Outcome:
    """Of one training: wall seconds, CPU seconds, and the share of test that it gets right."""

    seconds: float
    core_seconds: float
    top1: float


def timed(task: Task, work: Callable[[Task], float]) -> Outcome:
    """Run `work`, which returns the accuracy on test."""
    torch.manual_seed(task.seed)
    start, before = time.perf_counter(), _cpu_seconds()
    top1 = work(task)
    return Outcome(time.perf_counter() - start, _cpu_seconds() - before, top1)


def _cpu_seconds() -> float:
    used = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def chrysalis(task: Task) -> Outcome:
    """As scripts/train.py does, with its record in a folder of its own."""
    return timed(task, _chrysalis)


def _chrysalis(task: Task) -> float:
    plan = TrainingSettings(
        epochs=task.epochs, batch_size=BATCH, learning_rate=RATE, warmup_epochs=1
    )
    settings = RunSettings(
        model=MODEL, options=OPTIONS, image_size=task.size, seed=task.seed, training=plan
    )
    images = JobPaths(task.results).packed(task.side)
    runtime = Runtime.choose(harness.device(), plan.precision, harness.cores(), False)
    with TemporaryDirectory() as folder:
        output = Path(folder) / "train"
        packed = open_for_training(images, images.with_suffix(".csv"))
        execute(settings, packed, runtime, output, Context(Path(folder) / "checkpoint", "", ""))
        found = pd.read_parquet(output / "predictions.parquet")
    found = found[found["split"] == "test"]
    labels = task.table().set_index("path")["label"]
    return _top1(found.filter(like="logit").to_numpy(), labels[found["path"]].to_numpy())


def _top1(outputs: np.ndarray, labels: np.ndarray) -> float:
    return float((outputs.argmax(1) == labels).mean())


def _network(task: Task) -> nn.Module:
    classes = task.table()["class"].nunique()
    return registry.create(MODEL, classes, task.size, **OPTIONS)


def fastai(task: Task) -> Outcome:
    """As its tutorials do, with a network of one's own."""
    from fastai.vision import all as vision

    def work(task: Task) -> float:
        rows = task.table()
        seen = rows[rows["split"] != "test"].reset_index(drop=True)
        block = vision.DataBlock(
            blocks=(vision.ImageBlock, vision.CategoryBlock),
            get_x=vision.ColReader("path", pref=f"{task.images}/"),
            get_y=vision.ColReader("class"),
            splitter=vision.IndexSplitter(seen.index[seen["split"] == "val"]),
            item_tfms=vision.Resize(task.side),
            batch_tfms=[
                *vision.aug_transforms(size=task.size, min_scale=0.35),
                vision.Normalize.from_stats(*vision.imagenet_stats),
            ],
        )
        loaders = block.dataloaders(seen, bs=BATCH, num_workers=harness.cores())
        learner = vision.Learner(loaders, _network(task), metrics=vision.accuracy)
        with learner.no_bar(), learner.no_logging():
            learner.fit_one_cycle(task.epochs, RATE)
            test = rows[rows["split"] == "test"]
            outputs, _ = learner.get_preds(dl=loaders.test_dl(test))
        names = list(loaders.vocab)
        return _top1(outputs.numpy(), test["class"].map(names.index).to_numpy())

    return timed(task, work)


class Photographs(torch.utils.data.Dataset):
    """The images of some rows of the table, by a transform of PIL images."""

    def __init__(self, task: Task, rows: pd.DataFrame, transform: Callable) -> None:
        self.paths = [task.images / path for path in rows["path"]]
        self.labels, self.transform = rows["label"].tolist(), transform

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, row: int) -> tuple[torch.Tensor, int]:
        return self.transform(default_loader(str(self.paths[row]))), self.labels[row]


def lightning(task: Task) -> Outcome:
    """As its tutorials do, with torchvision's transforms."""
    from benchmarks.lightning_module import fit_whole

    def work(task: Task) -> float:
        rows = task.table()
        plain = peers.plain_transform(task.side, task.size)
        varied = peers.transform(task.size, AugmentationSettings())
        loaders = {}
        for split in ("train", "val", "test"):
            images = Photographs(
                task, rows[rows["split"] == split], varied if split == "train" else plain
            )
            train = split == "train"
            loaders[split] = DataLoader(
                images, BATCH, shuffle=train, drop_last=train, num_workers=harness.cores()
            )
        outputs = fit_whole(_network(task), loaders, task.epochs, RATE)
        return _top1(outputs.numpy(), rows.loc[rows["split"] == "test", "label"].to_numpy())

    return timed(task, work)


ARMS = {"Chrysalis": chrysalis, "fastai": fastai, "Lightning": lightning}


def rows(results: dict[str, list[Outcome]]) -> list[list[str]]:
    """Lines of the table: mean and sd over the repeats; ratios are to ours of the same repeat."""
    ours = [one.core_seconds for one in results["Chrysalis"]]
    lines = []
    for name, found in results.items():
        used = [one.core_seconds for one in found]
        lines.append(
            [
                name,
                _mean_and_sd(used, 0),
                _mean_and_sd([theirs / our for theirs, our in zip(used, ours, strict=True)], 2),
                _mean_and_sd([one.seconds for one in found], 0),
                _mean_and_sd([100 * one.top1 for one in found], 1),
                str(len(found)),
            ]
        )
    return lines


def _mean_and_sd(values: list[float], digits: int) -> str:
    mean = f"{np.mean(values):.{digits}f}"
    return f"{mean} (sd {np.std(values, ddof=1):.{digits}f})" if len(values) > 1 else mean


def main(args) -> None:
    """Train by each, one after the other, as often as asked; each time with another seed."""
    seeds = {name: iter(range(args.repeats)) for name in ARMS}

    def once(name: str) -> Outcome:
        task = Task(args.images, args.results, args.size, args.epochs, next(seeds[name]))
        return in_fresh_process(ARMS[name], task)

    results = harness.interleave({name: partial(once, name) for name in ARMS}, args.repeats)
    head = ["", "core-seconds", "of ours", "seconds", "test top-1 (%)", "n"]
    title = f"{MODEL}, pretrained, {args.epochs} epochs at {args.size} px on {args.results.name}"
    kept = {name: [asdict(one) for one in found] for name, found in results.items()}
    harness.publish("frameworks", title, harness.table(head, rows(results)), kept, args.save)


if __name__ == "__main__":
    options = harness.parser(__doc__, repeats=3)
    options.add_argument("results", type=Path, help="of a finished study")
    options.add_argument("--images", type=Path, required=True, help="the folder of its images")
    options.add_argument("--size", type=harness.positive, default=96, help="px; default 96")
    options.add_argument("--epochs", type=harness.positive, default=12, help="default 12")
    cli.run(main, options)
