"""Colours, and what undersides have in common."""

from __future__ import annotations

import colorsys

import numpy as np

from chrysalis.data.specimens.patterns import (
    Band,
    Colour,
    Eyespot,
    Fringe,
    Ground,
    Layer,
    Spots,
    Veins,
)

Rng = np.random.Generator
Layers = tuple[Layer, ...]

BLACK, WHITE = (0.07, 0.055, 0.05), (0.96, 0.95, 0.90)


def colour(text: str) -> Colour:
    """A colour written as six hex digits."""
    return tuple(int(text[i : i + 2], 16) / 255 for i in (0, 2, 4))  # type: ignore[return-value]


def tinted(rng: Rng, of: str, hue: float = 0.02, value: float = 0.08) -> Colour:
    """A colour near `of`."""
    h, s, v = colorsys.rgb_to_hsv(*colour(of))
    h = (h + rng.uniform(-hue, hue)) % 1
    s = min(1.0, s * rng.uniform(0.9, 1.1))
    return colorsys.hsv_to_rgb(h, s, min(1.0, v * (1 + rng.uniform(-value, value))))


def shade(of: Colour, factor: float, grey: float = 0.0) -> Colour:
    """`of` made darker or lighter by `factor`, and paler by the share `grey`."""
    mean = sum(of) / 3
    return tuple(min(1.0, factor * (c + grey * (mean - c))) for c in of)  # type: ignore[return-value]


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """`share` of `other` in `one`."""
    return tuple(a + share * (b - a) for a, b in zip(one, other, strict=True))  # type: ignore[return-value]


def cryptic(rng: Rng, base: str, fringe: Colour = WHITE) -> tuple[Layers, Layers]:
    """Undersides in the colours of bark and dry leaves: fore and hind."""
    ground = tinted(rng, base, value=0.12)
    dark, pale = shade(ground, 0.6), shade(ground, 1.35, 0.3)
    at = rng.uniform(0.5, 0.62)
    seed = int(rng.integers(1000))
    hind: Layers = (
        Ground(shade(ground, 0.9), ground, 0.1),
        Band(dark, at - 0.16, 0.06, jag=0.045, soft=0.07, seed=seed),
        Band(pale, at + 0.12, 0.12, jag=0.045, soft=0.07, seed=seed),
        Band(dark, at + 0.03, 0.06, jag=0.045, soft=0.07, seed=seed),
        Spots(dark, 0.82, 0.022),
        Veins(dark, 0.35),
        Fringe(fringe, dark),
    )
    return (Ground(pale, ground, 0.08), *hind[1:]), hind


def eyespot(rng: Rng, cell: int, at: float, size: float, iris: str = "5a6fb8") -> Eyespot:
    """An eyespot with a yellow ring around a dark disc."""
    return Eyespot(cell, at, size, tinted(rng, "e0b266"), (0.06, 0.05, 0.06), tinted(rng, iris))
