"""What a butterfly sits on or flies before: meadow, leaf, flower, bark, stone, sand, litter.

Each function takes a generator, the side in px and where the butterfly sits (shares of the side),
and returns (side, side, 3) float32 RGB from 0 to 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np

from chrysalis.data.specimens.noise import fractal, noise, step

Rng = np.random.Generator
Place = tuple[float, float]
Background = Callable[[Rng, int, Place], np.ndarray]


def _rgb(*values: int) -> np.ndarray:
    return np.array(values, np.float32) / 255


def _blend(one: np.ndarray, other: np.ndarray, share: np.ndarray) -> np.ndarray:
    """From colour to colour by `share` (rows, columns)."""
    planes = [a + share * (b - a) for a, b in zip(one.tolist(), other.tolist(), strict=True)]
    return cv2.merge([p.astype(np.float32) for p in planes])


def _lay(picture: np.ndarray, colour: np.ndarray, share: np.ndarray) -> None:
    """`share` (rows, columns) of a colour or picture over `picture`, in place."""
    picture += cv2.merge([share] * 3) * (colour - picture)


def _pick(rng: Rng, choices: list[np.ndarray]) -> np.ndarray:
    value = choices[int(rng.integers(len(choices)))] * rng.uniform(0.85, 1.15)
    return np.clip(value + rng.uniform(-0.03, 0.03, 3), 0, 1).astype(np.float32)


GREENS = [_rgb(74, 104, 42), _rgb(52, 84, 40), _rgb(106, 128, 58), _rgb(120, 132, 84)]
FAR = [
    _rgb(36, 52, 30),
    _rgb(150, 160, 110),
    _rgb(92, 110, 96),
    _rgb(176, 168, 128),
    _rgb(24, 30, 24),
]
PETALS = [
    *(_rgb(236, 186, 40), _rgb(214, 110, 160), _rgb(150, 104, 190), _rgb(240, 238, 230)),
    *(_rgb(226, 92, 60), _rgb(196, 150, 214)),
]


def _far(rng: Rng, side: int) -> np.ndarray:
    """Leaves and light far behind: smooth patches of two or three greens."""
    clouds = noise(rng, (side, side), side / 2.2) + 0.5 * noise(rng, (side, side), side / 5)
    picture = _blend(_pick(rng, GREENS), _pick(rng, FAR), step(clouds, 0, 2.6))
    light = step(noise(rng, (side, side), side / 3), 0.8, 2.0)
    _lay(picture, _pick(rng, GREENS) * 1.35, 0.5 * light)
    return picture


def _bokeh(rng: Rng, picture: np.ndarray, count: int) -> None:
    """Discs of light from points out of focus, in place."""
    side = picture.shape[0]
    for _ in range(count):
        radius = side * rng.uniform(0.02, 0.085)
        centre = (rng.uniform(0, 1, 2) * side * 16).astype(int)
        disc = np.zeros((side, side), np.uint8)
        cv2.circle(disc, tuple(centre.tolist()), int(radius * 16), 255, -1, cv2.LINE_AA, 4)
        colour = _pick(rng, [_rgb(230, 232, 190), _rgb(190, 210, 130), *PETALS[:3]])
        share = cv2.GaussianBlur(disc, (0, 0), 0.008 * side + 0.3).astype(np.float32) / 255
        _lay(picture, colour, rng.uniform(0.15, 0.4) * share)


def blades(rng: Rng, side: int, count: int, width: float) -> np.ndarray:
    """(side, side) float32 share covered by so many blades of grass, `width` of the side wide."""
    ink = np.zeros((side, side), np.uint8)
    for _ in range(count):
        foot, tip = rng.uniform(-0.1, 1.1), rng.normal(0, 0.35)
        top = rng.uniform(-0.2, 0.5)
        t = np.linspace(0, 1, 9)
        x = foot + tip * t**1.8
        y = 1.05 + (top - 1.05) * t
        half = 0.5 * width * rng.uniform(0.6, 1.3) * (1 - t) ** 0.6
        outline = np.concatenate(
            [np.column_stack([x - half, y]), np.column_stack([x + half, y])[::-1]]
        )
        cv2.fillPoly(ink, [np.rint(outline * side * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return ink.astype(np.float32) / 255


def meadow(rng: Rng, side: int, place: Place) -> np.ndarray:
    """Grass and flowers out of focus, with one stalk that the butterfly holds on to."""
    picture = _far(rng, side)
    for blur, strength in ((0.035, 0.5), (0.015, 0.55)):
        soft = cv2.GaussianBlur(blades(rng, side, 7, 0.035), (0, 0), blur * side)
        _lay(picture, _pick(rng, GREENS) * rng.uniform(0.8, 1.7), strength * soft)
    _bokeh(rng, picture, int(rng.integers(0, 7)))
    _stalk(rng, picture, place)
    return picture


def _stalk(rng: Rng, picture: np.ndarray, place: Place) -> None:
    side = picture.shape[0]
    foot = (place[0] + rng.normal(0, 0.25), 1.1)
    ink = np.zeros((side, side), np.uint8)
    start, end = ([int(v * side * 16) for v in point] for point in (place, foot))
    width = max(1, round(side * rng.uniform(0.012, 0.03)))
    cv2.line(ink, start, end, 255, width, cv2.LINE_AA, 4)
    _lay(picture, _pick(rng, [*GREENS, _rgb(150, 120, 70)]), ink.astype(np.float32) / 255)


def leaf(rng: Rng, side: int, _place: Place) -> np.ndarray:
    """One large leaf with its veins, over darker ones out of focus."""
    picture = 0.6 * _far(rng, side)
    angle = rng.uniform(0, 2 * math.pi)
    y, x = np.mgrid[:side, :side].astype(np.float32) / side - 0.5
    x, y = x - rng.uniform(-0.1, 0.1), y - rng.uniform(-0.1, 0.1)
    along = math.cos(angle) * x + math.sin(angle) * y
    off = -math.sin(angle) * x + math.cos(angle) * y + 0.12 * along**2
    half = 0.42 * np.sqrt(np.clip(1 - (along / 0.72) ** 2, 0, 1)) * (1 - 0.35 * along)
    green = _pick(rng, GREENS)
    veins = np.abs(((along + 0.55 * np.abs(off)) * 9) % 1 - 0.5) * 2
    lines = 1 - step(veins, 0.1, 0.14)
    middle = 1 - step(np.abs(off), 0.009, 0.012)
    tone = 1 + 0.16 * fractal(rng, (side, side), side / 5, 3) - 0.16 * (1 - veins)
    body = _blend(
        green * 1.0, green * 1.55, 0.35 * step(off, 0, 0.5) + 0.45 * np.maximum(0.4 * lines, middle)
    )
    body *= cv2.merge([tone.astype(np.float32)] * 3)
    edge = step(half - np.abs(off), 0, 0.012).astype(np.float32)
    shadow = cv2.GaussianBlur(edge, (0, 0), side / 22)
    _lay(picture, np.zeros(3, np.float32), 0.5 * shadow)
    _lay(picture, body, edge)
    return picture


def flower(rng: Rng, side: int, place: Place) -> np.ndarray:
    """A flower head under the butterfly: rays around a disc, or a cushion of florets."""
    picture = _far(rng, side)
    _bokeh(rng, picture, int(rng.integers(0, 6)))
    centre = (place[0] + rng.normal(0, 0.05), place[1] + rng.uniform(0.02, 0.16))
    _stalk(rng, picture, centre)
    colour = _pick(rng, PETALS)
    if rng.random() < 0.5:
        _rays(rng, picture, centre, colour)
    else:
        _cushion(rng, picture, centre, colour)
    return picture


def _rays(rng: Rng, picture: np.ndarray, centre: Place, colour: np.ndarray) -> None:
    side = picture.shape[0]
    radius, count = rng.uniform(0.26, 0.42), int(rng.integers(11, 22))
    tilt, turn = rng.uniform(0.6, 1.0), rng.uniform(0, math.pi)
    t = np.linspace(0, 2 * math.pi, 18)
    for angle in rng.permutation(count) * 2 * math.pi / count + turn:
        length = radius * rng.uniform(0.88, 1.08)
        u = length * (0.55 + 0.45 * np.cos(t))
        v = length * 0.75 * math.pi / count * np.sin(t)
        x = centre[0] + u * math.cos(angle) - v * math.sin(angle)
        y = centre[1] + (u * math.sin(angle) + v * math.cos(angle)) * tilt
        tone = colour * rng.uniform(0.72, 1.08) * (1 - 0.18 * math.sin(angle))
        outline = np.rint(np.column_stack([x, y]) * side * 16).astype(np.int32)
        cv2.fillPoly(picture, [outline], np.clip(tone, 0, 1).tolist(), cv2.LINE_AA, 4)
        fold = np.rint(np.array([[x[9], y[9]], [x[0], y[0]]]) * side * 16).astype(np.int32)
        cv2.polylines(picture, [fold], False, (tone * 0.82).tolist(), 1, cv2.LINE_AA, 4)
    disc = _pick(rng, [_rgb(214, 160, 40), _rgb(110, 70, 30)])
    _florets(rng, picture, centre, (0.3 * radius, 0.3 * radius * tilt), disc)


def _cushion(rng: Rng, picture: np.ndarray, centre: Place, colour: np.ndarray) -> None:
    radius, tilt = rng.uniform(0.2, 0.34), rng.uniform(0.55, 0.9)
    _florets(rng, picture, centre, (radius, radius * tilt), colour)


def _florets(
    rng: Rng,
    picture: np.ndarray,
    centre: Place,
    radii: tuple[float, float],
    colour: np.ndarray,
) -> None:
    """Small flowers packed in a spiral, as sunflowers pack them, the outer ones first."""
    side, count = picture.shape[0], int(500 * radii[0])
    for i in range(count, 0, -1):
        far, angle = math.sqrt(i / count), i * 2.399963  # the golden angle
        x = centre[0] + radii[0] * far * math.cos(angle)
        y = centre[1] + radii[1] * far * math.sin(angle)
        light = 1.1 - 0.45 * far + rng.uniform(-0.2, 0.2)
        size = 0.9 * radii[0] / math.sqrt(count) * rng.uniform(0.8, 1.3)
        point = (int(x * side * 16), int(y * side * 16))
        tone = np.clip(colour * light, 0, 1).tolist()
        cv2.circle(picture, point, max(8, int(size * side * 16)), tone, -1, cv2.LINE_AA, 4)


def bark(rng: Rng, side: int, _place: Place) -> np.ndarray:
    """Ridges and furrows that run along a trunk, with some moss."""
    shape = (side, side)
    long = fractal(rng, shape, side / 2.5, 4, aspect=0.14)
    ridges = 0.6 * long - np.abs(noise(rng, shape, side / 4, aspect=0.2))
    brown = _pick(rng, [_rgb(118, 96, 74), _rgb(92, 82, 72), _rgb(142, 124, 100)])
    picture = _blend(brown * 0.3, brown * 1.15, step(ridges, -0.7, 2.6))
    slope = ridges - np.roll(ridges, 1, 1)
    moss = step(noise(rng, shape, side / 5) + 0.6 * noise(rng, shape, side / 24), 1.4, 1.2)
    _lay(picture, _pick(rng, GREENS), 0.5 * moss)
    picture *= cv2.merge([(1 + 0.25 * slope + 0.08 * noise(rng, shape, 1)).astype(np.float32)] * 3)
    return np.ascontiguousarray(picture.transpose(1, 0, 2)) if rng.random() < 0.3 else picture


def stone(rng: Rng, side: int, _place: Place) -> np.ndarray:
    """Grey rock, rough and lit from the side, with patches of lichen."""
    shape = (side, side)
    rough = fractal(rng, shape, side / 2.5, 4) + 0.25 * noise(rng, shape, side / 40)
    grey = _pick(rng, [_rgb(142, 138, 130), _rgb(118, 118, 122), _rgb(164, 150, 130)])
    picture = _blend(grey * 0.7, grey * 1.2, step(rough, 0, 3.4))
    slope = rough - np.roll(rough, (1, 1), (0, 1))
    for colour in (_rgb(190, 172, 100), _rgb(172, 182, 160)):
        spots = noise(rng, shape, side / 9) + 0.8 * noise(rng, shape, side / 30)
        crumbs = step(spots, rng.uniform(1.5, 2.4), 0.9)
        _lay(picture, colour * rng.uniform(0.8, 1.1), 0.65 * crumbs)
    picture *= cv2.merge([(1 + 0.3 * slope + 0.06 * noise(rng, shape, 1)).astype(np.float32)] * 3)
    return picture


def sand(rng: Rng, side: int, _place: Place) -> np.ndarray:
    """Sand or soil with pebbles and their shadows."""
    shape = (side, side)
    tone = _pick(rng, [_rgb(196, 168, 126), _rgb(150, 112, 80), _rgb(176, 160, 140)])
    grains = 0.35 * fractal(rng, shape, side / 4, 2) + 0.5 * noise(rng, shape, 1)
    picture = _blend(tone * 0.75, tone * 1.2, step(grains, 0, 3.0))
    for _ in range(int(rng.integers(6, 26))):
        x, y = rng.uniform(0, 1, 2)
        size = np.array([1, rng.uniform(0.6, 0.95)]) * abs(rng.normal(0, 0.025)) + 0.008
        colour = _pick(rng, [tone, tone * 0.7, _rgb(150, 146, 140), _rgb(210, 196, 176)])
        angle = rng.uniform(0, 180)
        for shift, scale, shaded in ((0.007, 1.05, 0.45), (0, 1, 1.0), (-0.004, 0.6, 1.18)):
            centre = (int((x + shift) * side * 16), int((y + shift) * side * 16))
            axes = tuple(int(v * scale * side * 16) for v in size)
            paint = (colour if shaded != 0.45 else tone) * shaded
            ends = (angle, 0, 360, np.clip(paint, 0, 1).tolist())
            cv2.ellipse(picture, centre, axes, *ends, -1, cv2.LINE_AA, 4)
    return picture


def litter(rng: Rng, side: int, _place: Place) -> np.ndarray:
    """Dry leaves on the ground."""
    picture = _blend(
        _rgb(60, 46, 34), _rgb(110, 86, 60), step(noise(rng, (side, side), side / 8), 0, 3)
    )
    browns = [_rgb(160, 116, 70), _rgb(128, 92, 60), _rgb(184, 148, 100), _rgb(110, 84, 66)]
    t = np.linspace(0, 1, 12)
    for _ in range(16):
        centre, angle = rng.uniform(-0.05, 1.05, 2), rng.uniform(0, 2 * math.pi)
        length, width = rng.uniform(0.14, 0.3), rng.uniform(0.04, 0.085)
        half = width * np.sin(math.pi * t) ** 0.8
        axis = (t - 0.5) * 2 * length
        bend = rng.uniform(-0.4, 0.4) * axis**2 / length
        tone = _pick(rng, browns)
        for v0, v1, light in ((-1, 0, 0.88), (0, 1, 1.08)):
            u = np.concatenate([axis, axis[::-1]])
            v = np.concatenate([bend + v0 * half, (bend + v1 * half)[::-1]])
            x = centre[0] + u * math.cos(angle) - v * math.sin(angle)
            y = centre[1] + u * math.sin(angle) + v * math.cos(angle)
            outline = np.rint(np.column_stack([x, y]) * side * 16).astype(np.int32)
            cv2.fillPoly(picture, [outline], (tone * light).tolist(), cv2.LINE_AA, 4)
    picture *= cv2.merge(
        [(1 + 0.16 * fractal(rng, (side, side), side / 6, 4)).astype(np.float32)] * 3
    )
    return cv2.GaussianBlur(picture, (0, 0), side / 160)


BACKGROUNDS: dict[str, Background] = {
    "meadow": meadow,
    "leaf": leaf,
    "flower": flower,
    "bark": bark,
    "stone": stone,
    "sand": sand,
    "litter": litter,
}
# On these a butterfly casts its shadow; before the others there is only air.
SOLID = {"leaf", "bark", "stone", "sand", "litter"}
