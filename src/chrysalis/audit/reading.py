"""Decoding images for the audit: small squares for a network, grey thumbnails, simple measures."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from chrysalis.data.images import UnusableImage, decode
from chrysalis.errors import UserError
from chrysalis.records.parts import BLOCK

MEASURES = ("sharpness", "brightness", "darkest", "brightest", "contrast")
_MEASURED_SIDE = 256  # px; larger images are shrunk, so that sharpness compares


@dataclass(frozen=True)
class Chunk:
    """Some consecutive images, decoded.

    `squares` are uint8 (n, side, side, 3), RGB; `thumbnails` uint8 (n, thumb, thumb), grey; both
    show the whole picture, squashed. `measures` are float32 (n, len(MEASURES)).
    """

    squares: np.ndarray
    thumbnails: np.ndarray
    measures: np.ndarray


def read_chunks(
    root: Path, paths: Sequence[str], side: int, thumb: int, workers: int
) -> Iterator[Chunk]:
    """Decode the images in order, `BLOCK` at a time; a few chunks are decoded ahead.

    Raises:
        UserError: a file can't be decoded, although it could when it was inspected.
    """
    parts = (paths[start : start + BLOCK] for start in range(0, len(paths), BLOCK))
    read = partial(_read, root, side, thumb)
    ahead: deque[Future[Chunk]] = deque()
    with ProcessPoolExecutor(workers) as pool:
        for part in parts:
            ahead.append(pool.submit(read, list(part)))
            if len(ahead) > 2 * workers:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _read(root: Path, side: int, thumb: int, paths: list[str]) -> Chunk:
    cv2.setNumThreads(0)  # the pool is parallel already
    squares = np.empty((len(paths), side, side, 3), np.uint8)
    thumbnails = np.empty((len(paths), thumb, thumb), np.uint8)
    measures = np.empty((len(paths), len(MEASURES)), np.float32)
    for row, path in enumerate(paths):
        try:
            image, _ = decode(root / path)
        except UnusableImage as error:
            raise UserError(
                f"{root / path}: not the file that was inspected ({error}); "
                "run the rule 'inspect_images' again"
            ) from None
        squares[row] = square(image, side)
        grey = image.convert("L")
        thumbnails[row] = np.asarray(grey.resize((thumb, thumb), Image.Resampling.BOX))
        measures[row] = measure(grey)
    return Chunk(squares, thumbnails, measures)


def square(image: Image.Image, side: int) -> np.ndarray:
    """The whole picture in RGB, squashed for an embedder: uint8 (side, side, 3)."""
    return np.asarray(image.resize((side, side), Image.Resampling.BILINEAR, reducing_gap=2))


def measure(grey: Image.Image) -> tuple[float, ...]:
    """The values of `MEASURES` for a grey picture.

    - sharpness: standard deviation of the Laplacian divided by that of the grey values. Few edges
      for its contrast make an image blurred (Pech-Pacheco et al., ICPR 2000, take the variance).
    - brightness, darkest, brightest: mean, 1st and 99th percentile of the grey values, 0 to 1.
    - contrast: standard deviation of the grey values, 0 to 1.
    """
    small = grey.copy()
    small.thumbnail((_MEASURED_SIDE, _MEASURED_SIDE), Image.Resampling.BOX, reducing_gap=2)
    values = np.asarray(small, np.float32) / 255
    contrast = float(values.std())
    edges = float(cv2.Laplacian(values, cv2.CV_32F).std())
    darkest, brightest = np.percentile(values, (1, 99))
    sharpness = edges / max(contrast, 1e-3)
    return sharpness, float(values.mean()), float(darkest), float(brightest), contrast
