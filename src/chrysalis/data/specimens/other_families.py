"""Families like swallowtails, whites, blues and coppers."""

from __future__ import annotations

from chrysalis.data.specimens.outlines import Cut, wings
from chrysalis.data.specimens.palette import (
    BLACK,
    WHITE,
    Layers,
    Rng,
    mixed,
    shade,
    tinted,
)
from chrysalis.data.specimens.patterns import (
    Band,
    Basal,
    Border,
    Eyespot,
    Fringe,
    Ground,
    Spots,
    Veins,
)
from chrysalis.data.specimens.species import Mode, Species


def swallowtail(rng: Rng) -> Species:
    """Large, pale yellow with black bands, blue dust and a red eyespot before each tail."""
    fore, hind = wings(rng, Cut(pointed=0.2, hind=0.76, scallop=0.04, tail=rng.uniform(0.22, 0.28)))
    pale = tinted(rng, rng.choice(["f0dc82", "f5ecc0", "e9c94f"]))
    blue = tinted(rng, "6f8fc9")
    red = tinted(rng, "c2452d")
    bands: Layers = tuple(
        Band(BLACK, at + rng.uniform(-0.02, 0.02), width, slant=0.28, back=back)
        for at, width, back in (
            *((0.3, 0.045, 0.62), (0.44, 0.06, 0.5)),
            *((0.57, 0.075, 0.38), (0.7, 0.09, 0.26)),
        )
    )
    upper = (
        Ground(pale, pale),
        *bands,
        Basal(BLACK, 0.16),
        Veins(BLACK, 0.75),
        Border(BLACK, 0.16, costal=0.3),
        Spots(pale, 0.925, 0.032, long=0.7),
    )
    lower = (
        Ground(pale, pale),
        Band(BLACK, 0.42, 0.06, slant=0.55, back=0.75),
        Basal(BLACK, 0.16),
        Veins(BLACK, 0.7),
        Border(BLACK, 0.26, wavy=0.1, costal=0.2),
        Spots(blue, 0.8, 0.045, long=0.7),
        Spots(pale, 0.94, 0.038, long=0.55),
        Eyespot(6, 0.8, 0.085, red, red, BLACK, blue),
    )
    below = shade(pale, 1.02, 0.2)
    mode = Mode(
        upper,
        lower,
        (Ground(below, below), *bands, Veins(BLACK, 0.6), Border(shade(below, 0.4), 0.12)),
        (Ground(below, below), *lower[1:]),
    )
    return Species("swallowtail", fore, hind, (mode,), (0.16, 0.13, 0.08), 1.15, 1.1)


def white(rng: Rng) -> Species:
    """White or lemon with dark tips; the females have more spots."""
    fore, hind = wings(rng, Cut(hind=0.82))
    ground = tinted(rng, rng.choice(["f4f2e6", "f3ee9a", "f5ead0"]), value=0.02)
    tip = tinted(rng, rng.choice(["3b3733", "e8862a", "4a443c"]))
    ink = (0.2, 0.18, 0.17)
    wide = rng.uniform(0.16, 0.3)
    below = tinted(rng, rng.choice(["e8e29a", "dfe0c0", "f0e8b8"]))

    def mode(spots: int) -> Mode:
        marks: Layers = tuple(
            Spots(ink, 0.62, 0.058, first=cell, last=cell) for cell in (2, 5)[:spots]
        )
        return Mode(
            (
                Ground(shade(ground, 0.93), ground, 0.015),
                Border(tip, 0.03, apex=wide, costal=0.3, soft=0.05),
                *marks,
                Basal((0.35, 0.34, 0.33), 0.22, 0.6),
                Veins(shade(ground, 0.75), 0.25),
            ),
            (
                Ground(shade(ground, 0.93), ground, 0.015),
                *marks[:1],
                Basal((0.35, 0.34, 0.33), 0.25, 0.5),
                Veins(shade(ground, 0.75), 0.3),
            ),
            (Ground(ground, ground, 0.01), *marks, Veins(shade(below, 0.7), 0.3)),
            (
                Ground(shade(below, 0.85), below, 0.06),
                Basal((0.45, 0.45, 0.25), 0.5, 0.4),
                Veins(shade(below, 0.55), 0.55),
            ),
        )

    return Species("white", fore, hind, (mode(1), mode(2)), (0.22, 0.21, 0.2), 0.9, 0.92)


