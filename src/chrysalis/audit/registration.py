"""Whether two small grey pictures show the same photograph: lay one over the other and compare."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np

from chrysalis.audit.thumbnails import BLOCK

THRESHOLD = 0.85  # of similarity; chosen with `python -m benchmarks.duplicates`
ENOUGH_BLOCKS = 8  # that tell pictures apart; below, chance makes strangers look alike
FEWEST_BLOCKS = 6  # of them where a crop overlaps; as many as an affine map has parameters
SLOPE, ROUND = 1.0, 0.1  # see `telling`
QUANTILE = 0.4  # of the blocks may differ: what a mark covers
LEAST_OVERLAP = 0.5  # of the area

_COARSE = 16  # px
_LEAST_COARSE = 0.6  # correlation at that size, below which registration is not tried
_NEARLY = 0.1  # of the better of a picture and its mirror image: both are tried
_ZOOMS = (1, 0.87, 0.75, 1 / 0.87, 1 / 0.75)
_SHIFTS = (0, -0.09, 0.09)  # of the side
_RIM = 0.15  # of the side, that does not count for the start
_BLUR = 3  # px, of both pictures
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
    correlation inside a block of `BLOCK` px that `QUANTILE` of the telling blocks do not reach; a
    plane is taken out of each. So light does not count, nor a clear sky, nor a mark.

    None if the two are plainly different, or have fewer than `ENOUGH_BLOCKS` telling blocks.
    """
    if max(telling(first).sum(), telling(second).sum()) < ENOUGH_BLOCKS:
        return None
    best: tuple[float, str] | None = None
    both = (second, cv2.flip(second, 1))
    starts = [_start(first, other) for other in both]
    least = max(_LEAST_COARSE, max(correlation for correlation, _ in starts) - _NEARLY)
    for mirrored, (other, (correlation, start)) in enumerate(zip(both, starts, strict=True)):
        if correlation < least:
            continue
        for warp in (_IDENTITY, start, _refine(first, other, start)):
            found = _judge(first, other, warp) if warp is not None else None
            if found and (best is None or found[0] > best[0]):
                kind = ", ".join(filter(None, ("mirrored" if mirrored else "", found[1])))
                best = found[0], kind or "copy"
    return Match(*best) if best else None


def telling(picture: np.ndarray) -> np.ndarray:
    """Which blocks of a picture (T, T) can tell it from others: bool (T / BLOCK, T / BLOCK).

    A straight edge can be laid over any other, so a block needs detail in two directions: both
    eigenvalues of its gradients' covariance are large (Shi and Tomasi, CVPR 1994). The smaller one
    has to be at least `SLOPE`² (grey levels a pixel, squared) and `ROUND` of the larger.
    """
    return _tells(_detail(_blocks(_smooth(picture))))


def _smooth(picture: np.ndarray) -> np.ndarray:
    """Without what only encoding or scaling changes."""
    return cv2.GaussianBlur(picture.astype(np.float32), (3, 3), 0)


def _tells(detail: np.ndarray) -> np.ndarray:
    squares = detail.reshape(*detail.shape[:2], BLOCK, BLOCK)
    down, across = np.gradient(squares, axis=(2, 3))
    xx, yy, xy = (
        (a * b).mean(axis=(2, 3)) for a, b in ((across, across), (down, down), (across, down))
    )
    middle, spread = (xx + yy) / 2, np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    return (middle - spread >= SLOPE**2) & (middle - spread >= ROUND * (middle + spread))


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

    Both (maps, _COARSE²): an index, and a bool. Pixels near the rim, where marks are, do not count.
    """
    centres = (np.arange(_COARSE) + 0.5) / _COARSE
    x, y = (each.ravel() for each in np.meshgrid(centres, centres))
    places = np.stack([each[:, :2] @ np.stack([x, y]) + each[:, 2:] for each in maps])
    middle = ((np.stack([x, y]) > _RIM) & (np.stack([x, y]) < 1 - _RIM)).all(axis=0)
    inside = np.asarray(((places >= 0) & (places < 1)).all(axis=1)) & middle
    column, row = np.clip(places * 2 * _COARSE, 0, 2 * _COARSE - 1).astype(int).swapaxes(0, 1)
    return row * 2 * _COARSE + column, inside


_GRID = _grid()
_IDENTITY = np.eye(2, 3, dtype=np.float32)
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
    if np.linalg.det(warp[:, :2]) > 1:  # the second shows a part of the first: lay it the other way
        first, second, warp = second, first, cv2.invertAffineTransform(warp)
    size = first.shape[::-1]
    one = _smooth(first)
    moved = cv2.warpAffine(
        _smooth(second), warp, size, flags=_FLAGS, borderMode=cv2.BORDER_REPLICATE
    )
    covered = cv2.warpAffine(np.ones_like(second), warp, size, flags=_FLAGS)
    inside = cv2.dilate(covered, np.ones((5, 5), np.uint8)) > 0
    if inside.mean() < LEAST_OVERLAP:
        return None
    a, b = _detail(_blocks(one)), _detail(_blocks(moved))
    whole = _blocks(inside.astype(np.float32)).min(axis=2) > 0
    used = whole & (_tells(a) | _tells(b))
    if used.sum() < max(FEWEST_BLOCKS, ENOUGH_BLOCKS * inside.mean()):
        return None
    a, b = a[used], b[used]
    norms = np.sqrt((a**2).sum(1) * (b**2).sum(1))
    alike = (a * b).sum(1) / np.maximum(norms, 1e-6)
    similarity = float(np.quantile(alike, QUANTILE))
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
