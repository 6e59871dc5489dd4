"""Images a second of the rule embed, decoding included, against the network's plain forward pass.

    python -m benchmarks.embedding                    # drawn pictures as JPEG files
    python -m benchmarks.embedding --images FOLDER

Both are timed in turns in the same run, and the ratio of their medians is printed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from PIL import Image

from chrysalis.audit.embed import embed
from chrysalis.audit.embedders import make
from chrysalis.config.embedders import NETWORK
from chrysalis.records.parts import BLOCK
from chrysalis.records.paths import EmbeddingPaths

IMAGES, SIDE, ROUNDS = 768, 256, 3


def draw(folder: Path) -> None:
    """Smooth pictures, as JPEG files."""
    rng = np.random.default_rng(0)
    for number in range(IMAGES):
        small = Image.fromarray(rng.integers(0, 256, (12, 12, 3), dtype=np.uint8))
        small.resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(folder / f"{number:04d}.jpg")


def seconds(work, *args) -> float:
    """What a call takes."""
    start = time.perf_counter()
    work(*args)
    return time.perf_counter() - start


def main(folder: Path, threads: int) -> None:
    """Print images a second of both, and their ratio."""
    files = sorted(folder.rglob("*.jpg"))[:IMAGES]
    sizes = [Image.open(path).size for path in files]
    images = pd.DataFrame(
        {
            "path": [path.relative_to(folder).as_posix() for path in files],
            "width": [width for width, _ in sizes],
            "height": [height for _, height in sizes],
        }
    )
    torch.set_num_threads(threads)
    embedder = make(NETWORK, int(images[["width", "height"]].min(axis=1).median()))
    batch = np.zeros((BLOCK, embedder.side, embedder.side, 3), np.uint8)
    rounds = len(images) // BLOCK

    def plain() -> None:
        for _ in range(rounds):
            embedder.embed(batch)

    with tempfile.TemporaryDirectory() as scratch:
        output = EmbeddingPaths(Path(scratch))
        plain()  # warm up
        times: list[tuple[float, float]] = [
            (
                seconds(plain) / (rounds * BLOCK),
                seconds(embed, folder, images, NETWORK, output, threads) / len(images),
            )
            for _ in range(ROUNDS)
        ]
    forward, whole = (1 / statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(one / other for one, other in times)
    print(
        f"{len(images)} images at {embedder.side} px, {threads} threads: "
        f"{forward:.0f} a second forward, {whole:.0f} embedded, ratio {ratio:.2f}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--images", type=Path, help="folder of JPEG files")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    if given.images:
        main(given.images, given.threads)
    else:
        with tempfile.TemporaryDirectory() as made:
            draw(Path(made))
            main(Path(made), given.threads)
