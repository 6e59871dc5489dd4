"""Perceptual hashes: 64 signs of a picture's lowest frequencies."""

from __future__ import annotations

import cv2
import numpy as np

BITS = 64
_SIDE = 32  # px


def perceptual_hashes(thumbnails: np.ndarray) -> np.ndarray:
    """For grey pictures uint8 (N, T, T), signs -1 and 1 as float32 (N, 64).

    The 8 x 8 lowest frequencies of a cosine transform, each above or below their median (pHash:
    Zauner 2010, Implementation and Benchmarking of Perceptual Image Hash Functions, section 3.2.1).
    The product of two hashes is 64 minus twice the number of bits that differ.
    """
    found = np.empty((len(thumbnails), BITS), np.float32)
    for row, picture in enumerate(thumbnails):
        small = cv2.resize(picture, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
        low = cv2.dct(small.astype(np.float32))[1:9, 1:9].ravel()
        found[row] = np.where(low > np.median(low), 1, -1)
    return found
