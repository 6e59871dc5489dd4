"""Writes a dataset of generated photographs: images, masks and the truth about them."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from chrysalis.config.specimens import Specimens
from chrysalis.data.specimens.alterations import alter
from chrysalis.data.specimens.photograph import photograph
from chrysalis.data.specimens.plan import Photo, Plan, plan
from chrysalis.records.truth import PHOTOGRAPHS, TRUTH, PhotographRow

TRUTH_FILE, PHOTOGRAPHS_FILE = "truth.csv", "photographs.csv"


def write_specimens(settings: Specimens, folder: Path, workers: int) -> None:
    """Fill `folder` with images/, masks/, truth.csv and photographs.csv.

    The files are the same however many `workers` (processes) draw them.
    """
    planned = plan(settings)
    for photo in planned.photos:
        for kind in ("images", "masks"):
            (folder / kind / photo.stem).parent.mkdir(parents=True, exist_ok=True)
    draw = partial(_write, planned.species, settings.size, folder)
    # Not forked: the parent may have threads of its own.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        workers, context, initializer=cv2.setNumThreads, initargs=(1,)
    ) as pool:
        visible = list(pool.map(draw, planned.photos, chunksize=32))
    TRUTH.write(planned.truth, folder / TRUTH_FILE)
    PHOTOGRAPHS.write(_rows(planned, visible), folder / PHOTOGRAPHS_FILE)


def take(photo: Photo, species: list, side: int) -> tuple[np.ndarray, np.ndarray, int]:
    """The picture (side, side, 3) uint8 RGB, its mask (bool), and the JPEG quality to save it."""
    image, mask = photograph(species[photo.species], photo.individual, photo.scene, side)
    return alter(image, mask, photo.alteration)


def _write(species: list, side: int, folder: Path, photo: Photo) -> float:
    """Write one photograph and its mask; returns the share of it that shows the butterfly."""
    image, mask, quality = take(photo, species, side)
    for kind, suffix, pixels, options in (
        ("images", ".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality]),
        ("masks", ".png", mask.astype(np.uint8) * 255, [cv2.IMWRITE_PNG_COMPRESSION, 4]),
    ):
        _, data = cv2.imencode(suffix, pixels, options)
        (folder / kind / f"{photo.stem}{suffix}").write_bytes(data.tobytes())
    return float(mask.mean())


def _rows(planned: Plan, visible: list[float]) -> list[PhotographRow]:
    return [
        PhotographRow(
            path=photo.path,
            class_=planned.names[photo.folder],
            true_class=planned.names[photo.species],
            mode=photo.individual.mode,
            background=photo.scene.background,
            individual=photo.individual.seed,
            visible=round(share, 4),
        )
        for photo, share in zip(planned.photos, visible, strict=True)
    ]
