"""Reading a packed dataset, and the tables that the data stages write."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.types import union_categoricals

from chrysalis.records.files import Hashes, damaged, require

_WHOLE_NUMBERS = ("label", "width", "height", "bytes")
_LABELLING = ["class", "label", "split"]
_ROWS_AT_ONCE = 10_000


@dataclass(frozen=True)
class Packed:
    """All images of a dataset at one size, and what is known of each.

    `images` is a read-only memory map (N, S, S, 3), uint8, RGB; row i belongs to row i of `index`
    (class, label, split, and if opened whole path, sha256, width, height, mask). `index_path` is
    the file that the index was read from.
    """

    images: np.memmap
    index: pd.DataFrame
    index_path: Path | None = None

    def digest(self) -> str:
        """12 hex digits for the index file and the pixels of up to 256 images spread over it."""
        rows = np.linspace(0, len(self.images) - 1, min(len(self.images), 256)).astype(int)
        whole = hashlib.sha256(np.ascontiguousarray(self.images[rows]).tobytes())
        if self.index_path:
            with self.index_path.open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
        return whole.hexdigest()[:12]

    @property
    def classes(self) -> list[str]:
        """Class names in the order of their labels 0, 1, .."""
        return self.index.drop_duplicates("label").sort_values("label")["class"].tolist()

    def paths(self, rows: np.ndarray) -> pa.ChunkedArray:
        """The paths of the images in these rows, which are in ascending order.

        They are read from the file if the index was opened without them.
        """
        if "path" in self.index:
            return pa.chunked_array([pa.array(self.index["path"].iloc[rows], pa.string())])
        if self.index_path is None:
            raise ValueError("the index has no paths, and it is not known from which file it is")
        found, start = [], 0
        for chunk in _chunks(self.index_path, ["path"]):
            end = start + len(chunk)
            low, high = np.searchsorted(rows, [start, end])
            found.append(pa.array(chunk["path"].iloc[rows[low:high] - start], pa.string()))
            start = end
        return pa.chunked_array(found, pa.string())


def open_packed(images_path: Path, index_path: Path) -> Packed:
    """Open what `chrysalis.data.pack.pack` wrote; no image is read yet.

    Raises:
        UserError: a file is missing or damaged, or the two do not belong together. What is damaged
            is set aside.
    """
    return _open(images_path, index_path, read_table)


def open_for_training(images_path: Path, index_path: Path) -> Packed:
    """As `open_packed`, with just the columns class, label and split: a few bytes for each image.

    All of the content is compared with the hashes that `pack` noted.

    Raises:
        UserError: as `open_packed`.
    """
    record = images_path.with_suffix(".json")
    known = Hashes.read(record).files if record.is_file() else {}
    for path in (images_path, index_path):
        if path.parent == record.parent and path.name in known:
            known[path.name].check(path)
    return _open(images_path, index_path, _read_labelling)


def _open(images_path: Path, index_path: Path, read: Callable[[Path], pd.DataFrame]) -> Packed:
    for path in (images_path, index_path):
        require(path)
    try:
        images = np.load(images_path, mmap_mode="r")
    except (ValueError, EOFError) as error:
        raise damaged(images_path, str(error)) from None
    index = read(index_path)
    n, *shape = images.shape
    if images.dtype != np.uint8 or len(shape) != 3 or shape[0] != shape[1] or shape[2] != 3:
        raise damaged(
            images_path, f"expected uint8 (N, S, S, 3), found {images.dtype} {images.shape}"
        )
    if n != len(index):
        raise damaged(index_path, f"it has {len(index)} rows, but {images_path} {n} images")
    return Packed(images, index, index_path)


def _read_labelling(path: Path) -> pd.DataFrame:
    """class and split as categories, label as int32."""
    try:
        parts = [
            chunk.astype({"class": "category", "label": "int32", "split": "category"})
            for chunk in _chunks(path, _LABELLING)
        ]
    except ValueError as error:
        raise damaged(path, str(error)) from None
    return pd.DataFrame(
        {
            "class": union_categoricals([part["class"] for part in parts]),
            "label": np.concatenate([part["label"] for part in parts]),
            "split": union_categoricals([part["split"] for part in parts]),
        }
    )


def _chunks(path: Path, columns: list[str]) -> Iterator[pd.DataFrame]:
    return pd.read_csv(
        path, usecols=columns, dtype=str, keep_default_na=False, chunksize=_ROWS_AT_ONCE
    )


def read_table(path: Path) -> pd.DataFrame:
    """Read images.csv, left_out.csv, split.csv or a pack's index.

    Everything is text as written (a class may be called 1, NA or null), except label, width,
    height and bytes, which are int64.

    Raises:
        UserError: there is no such file, or it is damaged and set aside.
    """
    try:
        table = pd.read_csv(require(path), dtype=str, keep_default_na=False)
        return table.astype({name: "int64" for name in _WHOLE_NUMBERS if name in table})
    except ValueError as error:
        raise damaged(path, str(error)) from None
