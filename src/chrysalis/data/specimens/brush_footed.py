"""Families like the brush-footed butterflies: fritillaries, admirals, satyrs and their kin."""

from __future__ import annotations

from chrysalis.data.specimens.outlines import Cut, wings
from chrysalis.data.specimens.palette import (
    BLACK,
    WHITE,
    Layers,
    Rng,
    cryptic,
    eyespot,
    mixed,
    shade,
    tinted,
)
from chrysalis.data.specimens.patterns import (
    Band,
    Basal,
    Border,
    Colour,
    Eyespot,
    Fringe,
    Ground,
    Spots,
    Veins,
)
from chrysalis.data.specimens.species import Mode, Species


def fritillary(rng: Rng) -> Species:
    """Orange with rows of black spots; silver below."""
    fore, hind = wings(rng, Cut(pointed=0.25, hind=0.8, scallop=0.02))
    orange = tinted(rng, rng.choice(["d9822b", "e39a3a", "c96a24"]))
    silver = tinted(rng, "e8e4cf")
    seed = int(rng.integers(1000))
    size = rng.uniform(0.028, 0.04)

    def side(ground: Colour, dark: float) -> Layers:
        return (
            Ground(shade(ground, 0.8), ground, 0.05),
            Band(BLACK, 0.28, 0.045, jag=0.04, seed=seed),
            Band(BLACK, 0.44, 0.045, jag=0.05, seed=seed + 1),
            Band(BLACK, 0.57, 0.05, slant=0.06, jag=0.045, seed=seed + 2),
            Spots(BLACK, 0.74, size),
            Spots(BLACK, 0.86, size, chevron=0.08),
            Basal(shade(ground, 0.4), 0.22),
            Veins(BLACK, dark),
            Border(BLACK, 0.05, wavy=0.4),
            Fringe(WHITE, BLACK),
        )

    below = shade(orange, 1.1, 0.2)
    under: Layers = (
        Ground(tinted(rng, "b9893c"), tinted(rng, "c9a45a"), 0.08),
        Spots(silver, 0.36, 0.05, long=1.2),
        Spots(silver, 0.62, 0.055, long=1.3),
        Spots(silver, 0.9, 0.045, long=0.8),
        Veins(shade(orange, 0.5), 0.4),
        Fringe(WHITE, BLACK),
    )
    modes = tuple(
        Mode(side(each, 0.35), side(each, 0.3), side(below, 0.2), under)
        for each in (orange, shade(orange, 0.78, 0.35))
    )
    return Species("fritillary", fore, hind, modes, shade(orange, 0.35), 1.0, 1.0)


def morpho(rng: Rng) -> Species:
    """Large and shining, with a black border and white dots."""
    fore, hind = wings(rng, Cut(pointed=0.5, hind=0.9, scallop=0.03))
    shine = tinted(rng, rng.choice(["1f74d6", "1a9fb0", "4a4fd0"]), hue=0.03)
    wide = rng.uniform(0.12, 0.26)
    upper: Layers = (
        Ground(shade(shine, 0.7), shine, 0.05),
        Basal(shade(shine, 0.25), 0.2),
        Veins(shade(shine, 0.4), 0.5),
        Border(BLACK, wide, apex=0.2, costal=0.3, soft=0.07),
        Spots(WHITE, 0.93, 0.018),
        Spots(WHITE, 0.8, 0.02, first=0, last=2),
    )
    lower: Layers = (
        Ground(shade(shine, 0.75), shine, 0.05),
        Basal(shade(shine, 0.3), 0.25),
        Veins(shade(shine, 0.4), 0.5),
        Border(BLACK, wide, costal=0.2, soft=0.07),
        Spots(WHITE, 0.94, 0.016),
    )
    fore_below, hind_below = cryptic(rng, "6b5238")
    eyes = tuple(eyespot(rng, cell, 0.68, 0.085) for cell in (1, 4, 5))
    mode = Mode(upper, lower, (*fore_below, eyes[0]), (*hind_below, *eyes), shade(shine, 1.35))
    return Species("morpho", fore, hind, (mode,), (0.1, 0.1, 0.12), 0.95, 1.1)


