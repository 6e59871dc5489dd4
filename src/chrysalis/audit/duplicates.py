"""Near duplicates: candidates by vectors and perceptual hashes, confirmed on the pixels."""

from __future__ import annotations

import logging
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from threadpoolctl import threadpool_limits

from chrysalis.audit import registration
from chrysalis.audit.hashes import BITS, perceptual_hashes
from chrysalis.audit.neighbours import compress, nearest
from chrysalis.records.audit import PairRow

log = logging.getLogger(__name__)

NEIGHBOURS = 4  # of each image, by each kind of candidate
LEAST_COSINE = 0.40  # of the vectors, whitened
MOST_BITS = 14  # of 64 in which two hashes may differ
SMALLEST = 24  # px: thumbnails below this side hold too little to tell two images apart
WIDTH = 128  # principal components
_TASK = 2000  # pairs


def find_duplicates(
    paths: list[str], vectors: np.ndarray, thumbnails_path: Path, threads: int
) -> list[PairRow]:
    """All pairs of images that show the same photograph, sorted by path.

    No pairs are found in a dataset whose thumbnails have fewer than `SMALLEST` px a side.

    Args:
        paths: of the N images.
        vectors: (N, width), any float type; may be a memory map.
        thumbnails_path: .npy of uint8 (N, T, T).
        threads: processes that compare pairs, and threads before that.
    """
    thumbnails = np.load(thumbnails_path, mmap_mode="r")
    if not comparable(thumbnails.shape[1]) or len(paths) < 2:
        log.info("Images of %d px are too small to compare", thumbnails.shape[1])
        return []
    torch.set_num_threads(threads)
    pairs = candidates(vectors, thumbnails)
    log.info("Comparing %d pairs of images", len(pairs))
    tasks = [pairs[start : start + _TASK] for start in range(0, len(pairs), _TASK)]
    with ProcessPoolExecutor(threads) as pool:
        found = [
            row for part in pool.map(partial(_confirm, thumbnails_path), tasks) for row in part
        ]
    rows = [_row(paths[first], paths[second], alike, kind) for first, second, alike, kind in found]
    return sorted(rows, key=lambda row: (row.path_a, row.path_b))


def _row(one: str, other: str, similarity: float, kind: str) -> PairRow:
    return PairRow(min(one, other), max(one, other), round(similarity, 4), kind)


def candidates(vectors: np.ndarray, thumbnails: np.ndarray) -> np.ndarray:
    """Pairs of images worth comparing, int64 (P, 2), the smaller row first, sorted, each once.

    Mirrored images are found by the hash of the mirror image, and by vectors that hardly change
    when an image is mirrored.
    """
    small = compress(vectors, WIDTH)
    hashes = perceptual_hashes(thumbnails)
    mirrored = perceptual_hashes(thumbnails[:, :, ::-1])
    least = BITS - 2 * MOST_BITS
    found = np.concatenate(
        [
            nearest(small, small, NEIGHBOURS, LEAST_COSINE)[0],
            nearest(hashes, hashes, NEIGHBOURS, least)[0],
            nearest(mirrored, hashes, NEIGHBOURS, least)[0],
        ]
    )
    return np.unique(np.sort(found, axis=1), axis=0)


def plain(thumbnails: np.ndarray) -> np.ndarray:
    """Which pictures show too little to be compared: bool (N,)."""
    parts = range(0, len(thumbnails), _TASK)
    return ~np.concatenate([registration.enough(thumbnails[at : at + _TASK]) for at in parts])


def _confirm(path: Path, pairs: np.ndarray) -> list[tuple[int, int, float, str]]:
    cv2.setNumThreads(0)  # the pool is parallel already
    thumbnails = np.load(path, mmap_mode="r")
    with threadpool_limits(1):
        matches = registration.compare(thumbnails[pairs[:, 0]], thumbnails[pairs[:, 1]])
    return [
        (first, second, match.similarity, match.kind)
        for (first, second), match in zip(pairs.tolist(), matches, strict=True)
        if match.similarity >= registration.THRESHOLD
    ]


def comparable(thumbnail_side: int) -> bool:
    """Whether near duplicates are looked for among images with thumbnails of this side, in px."""
    return thumbnail_side >= SMALLEST
