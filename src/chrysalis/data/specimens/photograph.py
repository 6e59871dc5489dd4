"""One photograph: a butterfly in its place, light, and what the camera makes of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from chrysalis.data.specimens.backgrounds import BACKGROUNDS, GREENS, SOLID, blades
from chrysalis.data.specimens.insect import Individual, Light, draw
from chrysalis.data.specimens.noise import noise
from chrysalis.data.specimens.patterns import Variation
from chrysalis.data.specimens.pose import Pose
from chrysalis.data.specimens.species import Species

HIDDEN = 0.45  # at most this share of the butterfly is behind grass


@dataclass(frozen=True)
class Scene:
    """All that a photograph shows but the species; `seed` decides the background's details.

    `noise` is the sd of the camera's noise (of 1), `soft` the blur in px of a side of 96,
    `blades` how many blades of grass lie before the butterfly. Shots of one scene differ in noise.
    """

    background: str
    pose: Pose
    light: Light
    exposure: float
    cast: tuple[float, float, float]
    contrast: float
    noise: float
    soft: float
    blades: int
    seed: int
    shot: int = 0


def draw_individual(rng: np.random.Generator, modes: int) -> Individual:
    """A butterfly as they vary within a species."""
    value = rng.normal(1, 0.06)
    tint = np.clip(value * (1 + rng.normal(0, 0.025, 3)), 0.7, 1.25)
    return Individual(
        mode=int(rng.integers(modes)),
        own=Variation(float(np.clip(rng.normal(1, 0.09), 0.75, 1.3)), float(rng.normal(0, 0.012))),
        tint=tuple(tint.tolist()),
        wear=float(np.clip(rng.exponential(0.09), 0, 0.45)),
        seed=int(rng.integers(2**31)),
    )


def draw_pose(rng: np.random.Generator) -> Pose:
    """Wings flat, half raised, or (one in six) closed and seen from the side."""
    closed = rng.random() < 1 / 6
    if closed:
        side = 1 if rng.random() < 0.5 else -1
        roll, lifts = side * rng.uniform(1.05, 1.35), rng.uniform(1.3, 1.52, 2)
        heading = side * rng.uniform(0.1, 1.5)
        x, scale = 0.5 + 0.13 * side * math.cos(heading), rng.uniform(0.4, 0.56)
    else:
        roll, lift = rng.normal(0, 0.22), abs(rng.normal(0.25, 0.3))
        lifts = np.clip(lift + rng.normal(0, 0.08, 2), 0, 1.1)
        heading = rng.normal(0, 0.75)
        x, scale = 0.5, rng.uniform(0.26, 0.46)
    return Pose(
        x=float(np.clip(x + rng.normal(0, 0.045), 0.3, 0.7)),
        y=float(np.clip(rng.normal(0.56 if closed else 0.5, 0.045), 0.36, 0.68)),
        scale=float(scale),
        heading=float(heading),
        spread=float(rng.normal(0.0, 0.12)),
        left=float(lifts[0]),
        right=float(lifts[1]),
        pitch=float(rng.normal(0.1, 0.25)),
        roll=float(roll),
    )


def draw_scene(rng: np.random.Generator, background: str) -> Scene:
    """A pose, a light and a camera, as they vary from photograph to photograph."""
    angle, height = rng.uniform(0, 2 * math.pi), rng.uniform(0.5, 1.2)
    flat = math.cos(height)
    towards = (flat * math.cos(angle), flat * math.sin(angle), -math.sin(height))
    warm = rng.normal(0, 0.06)
    return Scene(
        background=background,
        pose=draw_pose(rng),
        light=Light(towards, float(rng.uniform(0.35, 0.75))),
        exposure=float(np.clip(rng.normal(1.08, 0.14), 0.7, 1.45)),
        cast=(1 + warm, float(1 + rng.normal(0, 0.02)), 1 - warm),
        contrast=float(rng.uniform(0.1, 0.6)),
        noise=float(rng.uniform(0.004, 0.028)),
        soft=float(min(rng.exponential(0.25), 0.8)),
        blades=int(rng.integers(1, 4)) if rng.random() < 0.22 else 0,
        seed=int(rng.integers(2**31)),
    )


def photograph(
    species: Species, individual: Individual, scene: Scene, side: int
) -> tuple[np.ndarray, np.ndarray]:
    """The photograph, (side, side, 3) uint8 RGB, and the mask, (side, side) bool.

    The mask is where at least half of a pixel shows the butterfly.
    """
    rng = np.random.default_rng([13, scene.seed])
    place = (scene.pose.x, scene.pose.y)
    picture = BACKGROUNDS[scene.background](rng, side, place)
    solid = scene.background in SOLID
    butterfly = draw(species, individual, scene.pose, scene.light, side)
    alpha = butterfly[..., 3]
    _cast_shadow(picture, alpha, scene.light, solid)
    picture *= cv2.merge([1 - alpha] * 3)
    picture += butterfly[..., :3]
    covered = _grass(rng, picture, alpha, scene.blades)
    developed = _develop(np.random.default_rng([14, scene.seed, scene.shot]), picture, scene)
    return developed, alpha * (1 - covered) >= 0.5


def _cast_shadow(picture: np.ndarray, alpha: np.ndarray, light: Light, solid: bool) -> None:
    """A shadow away from the light, in place; nearer and harder on solid ground."""
    side = alpha.shape[0]
    x, y, z = light.direction
    far = side * (0.035 if solid else 0.09)
    shift = np.array([[1, 0, far * x / z], [0, 1, far * y / z]])
    moved = cv2.warpAffine(alpha, shift, (side, side))
    soft = cv2.GaussianBlur(moved, (0, 0), side * (0.016 if solid else 0.05))
    strength = (0.3 + 0.45 * light.hard) * (1 if solid else 0.35)
    picture *= cv2.merge([1 - strength * soft] * 3)


def _grass(
    rng: np.random.Generator, picture: np.ndarray, alpha: np.ndarray, count: int
) -> np.ndarray | float:
    """Blades out of focus before the butterfly, in place; returns the share that they cover."""
    if not count:
        return 0.0
    side = alpha.shape[0]
    for width in (0.07, 0.045, 0.02):
        ink = blades(rng, side, count, width)
        covered = cv2.GaussianBlur(ink, (0, 0), side * 0.012)
        if (covered * alpha).sum() <= HIDDEN * alpha.sum():
            break
    else:
        return 0.0
    green = GREENS[int(rng.integers(len(GREENS)))] * rng.uniform(0.9, 1.6)
    picture += cv2.merge([covered] * 3) * (np.clip(green, 0, 1) - picture)
    return covered


def _develop(rng: np.random.Generator, picture: np.ndarray, scene: Scene) -> np.ndarray:
    """Focus, exposure, white balance, contrast, vignette and noise."""
    side = picture.shape[0]
    if scene.soft > 0.15:
        picture = cv2.GaussianBlur(picture, (0, 0), scene.soft * side / 96)
    centred = np.linspace(-1, 1, side, dtype=np.float32) ** 2
    vignette = 1 - 0.13 * (centred[:, None] + centred[None])
    gain = cv2.merge([vignette * float(scene.exposure * c) for c in scene.cast])
    picture *= gain
    picture = (
        1.05 * picture / np.sqrt(np.sqrt(1 + np.square(np.square(picture))))
    )  # a film's shoulder
    curved = picture * picture * (3 - 2 * picture)
    picture += scene.contrast * (curved - picture)
    grain = cv2.merge([noise(rng, (side, side), 1) for _ in range(3)])
    picture += scene.noise * grain
    return np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
