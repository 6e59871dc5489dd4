"""What makes a near-duplicate of a photograph, as people do when they share one."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

Pictures = tuple[np.ndarray, np.ndarray]
QUALITY = 88  # of JPEG, for all photographs but those encoded once more


def _same(image: np.ndarray, mask: np.ndarray) -> Pictures:
    return image, mask


def _crop(image: np.ndarray, mask: np.ndarray) -> Pictures:
    """A fourteenth less on each side, enlarged to the size that it had."""
    side = image.shape[0]
    off = max(1, side // 14)
    inner = (slice(off, side - off), slice(off, side - off))
    grey = mask.astype(np.uint8)
    image = cv2.resize(image[inner], (side, side), interpolation=cv2.INTER_CUBIC)
    return image, cv2.resize(grey[inner], (side, side), interpolation=cv2.INTER_NEAREST) > 0


def _mirror(image: np.ndarray, mask: np.ndarray) -> Pictures:
    return np.ascontiguousarray(image[:, ::-1]), np.ascontiguousarray(mask[:, ::-1])


def _brighten(image: np.ndarray, mask: np.ndarray) -> Pictures:
    return np.clip(image * 1.15 + 6, 0, 255).astype(np.uint8), mask


def _watermark(image: np.ndarray, mask: np.ndarray) -> Pictures:
    side = image.shape[0]
    ink = image.copy()
    place, scale = (side // 12, side - side // 12), side / 260
    cv2.putText(
        ink, "(c) nobody", place, cv2.FONT_HERSHEY_SIMPLEX, scale, (255,) * 3, 1, cv2.LINE_AA
    )
    return cv2.addWeighted(ink, 0.7, image, 0.3, 0), mask


ALTERATIONS: dict[str, Callable[[np.ndarray, np.ndarray], Pictures]] = {
    "re-encoded": _same,
    "cropped": _crop,
    "mirrored": _mirror,
    "brightened": _brighten,
    "watermarked": _watermark,
}


def alter(image: np.ndarray, mask: np.ndarray, how: str) -> tuple[np.ndarray, np.ndarray, int]:
    """The picture and its mask after the change named `how`, and the JPEG quality to save it with.

    An empty name changes nothing.
    """
    if not how:
        return image, mask, QUALITY
    return *ALTERATIONS[how](image, mask), QUALITY - 30 if how == "re-encoded" else QUALITY
