"""Species drawn from a seed: their wings, their patterns and the body between."""

from __future__ import annotations

from dataclasses import dataclass

from chrysalis.data.specimens.patterns import Colour, Layer
from chrysalis.data.specimens.shapes import WingShape


@dataclass(frozen=True)
class Mode:
    """One look of a species, such as a sex: its layers by wing, above and below.

    `sheen` is the colour that the upper side shines in at some angles, if it does.
    """

    fore: tuple[Layer, ...]
    hind: tuple[Layer, ...]
    fore_below: tuple[Layer, ...]
    hind_below: tuple[Layer, ...]
    sheen: Colour | None = None


@dataclass(frozen=True)
class Species:
    """What all its individuals share; `stout` is the width of the body, 1 for a usual one."""

    family: str
    fore: WingShape
    hind: WingShape
    modes: tuple[Mode, ...]
    body: Colour
    stout: float = 1.0
    size: float = 1.0
