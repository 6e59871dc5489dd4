"""Memory and time of a training step against the number of images.

    python -m benchmarks.scaling --images 10000 1000000

What is measured is scripts/train.py as a whole, in a process of its own: reading the index,
training, validation, and writing the predictions. The images are made up, of 16 x 16 pixels, and
streamed from disk whatever their number. Memory is anonymous memory (benchmarks/memory.py), since
pages of the packed file count as resident as long as the kernel has no better use for them.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from benchmarks import harness
from benchmarks.memory import peak_of_command, python
from benchmarks.noise import write_pack
from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings
from chrysalis.engine.batches import steps_per_epoch
from chrysalis.records.files import write_whole
from chrysalis.records.job_paths import JobPaths
from chrysalis.workflow import cli

TRAIN = Path(__file__).parents[1] / "scripts/train.py"
SIDE, BATCH = 16, 256
LEAST_STEPS = 200


def measure(folder: Path, threads: int) -> dict[str, float]:
    """Train on the pack in `folder`: memory in MiB, milliseconds by step."""
    index = pd.read_csv(folder / "index.csv", usecols=["split"])
    steps = steps_per_epoch(int((index["split"] == "train").sum()), BATCH)
    epochs = math.ceil(LEAST_STEPS / steps)
    training = TrainingSettings(epochs=epochs, batch_size=BATCH, warmup_epochs=0, patience=0)
    settings = RunSettings(
        model="mynet", image_size=SIDE, pack_margin=1, crop_pct=1, training=training
    )
    with TemporaryDirectory(dir=folder) as results:
        paths, run = JobPaths(Path(results)), settings.name
        paths.packed(SIDE).parent.mkdir(parents=True)
        paths.packed(SIDE).symlink_to(folder / "images.npy")
        paths.index(SIDE).symlink_to(folder / "index.csv")
        write_whole(paths.settings(run), settings.to_json())
        peak = peak_of_command(
            python(
                *(TRAIN, "--results", results, "--run", run, "--seed", 0),
                *("--threads", threads, "--resident-mb", 0),
            )
        )
        history = pd.read_csv(paths.of_seed(run, 0) / "train/history.csv")
    return {
        "anonymous_mib": peak.anonymous,
        "resident_mib": peak.resident,
        "ms_per_step": 1000 * history["seconds"].sum() / (steps * epochs),
    }


def rows(results: dict[int, list[dict[str, float]]]) -> list[list[str]]:
    """Lines of the table; memory is also given relative to the fewest images."""
    spreads = {
        count: {key: harness.Spread.of(run[key] for run in runs) for key in runs[0]}
        for count, runs in results.items()
    }
    base = spreads[min(spreads)]["anonymous_mib"].median
    return [
        [
            f"{count:,}",
            found["anonymous_mib"].text(".0f"),
            f"{found['anonymous_mib'].median / base:.3f}",
            found["resident_mib"].text(".0f"),
            found["ms_per_step"].text(),
        ]
        for count, found in sorted(spreads.items())
    ]


def main(args: argparse.Namespace) -> None:
    """Measure each number of images and print the table."""
    with TemporaryDirectory() as temporary:
        folders = {count: Path(temporary) / str(count) for count in sorted(set(args.images))}
        for count, folder in folders.items():
            write_pack(folder, count, SIDE)
        results = harness.interleave(
            {
                count: lambda folder=folder: measure(folder, harness.cores())
                for count, folder in folders.items()
            },
            args.repeats,
        )
    head = ["images", "anonymous MiB", "ratio to first", "resident MiB", "ms a step"]
    title = f"Memory and time of scripts/train.py, {SIDE} px, batches of {BATCH}, n={args.repeats}"
    body = harness.table(head, rows(results))
    harness.publish("scaling", title, body, results, args.save)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = harness.parser(__doc__, repeats=3)
    sizes = [1_000, 10_000, 100_000, 1_000_000]
    made.add_argument("--images", type=harness.positive, nargs="+", default=sizes)
    return made


if __name__ == "__main__":
    cli.run(main, parser())
