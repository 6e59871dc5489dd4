"""Small grey pictures cut into blocks: which of them tell it from others, and what is in them."""

from __future__ import annotations

import cv2
import numpy as np

from chrysalis.audit.thumbnails import BLOCK

SLOPE, ROUND = 1.0, 0.1  # see `telling`


def telling(pictures: np.ndarray) -> np.ndarray:
    """Which blocks of uint8 (P, T, T) tell a picture from others: bool (P, T/BLOCK, T/BLOCK).

    A straight edge can be laid over any other, so a block needs detail in two directions: both
    eigenvalues of its gradients' covariance are large (Shi and Tomasi, CVPR 1994). The smaller one
    has to be at least `SLOPE`² (grey levels a pixel, squared) and `ROUND` of the larger.
    """
    return tells(detail(cut(smooth(pictures))))


def smooth(pictures: np.ndarray) -> np.ndarray:
    """Float32 pictures (P, T, T) without what only encoding or scaling changes."""
    found = np.empty(pictures.shape, np.float32)
    for row, picture in enumerate(pictures):
        cv2.GaussianBlur(picture.astype(np.float32), (3, 3), 0, dst=found[row])
    return found


def tells(details: np.ndarray) -> np.ndarray:
    """As `telling`, for blocks (P, rows, columns, BLOCK²) without their planes."""
    squares = details.reshape(*details.shape[:-1], BLOCK, BLOCK)
    down, across = _slopes(squares, -2), _slopes(squares, -1)
    xx, yy, xy = (
        np.einsum("...ij,...ij->...", a, b) / BLOCK**2
        for a, b in ((across, across), (down, down), (across, down))
    )
    middle, spread = (xx + yy) / 2, np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    return (middle - spread >= SLOPE**2) & (middle - spread >= ROUND * (middle + spread))


def _slopes(squares: np.ndarray, axis: int) -> np.ndarray:
    """As `np.gradient`, which takes three times as long."""
    turned = np.moveaxis(squares, axis, -1)
    found = np.empty_like(squares)
    into = np.moveaxis(found, axis, -1)
    np.subtract(turned[..., 2:], turned[..., :-2], out=into[..., 1:-1])
    into[..., 1:-1] *= 0.5
    np.subtract(turned[..., 1], turned[..., 0], out=into[..., 0])
    np.subtract(turned[..., -1], turned[..., -2], out=into[..., -1])
    return found


def detail(blocks: np.ndarray) -> np.ndarray:
    """What a plane through each block's values leaves: all clear skies look alike without that."""
    return blocks - (blocks @ _PLANES) @ _PLANES.T


def cut(pictures: np.ndarray) -> np.ndarray:
    """The pixels of each block of pictures (P, T, T): (P, rows, columns, BLOCK²)."""
    n = pictures.shape[-1] // BLOCK
    squares = pictures.reshape(-1, n, BLOCK, n, BLOCK).swapaxes(2, 3)
    return squares.reshape(-1, n, n, BLOCK * BLOCK)


def _planes() -> np.ndarray:
    """Orthonormal planes over the pixels of a block (BLOCK², 3)."""
    y, x = np.mgrid[:BLOCK, :BLOCK]
    planes = np.stack([np.ones(BLOCK * BLOCK), x.ravel(), y.ravel()], 1)
    return np.linalg.qr(planes)[0].astype(np.float32)


_PLANES = _planes()
