"""Images packed by second, against the least that decoding takes.

    python -m benchmarks.packing

The limit: the same files opened, decoded, brought to RGB and resized by Pillow with the same
filter, in as many processes, and then dropped. Packing also checks each file's SHA-256, looks for
what decoding must not lose (orientation, transparency, damage) and writes the array.
"""

from __future__ import annotations

import argparse
import shutil
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from PIL import Image

from benchmarks import harness, pictures
from benchmarks.harness import in_fresh_process
from chrysalis.workflow import cli

PACK, LIMIT = "pack", "decode and resize only"
CHUNK = 64


def measure_pack(found: pictures.Pictures, size: int) -> float:
    """Images by second of our rule's function."""
    start = time.perf_counter()
    packed = found.pack(size)
    seconds = time.perf_counter() - start
    shutil.rmtree(packed)
    return len(found.table) / seconds


def measure_limit(found: pictures.Pictures, size: int) -> float:
    """Images by second of the limit."""
    paths = [found.folder / path for path in found.table["path"]]
    start = time.perf_counter()
    with ProcessPoolExecutor(harness.cores()) as pool:
        for _ in pool.map(partial(_decode, size), paths, chunksize=CHUNK):
            pass
    return len(paths) / (time.perf_counter() - start)


def _decode(size: int, path: Path) -> None:
    with Image.open(path) as file:
        file.convert("RGB").resize((size, size), Image.Resampling.BICUBIC)


def rows(results: dict[str, list[float]]) -> list[list[str]]:
    """Lines of the table, with the share of the limit that packing reaches."""
    share = harness.ratios(results[PACK], results[LIMIT])
    return [
        [
            name,
            str(len(values)),
            harness.Spread.of(values).text(".0f"),
            share.text() if name == PACK else "",
        ]
        for name, values in results.items()
    ]


def main(args: argparse.Namespace) -> None:
    """Measure and print the table."""
    with pictures.prepared(args.folder, args.images) as found:
        results = harness.interleave(
            {
                LIMIT: partial(in_fresh_process, measure_limit, found, args.size),
                PACK: partial(in_fresh_process, measure_pack, found, args.size),
            },
            args.repeats,
        )
    title = f"Packing {args.images} images at {args.size} px in {harness.cores()} processes"
    head = ["arm", "n", "images/s", "share of the limit"]
    harness.publish("packing", title, harness.table(head, rows(results)), results, args.save)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = harness.parser(__doc__, repeats=5)
    pictures.add_arguments(made, 2000)
    made.add_argument("--size", type=harness.positive, default=299, help="px; default 299")
    return made


if __name__ == "__main__":
    cli.run(main, parser())
