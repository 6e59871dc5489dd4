"""Outlines of the wings of different kinds of butterflies."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from chrysalis.data.specimens.shapes import WingShape


@dataclass(frozen=True)
class Cut:
    """How wings are cut: `long` narrows the forewing, `pointed` draws out its tip, and `hooked`
    hollows its margin; `hind` is the length of the hindwing; the others are as in `WingShape`.
    """

    long: float = 1.0
    pointed: float = 0.0
    hind: float = 0.8
    scallop: float = 0.0
    tail: float = 0.0
    hooked: float = 0.0


def wings(rng: np.random.Generator, cut: Cut) -> tuple[WingShape, WingShape]:
    """The outlines of the fore- and hindwing, a little different each time."""
    jitter = rng.uniform(-0.02, 0.02, 5)
    front = math.radians(-43 + 12 * (cut.long - 1)) + jitter[0]
    back = math.radians(24 - 26 * (cut.long - 1)) + jitter[1]
    fore = WingShape(
        front,
        back,
        (
            1.0,
            0.97 - 0.02 * cut.hooked - 0.01 * cut.pointed,
            0.88 - 0.1 * cut.hooked - 0.07 * cut.pointed + jitter[2],
            0.80 - 0.05 * cut.hooked - 0.09 * cut.pointed,
            0.76 - 0.08 * cut.pointed + jitter[3],
            0.66 - 0.06 * (cut.long - 1),
        ),
        arch=0.075,
        scallop=0.35 * cut.scallop,
        veins=8,
        cell=0.52,
    )
    back_wing = WingShape(
        math.radians(-38),
        math.radians(86) + jitter[4],
        tuple(cut.hind * r for r in (0.7, 0.84, 0.93, 0.99, 1.03, 1.03, 0.94, 0.78)),
        arch=0.03,
        scallop=cut.scallop,
        tail=cut.tail,
        tail_at=float(rng.uniform(0.68, 0.73)),
        tail_width=0.042,
        veins=7,
        cell=0.45,
    )
    return fore, back_wing
