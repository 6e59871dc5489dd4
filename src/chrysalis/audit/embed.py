"""A vector, a grey thumbnail and simple measures for every image, in one pass over the files."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from chrysalis.audit.embedders import make
from chrysalis.audit.reading import MEASURES, read_chunks
from chrysalis.records.paths import EmbeddingPaths
from chrysalis.records.tables import write_frame

log = logging.getLogger(__name__)

BLOCK = 8  # px: thumbnails are compared in blocks of this side
LARGEST_THUMBNAIL = 64  # px


def thumbnail_side(median_side: int) -> int:
    """Side of the thumbnails, in px, for images whose shorter sides have this median.

    A multiple of `BLOCK` and never more than the images have, so that no pixel is made up.
    """
    return int(np.clip(median_side // BLOCK * BLOCK, BLOCK, LARGEST_THUMBNAIL))


def embed(
    root: Path, images: pd.DataFrame, name: str, output: EmbeddingPaths, threads: int
) -> None:
    """Write the vectors (N, width) float16, the thumbnails (N, T, T) uint8, and the measures.

    Row i is that of row i of `images`. Memory does not grow with N: both arrays are memory maps.
    All files appear only when they are complete.

    Args:
        root: folder that the paths are relative to.
        images: columns path, width, height.
        name: of the embedder.
        output: where the files go.
        threads: of the network, and processes that decode; no thumbnail or measure depends on it.

    Raises:
        UserError: as `make` and `read_chunks`.
    """
    torch.set_num_threads(threads)
    median = int(images[["width", "height"]].min(axis=1).median())
    embedder, thumb = make(name, median), thumbnail_side(median)
    log.info("Embedding %d images at %d px by %s", len(images), embedder.side, name)
    output.vectors.parent.mkdir(parents=True, exist_ok=True)
    final = (output.vectors, output.thumbnails)
    parts = [path.with_name(f".{path.name}.partial") for path in final]
    try:
        vectors = _new(parts[0], np.float16, (len(images), embedder.width))
        thumbnails = _new(parts[1], np.uint8, (len(images), thumb, thumb))
        measures = np.empty((len(images), len(MEASURES)), np.float32)
        start = 0
        for chunk in read_chunks(root, images["path"].tolist(), embedder.side, thumb, threads):
            rows = slice(start, start + len(chunk.squares))
            vectors[rows] = embedder.embed(chunk.squares)
            thumbnails[rows], measures[rows] = chunk.thumbnails, chunk.measures
            start = rows.stop
        for array in (vectors, thumbnails):
            array.flush()
        table = pd.DataFrame(measures, columns=list(MEASURES)).round(5)
        write_frame(images[["path"]].reset_index(drop=True).join(table), output.measures)
        for part, path in zip(parts, final, strict=True):
            part.replace(path)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def _new(path: Path, kind: type, shape: tuple[int, ...]) -> np.memmap:
    return np.lib.format.open_memmap(path, mode="w+", dtype=kind, shape=shape)
