"""Outlines of wings, and the coordinates on a wing that its pattern is painted in."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from scipy.interpolate import PchipInterpolator

BOX = 1.3  # side of the square that a wing's picture shows, in lengths of a forewing
INNER = 0.06  # how much of it lies before the wing's root


@dataclass(frozen=True)
class WingShape:
    """The outline of a right wing around its root: x outwards, y backwards, in forewing lengths.

    Between the angles `start` and `end` (radians from x towards y) the outer margin runs through
    `radii`, at even angles. `arch` bends the wing forwards at half its length. `scallop` is the
    depth of the margin between veins (negative: of the veins), `tail` the length of a tail at the
    share `tail_at` of the angles. `veins` is the number of veins that reach the margin.
    """

    start: float
    end: float
    radii: tuple[float, ...]
    arch: float = 0.0
    scallop: float = 0.0
    tail: float = 0.0
    tail_at: float = 0.6
    tail_width: float = 0.06
    veins: int = 7
    cell: float = 0.5


@dataclass(frozen=True)
class Wing:
    """Coordinates at each pixel of a wing's picture, all (side, side) float32.

    `alpha` is the share of the pixel that the wing covers. `along` goes from 0 at the root to 1 at
    the outer margin, `across` from 0 at the front to 1 at the back. `radius` and `reach` are the
    distances from the root to the pixel and to the margin behind it, and `edge` is that to the
    nearest margin, in wing lengths. `cell` counts the fields between veins, and `within` goes from
    -0.5 to 0.5 across a field, of `width` wing lengths. `vein` is 1 on veins. `top` is the y of the
    first row.
    """

    alpha: np.ndarray
    along: np.ndarray
    across: np.ndarray
    radius: np.ndarray
    reach: np.ndarray
    edge: np.ndarray
    cell: np.ndarray
    within: np.ndarray
    width: np.ndarray
    vein: np.ndarray
    cells: int
    top: float


def _reach(shape: WingShape, angle: np.ndarray, within: np.ndarray) -> np.ndarray:
    """Distance from the root to the outer margin, by angle."""
    angles = np.linspace(shape.start, shape.end, len(shape.radii))
    reach = PchipInterpolator(angles, shape.radii)(np.clip(angle, shape.start, shape.end))
    reach = reach - shape.scallop * (0.5 + 0.5 * np.cos(2 * np.pi * within))
    place = shape.start + shape.tail_at * (shape.end - shape.start)
    off = np.abs(angle - place) / shape.tail_width
    return reach + shape.tail * (0.8 * np.exp(-(off**6)) + 0.2 * np.exp(-((off / 2.6) ** 2)))


def _fields(shape: WingShape, angle: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`across`, `cell` and `within` of these angles."""
    across = (angle - shape.start) / (shape.end - shape.start)
    place = np.clip(across, 0, 1 - 1e-6) * shape.veins
    cell = np.floor(place)
    return across, cell, place - cell - 0.5


@functools.lru_cache(maxsize=256)
def wing(shape: WingShape, side: int) -> Wing:
    """The wing's coordinates on a picture of `side` x `side` px, BOX wide."""
    fine = _polar(shape, side * 3)
    alpha = cv2.resize(_inside(shape, *fine), (side, side), interpolation=cv2.INTER_AREA)
    radius, angle, _, top = _polar(shape, side)
    across, cell, within = _fields(shape, angle)
    bare = WingShape(shape.start, shape.end, shape.radii)
    # Bands follow the margin without its scallops and tail.
    reach = _reach(bare, angle, within)
    along = radius / reach
    solid = (alpha > 0.5).astype(np.uint8)
    padded = cv2.copyMakeBorder(solid, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    edge = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1] * (BOX / side)
    width = radius * (shape.end - shape.start) / shape.veins
    fields = {
        "alpha": alpha,
        "along": along,
        "across": across,
        "radius": radius,
        "reach": reach,
        "edge": edge,
        "cell": cell,
        "within": within,
        "width": width,
        "vein": _veins(shape, along, across, within, width),
    }
    return Wing(
        **{name: values.astype(np.float32) for name, values in fields.items()},
        cells=shape.veins,
        top=top,
    )


def _polar(shape: WingShape, side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Each pixel's distance and angle from the root, its x, and the y of the first row."""
    middle = (shape.start + shape.end) / 2
    angles = np.linspace(shape.start, shape.end, 64)
    heights = _reach(shape, angle=angles, within=np.full(64, 0.5)) * np.sin(angles)
    top = (heights.min() + heights.max() - shape.arch - BOX) / 2
    centres = (np.arange(side) + 0.5) * (BOX / side)
    x, y = np.meshgrid(centres - INNER, centres + top)
    y = y + shape.arch * np.sin(np.pi * np.clip(x, 0, 1)) * np.sign(-middle or 1)
    return np.hypot(x, y), np.arctan2(y, x), x, top


def _inside(
    shape: WingShape, radius: np.ndarray, angle: np.ndarray, x: np.ndarray, _top: float
) -> np.ndarray:
    _, _, within = _fields(shape, angle)
    reach = _reach(shape, angle, within)
    # Rounded where the margin meets the front and the back edge.
    front, back = angle - shape.start, shape.end - angle
    corner = (
        1 - 0.16 * np.exp(-np.maximum(front, 0) / 0.05) - 0.2 * np.exp(-np.maximum(back, 0) / 0.09)
    )
    inside = (radius < reach * corner) & (front > 0) & (back > 0)
    return inside.astype(np.float32)


def _veins(
    shape: WingShape,
    along: np.ndarray,
    across: np.ndarray,
    within: np.ndarray,
    width: np.ndarray,
) -> np.ndarray:
    """Veins fan out from the discal cell, which they leave open; its outline is a vein too."""
    thickness = 0.011
    fan = (0.5 - np.abs(within)) * width
    centre = (across - 0.42) / 0.24
    cell = shape.cell * (1 - 0.35 * centre**2)  # the end of the discal cell, by angle
    lines = np.exp(-((fan / thickness) ** 2)) * (along > cell)
    end = np.exp(-(((along - cell) / (1.3 * thickness)) ** 2)) * (np.abs(centre) < 1)
    side = np.exp(-(((np.abs(centre) - 1) * 0.24 * along / thickness) ** 2)) * (along < cell)
    return np.clip(np.maximum(lines, np.maximum(end, side)), 0, 1)
