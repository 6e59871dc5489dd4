"""The body between the wings, and the antennae."""

from __future__ import annotations

import dataclasses
import functools

import cv2
import numpy as np

from chrysalis.data.specimens.noise import noise
from chrysalis.data.specimens.patches import Patch, warp
from chrysalis.data.specimens.patterns import Colour
from chrysalis.data.specimens.pose import Pose, project

LENGTH, WIDTH = 0.9, 0.32  # of the picture of a body, in lengths of a forewing
_HEAD = -0.2  # y of its first row, in front of the thorax
# Half widths along the body, from the head's front to the abdomen's tip, as shares of WIDTH.
_ALONG = (0.0, 0.04, 0.09, 0.13, 0.17, 0.24, 0.33, 0.37, 0.5, 0.75, 0.95, 1.0)
_HALF = (0.0, 0.13, 0.16, 0.11, 0.2, 0.27, 0.22, 0.14, 0.16, 0.13, 0.05, 0.0)


@functools.lru_cache(maxsize=8)
def _form(side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Alpha, light (0 to 1) and rings of a body, (side, side // 3) float32."""
    y = (np.arange(side) + 0.5)[:, None] / side
    x = (np.arange(side // 3) + 0.5)[None] / (side // 3) - 0.5
    half = np.interp(y, _ALONG, _HALF)
    off = np.abs(x) / np.maximum(half, 1e-6)
    alpha = np.clip((half - np.abs(x)) * side / 3 + 0.5, 0, 1) * (half > 0)
    light = np.sqrt(np.clip(1 - off**2, 0, 1)) * (0.75 + 0.25 * (x < 0.02))
    rings = 0.5 + 0.5 * np.cos(2 * np.pi * y * 17)
    return tuple(v.astype(np.float32) for v in (alpha, light, rings * (y > 0.4)))  # type: ignore[return-value]


def draw_body(
    pose: Pose, colour: Colour, stout: float, canvas: int, rng: np.random.Generator
) -> Patch:
    """The body from above, premultiplied."""
    side = 96
    alpha, light, rings = _form(side)
    fur = 1 + 0.16 * noise(rng, alpha.shape, 5, aspect=0.4)
    tone = (0.45 + 0.95 * light) * fur * (1 - 0.22 * rings)
    rgb = [np.clip(c * tone + 0.05 * light, 0, 1) * alpha for c in colour]
    half = WIDTH * stout / 2
    ends = np.array(
        [[-half, _HEAD], [half, _HEAD], [half, _HEAD + LENGTH], [-half, _HEAD + LENGTH]]
    )
    corners = np.column_stack([ends, np.full(4, -0.03)])
    size = np.array([[0, 0], [side // 3, 0], [side // 3, side], [0, side]])
    # The body is round: it looks as wide from the side as from above.
    flat = dataclasses.replace(pose, roll=0.0)
    return warp(cv2.merge([*rgb, alpha]), size, project(corners, flat, canvas), canvas)


def draw_antennae(
    picture: np.ndarray, pose: Pose, colour: Colour, rng: np.random.Generator
) -> None:
    """Two clubbed antennae over `picture` (side, side, 4), premultiplied, in place."""
    lines = []
    for sign in (-1, 1):
        spread, bend = rng.uniform(0.2, 0.34), rng.uniform(0, 0.08)
        t = np.linspace(0, 1, 8)[:, None]
        x = sign * (0.025 + spread * t + bend * t**2)
        lines.append(np.hstack([x, -0.17 - 0.42 * t, -0.05 - 0.06 * t]))
    _draw(picture, lines, pose, colour, club=True)


def draw_legs(picture: np.ndarray, pose: Pose, colour: Colour) -> None:
    """Six legs over `picture`, in place: seen where the butterfly sits sideways."""
    lines = [
        np.array([[0, y, 0], [0.09 * sign, y + 0.3 * slant, 0.08], [0.12 * sign, y + slant, 0.2]])
        for sign in (-1, 1)
        for y, slant in ((-0.02, -0.08), (0.04, 0.02), (0.1, 0.1))
    ]
    _draw(picture, lines, pose, colour, club=False)


def _draw(
    picture: np.ndarray, lines: list[np.ndarray], pose: Pose, colour: Colour, *, club: bool
) -> None:
    """Thin lines through points in the animal's axes."""
    side = picture.shape[0]
    ink = np.zeros((side, side), np.uint8)
    thick = max(1, round(0.014 * pose.scale * side))
    for line in lines:
        points = np.rint(project(line, pose, side) * 16).astype(np.int32)
        cv2.polylines(ink, [points], False, 255, thick, cv2.LINE_AA, 4)
        if club:
            cv2.line(ink, tuple(points[-2]), tuple(points[-1]), 255, thick + 2, cv2.LINE_AA, 4)
    left, top, width, height = cv2.boundingRect(ink)
    alpha = ink[top : top + height, left : left + width].astype(np.float32) / 255
    Patch(left, top, cv2.merge([*(c * alpha for c in colour), alpha])).lay(picture)
