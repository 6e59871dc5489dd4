"""Whether two small grey pictures show the same photograph: lay one over the other and compare."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np

from chrysalis.audit.blocks import cut, detail, smooth, telling, tells

THRESHOLD = 0.85  # of similarity; chosen with `python -m benchmarks.duplicates`
ENOUGH_BLOCKS = 8  # that tell pictures apart; below, chance makes strangers look alike
FEWEST_BLOCKS = 6  # of them where a crop overlaps; as many as an affine map has parameters
QUANTILE = 0.4  # of the blocks may differ: what a mark covers
LEAST_OVERLAP = 0.5  # of the area

_PART = 128  # pairs compared at once, which fit into a processor's cache
_NONE = -1.0  # similarity of pictures that are plainly different
_COARSE = 16  # px
_LEAST_COARSE = 0.6  # correlation at that size, below which registration is not tried
_NEARLY = 0.1  # of the better of a picture and its mirror image: both are tried
_ZOOMS = (1, 0.87, 0.75, 1 / 0.87, 1 / 0.75)
_SHIFTS = (0, -0.09, 0.09)  # of the side
_RIM = 0.15  # of the side, that does not count for the start
_BLUR = 3  # px, of both pictures
_FEW_STEPS, _ALL_STEPS = 10, 60  # of registration: most duplicates are alike after a few
_HOPELESS = 0.4  # similarity after a few steps, below which registration ends
_PRECISION = 1e-4  # of the correlation, at which it has converged


@dataclass(frozen=True)
class Match:
    """How alike two pictures are, from -1 to 1, and what sets them apart.

    `kind` names the changes that were found, joined by commas: mirrored, cropped, brightness,
    marked; or it is "copy". It is empty where the similarity is below `THRESHOLD`.
    """

    similarity: float
    kind: str


def compare(first: np.ndarray, second: np.ndarray) -> list[Match]:
    """Register each second picture, or its mirror image, to the first and compare them in blocks.

    Both are uint8 (P, T, T). An affine map is found from the best of a grid of zooms and shifts by
    maximising the correlation (Evangelidis and Psarakis, PAMI 30, 2008). The similarity is the
    correlation inside a block of `BLOCK` px that `QUANTILE` of the telling blocks do not reach; a
    plane is taken out of each. So light does not count, nor a clear sky, nor a mark.

    The similarity is -1 if the two are plainly different, or have fewer than `ENOUGH_BLOCKS`
    telling blocks.
    """
    starts = range(0, len(first), _PART)
    parts = (slice(start, start + _PART) for start in starts)
    return [match for part in parts for match in _compare(first[part], second[part])]


def enough(pictures: np.ndarray) -> np.ndarray:
    """Which pictures uint8 (P, T, T) show enough to be compared: bool (P,)."""
    return telling(pictures).sum((1, 2)) >= ENOUGH_BLOCKS


def _compare(first: np.ndarray, second: np.ndarray) -> list[Match]:
    found = [Match(_NONE, "")] * len(first)
    rows = np.flatnonzero(enough(first) | enough(second))
    if not len(rows):
        return found
    first = np.ascontiguousarray(first[rows])
    both = [np.ascontiguousarray(each) for each in (second[rows], second[rows][:, :, ::-1])]
    starts = [_start(first, other) for other in both]
    most = np.maximum(*(correlations for correlations, _ in starts))
    least = np.maximum(_LEAST_COARSE, most - _NEARLY)
    best = np.full(len(first), _NONE)
    kinds = [""] * len(first)
    for mirrored, (other, (correlations, warps)) in enumerate(zip(both, starts, strict=True)):
        tried = np.flatnonzero(correlations >= least)
        laid = _Laid(first[tried], other[tried])
        laid.register(warps[tried])
        for row in np.flatnonzero(laid.similarity > best[tried]).tolist():
            best[tried[row]] = laid.similarity[row]
            if laid.similarity[row] >= THRESHOLD:
                names = ("mirrored" if mirrored else "", laid.changes(row))
                kinds[tried[row]] = ", ".join(filter(None, names)) or "copy"
    for place, similarity, kind in zip(rows, best, kinds, strict=True):
        found[place] = Match(float(similarity), kind)
    return found


def _grid() -> list[np.ndarray]:
    """Affine maps (2, 3) of places in the unit square, the identity first."""
    return [
        np.array(
            [[zoom, 0, (1 - zoom) / 2 + x], [0, zoom, (1 - zoom) / 2 + y]],
            np.float32,
        )
        for zoom, x, y in itertools.product(_ZOOMS, _SHIFTS, _SHIFTS)
    ]


def _sampling(maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each map finds the coarse picture's pixels in one of twice its side, and if at all.

    Both (maps, _COARSE²): an index, and 0 or 1. Pixels near the rim, where marks are, do not count;
    their index is that of a pixel behind the last one.
    """
    centres = (np.arange(_COARSE) + 0.5) / _COARSE
    x, y = (each.ravel() for each in np.meshgrid(centres, centres))
    places = np.stack([each[:, :2] @ np.stack([x, y]) + each[:, 2:] for each in maps])
    middle = ((np.stack([x, y]) > _RIM) & (np.stack([x, y]) < 1 - _RIM)).all(axis=0)
    inside = np.asarray(((places >= 0) & (places < 1)).all(axis=1)) & middle
    column, row = np.clip(places * 2 * _COARSE, 0, 2 * _COARSE - 1).astype(int).swapaxes(0, 1)
    places = np.where(inside, row * 2 * _COARSE + column, 4 * _COARSE**2)
    return places, inside.astype(np.float32)