def peacock(rng: Rng) -> Species:
    """Warm ground with a large eyespot on each wing."""
    fore, hind = wings(rng, Cut(hooked=0.8, hind=0.82, scallop=0.05))
    ground = tinted(rng, rng.choice(["9c3a22", "8a5a34", "b06a2e"]), hue=0.015)
    pale = tinted(rng, "e8c98a")
    iris = rng.choice(["6a7fd0", "8a6ac0", "4fa0b8"])
    size = rng.uniform(0.125, 0.16)
    upper: Layers = (
        Ground(shade(ground, 0.85), ground, 0.06),
        Band(BLACK, 0.34, 0.09, back=0.45),
        Band(pale, 0.46, 0.07, back=0.45),
        Band(BLACK, 0.57, 0.08, slant=0.05, back=0.5),
        Basal(shade(ground, 0.45), 0.24),
        Border(shade(ground, 0.42), 0.085, wavy=0.25),
        Eyespot(1, 0.79, size, pale, BLACK, tinted(rng, iris)),
        Spots(WHITE, 0.78, 0.022, first=3, last=6),
        Fringe(shade(pale, 0.9), shade(ground, 0.4)),
    )
    lower: Layers = (
        Ground(shade(ground, 0.7), ground, 0.06),
        Basal(shade(ground, 0.4), 0.3),
        Border(shade(ground, 0.42), 0.1, wavy=0.25),
        Eyespot(2, 0.7, size * 1.05, shade(pale, 0.85), BLACK, tinted(rng, iris)),
        Fringe(shade(pale, 0.9), shade(ground, 0.4)),
    )
    fore_below, hind_below = cryptic(rng, "4b3a2b")
    mode = Mode(upper, lower, fore_below, hind_below)
    return Species("peacock", fore, hind, (mode,), shade(ground, 0.45), 1.1, 1.0)


def admiral(rng: Rng) -> Species:
    """Dark velvet with one bright band, and white marks near the tip."""
    fore, hind = wings(rng, Cut(hooked=0.5, pointed=0.2, hind=0.8, scallop=0.035))
    ground = tinted(rng, rng.choice(["2c211d", "33241c", "20232b"]))
    band = tinted(rng, rng.choice(["e0521f", "f2efe2", "e8a02a", "d8d85a"]))
    upper: Layers = (
        Ground(shade(ground, 1.5), ground, 0.08),
        Band(band, 0.53, 0.14, slant=0.42, jag=0.025, front=-0.05, back=1.05, seed=4),
        Spots(WHITE, 0.8, 0.042, first=0, last=3, slant=0.12),
        Spots(WHITE, 0.91, 0.016, first=0, last=4),
        Fringe(WHITE, ground, 0.02),
    )
    lower: Layers = (
        Ground(shade(ground, 1.6), ground, 0.08),
        Band(band, 0.86, 0.15, jag=0.01, front=0.15, back=1.1),
        Spots(BLACK, 0.86, 0.024, first=2),
        Basal(shade(ground, 2.1), 0.4, 0.5),
        Fringe(WHITE, ground, 0.02),
    )
    fore_below, hind_below = cryptic(rng, "5a4636")
    red_below = (*fore_below[:1], Band(band, 0.53, 0.13, slant=0.42), *fore_below[4:])
    mode = Mode(upper, lower, red_below, hind_below)
    return Species("admiral", fore, hind, (mode,), shade(ground, 1.3), 1.1, 1.0)


def satyr(rng: Rng) -> Species:
    """Brown with small eyespots in a pale band."""
    fore, hind = wings(rng, Cut(hind=0.84, scallop=0.025))
    brown = tinted(rng, rng.choice(["5d4633", "705238", "4a3a30"]), value=0.12)
    band = tinted(rng, rng.choice(["d8923a", "e6d3a0", "b86a3a"]))
    count = int(rng.integers(2, 5))

    def side(ground: Colour, cells: range, size: float) -> Layers:
        return (
            Ground(shade(ground, 0.85), ground, 0.06),
            Band(band, 0.74, 0.2, jag=0.025, front=-0.1, back=1.1, soft=0.07, seed=9),
            Basal(shade(ground, 0.6), 0.35, 0.6),
            Border(shade(ground, 0.65), 0.09, soft=0.04),
            Veins(shade(ground, 0.55), 0.3),
            *(Eyespot(cell, 0.75, size, shade(band, 1.05), BLACK, BLACK) for cell in cells),
            Fringe(shade(ground, 1.6, 0.3), shade(ground, 0.7)),
        )

    below = shade(brown, 1.25, 0.3)
    modes = tuple(
        Mode(
            side(each, range(1, 3), 0.075),
            side(each, range(6 - count, 6), 0.055),
            side(shade(each, 1.25, 0.2), range(1, 2), 0.08),
            side(below, range(2, 6), 0.05),
        )
        for each in (brown, shade(brown, 1.2, 0.15))
    )
    return Species("satyr", fore, hind, modes, shade(brown, 0.6), 1.0, 0.95)


