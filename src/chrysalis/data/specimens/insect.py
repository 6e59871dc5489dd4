"""A butterfly alone: wings, body and antennae with light and shade, on nothing."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from chrysalis.data.specimens.body import draw_antennae, draw_body, draw_legs
from chrysalis.data.specimens.patches import Patch, warp
from chrysalis.data.specimens.patterns import Colour, Layer, Variation, paint
from chrysalis.data.specimens.pose import Pose, is_seen_from_above, project, wing_axes
from chrysalis.data.specimens.shapes import BOX, INNER, WingShape, wing
from chrysalis.data.specimens.species import Species

BRIGHTEST = 1.2  # of a colour from 0 to 1, before the camera's exposure
FINER = 2  # px of the drawing for each px of the picture, a side


@dataclass(frozen=True)
class Individual:
    """One butterfly: which look of its species, how it varies, and how worn it is (0 to 1).

    `seed` decides its mottling, so that another picture of it shows the same.
    """

    mode: int
    own: Variation
    tint: Colour
    wear: float
    seed: int


@dataclass(frozen=True)
class Light:
    """Where light comes from, as a unit vector in the camera's axes (x right, y down, z away).

    `hard` is the share of it that is direct; the rest comes from everywhere.
    """

    direction: tuple[float, float, float]
    hard: float


class _Side(NamedTuple):
    """The two wings of one side, in the order to draw them, and whether their upper side shows."""

    wings: list[Patch]
    upside: bool


def draw(
    species: Species, individual: Individual, pose: Pose, light: Light, side: int
) -> np.ndarray:
    """(side, side, 4) float32: RGB premultiplied by alpha, and alpha."""
    fine = side * FINER
    pose = dataclasses.replace(pose, scale=pose.scale * species.size)
    rng = np.random.default_rng([11, individual.seed])
    body = draw_body(pose, species.body, species.stout, fine, rng)
    canvas = np.zeros((fine, fine, 4), np.float32)
    # What is farther away is drawn first. Wings closed over the back hide the body between them.
    far, near = sorted((True, False), key=lambda mirrored: -_depth(pose, mirrored))
    parts = _Wings(species, individual, pose, light, side)
    first, second = parts.of_side(far), parts.of_side(near)
    wings = [*first.wings, *second.wings]
    patches = [*wings, body] if second.upside else [*first.wings, body, *second.wings]
    draw_legs(canvas, pose, _dark(species.body))
    for number, patch in enumerate(patches):
        if number:
            patch.shade(canvas, 0.4, fine / 80)
        patch.lay(canvas)
    draw_antennae(canvas, pose, _dark(species.body), rng)
    return cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA)


def paint_wing(
    shape: WingShape, layers: tuple[Layer, ...], individual: Individual, number: int, side: int
) -> np.ndarray:
    """(side, side, 4) float32, premultiplied: one wing of an individual, spread flat.

    The left wing is the right one's mirror image. `number` tells the wings apart.
    """
    coordinates = wing(shape, side)
    rng = np.random.default_rng([12, individual.seed, number])
    rgb = paint(layers, coordinates, individual.own, rng)
    rgb *= np.array(individual.tint, np.float32)[:, None, None]
    if individual.wear:
        rgb += individual.wear * (0.5 * rgb.mean(0) + 0.22 - rgb)
    # Wings are a little hollow: light falls off across them.
    rgb *= 1.07 - 0.14 * np.abs(coordinates.across - 0.45)
    rgb = np.clip(rgb, 0, 1) * coordinates.alpha
    return cv2.merge([*rgb, coordinates.alpha])


def _dark(colour: Colour) -> Colour:
    r, g, b = colour
    return (0.45 * r, 0.45 * g, 0.45 * b)


def _depth(pose: Pose, mirrored: bool) -> float:
    """How far from the camera the middle of a side's wings lies."""
    lift = pose.left if mirrored else pose.right
    return float((wing_axes(lift, 0, mirrored)[0] @ pose.rotation().T)[2])


class _Wings:
    """The wings of one butterfly in one pose, each painted once though it may be drawn twice."""

    def __init__(
        self, species: Species, individual: Individual, pose: Pose, light: Light, side: int
    ) -> None:
        self.species, self.individual, self.side = species, individual, side
        self.mode = species.modes[individual.mode]
        self.pose, self.light = pose, light
        self.painted: dict[tuple[bool, bool], np.ndarray] = {}

    def of_side(self, mirrored: bool) -> _Side:
        """The wings of the left side (mirrored) or of the right."""
        hind, upside = self._place(False, mirrored)
        fore, _ = self._place(True, mirrored)
        return _Side([hind, fore] if upside else [fore, hind], upside)

    def _place(self, is_fore: bool, mirrored: bool) -> tuple[Patch, bool]:
        pose, side = self.pose, self.side
        lift = pose.left if mirrored else pose.right
        turn = -pose.spread if is_fore else -0.35 * pose.spread
        axes = wing_axes(lift, turn, mirrored)
        shape = self.species.fore if is_fore else self.species.hind
        corners = np.array([[0, 0], [side, 0], [side, side], [0, side]])
        local = corners * (BOX / side) + [-INNER, wing(shape, side).top]
        root = np.array([0.0, -0.02 if is_fore else 0.1, 0.0])
        places = project(local @ axes + root, pose, side * FINER)
        upside = is_seen_from_above(places) != mirrored
        patch = warp(self._texture(is_fore, upside), corners, places, side * FINER)
        self._light_up(patch.picture, axes, upside)
        return patch, upside

    def _texture(self, is_fore: bool, upside: bool) -> np.ndarray:
        key = (is_fore, upside)
        if key not in self.painted:
            shape = self.species.fore if is_fore else self.species.hind
            above, below = (
                (self.mode.fore, self.mode.fore_below)
                if is_fore
                else (self.mode.hind, self.mode.hind_below)
            )
            layers = above if upside else below
            number = 2 * is_fore + upside
            self.painted[key] = paint_wing(shape, layers, self.individual, number, self.side)
        return self.painted[key]

    def _light_up(self, picture: np.ndarray, axes: np.ndarray, upside: bool) -> None:
        """Shade a wing by its angle to the light, in place; some light shines through it."""
        normal = np.cross(axes[0], axes[1]) @ self.pose.rotation().T
        normal = normal if normal[2] < 0 else -normal
        towards = np.array(self.light.direction)
        facing = float(normal @ towards)
        direct = facing if facing > 0 else -0.35 * facing
        gain = np.full(3, (1 - self.light.hard) + 1.3 * self.light.hard * direct)
        sheen = self.mode.sheen
        if sheen is not None and upside:
            # Iridescence is strongest where the wing mirrors the light to the camera.
            half = towards + np.array([0, 0, -1])
            glow = max(0.0, float(normal @ half / np.linalg.norm(half))) ** 8
            gain = gain * (1 + 0.5 * glow * np.array(sheen))
        cv2.multiply(picture, np.array([*gain, 1.0]), dst=picture)
        if gain.max() > BRIGHTEST:
            np.minimum(picture, BRIGHTEST * picture[..., 3:], out=picture)