_GRID = np.stack(_grid())
_PLACES, _INSIDE = _sampling(_GRID)
_FLAGS = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


def _start(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The best correlation (P,) over the grid, and its map (P, 2, 3) in pixels of the pictures."""
    side = first.shape[1]
    one = np.empty((len(first), _COARSE**2), np.float32)
    other = np.zeros((len(first), 4 * _COARSE**2 + 1), np.float32)
    for row in range(len(first)):
        small = cv2.resize(first[row], (_COARSE, _COARSE), interpolation=cv2.INTER_AREA)
        large = cv2.resize(second[row], (2 * _COARSE, 2 * _COARSE), interpolation=cv2.INTER_AREA)
        one[row] = small.ravel()
        other[row, :-1] = cv2.blur(large.astype(np.float32), (2, 2)).ravel()
    # Without a common part, products lose no precision where sums are taken from them.
    one -= one.mean(1, keepdims=True)
    other[:, :-1] -= other[:, :-1].mean(1, keepdims=True)
    moved = np.take(other, _PLACES, axis=1)
    count, total, moved_total = _INSIDE.sum(1), one @ _INSIDE.T, moved.sum(2)
    products = np.matmul(moved, one[:, :, None])[:, :, 0] - total * moved_total / count
    spread = one**2 @ _INSIDE.T - total**2 / count
    moved_spread = np.einsum("pmi,pmi->pm", moved, moved) - moved_total**2 / count
    norms = np.sqrt(np.maximum(spread, 0) * np.maximum(moved_spread, 0))
    correlations = products / np.maximum(norms, 1e-6)
    best = correlations.argmax(1)
    warps = _GRID[best]
    # Pixel i has its centre at (i + 0.5) / side.
    warps[:, :, 2] = side * warps[:, :, 2] + 0.5 * (warps[:, :, :2].sum(2) - 1)
    return correlations[np.arange(len(best)), best], warps


class _Laid:
    """Pictures (P, T, T) and others that are laid over them: the best map of each found so far."""

    def __init__(self, first: np.ndarray, second: np.ndarray) -> None:
        self.first, self.second = first, second
        self.smooth = smooth(first), smooth(second)
        self.similarity = np.full(len(first), _NONE)
        self.warps = np.tile(np.eye(2, 3, dtype=np.float32), (len(first), 1, 1))

    def register(self, starts: np.ndarray) -> None:
        """Judge the pictures as they are, from the starts (P, 2, 3), and where those lead."""
        rows = np.arange(len(self.first))
        for warps in (self.warps.copy(), starts):
            self._keep(rows, warps, self._judge(rows, warps))
        rows, warps = self._refine(rows, starts, _FEW_STEPS)
        hopeful = self._judge(rows, warps) >= _HOPELESS
        rows, warps = self._refine(rows[hopeful], warps[hopeful], _ALL_STEPS)
        self._keep(rows, warps, self._judge(rows, warps))

    def _keep(self, rows: np.ndarray, warps: np.ndarray, similarity: np.ndarray) -> None:
        better = similarity > self.similarity[rows]
        self.similarity[rows[better]] = similarity[better]
        self.warps[rows[better]] = warps[better]

    def _refine(
        self, rows: np.ndarray, starts: np.ndarray, steps: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """The affine maps that maximise the correlation, without those that are no plain crops."""
        stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, steps, _PRECISION)
        everywhere = np.ones(self.first.shape[1:], np.uint8)
        kept: list[int] = []
        warps: list[np.ndarray] = []
        for row, start in zip(rows, starts, strict=True):
            pair = self.first[row], self.second[row]
            try:
                _, warp = cv2.findTransformECC(
                    *pair, start.copy(), cv2.MOTION_AFFINE, stop, everywhere, _BLUR
                )
            except cv2.error:  # it does not converge
                continue
            if _is_plain_crop(warp):
                kept.append(row)
                warps.append(warp)
        return np.array(kept, int), np.array(warps, np.float32).reshape(-1, 2, 3)

    def _judge(self, rows: np.ndarray, warps: np.ndarray) -> np.ndarray:
        """The similarity (P,) of each first picture to the second laid over it."""
        if not len(rows):
            return np.empty(0)
        one, moved, inside = self._overlay(rows, warps)
        alike, used, covered = _alike(one, moved, inside)
        count = used.sum(1)
        ordered = np.sort(np.where(used, alike, np.inf), axis=1)
        place = QUANTILE * np.maximum(count - 1, 0)
        low = place.astype(int)
        high = np.minimum(low + 1, np.maximum(count - 1, 0))
        both = (ordered[np.arange(len(low)), each] for each in (low, high))
        below, above = (np.where(count > 0, each, 0) for each in both)
        quantile = below + (above - below) * (place - low)
        least = np.maximum(FEWEST_BLOCKS, ENOUGH_BLOCKS * covered)
        return np.where((covered >= LEAST_OVERLAP) & (count >= least), quantile, _NONE)

    def _overlay(
        self, rows: np.ndarray, warps: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """One picture, the other laid over it, and where there is something: all (P, T, T)."""
        shape = (len(rows), *self.first.shape[1:])
        one, moved = np.empty(shape, np.float32), np.empty(shape, np.float32)
        inside = np.empty(shape, np.uint8)
        size, everywhere = shape[:0:-1], np.ones(shape[1:], np.uint8)
        rim = np.ones((5, 5), np.uint8)
        larger = np.linalg.det(warps[:, :, :2]) > 1
        for at, (row, warp) in enumerate(zip(rows, warps, strict=True)):
            first, second = (each[row] for each in self.smooth)
            if larger[at]:  # the second shows a part of the first: lay it the other way
                first, second, warp = second, first, cv2.invertAffineTransform(warp)
            one[at] = first
            moved[at] = cv2.warpAffine(
                second, warp, size, flags=_FLAGS, borderMode=cv2.BORDER_REPLICATE
            )
            inside[at] = cv2.dilate(cv2.warpAffine(everywhere, warp, size, flags=_FLAGS), rim)
        return one, moved, inside > 0

    def changes(self, row: int) -> str:
        """What sets the two pictures of a row apart, beside mirroring."""
        warp = self.warps[row]
        one, moved, inside = self._overlay(np.array([row]), warp[None])
        alike, used, _ = _alike(one, moved, inside)
        first, other = one[inside], moved[inside]
        shift = np.abs(warp - np.eye(2, 3, dtype=np.float32))
        gain = first.std() / max(other.std(), 1e-6)
        names = []
        if shift[:, :2].max() > 0.03 or shift[:, 2].max() > 0.03 * np.sqrt(len(first)):
            names.append("cropped")
        if abs(first.mean() - other.mean()) > 8 or not 0.87 < gain < 1.15:
            names.append("brightness")
        if (alike[used] < 0.5).mean() > 0.05:
            names.append("marked")
        return ", ".join(names)


def _is_plain_crop(warp: np.ndarray) -> bool:
    scales = np.linalg.svd(warp[:, :2], compute_uv=False)
    straight = abs(warp[0, 1]) < 0.2 and abs(warp[1, 0]) < 0.2 and min(warp[0, 0], warp[1, 1]) > 0
    return bool(straight and scales.min() > 0.55 and scales.max() < 1.8)


def _alike(
    one: np.ndarray, moved: np.ndarray, inside: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The correlation in each block and whether it counts, both (P, blocks); the overlap (P,)."""
    a, b = detail(cut(one)), detail(cut(moved))
    used = cut(inside).all(axis=3) & (tells(a) | tells(b))
    squares = (np.einsum("...i,...i->...", each, each) for each in (a, b))
    norms = np.sqrt(np.multiply(*squares))
    alike = np.einsum("...i,...i->...", a, b) / np.maximum(norms, 1e-6)
    rows = len(one)
    return alike.reshape(rows, -1), used.reshape(rows, -1), inside.mean((1, 2))
