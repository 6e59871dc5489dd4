"""Smooth noise and soft steps: what the textures of wings and backgrounds are made of."""

from __future__ import annotations

import functools

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter

TILE = 512


@functools.cache
def _tile(octave: int) -> np.ndarray:
    """(TILE, TILE) float32 noise of mean 0 and sd 1 with features of about 2**octave px."""
    values = np.random.default_rng([7, octave]).standard_normal((TILE, TILE)).astype(np.float32)
    if octave:
        values = gaussian_filter(values, 0.5 * 2**octave, mode="wrap")
    return values / values.std()


def noise(
    rng: np.random.Generator, shape: tuple[int, int], feature: float, aspect: float = 1.0
) -> np.ndarray:
    """Float32 noise of mean 0 and sd 1, of the given (rows, columns).

    Its features are about `feature` px high, and `aspect` times as wide. It is a stretched piece of
    a fixed tile, at a place that `rng` draws: far quicker than fresh noise.
    """
    octave = int(np.clip(np.floor(np.log2(max(feature, 1))), 0, 5))
    zoom = max(feature, 1) / 2**octave
    rows = min(TILE, int(np.ceil(shape[0] / zoom)) + 1)
    columns = min(TILE, int(np.ceil(shape[1] / zoom / aspect)) + 1)
    top, left = (int(rng.integers(0, TILE - n + 1)) for n in (rows, columns))
    piece = _tile(octave)[top : top + rows, left : left + columns]
    if piece.shape == shape:
        return piece
    return cv2.resize(piece, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)


def fractal(
    rng: np.random.Generator, shape: tuple[int, int], feature: float, octaves: int = 4, **stretch
) -> np.ndarray:
    """Noise of several scales, from `feature` px down by halves; mean 0, sd about 1."""
    total = np.zeros(shape, np.float32)
    weight = 1.0
    for _ in range(octaves):
        total += weight * noise(rng, shape, feature, **stretch)
        weight, feature = weight * 0.55, feature / 2
    return total * 0.8


def step(values: np.ndarray, edge: float | np.ndarray, softness: float) -> np.ndarray:
    """0 below `edge`, 1 above it, smooth over `softness` around it (Hermite)."""
    t = np.clip((values - edge) / softness + 0.5, 0, 1)
    return t * t * (3 - 2 * t)


def mix(under: np.ndarray, over: np.ndarray, share: np.ndarray) -> np.ndarray:
    """`share` (rows, columns) of a colour (3,) or picture laid on the picture `under`.

    Pictures are (3, rows, columns) here: NumPy is several times slower with colours innermost.
    """
    return under + share * ((over if over.ndim > 1 else over[:, None, None]) - under)
