"""Photographs that a user may give, and what is answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import numpy as np
from PIL import Image

from chrysalis.data import inspection
from chrysalis.data.packed import read_table
from chrysalis.data.usable import usable_images
from chrysalis.errors import UserError
from chrysalis.study.location import locate

PHOTOS = Path("photos")
DIGITS = "title: Digits\nsource: {kind: digits}\n"


def picture(seed: int) -> Image.Image:
    """A small picture, another one for each seed."""
    noise = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(noise)


def photos(*classes: str, each: int = 3) -> Path:
    """A folder of photos in these class folders."""
    for label, name in enumerate(classes or ("cats", "dogs")):
        (PHOTOS / name).mkdir(parents=True)
        for number in range(each):
            picture(10 * label + number).save(PHOTOS / name / f"{number}.png")
    return PHOTOS


def answer(work: Callable[[], str]) -> str:
    """What the work says, or the message that it ends with, without the folder it is in."""
    try:
        said = work()
    except UserError as error:
        said = str(error)
    return re.sub(rf"{re.escape(str(Path.cwd().resolve()))}/", "", said)


def studied(root: Path | str = PHOTOS) -> str:
    """What is said when a folder is planned and inspected."""

    Path("config/datasets").mkdir(parents=True)
    Path("config/datasets/digits.yaml").write_text(DIGITS)

    def study() -> str:
        found = locate(str(root), Path("config/datasets"))
        classes = found.classes()
        images, left_out = usable_images(found.root)
        inspection.check_classes(images, left_out)
        images.to_csv("images.csv", index=False)
        assert sorted(read_table(Path("images.csv"))["class"].unique()) == classes
        notes = [f"{row.path}: {row.reason}" for row in left_out.itertuples()]
        notes += [f"{row.path}: {row.note}" for row in images.itertuples() if row.note]
        return f"left out: {'; '.join(notes)}" if notes else f"used: classes {', '.join(classes)}"

    with mock.patch.object(inspection, "ProcessPoolExecutor", ThreadPoolExecutor):
        return answer(study)
