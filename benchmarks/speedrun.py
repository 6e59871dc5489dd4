"""Time to 94 % on CIFAR-10 with one GPU, and the share of the GPU's peak that training reaches.

    python -m benchmarks.speedrun --source data/raw/cifar10_jpeg_full.tar.xz

The clock runs over all training epochs and the one prediction of the test images; it does not run
over packing, copying the images to the GPU, and a warm-up on another copy of the network. Needs a
GPU. `--toy` lets it run on any device and any images with these splits, as tests do: its
numbers mean nothing.
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
import yaml
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import harness, ours, pictures
from benchmarks.harness import in_fresh_process
from chrysalis.config.run import RunSettings
from chrysalis.config.settings import AugmentationSettings, TrainingSettings
from chrysalis.config.sources import Archive
from chrysalis.data.fetch import fetch
from chrysalis.data.inspection import inspect_images
from chrysalis.data.layout import MANIFEST, find_images, list_files
from chrysalis.data.pack import pack
from chrysalis.engine.train import train_step
from chrysalis.errors import UserError
from chrysalis.workflow import cli

GOAL = 0.94
PUBLISHED = (
    "Published: airbench94, 94 % on average in 3.29 s on an A100 (Jordan 2024, arXiv 2404.00498).\n"
    "It differs: a network made for this race, with a whitened first layer; alternating flip and\n"
    "Lookahead; test-time augmentation that shifts as well as mirrors; the original pixels, of\n"
    "which ours may be a JPEG copy; and its own kind of GPU."
)
CIFAR10 = Path(__file__).parents[1] / "config/datasets/cifar10.yaml"

# Dense bf16 with fp32 accumulation, FLOP/s, from NVIDIA's data sheets; by a part of the name that
# torch tells, of which the first that fits counts.
PEAKS = {
    "H200": 989e12,
    "H100 PCIe": 756e12,
    "H100 80GB HBM3": 989e12,
    "A100": 312e12,
    "L40S": 362e12,
    "NVIDIA L4": 121e12,
}


@dataclass(frozen=True)
class Run:
    """One training: seconds on the clock, of them training, steps, FLOPs by step, test top-1."""

    seconds: float
    training_seconds: float
    steps: int
    flops_per_step: int
    top1: float

    @property
    def flops_per_second(self) -> float:
        """FLOP/s of convolutions and matrix products, forward and backward."""
        return self.flops_per_step * self.steps / self.training_seconds


def recipe(model: str, epochs: int, batch_size: int, rate: float, seed: int) -> RunSettings:
    """Customary for short trainings on CIFAR-10."""
    return RunSettings(
        model=model,
        image_size=32,
        pack_margin=1,
        crop_pct=1,
        seed=seed,
        training=TrainingSettings(
            epochs=epochs,
            batch_size=batch_size,
            optimizer="nesterov",
            learning_rate=rate,
            weight_decay=5e-4,
            schedule="one_cycle",
            warmup_epochs=epochs / 4,
            loss="label_smoothing",
            test_time_flip=True,
            deterministic=False,
        ),
        augmentation=AugmentationSettings(
            crop_area=(1, 1),
            rotation=0,
            translation=0.125,
            brightness=0,
            contrast=0,
            saturation=0,
            hue=0,
            erase=0.5,
        ),
    )


def peak_flops(name: str) -> float | None:
    """The peak of the GPU of this name in FLOP/s, dense bf16; None if it is not known here."""
    return next((peak for part, peak in PEAKS.items() if part in name), None)


def measure(settings: RunSettings, packed: Path) -> Run:
    """Train once, after a warm-up on another copy of the network."""
    warm = ours.Training(settings, packed)
    warm.epoch(0, steps=4)
    warm.test_top1()
    flops = flops_per_step(warm)
    training = ours.Training(settings, packed)
    start = time.perf_counter()
    epochs = [training.epoch(number) for number in range(settings.training.epochs)]
    top1 = training.test_top1()
    seconds = time.perf_counter() - start
    steps = sum(epoch.images for epoch in epochs) // settings.training.batch_size
    return Run(seconds, sum(epoch.seconds for epoch in epochs), steps, flops, top1)


def flops_per_step(training: ours.Training) -> int:
    """FLOPs of one step at the full batch size, as torch counts them."""
    plan, size = training.plan, training.settings.image_size
    where = training.runtime.device
    images = torch.rand(plan.batch_size, 3, size, size, device=where)
    targets = torch.full((plan.batch_size, len(training.classes)), 0.1, device=where)
    with FlopCounterMode(display=False) as counter:
        train_step(training.state, images, targets, 0.0, plan.clip_norm, training.runtime)
    return counter.get_total_flops()


def pack_dataset(source: Path, folder: Path) -> Path:
    """Pack a folder or an archive with official splits at 32 px; the folder of the pack.

    Raises:
        UserError: there is no such source, or it has no splits train and test.
    """
    if source.is_file():
        fetch(_as_archive(source), [source], folder / "raw")
        source = folder / "raw"
    files = find_images((name for name, _ in list_files(source) if name != MANIFEST), str(source))
    images, _ = inspect_images(source, files, harness.cores())
    if not {"train", "test"} <= set(images["split"]):
        raise UserError(f"{source}: needs the folders train/ and test/, each with class folders")
    packed = folder / "packed"
    places = packed / "images.npy", packed / "index.csv"
    pack(source, pictures.labelled(images), 32, *places, harness.cores())
    return packed


def _dataset() -> Archive:
    return Archive.model_validate(yaml.safe_load(CIFAR10.read_text())["source"])


def _as_archive(source: Path) -> Archive:
    """As the dataset's file describes it; any other archive holds class folders."""
    known = {tuple(choice.files): choice for choice in _dataset().choices}
    other = Archive(kind="archive", files=[source.name])
    return known.get((source.name,), other)


