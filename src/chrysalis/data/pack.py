"""Decoding every image once into one array on disk, from which all runs read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from chrysalis.data import room
from chrysalis.data.images import UnusableImage, decode_bytes, read_bytes
from chrysalis.data.joining import join_arrays
from chrysalis.errors import UserError
from chrysalis.records.files import FileHash, Hashes, set_aside, sync

_CHUNK = 64  # images per task


class ChangedImage(UserError):
    """An image has changed since it was inspected."""


def pack(
    root: Path, split: pd.DataFrame, size: int, images_path: Path, index_path: Path, workers: int
) -> None:
    """Write the images of `split` as uint8 (N, size, size, 3), RGB, and their index beside it.

    The whole picture is squashed to the square with Pillow's antialiased bicubic filter. Memory
    does not grow with N. The files appear only when they are complete, last the hashes of both, in
    a file of the images' name with the suffix .json.

    Args:
        root: folder that the paths in `split` are relative to.
        split: as `chrysalis.data.split.assign_splits` gives it; row i becomes image i, and the
            index is the same table.
        size: side in px.
        images_path: the .npy file.
        index_path: the .csv file.
        workers: number of processes; the result does not depend on it.

    Raises:
        UserError: the disk has no room for the array.
        ChangedImage: a file is not the one inspected before.
    """
    with _whole(split, size, images_path, index_path) as new:
        _decode(root, split, new, workers)


def pack_part(root: Path, split: pd.DataFrame, size: int, path: Path, workers: int) -> None:
    """Write the images of some rows of a split as an array of their own, without an index.

    Raises:
        UserError: as `pack`.
        ChangedImage: as `pack`.
    """
    new = path.with_name(f".{path.name}.partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        _make_room(new, len(split), size, path)
        _decode(root, split, new, workers)
        sync(new)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def join_packed(
    parts: Sequence[Path], split: pd.DataFrame, size: int, images_path: Path, index_path: Path
) -> None:
    """Write what `pack` writes from what `pack_part` wrote of all parts, in order.

    Raises:
        UserError: the disk has no room, or a part is damaged.
    """
    with _whole(split, size, images_path, index_path) as new:
        images = np.lib.format.open_memmap(new, mode="r+")
        join_arrays(parts, images)
        images.flush()


@contextmanager
def inspected_anew(table: Path) -> Iterator[None]:
    """If an image has changed, set the table of inspected images aside, so that Snakemake inspects
    them again.

    Raises:
        UserError: one has.
    """
    try:
        yield
    except ChangedImage as error:
        set_aside(table)
        raise UserError(
            f"{error}; give the same command again, and all images are inspected anew"
        ) from None


@contextmanager
def _whole(split: pd.DataFrame, size: int, images_path: Path, index_path: Path) -> Iterator[Path]:
    """Give the name of an array to be filled, which appears at the end, with index and hashes."""
    new_images, new_index = (p.with_name(f".{p.name}.partial") for p in (images_path, index_path))
    images_path.parent.mkdir(parents=True, exist_ok=True)
    try:
        _make_room(new_images, len(split), size, images_path)
        yield new_images
        split.to_csv(new_index, index=False)
        _put_in_place({images_path: new_images, index_path: new_index})
    finally:
        for path in (new_images, new_index):
            path.unlink(missing_ok=True)


def _make_room(path: Path, n: int, size: int, final: Path) -> None:
    """A new array that has its room on the disk; `final` is what it will be called."""
    shape = (n, size, size, 3)
    needed = int(np.prod(shape, dtype=np.int64))
    room.require(path.parent, needed, f"{final}: the array of packed images")
    np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape)
    room.reserve(path)


def _decode(root: Path, split: pd.DataFrame, images_path: Path, workers: int) -> None:
    rows = list(zip(split["path"], split["sha256"], strict=True))
    tasks = [(start, rows[start : start + _CHUNK]) for start in range(0, len(rows), _CHUNK)]
    with ProcessPoolExecutor(workers) as pool:
        for _ in pool.map(partial(_fill, root, images_path), tasks):
            pass


def _put_in_place(files: dict[Path, Path]) -> None:
    """Give the new files their names, the images first, and note their hashes."""
    images_path, index_path = files
    found = Hashes(files={path.name: FileHash.of(new) for path, new in files.items()})
    index_path.unlink(missing_ok=True)  # never an old index beside new images
    for path, new in files.items():
        sync(new)
        new.replace(path)
    found.write(images_path.with_suffix(".json"))


def _fill(root: Path, images_path: Path, task: tuple[int, list[tuple[str, str]]]) -> None:
    """Decode a run of images into their rows; the array is mapped anew so that memory stays low."""
    start, rows = task
    images = np.lib.format.open_memmap(images_path, mode="r+")
    for row, (name, sha256) in enumerate(rows, start):
        images[row] = squash(_decode_inspected(root / name, sha256), images.shape[1])


def squash(image: Image.Image, size: int) -> np.ndarray:
    """The whole picture in RGB as a square, uint8 (size, size, 3), by antialiased bicubic means."""
    return np.asarray(image.resize((size, size), Image.Resampling.BICUBIC))


def _decode_inspected(path: Path, sha256: str) -> Image.Image:
    try:
        data = read_bytes(path)
        if hashlib.sha256(data).hexdigest() == sha256:
            return decode_bytes(data).image
        reason = "its content is another"
    except UnusableImage as error:
        reason = str(error)
    raise ChangedImage(f"{path}: not the file that was inspected ({reason})")
