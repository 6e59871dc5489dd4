"""Peak memory and time of a training step, for each registered model at the size it is made for.

python -m benchmarks.models
python -m benchmarks.models --models resnet50 timm/convnext_atto --size 150
"""

from __future__ import annotations

import argparse
import math
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from benchmarks import harness, ours
from benchmarks.harness import in_fresh_process
from benchmarks.memory import Watch
from benchmarks.noise import CLASSES, PERIOD, SPLITS, write_pack
from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings
from chrysalis.models import registry
from chrysalis.workflow import cli

# Side in px, by the file that defines the model.
SIZES = {"butterfly": 224, "cifar": 32, "scenes": 150}
OTHER_SIZE = 224


@dataclass(frozen=True)
class Cost:
    """Of a model: its size, seconds by step, and peak MiB (anonymous; the GPU's, or 0)."""

    parameters: int
    seconds: float
    anonymous: float
    gpu: float


def size_of(model: str) -> int:
    """The side of the images that a model is made for."""
    return SIZES.get(registry.spec(model).file.stem, OTHER_SIZE)


def measure(settings: RunSettings, packed: Path, warmup: int, steps: int) -> Cost:
    """Train `steps` steps after a warm-up."""
    with Watch() as memory:
        training = ours.Training(settings, packed)
        training.epoch(0, warmup)
        seconds = training.epoch(1, steps).seconds / steps
    parameters = sum(p.numel() for p in training.state.model.parameters())
    on_gpu = training.runtime.device.type == "cuda"
    gpu = torch.cuda.max_memory_allocated() / 2**20 if on_gpu else 0.0
    return Cost(parameters, seconds, memory.peak.anonymous, gpu)


def rows(results: dict[str, list[Cost]], sizes: dict[str, int]) -> list[list[str]]:
    """Lines of the table."""
    spread = harness.Spread.of
    return [
        [
            name,
            str(sizes[name]),
            f"{costs[0].parameters:,}",
            spread(1000 * cost.seconds for cost in costs).text(".1f"),
            spread(cost.anonymous for cost in costs).text(".0f"),
            spread(cost.gpu for cost in costs).text(".0f") if costs[0].gpu else "-",
        ]
        for name, costs in results.items()
    ]


def main(args: argparse.Namespace) -> None:
    """Measure every model and print the table."""
    sizes = {name: args.size or size_of(name) for name in args.models}
    training = TrainingSettings(batch_size=args.batch_size)
    in_a_period = CLASSES * SPLITS.count("train")
    needed = args.batch_size * max(args.steps, args.warmup)
    count = PERIOD * math.ceil(needed / in_a_period)
    with TemporaryDirectory() as temporary:
        arms = {}
        for name, size in sizes.items():
            settings = RunSettings(model=name, image_size=size, training=training)
            packed = Path(temporary) / str(size)
            if not packed.exists():
                write_pack(packed, count, settings.packed_size)
            arms[name] = partial(
                in_fresh_process, measure, settings, packed, args.warmup, args.steps
            )
        results = harness.interleave(arms, args.repeats)
    title = f"Training steps of {args.batch_size} images, {args.steps} steps in each repeat"
    head = ["model", "px", "parameters", "ms a step", "anonymous MiB", "GPU MiB"]
    data = {name: [asdict(cost) for cost in costs] for name, costs in results.items()}
    harness.publish("models", title, harness.table(head, rows(results, sizes)), data, args.save)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = harness.parser(__doc__, repeats=3)
    made.add_argument("--models", nargs="+", default=list(registry.specs()))
    made.add_argument("--size", type=harness.positive, help="px; else what each is made for")
    made.add_argument("--batch-size", type=harness.positive, default=32)
    made.add_argument("--warmup", type=harness.positive, default=1, help="steps; default 1")
    made.add_argument("--steps", type=harness.positive, default=3)
    return made


if __name__ == "__main__":
    cli.run(main, parser())
