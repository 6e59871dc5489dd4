"""Packs of noise, for measurements that do not depend on what the images show."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from chrysalis.data.split import SPLIT_COLUMNS

CLASSES = 10
# Of 20 images of a class, as the usual 70, 15 and 15 %.
SPLITS = ["train"] * 14 + ["val"] * 3 + ["test"] * 3
# After so many images every class has had its share of all splits.
PERIOD = CLASSES * len(SPLITS)
_BYTES_AT_ONCE = 2**26


def write_pack(folder: Path, count: int, side: int) -> None:
    """Write images.npy (count, side, side, 3) and index.csv, whose lines are as long as real ones.

    Images in turn are of the ten classes; of each class 14 in 20 train, 3 validate and 3 test.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shape = (count, side, side, 3)
    images = np.lib.format.open_memmap(folder / "images.npy", "w+", np.uint8, shape)
    random = np.random.default_rng(0)
    at_once = max(1, _BYTES_AT_ONCE // (side * side * 3))
    with (folder / "index.csv").open("w") as index:
        index.write(",".join(SPLIT_COLUMNS) + "\n")
        for start in range(0, count, at_once):
            rows = range(start, min(start + at_once, count))
            images[start : rows.stop] = random.integers(0, 256, (len(rows), *shape[1:]), np.uint8)
            index.writelines(_index_line(row) for row in rows)


def _index_line(row: int) -> str:
    label = row % CLASSES
    sha256 = hashlib.sha256(b"%d" % row).hexdigest()
    split = SPLITS[row // CLASSES % len(SPLITS)]
    return f"class{label}/image{row:08d}.jpg,class{label},{label},{split},{sha256},341,256,\n"
