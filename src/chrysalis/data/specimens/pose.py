"""How a butterfly sits: from its wings in space to places on the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DISTANCE = 5.0  # of the camera, in lengths of a forewing


@dataclass(frozen=True)
class Pose:
    """Angles in radians; `scale` is the length of a forewing and `x`, `y` the thorax, in pictures.

    `left` and `right` are how far each pair of wings is lifted from flat towards closed (pi / 2),
    `spread` turns the forewings forwards, `heading` turns the whole animal in the picture, `pitch`
    and `roll` tilt it away.
    """

    x: float
    y: float
    scale: float
    heading: float
    spread: float
    left: float
    right: float
    pitch: float = 0.0
    roll: float = 0.0

    def rotation(self) -> np.ndarray:
        """(3, 3): from the animal's axes (right, back, down) to the camera's."""
        a, b, c = self.heading, self.pitch, self.roll
        turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
        tip = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
        lean = np.array([[np.cos(c), 0, np.sin(c)], [0, 1, 0], [-np.sin(c), 0, np.cos(c)]])
        return turn @ tip @ lean


def project(points: np.ndarray, pose: Pose, side: int) -> np.ndarray:
    """(n, 3) points in the animal's axes, to (n, 2) float64 px of a picture of `side` px."""
    seen = points @ pose.rotation().T
    flat = seen[:, :2] / (1 + seen[:, 2:] / DISTANCE)
    return (flat * pose.scale + [pose.x, pose.y]) * side


def wing_axes(lift: float, turn: float, mirrored: bool) -> np.ndarray:
    """(2, 3): the x and y axes of a wing in the animal's axes; its third would be its normal."""
    flat = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    sign = -1 if mirrored else 1
    return np.column_stack(
        [sign * flat[:, 0] * np.cos(lift), flat[:, 1], -flat[:, 0] * np.sin(lift)]
    )


def is_seen_from_above(places: np.ndarray) -> bool:
    """Whether corners given clockwise are still so in the picture (y downwards)."""
    (ax, ay), (bx, by), _, (dx, dy) = places
    return bool((bx - ax) * (dy - ay) - (by - ay) * (dx - ax) > 0)
