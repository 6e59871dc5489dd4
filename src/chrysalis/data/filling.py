"""Each kind of source turns what it has into class folders: one registered function a kind."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from PIL import Image

from chrysalis.config.sources import Archive
from chrysalis.data import archives, formats, hub, listed
from chrysalis.errors import UserError


class Request(NamedTuple):
    """The empty `folder` to fill, and from what: a source and its `files`, if it has any.

    `workers` is how many processes may draw images.
    """

    source: Any
    files: tuple[Path, ...]
    folder: Path
    workers: int = 1


FILLERS: dict[str, Callable[[Request], None]] = {}


def fills(kind: str) -> Callable[[Callable[[Request], None]], Callable[[Request], None]]:
    """Register the function for the sources of a kind."""

    def register(function: Callable[[Request], None]) -> Callable[[Request], None]:
        FILLERS[kind] = function
        return function

    return register


@fills("digits")
def fill_with_digits(request: Request) -> None:
    """scikit-learn's handwritten digits as `<digit>/<number>.png`.

    1797 images of 8x8 px, 8-bit grey; the 17 levels 0..16 are spread over 0..255. The number is
    the image's place in scikit-learn's order. Source: E. Alpaydin and C. Kaynak, "Optical
    Recognition of Handwritten Digits", UCI, 1998 (its test part).
    """
    from sklearn.datasets import load_digits  # takes a second to import; only needed here

    digits = load_digits()
    grey = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    for number, (pixels, digit) in enumerate(zip(grey, digits.target, strict=True)):
        path = request.folder / str(digit) / f"{number:04d}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(path)


@fills("specimens")
def fill_with_specimens(request: Request) -> None:
    """Generated photographs, with their masks and the truth about them."""
    from chrysalis.data.specimens.dataset import write_specimens  # OpenCV; only needed here

    write_specimens(request.source, request.folder, request.workers)


@fills("archive")
def fill_from_files(request: Request) -> None:
    """What archives of class folders hold, or the pixels of another format as PNG.

    Raises:
        UserError: a file is not the one that its publisher describes, or as
            `chrysalis.data.archives.extract` and the readers of `chrysalis.data.formats`.
    """
    source: Archive = request.source
    for name, path in zip(source.files, request.files, strict=True):
        if name in source.md5:
            _check_md5(path, source.md5[name])
    if source.format == "folders":
        archives.extract(request.files, request.folder)
    else:
        batches = formats.READERS[source.format](request.files)
        _write_images(batches, source.classes, request)


def _check_md5(path: Path, wanted: str) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if found != wanted:
        raise UserError(
            f"{path}: its MD5 is {found}, but that of the published file is {wanted}, so it is "
            "another file or was cut short, and nothing was read; fetch it again"
        )


def _write_images(batches: Iterable[formats.Batch], classes: list[str], request: Request) -> None:
    """Write `<split>/<class>/<number>.png`, numbered in the order of the batches."""
    numbers: Counter[tuple[str, int]] = Counter()
    for split, images, labels in batches:
        if len(labels) and not 0 <= labels.min() <= labels.max() < len(classes):
            raise UserError(
                f"{request.files[0]}: has labels from {labels.min()} to {labels.max()}, but the "
                f"dataset's file names {len(classes)} classes"
            )
        for pixels, label in zip(images, labels.tolist(), strict=True):
            path = request.folder / split / classes[label] / f"{numbers[split, label]:04d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(path)
            numbers[split, label] += 1


@fills("hub")
def fill_from_hub(request: Request) -> None:
    """The images of a dataset of the Hugging Face Hub.

    Raises:
        UserError: as `chrysalis.data.hub.write_images`.
    """
    hub.write_images(request.source, request.folder)


@fills("table")
def fill_from_table(request: Request) -> None:
    """Links to the images and masks that a table lists.

    If the table names groups, groups.csv has them by the paths of the links.

    Raises:
        UserError: a file is missing, or as `chrysalis.data.listed.listed_files`.
    """
    (table,) = request.files
    files = listed.listed_files(table)
    for file in files:
        source, link = (table.parent / file.source).resolve(), request.folder / file.place
        if not source.is_file():
            raise UserError(f"{table}: lists {file.source}, but there is no such file")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(source)
    groups = {file.place: file.group for file in files if file.group}
    if groups:
        rows = pd.DataFrame({"path": groups.keys(), "group": groups.values()})
        rows.to_csv(request.folder / listed.GROUPS, index=False)
