"""Look-alikes: species that differ from another one in details only."""

from __future__ import annotations

import colorsys
import dataclasses

from chrysalis.data.specimens.patterns import Colour, Layer
from chrysalis.data.specimens.species import Mode, Species

HUE, VALUE, MOVED, GROWN = 0.018, 0.93, 0.035, 1.22  # how much


def twin(species: Species) -> Species:
    """A species whose colours are a little different, its marks larger and farther out."""
    return dataclasses.replace(species, modes=tuple(map(_mode, species.modes)))


def _mode(mode: Mode) -> Mode:
    fore, hind, fore_below, hind_below = (
        tuple(map(_layer, layers))
        for layers in (mode.fore, mode.hind, mode.fore_below, mode.hind_below)
    )
    return Mode(fore, hind, fore_below, hind_below, mode.sheen)


def _layer(layer: Layer) -> Layer:
    changes: dict[str, object] = {}
    for field in dataclasses.fields(layer):  # type: ignore[arg-type]
        value = getattr(layer, field.name)
        if isinstance(value, tuple):
            changes[field.name] = _shifted(value)
        elif field.name == "at":
            changes[field.name] = value + MOVED if value < 0.85 else value
        elif field.name == "size":
            changes[field.name] = GROWN * value
    return dataclasses.replace(layer, **changes)  # type: ignore[type-var]


def _shifted(colour: Colour) -> Colour:
    hue, saturation, value = colorsys.rgb_to_hsv(*colour)
    return colorsys.hsv_to_rgb((hue + HUE) % 1, saturation, VALUE * value)
