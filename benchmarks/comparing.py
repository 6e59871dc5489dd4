"""Memory and time of the search for near duplicates against the number of images, with a fit.

    python -m benchmarks.comparing --images 10000 100000

What is measured is scripts/duplicates.py as a whole, in a process of its own: candidates by
vectors and hashes, and their comparison on the pixels. Vectors and thumbnails are made up, as
drawing a million photographs would take hours: noise around one of many centres, and smooth noise.
So `embed` is left out, whose memory and time for an image do not depend on the others. Core-seconds
are those of all its processes, and hardly depend on what else the machine does. Memory is anonymous
memory (benchmarks/memory.py) of the script's own process.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import pandas as pd

from benchmarks import harness
from benchmarks.memory import peak_of_command, python
from chrysalis.audit.embedders import WIDTH
from chrysalis.records.audit import PAIRS
from chrysalis.records.paths import StudyPaths
from chrysalis.workflow import cli

SCRIPT = Path(__file__).parents[1] / "scripts/duplicates.py"
SIDE = 32  # px, as of CIFAR's thumbnails
ALIKE = 20  # images around each centre
TWINS = 0.01  # of the images are another one with a little noise
_AT_ONCE = 4096


def write_made_up(paths: StudyPaths, count: int) -> None:
    """Write images.csv, vectors.npy and thumbnails.npy of so many images."""
    paths.images.parent.mkdir(parents=True)
    paths.embedding.folder.mkdir(parents=True)
    pd.DataFrame({"path": [f"{row:08d}.jpg" for row in range(count)]}).to_csv(
        paths.images, index=False
    )
    new = np.lib.format.open_memmap
    vectors = new(paths.embedding.vectors, "w+", np.float16, (count, WIDTH))
    thumbnails = new(paths.embedding.thumbnails, "w+", np.uint8, (count, SIDE, SIDE))
    random = np.random.default_rng(0)
    for start in range(0, count, _AT_ONCE):
        rows = min(_AT_ONCE, count - start)
        centres = random.normal(size=(-(-rows // ALIKE), WIDTH)).repeat(ALIKE, 0)[:rows]
        pictures = random.integers(0, 256, (rows, 10, 10)).astype(np.float32)
        drawn = np.stack([cv2.resize(each, (SIDE, SIDE)) for each in pictures])
        twins = random.choice(rows // 2, round(TWINS * rows), replace=False)
        vectors[start : start + rows] = centres + random.normal(0, 1, (rows, WIDTH))
        vectors[start + rows - 1 - twins] = vectors[start + twins]
        drawn[rows - 1 - twins] = drawn[twins] + random.normal(0, 4, (len(twins), SIDE, SIDE))
        thumbnails[start : start + rows] = drawn.clip(0, 255)


def measure(folder: Path, threads: int) -> dict[str, float]:
    """Search once: seconds, core-seconds, memory in MiB, and the pairs found."""
    start, before = time.perf_counter(), os.times()
    peak = peak_of_command(python(SCRIPT, "--results", folder, "--threads", threads))
    seconds, after = time.perf_counter() - start, os.times()
    used = (after.children_user, after.children_system)
    return {
        "seconds": seconds,
        "core_seconds": sum(used) - before.children_user - before.children_system,
        "anonymous_mib": peak.anonymous,
        "pairs": len(PAIRS.read(StudyPaths(folder).pairs)),
    }


def exponent(results: dict[int, list[dict[str, float]]], of: str) -> float:
    """The b of `value = a * images ** b`, by least squares on the logarithms of all repeats."""
    points = [(count, run[of]) for count, runs in results.items() for run in runs]
    images, values = np.log(np.array(points).T)
    return float(np.polyfit(images, values, 1)[0])


def rows(results: dict[int, list[dict[str, float]]]) -> list[list[str]]:
    """Lines of the table."""
    return [
        [
            f"{count:,}",
            *(
                harness.Spread.of(run[of] for run in runs).text(".0f")
                for of in ("seconds", "core_seconds", "anonymous_mib")
            ),
            f"{runs[0]['pairs']:,}",
        ]
        for count, runs in sorted(results.items())
    ]


def main(args: argparse.Namespace) -> None:
    """Measure each number of images and print the table and the fit."""
    with TemporaryDirectory() as temporary:
        folders = {count: Path(temporary) / str(count) for count in sorted(set(args.images))}
        for count, folder in folders.items():
            write_made_up(StudyPaths(folder), count)
        results = harness.interleave(
            {
                count: lambda folder=folder: measure(folder, harness.cores())
                for count, folder in folders.items()
            },
            args.repeats,
        )
    body = harness.table(
        ["images", "seconds", "core-seconds", "anonymous MiB", "pairs"], rows(results)
    )
    if len(results) > 1:
        time_fit, memory_fit = (exponent(results, of) for of in ("core_seconds", "anonymous_mib"))
        body += (
            f"\n\ncore-seconds ~ images^{time_fit:.2f}, anonymous memory ~ images^{memory_fit:.2f}"
        )
    title = f"Memory and time of scripts/duplicates.py, thumbnails of {SIDE} px, n={args.repeats}"
    harness.publish("comparing", title, body, results, args.save)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = harness.parser(__doc__, repeats=1)
    made.add_argument("--images", type=harness.positive, nargs="+", default=[10_000, 100_000])
    return made


if __name__ == "__main__":
    cli.run(main, parser())
