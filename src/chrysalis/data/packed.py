"""Reading a packed dataset, and the tables that the data stages write."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from chrysalis.errors import UserError

_WHOLE_NUMBERS = ("label", "width", "height", "bytes")


@dataclass(frozen=True)
class Packed:
    """All images of a dataset at one size, and what is known of each.

    `images` is a read-only memory map (N, S, S, 3), uint8, RGB; row i belongs to row i of `index`
    (path, class, label, split, sha256, width, height, mask).
    """

    images: np.memmap
    index: pd.DataFrame

    def digest(self) -> str:
        """12 hex digits for the index and for the pixels of up to 256 images spread over it."""
        rows = np.linspace(0, len(self.images) - 1, min(len(self.images), 256)).astype(int)
        whole = hashlib.sha256(self.index.to_csv(index=False).encode())
        whole.update(np.ascontiguousarray(self.images[rows]).tobytes())
        return whole.hexdigest()[:12]

    @property
    def classes(self) -> list[str]:
        """Class names in the order of their labels 0, 1, .."""
        return self.index.drop_duplicates("label").sort_values("label")["class"].tolist()


def open_packed(images_path: Path, index_path: Path) -> Packed:
    """Open what `chrysalis.data.pack.pack` wrote; no image is read yet.

    Raises:
        UserError: a file is missing or damaged, or the two do not belong together.
    """
    for path in (images_path, index_path):
        if not path.is_file():
            raise UserError(f"{path}: there is no such file; run the rule 'pack' first")
    try:
        images = np.load(images_path, mmap_mode="r")
    except (ValueError, EOFError) as error:
        raise UserError(f"{images_path}: damaged ({error}); remove it and pack again") from None
    index = read_table(index_path)
    n, *shape = images.shape
    if images.dtype != np.uint8 or len(shape) != 3 or shape[0] != shape[1] or shape[2] != 3:
        raise UserError(
            f"{images_path}: expected uint8 (N, S, S, 3), found {images.dtype} {images.shape}; "
            "remove it and pack again"
        )
    if n != len(index):
        raise UserError(
            f"{images_path} holds {n} images, but {index_path} has {len(index)} rows; "
            "remove both and pack again"
        )
    return Packed(images, index)


def read_table(path: Path) -> pd.DataFrame:
    """Read images.csv, left_out.csv, split.csv or a pack's index.

    Everything is text as written (a class may be called 1, NA or null), except label, width,
    height and bytes, which are int64.
    """
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    return table.astype({name: "int64" for name in _WHOLE_NUMBERS if name in table})
