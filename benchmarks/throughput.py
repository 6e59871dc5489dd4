"""Training images by second: ours against the common loop and against Lightning.

    python -m benchmarks.throughput --repeats 5
    python -m benchmarks.throughput --folder ~/photos --model resnet18_small

Each arm trains the same network on the same files, one epoch after a few steps of warm-up, in a
process of its own; the arms take turns. What each arm is: docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial

import torch

from benchmarks import harness, ours, peers, pictures
from benchmarks.harness import Epoch, in_fresh_process
from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings
from chrysalis.errors import UserError
from chrysalis.models import registry
from chrysalis.workflow import cli

OURS = "ours"


def arms(args: argparse.Namespace, found: pictures.Pictures) -> dict[str, Callable[[], Epoch]]:
    """What is compared, by name."""
    settings = our_settings(args)
    files = peers_plan(args, found)
    cached = replace(files, cache_size=settings.packed_size)
    packed = found.pack(settings.packed_size)
    common, lightning = peers.common_loop, peers.lightning
    return {
        "common loop, files": partial(in_fresh_process, common, files),
        "common loop, decoded images in memory": partial(in_fresh_process, common, cached),
        "Lightning, files": partial(in_fresh_process, lightning, files, False),
        "Lightning, files, bf16-mixed, channels_last": partial(
            in_fresh_process, lightning, files, True
        ),
        "Lightning, in memory, bf16-mixed, channels_last": partial(
            in_fresh_process, lightning, cached, True
        ),
        OURS: partial(in_fresh_process, ours.measure, settings, packed, args.warmup),
    }


def our_settings(args: argparse.Namespace, deterministic: bool = True) -> RunSettings:
    """What we train; all else as the engine has it by default."""
    training = TrainingSettings(batch_size=args.batch_size, deterministic=deterministic)
    return RunSettings(model=args.model, image_size=args.size, training=training)


def peers_plan(args: argparse.Namespace, found: pictures.Pictures) -> peers.Plan:
    """What the others train, from files."""
    return peers.Plan(
        found.folder, args.model, args.size, args.batch_size, args.workers, args.warmup
    )


def check(args: argparse.Namespace) -> None:
    """Find what cannot work before the pictures are made.

    Raises:
        UserError: there is no full batch, no such model, or a negative number of workers.
    """
    if args.images < args.batch_size:
        raise UserError(f"--images {args.images}: needs at least a batch ({args.batch_size})")
    if args.workers < 0:
        raise UserError(f"--workers {args.workers}: needs 0 or more")
    registry.spec(args.model)


def rows(results: dict[str, list[Epoch]]) -> list[list[str]]:
    """Lines of the table: speed, and how many times ours is faster, paired by repeat."""
    speeds = {
        name: [epoch.images_per_second for epoch in epochs] for name, epochs in results.items()
    }
    return [
        [
            name,
            str(len(values)),
            harness.Spread.of(values).text(".1f"),
            "" if name == OURS else harness.ratios(speeds[OURS], values).text(),
        ]
        for name, values in speeds.items()
    ]


def main(args: argparse.Namespace) -> None:
    """Measure and print the table."""
    check(args)
    with pictures.prepared(args.folder, args.images) as found:
        results = harness.interleave(arms(args, found), args.repeats)
    title = (
        f"Training throughput: {args.model}, {args.size} px, batches of {args.batch_size}, "
        f"{results[OURS][0].images} images an epoch, {args.workers} workers for the others"
    )
    head = ["arm", "n", "images/s", "ours is so many times faster"]
    data = {name: [asdict(epoch) for epoch in epochs] for name, epochs in results.items()}
    harness.publish("throughput", title, harness.table(head, rows(results)), data, args.save)


def parser(description: str | None = __doc__, repeats: int = 5) -> argparse.ArgumentParser:
    """The command line, of this and of benchmarks that train likewise."""
    made = harness.parser(description, repeats)
    # An epoch must be long beside the start of the workers, which it includes.
    pictures.add_arguments(made, 8192 if torch.cuda.is_available() else 192)
    made.add_argument("--model", default="vgg11_small")
    made.add_argument("--size", type=harness.positive, default=224, help="px; default 224")
    made.add_argument("--batch-size", type=harness.positive, default=32)
    made.add_argument("--warmup", type=harness.positive, default=2, help="steps; default 2")
    made.add_argument(
        "--workers", type=int, default=harness.cores(), help="of the others' DataLoader"
    )
    return made


if __name__ == "__main__":
    cli.run(main, parser())
