"""Whether two small grey pictures show the same photograph: lay one over the other and compare."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np

from chrysalis.audit.embed import BLOCK

THRESHOLD = 0.85  # of similarity; chosen with `python -m benchmarks.duplicates`
ENOUGH_BLOCKS = 12  # with something in them; below, chance makes strangers look alike
TEXTURE = 4.0  # grey levels: deviation from a plane above which a block shows something
LEAST_OVERLAP = 0.5  # of the area

_COARSE = 16  # px
_LEAST_COARSE = 0.5  # correlation at that size, below which registration is not tried
_ZOOMS = (1, 0.87, 0.75, 1 / 0.87, 1 / 0.75)
_SHIFTS = (0, -0.09, 0.09)  # of the side
_BLUR = 5  # px, of both pictures
_STOP = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 60, 1e-4)


@dataclass(frozen=True)
class Match:
    """How alike two pictures are, from -1 to 1, and what sets them apart.

    `kind` names the changes that were found, joined by commas: mirrored, cropped, brightness,
    marked; or it is "copy".
    """

    similarity: float
    kind: str


def compare(first: np.ndarray, second: np.ndarray) -> Match | None:
    """Register the second picture, or its mirror image, to the first and compare them in blocks.

    Both are uint8 (T, T). An affine map is found from the best of a grid of zooms and shifts by
    maximising the correlation (Evangelidis and Psarakis, PAMI 30, 2008). The similarity is the
    median over blocks of `BLOCK` px of the correlation inside the block, of those blocks that show
    something; a plane is taken out of each. So light does not count, nor a clear sky, nor what
    covers less than half of the picture.

    None if the two are plainly different, or show too little to be compared: fewer than
    `ENOUGH_BLOCKS` blocks with something in them.
    """
    if min(textured(first).sum(), textured(second).sum()) < ENOUGH_BLOCKS:
        return None
    starts = [(*_start(first, each), each) for each in (second, cv2.flip(second, 1))]
    best: tuple[float, str] | None = None
    for mirrored, (correlation, start, other) in enumerate(starts):
        if correlation < _LEAST_COARSE:
            continue
        warp = _refine(first, other, start)
        found = _judge(first, other, warp) if warp is not None else None
        if found and (best is None or found[0] > best[0]):
            kind = ", ".join(filter(None, ("mirrored" if mirrored else "", found[1])))
            best = found[0], kind or "copy"
    return Match(*best) if best else None


def textured(picture: np.ndarray) -> np.ndarray:
    """Which blocks of a picture (T, T) show something: bool (T / BLOCK, T / BLOCK)."""
    return _shows(_detail(_blocks(picture.astype(np.float32))))


def _shows(detail: np.ndarray) -> np.ndarray:
    return np.sqrt((detail**2).mean(axis=2)) >= TEXTURE


def _detail(blocks: np.ndarray) -> np.ndarray:
    """What a plane through each block's values leaves: all clear skies look alike without that."""
    return blocks - (blocks @ _PLANES) @ _PLANES.T


def _blocks(picture: np.ndarray) -> np.ndarray:
    """The pixels of each block (rows, columns, BLOCK²)."""
    n = len(picture) // BLOCK
    cut = picture.reshape(n, BLOCK, n, BLOCK).swapaxes(1, 2)
    return cut.reshape(n, n, BLOCK * BLOCK)


def _planes() -> np.ndarray:
    """Orthonormal planes over the pixels of a block (BLOCK², 3)."""
    y, x = np.mgrid[:BLOCK, :BLOCK]
    planes = np.stack([np.ones(BLOCK * BLOCK), x.ravel(), y.ravel()], 1)
    return np.linalg.qr(planes)[0].astype(np.float32)


_PLANES = _planes()


def _grid() -> list[np.ndarray]:
    """Affine maps (2, 3) of places in the unit square, the identity first."""
    return [
        np.array(
            [[zoom, 0, (1 - zoom) / 2 + x], [0, zoom, (1 - zoom) / 2 + y]],
            np.float32,
        )
        for zoom, x, y in itertools.product(_ZOOMS, _SHIFTS, _SHIFTS)
    ]