def blue(rng: Rng) -> Species:
    """Small; the males blue with a white fringe, the females brown with orange crescents."""
    fore, hind = wings(rng, Cut(hind=0.84))
    sky = tinted(rng, rng.choice(["5f86d8", "7ba3e0", "5560c8"]), hue=0.03)
    brown = tinted(rng, "5b4330")
    orange = tinted(rng, "e08a2c")
    grey = tinted(rng, rng.choice(["cfc6b4", "b9b0a0"]))
    spots: Layers = tuple(
        layer for at in (0.45, 0.68) for layer in (Spots(WHITE, at, 0.052), Spots(BLACK, at, 0.03))
    )
    under: Layers = (
        Ground(shade(tinted(rng, "8fa6c0"), 0.95), grey, 0.04),
        *spots,
        Spots(orange, 0.87, 0.05, first=1),
        Spots(BLACK, 0.92, 0.024),
        Fringe(WHITE, shade(grey, 0.6), 0.035),
    )
    rim = rng.uniform(0.05, 0.14)
    male: Layers = (
        Ground(shade(sky, 0.85), sky, 0.03),
        Basal(shade(sky, 0.55), 0.2, 0.6),
        Veins(shade(sky, 0.55), 0.35),
        Border((0.12, 0.1, 0.14), rim, soft=0.06),
        Fringe(WHITE, WHITE, 0.04),
    )
    female: Layers = (
        Ground(mixed(brown, sky, 0.45), brown, 0.05),
        Spots(orange, 0.86, 0.05, first=2),
        Spots(BLACK, 0.92, 0.025, first=2),
        Veins(shade(brown, 0.6), 0.3),
        Fringe(WHITE, shade(brown, 1.3), 0.04),
    )
    modes = (
        Mode(male, male, under, under, shade(sky, 1.25)),
        Mode(female, female, under, under),
    )
    return Species("blue", fore, hind, modes, (0.3, 0.3, 0.36), 1.0, 0.86)


def copper(rng: Rng) -> Species:
    """Small, of shining copper with black spots; hindwings dark with a bright margin."""
    fore, hind = wings(rng, Cut(pointed=0.15, hind=0.78, tail=0.03))
    metal = tinted(rng, rng.choice(["f08a24", "e86a1c", "c860a0"]))
    dark = tinted(rng, "453428")
    upper: Layers = (
        Ground(shade(metal, 0.85), metal, 0.03),
        Spots(BLACK, 0.42, 0.045, first=1, last=4),
        Spots(BLACK, 0.68, 0.04, slant=0.05),
        Veins(shade(metal, 0.6), 0.3),
        Border(dark, 0.12, apex=0.06, costal=0.3),
        Basal(dark, 0.16),
        Fringe(shade(dark, 1.8, 0.4), dark),
    )
    lower: Layers = (
        Ground(shade(dark, 1.1), dark, 0.06),
        Band(metal, 0.86, 0.15, front=0.05, back=1.15),
        Spots(BLACK, 0.93, 0.03),
        Veins(shade(dark, 0.6), 0.4),
        Fringe(shade(dark, 1.8, 0.4), dark),
    )
    grey = tinted(rng, "b5a48c")
    below: Layers = (
        Ground(grey, grey, 0.04),
        Spots(BLACK, 0.45, 0.02),
        Spots(BLACK, 0.66, 0.02),
        Band(metal, 0.92, 0.05),
        Fringe(WHITE, grey),
    )
    fore_below = (
        Ground(shade(metal, 1.05, 0.15), shade(metal, 1.05, 0.15)),
        *upper[1:4],
        *below[4:],
    )
    mode = Mode(upper, lower, fore_below, below, shade(metal, 1.2))
    return Species("copper", fore, hind, (mode,), (0.26, 0.21, 0.17), 1.0, 0.85)
