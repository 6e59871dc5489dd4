"""Small pictures with alpha that are laid on a larger one, where they touch it alone."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Patch:
    """(rows, columns, 4) float32, premultiplied, whose first pixel belongs at `x`, `y`."""

    x: int
    y: int
    picture: np.ndarray

    @property
    def place(self) -> tuple[slice, slice]:
        """Its rows and columns of the picture below."""
        rows, columns = self.picture.shape[:2]
        return slice(self.y, self.y + rows), slice(self.x, self.x + columns)

    def lay(self, under: np.ndarray) -> None:
        """Lay it over `under`, in place."""
        below = under[self.place]
        below *= cv2.merge([1 - self.picture[..., 3]] * 4)
        below += self.picture

    def shade(self, under: np.ndarray, strength: float, soft: float) -> None:
        """Darken `under` by a shadow of it with an edge of about `soft` px, in place."""
        margin = int(3 * soft) + 1
        rows, columns = under.shape[:2]
        top, left = min(margin, self.y), min(margin, self.x)
        height, width = self.picture.shape[:2]
        bottom = min(margin, rows - self.y - height)
        right = min(margin, columns - self.x - width)
        alpha = cv2.copyMakeBorder(
            self.picture[..., 3], top, bottom, left, right, cv2.BORDER_CONSTANT, value=0
        )
        dark = 1 - strength * cv2.GaussianBlur(alpha, (0, 0), soft, borderType=cv2.BORDER_CONSTANT)
        place = (
            slice(self.y - top, self.y + height + bottom),
            slice(self.x - left, self.x + width + right),
        )
        under[place] *= cv2.merge([dark, dark, dark, np.ones_like(dark)])


def warp(picture: np.ndarray, corners: np.ndarray, places: np.ndarray, side: int) -> Patch:
    """`picture` with its four `corners` (px) moved to `places` on a square of `side` px."""
    low = np.clip(np.floor(places.min(0)).astype(int), 0, side - 1)
    high = np.clip(np.ceil(places.max(0)).astype(int) + 1, low + 1, side)
    width, height = (int(n) for n in high - low)
    # OpenCV puts a pixel's centre at whole numbers, half a pixel before ours.
    matrix = cv2.getPerspectiveTransform(
        (corners - 0.5).astype(np.float32), (places - low - 0.5).astype(np.float32)
    )
    warped = cv2.warpPerspective(picture, matrix, (width, height), flags=cv2.INTER_LINEAR)
    return Patch(int(low[0]), int(low[1]), warped)