def _sampling(maps: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Where each map finds the coarse picture's pixels in one of twice its side, and if at all.

    Both (maps, _COARSE²): an index, and a bool.
    """
    centres = (np.arange(_COARSE) + 0.5) / _COARSE
    x, y = (each.ravel() for each in np.meshgrid(centres, centres))
    places = np.stack([each[:, :2] @ np.stack([x, y]) + each[:, 2:] for each in maps])
    inside = np.asarray(((places >= 0) & (places < 1)).all(axis=1))
    column, row = np.clip(places * 2 * _COARSE, 0, 2 * _COARSE - 1).astype(int).swapaxes(0, 1)
    return row * 2 * _COARSE + column, inside


_GRID = _grid()
_PLACES, _INSIDE = _sampling(_GRID)
_FLAGS = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


def _start(first: np.ndarray, second: np.ndarray) -> tuple[float, np.ndarray]:
    """The best correlation over the grid, and its map in pixels of the pictures themselves."""
    small = cv2.resize(first, (_COARSE, _COARSE), interpolation=cv2.INTER_AREA)
    larger = cv2.resize(second, (2 * _COARSE, 2 * _COARSE), interpolation=cv2.INTER_AREA)
    other = cv2.blur(larger.astype(np.float32), (2, 2)).ravel()[_PLACES]
    one = np.where(_INSIDE, small.astype(np.float32).ravel(), 0)
    other = np.where(_INSIDE, other, 0)
    count = _INSIDE.sum(1, keepdims=True)
    one -= _INSIDE * one.sum(1, keepdims=True) / count
    other -= _INSIDE * other.sum(1, keepdims=True) / count
    norms = np.sqrt((one**2).sum(1) * (other**2).sum(1))
    correlations = (one * other).sum(1) / np.maximum(norms, 1e-6)
    best = int(correlations.argmax())
    warp = _GRID[best].copy()
    # Pixel i has its centre at (i + 0.5) / side.
    warp[:, 2] = len(first) * warp[:, 2] + 0.5 * (warp[:, :2].sum(1) - 1)
    return float(correlations[best]), warp


def _refine(first: np.ndarray, second: np.ndarray, start: np.ndarray) -> np.ndarray | None:
    """The affine map that maximises the correlation; None if it strays or is no plain crop."""
    try:
        _, warp = cv2.findTransformECC(
            first, second, start.copy(), cv2.MOTION_AFFINE, _STOP, np.ones_like(second), _BLUR
        )
    except cv2.error:  # it does not converge
        return None
    scales = np.linalg.svd(warp[:, :2], compute_uv=False)
    straight = abs(warp[0, 1]) < 0.2 and abs(warp[1, 0]) < 0.2 and min(warp[0, 0], warp[1, 1]) > 0
    return warp if straight and scales.min() > 0.55 and scales.max() < 1.8 else None


def _judge(first: np.ndarray, second: np.ndarray, warp: np.ndarray) -> tuple[float, str] | None:
    """The similarity of the first picture to the second laid over it, and the changes."""
    size = first.shape[::-1]
    one = first.astype(np.float32)
    moved = cv2.warpAffine(second.astype(np.float32), warp, size, flags=_FLAGS, borderValue=-1e6)
    inside = moved > -1
    if inside.mean() < LEAST_OVERLAP:
        return None
    a, b = _detail(_blocks(one)), _detail(_blocks(moved))
    whole = _blocks(inside.astype(np.float32)).min(axis=2) > 0
    used = whole & (_shows(a) | _shows(b))
    if used.sum() < ENOUGH_BLOCKS * inside.mean():
        return None
    a, b = a[used], b[used]
    norms = np.sqrt((a**2).sum(1) * (b**2).sum(1))
    alike = (a * b).sum(1) / np.maximum(norms, 1e-6)
    similarity = float(np.median(alike))
    return similarity, _changes(warp, one[inside], moved[inside], alike)


def _changes(warp: np.ndarray, one: np.ndarray, other: np.ndarray, alike: np.ndarray) -> str:
    side = np.sqrt(len(one))
    moved = np.abs(warp - np.eye(2, 3, dtype=np.float32))
    gain = one.std() / max(other.std(), 1e-6)
    names = []
    if moved[:, :2].max() > 0.03 or moved[:, 2].max() > 0.03 * side:
        names.append("cropped")
    if abs(one.mean() - other.mean()) > 8 or not 0.87 < gain < 1.15:
        names.append("brightness")
    if (alike < 0.5).mean() > 0.05:
        names.append("marked")
    return ", ".join(names)