def default_source() -> Path | None:
    """Where the dataset's file says that the archive may lie; None if it lies nowhere."""
    dataset = _dataset()
    names = [name for choice in dataset.choices for name in choice.files]
    paths = (Path(folder) / name for folder in dataset.folders for name in names)
    return next((path for path in paths if path.exists()), None)


def text(runs: list[Run], device: str) -> str:
    """What is printed: each quantity with its spread, the goal, the share of the peak."""
    top1 = [run.top1 for run in runs]
    mean, speed = statistics.fmean(top1), statistics.median(run.flops_per_second for run in runs)
    peak = peak_flops(device)
    share = f"{100 * speed / peak:.1f} % of {peak / 1e12:.0f}" if peak else "peak not known"
    reached = "reached" if mean >= GOAL else "not reached"
    spread = harness.Spread.of
    return harness.table(
        ["quantity", "n", "value"],
        [
            ["seconds on the clock", str(len(runs)), spread(run.seconds for run in runs).text()],
            ["test top-1 %", str(len(runs)), spread(100 * value for value in top1).text()],
            ["test top-1 %, mean", str(len(runs)), f"{100 * mean:.2f}: {reached}"],
            ["GFLOP a step", "1", f"{runs[0].flops_per_step / 1e9:.1f}"],
            ["TFLOP/s, and share of the peak", str(len(runs)), f"{speed / 1e12:.2f}, {share}"],
        ],
    )


def main(args: argparse.Namespace) -> None:
    """Measure and print, or say what is missing."""
    if not (args.toy or torch.cuda.is_available()):
        print("speedrun: needs a GPU, and there is none here; nothing was measured")
        return
    source = args.source or default_source()
    if source is None:
        print(f"speedrun: CIFAR-10 is not there (see {CIFAR10.name}); name it with --source")
        return
    with TemporaryDirectory() as temporary:
        packed = pack_dataset(source, Path(temporary))
        runs = []
        for seed in range(args.repeats):
            settings = recipe(args.model, args.epochs, args.batch_size, args.learning_rate, seed)
            runs.append(in_fresh_process(measure, settings, packed))
    title = f"{args.model} on {source.name}, {args.epochs} epochs, batches of {args.batch_size}"
    body = text(runs, torch.cuda.get_device_name() if torch.cuda.is_available() else "the CPU")
    if args.toy:
        title = f"TOY, not a measurement: {title}"
    data = [asdict(run) for run in runs]
    harness.publish("speedrun", title, f"{body}\n\n{PUBLISHED}", data, args.save)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = harness.parser(__doc__, repeats=5)
    made.add_argument("--source", type=Path, help="CIFAR-10: a folder or an archive")
    made.add_argument("--model", default="resnet18_cifar")
    made.add_argument("--epochs", type=harness.positive, default=16)
    made.add_argument("--batch-size", type=harness.positive, default=512)
    made.add_argument("--learning-rate", type=float, default=0.4)
    made.add_argument("--toy", action="store_true", help="go through it without a GPU")
    return made


if __name__ == "__main__":
    cli.run(main, parser())
