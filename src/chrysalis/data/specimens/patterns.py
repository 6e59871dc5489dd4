"""What a wing's pattern is made of: layers that are painted one on another.

The parts are those of the nymphalid ground plan (B. N. Schwanwitsch, 1924; H. F. Nijhout, "The
Development and Evolution of Butterfly Wing Patterns", 1991): basal shade, bands, border eyespots
and marginal bands, each repeated in the fields between veins. A colour is RGB from 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from chrysalis.data.specimens.noise import mix, noise, step
from chrysalis.data.specimens.shapes import BOX, Wing

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Variation:
    """How an individual differs from its species: sizes times `grow`, bands moved by `shift`."""

    grow: float = 1.0
    shift: float = 0.0


class Layer(Protocol):
    """One part of a pattern."""

    def paint(
        self, rgb: np.ndarray, wing: Wing, own: Variation, rng: np.random.Generator
    ) -> np.ndarray:
        """`rgb` (3, side, side) with this layer on it."""
        ...


def _colour(colour: Colour) -> np.ndarray:
    return np.array(colour, np.float32)


@dataclass(frozen=True)
class Ground:
    """The ground colour, from the root to the margin, with a little mottling."""

    inner: Colour
    outer: Colour
    mottle: float = 0.04

    def paint(self, rgb, wing, own, rng):
        """Replaces all that was there."""
        ground = mix(
            np.broadcast_to(_colour(self.inner)[:, None, None], rgb.shape),
            _colour(self.outer),
            step(wing.along, 0.55, 0.9),
        )
        side = rgb.shape[1]
        spread = noise(rng, (side, side), side / 10) + 0.6 * noise(rng, (side, side), side / 40)
        return ground * (1 + self.mottle * spread)


@dataclass(frozen=True)
class Basal:
    """Dark hairs around the root."""

    colour: Colour
    size: float = 0.3
    strength: float = 0.7

    def paint(self, rgb, wing, own, rng):
        """Fades out over `size` wing lengths."""
        side = rgb.shape[1]
        hairs = 0.05 * noise(rng, (side, side), side / 30)
        share = self.strength * (
            1 - step(wing.radius + hairs, self.size * own.grow, self.size * 1.4)
        )
        return mix(rgb, _colour(self.colour), share)


@dataclass(frozen=True)
class Band:
    """A band at `at` of the way to the margin, between two shares across the wing.

    `slant` moves its front end outwards, `jag` breaks it at the veins, `bow` bends it in each
    field.
    """

    colour: Colour
    at: float
    width: float
    slant: float = 0.0
    jag: float = 0.0
    bow: float = 0.0
    front: float = -0.2
    back: float = 1.2
    soft: float = 0.03
    seed: int = 0

    def paint(self, rgb, wing, own, rng):
        """Narrows towards its two ends."""
        jags = np.random.default_rng([5, self.seed]).uniform(-1, 1, wing.cells)
        moved = jags[wing.cell.astype(int)].astype(np.float32) * self.jag
        place = self.at + own.shift + self.slant * (0.5 - wing.across) + moved
        place = place + self.bow * (1 - 4 * wing.within**2)
        middle, half = (self.front + self.back) / 2, (self.back - self.front) / 2
        taper = np.clip(1.25 * (1 - np.abs((wing.across - middle) / half) ** 3), 0, 1)
        reach = 0.5 * self.width * own.grow * taper
        share = 1 - step(np.abs(wing.along - place), reach, self.soft)
        return mix(rgb, _colour(self.colour), share * (taper > 0))


@dataclass(frozen=True)
class Spots:
    """A spot in each field from `first` to `last`; `long` stretches it along the wing.

    With `chevron` its middle is drawn towards the root.
    """

    colour: Colour
    at: float
    size: float
    first: int = 0
    last: int = 99
    long: float = 1.0
    chevron: float = 0.0
    slant: float = 0.0

    def paint(self, rgb, wing, own, rng):
        """Sizes differ a little from field to field, alike on both sides."""
        sizes = 1 + 0.18 * np.sin(2.4 * np.arange(wing.cells) + 10 * self.at)
        size = self.size * own.grow * sizes[wing.cell.astype(int)].astype(np.float32)
        place = self.at + own.shift + self.slant * (0.5 - wing.across)
        place = place - self.chevron * (0.5 - np.abs(wing.within))
        x = (wing.along - place) * wing.reach / self.long
        y = wing.within * wing.width
        share = 1 - step(np.hypot(x, y), size, 0.022)
        share = share * (wing.cell >= self.first) * (wing.cell <= self.last)
        return mix(rgb, _colour(self.colour), share)


@dataclass(frozen=True)
class Border:
    """A dark margin of `width`, `wavy` along the veins; at the front edge `costal` as wide."""

    colour: Colour
    width: float
    wavy: float = 0.0
    costal: float = 0.25
    apex: float = 0.0
    soft: float = 0.03

    def paint(self, rgb, wing, own, rng):
        """`apex` widens it towards the tip of the wing."""
        width = self.width + self.apex * np.clip(1 - 2.2 * wing.across, 0, 1) ** 1.5
        width = width * own.grow * (1 + self.wavy * (1 - 4 * wing.within**2))
        outer = step(wing.along, 1 - width, self.soft)
        around = 1 - step(wing.edge, self.width * self.costal, self.soft)
        return mix(rgb, _colour(self.colour), np.maximum(outer, around * (wing.along > 0.12)))


@dataclass(frozen=True)
class Veins:
    """Veins in a colour of their own."""

    colour: Colour
    strength: float = 0.5

    def paint(self, rgb, wing, own, rng):
        """Thinner lines are drawn weaker."""
        return mix(rgb, _colour(self.colour), self.strength * wing.vein)


@dataclass(frozen=True)
class Eyespot:
    """Rings around a pupil, in the field `cell`, `at` of the way to the margin."""

    cell: int
    at: float
    size: float
    ring: Colour
    disc: Colour
    iris: Colour
    pupil: Colour = (0.98, 0.98, 0.96)

    def paint(self, rgb, wing, own, rng):
        """The iris is a crescent; the pupil lies towards the root."""
        inside = (wing.cell == self.cell) & (wing.alpha > 0.5)
        near = inside & (np.abs(wing.along - self.at) < 0.06) & (np.abs(wing.within) < 0.2)
        rows, columns = np.nonzero(near if near.any() else inside)
        side = rgb.shape[1]
        y, x = np.ogrid[:side, :side]
        unit = BOX / side
        x, y = (x - columns.mean()) * unit, (y - rows.mean()) * unit
        size = self.size * own.grow
        from_centre = np.hypot(x, y).astype(np.float32)
        soft = 0.02
        for colour, share in ((self.ring, 1.0), (self.disc, 0.74)):
            rgb = mix(rgb, _colour(colour), 1 - step(from_centre, size * share, soft))
        off = np.hypot(x - 0.16 * size, y).astype(np.float32)
        rgb = mix(rgb, _colour(self.iris), 0.9 * (1 - step(off, size * 0.42, soft * 1.3)))
        pupil = np.hypot(x + 0.18 * size, y + 0.12 * size).astype(np.float32)
        return mix(rgb, _colour(self.pupil), 1 - step(pupil, size * 0.17, soft))


@dataclass(frozen=True)
class Fringe:
    """Hairs along the margin, in two colours that change with the veins."""

    light: Colour
    dark: Colour
    width: float = 0.022

    def paint(self, rgb, wing, own, rng):
        """Only along the outer margin."""
        rim = (1 - step(wing.edge, self.width, 0.012)) * step(wing.along, 0.82, 0.06)
        checks = step(np.abs(wing.within), 0.33, 0.12)
        return mix(mix(rgb, _colour(self.light), rim), _colour(self.dark), rim * checks)


def paint(
    layers: tuple[Layer, ...], wing: Wing, own: Variation, rng: np.random.Generator
) -> np.ndarray:
    """The wing's colours: (3, side, side) float32 from 0 to 1, also beyond its outline."""
    rgb = np.zeros((3, *wing.alpha.shape), np.float32)
    for layer in layers:
        rgb = layer.paint(rgb, wing, own, rng)
    side = rgb.shape[1]
    # Membrane between the veins stands out a little, and scales glitter.
    relief = 1 + 0.07 * (1 - 4 * wing.within**2) - 0.1 * wing.vein
    scales = 1 + 0.035 * noise(rng, (side, side), 1)
    return np.clip(rgb * (relief * scales), 0, 1)