def longwing(rng: Rng) -> Species:
    """Black with bright stripes on long narrow wings."""
    fore, hind = wings(rng, Cut(long=1.9, hind=0.68, pointed=-0.5))
    stripe = tinted(rng, rng.choice(["f0e07a", "e8412c", "f4efe0"]))
    second = tinted(rng, rng.choice(["f0e07a", "e8412c", "f4efe0"]))
    ink = tinted(rng, rng.choice(["14100f", "0f1220"]))
    at = rng.uniform(0.58, 0.7)
    upper: Layers = (
        Ground(shade(ink, 1.6), ink, 0.1),
        Band(stripe, at, 0.14, slant=0.1, jag=0.012, front=-0.05, back=1.02),
        Band(second, 0.3, 0.62, slant=0.0, front=0.55, back=0.95, soft=0.1),
        Band(stripe, at + 0.2, 0.06, slant=0.1, front=-0.05, back=0.8),
    )
    lower: Layers = (
        Ground(shade(ink, 1.6), ink, 0.1),
        Band(second, 0.42, 0.75, front=0.2, back=0.48, soft=0.1),
        Spots(stripe, 0.85, 0.022),
        Fringe(WHITE, ink, 0.012),
    )
    below = (Ground(shade(ink, 2.2), shade(ink, 1.8), 0.1), *lower[1:])
    mode = Mode(upper, lower, (below[0], *upper[1:]), below)
    return Species("longwing", fore, hind, (mode,), (0.1, 0.09, 0.08), 0.8, 1.05)


def monarch(rng: Rng) -> Species:
    """Glowing ground with heavy black veins, and white dots in a black margin."""
    fore, hind = wings(rng, Cut(pointed=0.35, hind=0.8, scallop=0.012))
    glow = tinted(rng, rng.choice(["e07a1e", "e8a83a", "b8502a"]))
    pale = shade(glow, 1.15, 0.1)

    def side(ground: Colour) -> tuple[Layers, Layers]:
        rim: Layers = (
            Spots(WHITE, 0.91, 0.017),
            Spots(WHITE, 0.96, 0.014),
        )
        fore_layers: Layers = (
            Ground(ground, ground, 0.04),
            Veins(BLACK, 1.0),
            Border(BLACK, 0.13, apex=0.26, costal=0.35),
            Spots(mixed(ground, WHITE, 0.5), 0.76, 0.035, first=0, last=2, long=1.5),
            *rim,
        )
        return fore_layers, (
            Ground(shade(ground, 1.03), ground, 0.04),
            Veins(BLACK, 1.0),
            Border(BLACK, 0.15, wavy=0.1, costal=0.2),
            *rim,
        )

    above, below = side(glow), side(shade(pale, 1.1, 0.25))
    mode = Mode(*above, *below)
    return Species("monarch", fore, hind, (mode,), (0.08, 0.07, 0.07), 1.1, 1.08)


def painted(rng: Rng) -> Species:
    """Rose to orange, checkered with black, white marks in a dark tip."""
    fore, hind = wings(rng, Cut(pointed=0.25, hooked=0.25, hind=0.8, scallop=0.03))
    rose = tinted(rng, rng.choice(["d9763f", "e2935c", "c9583c"]))
    seed = int(rng.integers(1000))
    upper: Layers = (
        Ground(shade(rose, 0.85), rose, 0.06),
        Band(BLACK, 0.36, 0.1, jag=0.08, seed=seed),
        Band(BLACK, 0.58, 0.11, slant=0.1, jag=0.1, seed=seed + 1),
        Basal(shade(rose, 0.5), 0.25),
        Border(BLACK, 0.1, apex=0.36, costal=0.2),
        Spots(WHITE, 0.8, 0.042, first=0, last=3, slant=0.1),
        Spots(WHITE, 0.92, 0.018, first=0, last=4),
        Fringe(WHITE, BLACK),
    )
    lower: Layers = (
        Ground(shade(rose, 0.75), rose, 0.06),
        Band(BLACK, 0.48, 0.08, jag=0.07, seed=seed),
        Spots(BLACK, 0.72, 0.036),
        Spots(BLACK, 0.86, 0.026, chevron=0.06),
        Basal(shade(rose, 0.5), 0.4),
        Border(BLACK, 0.05, wavy=0.4),
        Fringe(WHITE, BLACK),
    )
    _, hind_below = cryptic(rng, "a08560")
    eyes = tuple(eyespot(rng, cell, 0.76, 0.05) for cell in (2, 3, 4, 5))
    mode = Mode(upper, lower, (*upper[:3], *upper[4:]), (*hind_below, *eyes))
    return Species("painted", fore, hind, (mode,), shade(rose, 0.45), 1.0, 1.0)
