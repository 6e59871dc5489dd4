"""A vector, a grey thumbnail and simple measures for every image, in one pass over the files."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from chrysalis.audit.embedders import make
from chrysalis.audit.reading import MEASURES, read_chunks
from chrysalis.audit.thumbnails import thumbnail_side
from chrysalis.data.joining import join_arrays, join_tables, open_rows
from chrysalis.records.parts import WHOLE, Part
from chrysalis.records.paths import EmbeddingPaths
from chrysalis.records.tables import write_frame

log = logging.getLogger(__name__)


def embed(
    root: Path,
    images: pd.DataFrame,
    name: str,
    output: EmbeddingPaths,
    threads: int,
    part: Part = WHOLE,
) -> None:
    """Write the vectors (N, width) float16, the thumbnails (N, T, T) uint8, and the measures.

    Row i is that of row i of the part of `images`. Memory does not grow with N: both arrays are
    memory maps. All files appear only when they are complete.

    Args:
        root: folder that the paths are relative to.
        images: columns path, width, height; of all images, whose sizes decide those of the
            thumbnails.
        name: of the embedder.
        output: where the files go.
        threads: of the network, and processes that decode; no thumbnail or measure depends on it.
        part: which images to embed.

    Raises:
        UserError: as `make` and `read_chunks`.
    """
    torch.set_num_threads(threads)
    median = int(images[["width", "height"]].min(axis=1).median())
    embedder, thumb = make(name, median), thumbnail_side(median)
    own = images.iloc[part.rows(len(images))]
    log.info("Embedding %d images at %d px by %s", len(own), embedder.side, name)
    with _arrays(output, (len(own), embedder.width), (len(own), thumb, thumb)) as arrays:
        vectors, thumbnails = arrays
        measures = np.empty((len(own), len(MEASURES)), np.float32)
        start = 0
        for chunk in read_chunks(root, own["path"].tolist(), embedder.side, thumb, threads):
            rows = slice(start, start + len(chunk.squares))
            vectors[rows] = embedder.embed(chunk.squares)
            thumbnails[rows], measures[rows] = chunk.thumbnails, chunk.measures
            start = rows.stop
        table = pd.DataFrame(measures, columns=list(MEASURES)).round(5)
        write_frame(own[["path"]].reset_index(drop=True).join(table), output.measures)


def join_embedded(parts: Sequence[EmbeddingPaths], n: int, output: EmbeddingPaths) -> None:
    """Write what `embed` writes of `n` images from what it wrote of all their parts, in order.

    Raises:
        UserError: a part is damaged.
    """
    shapes = [(n, *open_rows(path).shape[1:]) for path in (parts[0].vectors, parts[0].thumbnails)]
    with _arrays(output, *shapes) as (vectors, thumbnails):
        join_arrays([part.vectors for part in parts], vectors)
        join_arrays([part.thumbnails for part in parts], thumbnails)
        join_tables([part.measures for part in parts], output.measures)


@contextmanager
def _arrays(
    output: EmbeddingPaths, vectors: tuple[int, ...], thumbnails: tuple[int, ...]
) -> Iterator[tuple[np.memmap, np.memmap]]:
    """New arrays of these shapes on disk, which get their names at the end."""
    output.folder.mkdir(parents=True, exist_ok=True)
    final = (output.vectors, output.thumbnails)
    parts = [path.with_name(f".{path.name}.partial") for path in final]
    try:
        arrays = _new(parts[0], np.float16, vectors), _new(parts[1], np.uint8, thumbnails)
        yield arrays
        for array in arrays:
            array.flush()
        for part, path in zip(parts, final, strict=True):
            part.replace(path)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def _new(path: Path, kind: type, shape: tuple[int, ...]) -> np.memmap:
    return np.lib.format.open_memmap(path, mode="w+", dtype=kind, shape=shape)
