"""Sheets of small pictures: one file for all pictures of a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from chrysalis.records.files import replacing
from chrysalis.records.pictures import COLUMNS, TILE

QUALITY = 70
MOST_TILES = COLUMNS * (16383 // TILE)  # a side of a WebP file has at most 16,383 px


def tile(image: np.ndarray) -> np.ndarray:
    """A picture uint8 (S, S, 3) as a tile (TILE, TILE, 3); pixels of small ones stay sharp."""
    small = image.shape[0] < TILE
    how = cv2.INTER_NEAREST if small else cv2.INTER_AREA
    return cv2.resize(image, (TILE, TILE), interpolation=how)


def save_sheet(tiles: Sequence[np.ndarray], path: Path) -> None:
    """Write tiles, in their order, as a WebP file; without any, a single grey one.

    Raises:
        ValueError: they are more than `MOST_TILES`.
    """
    if len(tiles) > MOST_TILES:
        raise ValueError(f"{len(tiles)} tiles are more than {MOST_TILES}")
    count = max(1, len(tiles))
    rows, columns = -(-count // COLUMNS), min(COLUMNS, count)
    sheet = np.full((rows * TILE, columns * TILE, 3), 222, np.uint8)
    for place, one in enumerate(tiles):
        y, x = (TILE * each for each in divmod(place, COLUMNS))
        sheet[y : y + TILE, x : x + TILE] = one
    with replacing(path) as part:
        Image.fromarray(sheet).save(part, format="WEBP", quality=QUALITY, method=4)
