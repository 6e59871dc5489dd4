"""Pictures to measure with: made up, or taken from a folder; packed by our own code."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from benchmarks import harness
from chrysalis.data.inspection import inspect_images
from chrysalis.data.layout import find_images, list_files
from chrysalis.data.pack import pack
from chrysalis.data.split import SPLIT_COLUMNS
from chrysalis.errors import UserError

WIDTH, HEIGHT, QUALITY, CLASSES = 341, 256, 92, 10


@dataclass(frozen=True)
class Pictures:
    """Files in class folders below `folder`, and `table`, one row for each (see `pack`)."""

    folder: Path
    table: pd.DataFrame

    def pack(self, size: int) -> Path:
        """Pack them all as training images of side `size`; the folder with the pack's two files."""
        packed = self.folder.with_name(f"{self.folder.name}-packed-{size}")
        files = packed / "images.npy", packed / "index.csv"
        pack(self.folder, self.table, size, *files, harness.cores())
        return packed


@contextmanager
def prepared(source: Path | None, count: int) -> Iterator[Pictures]:
    """`count` pictures in a temporary folder: from the class folders of `source`, or made up.

    Raises:
        UserError: `source` has fewer usable images.
    """
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "pictures"
        draw(folder, count) if source is None else gather(source, folder, count)
        yield Pictures(folder, table_of(folder))


def add_arguments(parser: argparse.ArgumentParser, images: int) -> None:
    """The options --folder and --images."""
    parser.add_argument("--folder", type=Path, help="real images in class folders; else made up")
    parser.add_argument("--images", type=harness.positive, default=images, help=f"default {images}")


def draw(folder: Path, count: int, width: int = WIDTH, height: int = HEIGHT) -> None:
    """Make up JPEG files as large as photographs: clouds, grain, and shapes with hard edges."""
    random = np.random.default_rng(0)
    for number in range(count):
        path = folder / f"class{number % CLASSES}" / f"{number:06d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        _picture(random, width, height).save(path, quality=QUALITY)


def _picture(random: np.random.Generator, width: int, height: int) -> Image.Image:
    coarse = random.integers(0, 256, (8, 11, 3), np.uint8)
    clouds = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(clouds)
    for _ in range(8):
        x, y = random.integers(0, width), random.integers(0, height)
        half = random.integers(2, max(3, height // 4), 2)
        shape = pen.ellipse if random.random() < 0.5 else pen.rectangle
        box = (int(x - half[0]), int(y - half[1]), int(x + half[0]), int(y + half[1]))
        shape(box, fill=tuple(random.integers(0, 256, 3).tolist()))
    grain = random.normal(0, 6, (height, width, 1))
    return Image.fromarray(np.clip(np.asarray(clouds) + grain, 0, 255).astype(np.uint8))


def gather(source: Path, folder: Path, count: int) -> None:
    """Link `count` usable images, spread evenly over `source`, into class folders in `folder`.

    Raises:
        UserError: there are fewer.
    """
    files = find_images((name for name, _ in list_files(source)), str(source))
    usable, _ = inspect_images(source, files, harness.cores())
    if len(usable) < count:
        raise UserError(
            f"{source}: {count} images are asked for, and {len(usable)} can be used; "
            "lower --images or name another --folder"
        )
    chosen = usable.iloc[np.linspace(0, len(usable) - 1, count).astype(int)]
    for number, (path, name) in enumerate(zip(chosen["path"], chosen["class"], strict=True)):
        link = folder / name / f"{number:06d}{Path(path).suffix}"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to((source / path).resolve())


def table_of(folder: Path) -> pd.DataFrame:
    """The table that `chrysalis.data.pack.pack` takes, with every image in the split train.

    Raises:
        UserError: an image cannot be used, or is there twice.
    """
    files = find_images((name for name, _ in list_files(folder)), str(folder))
    images, left_out = inspect_images(folder, files, harness.cores())
    if len(left_out):
        first = left_out.iloc[0]
        raise UserError(f"{folder / first['path']}: {first['reason']}; name another --folder")
    return labelled(images.assign(split="train"))


def labelled(images: pd.DataFrame) -> pd.DataFrame:
    """The columns that packing takes, of a table of `inspect_images`; classes are sorted."""
    labels = {name: label for label, name in enumerate(sorted(images["class"].unique()))}
    return images.assign(label=images["class"].map(labels))[SPLIT_COLUMNS]
