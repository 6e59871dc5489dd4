"""What checking the maps of a training takes: passes of its network, and pixels to work on."""

from __future__ import annotations

from dataclasses import dataclass

from chrysalis.config.run import RunSettings

# Of each image that is changed: 7 maps, each asked for 2 x 9 times, and 2 x 3 times filled in.
CHANGED_PASSES, CHANGED_FILLED = 7 * (18 + 6), 7 * 6
# Of each image with a mask: 5 variants, for which it is filled in twice.
VARIANT_PASSES, VARIANT_FILLED = 5, 2
# As multiples of the start of a training, which is mostly imports: of specimens on two cores.
START = 0.9
FILLED = 0.38  # a million pixels that are filled in
COMPARED = 0.4  # a million pixels of masks that are read and used


@dataclass(frozen=True)
class Checked:
    """How many test images are changed to check maps, and how many have a mask."""

    changed: int
    masked: int


def check_maps(settings: RunSettings, checked: Checked, image: float, start: float) -> float:
    """Seconds of the rule check_maps, of `image` for a pass and `start` for a training's start."""
    passes = CHANGED_PASSES * checked.changed + checked.masked
    filled = CHANGED_FILLED * checked.changed
    return passes * image + _own(settings, filled, checked) * start


def backgrounds(settings: RunSettings, checked: Checked, image: float, start: float) -> float:
    """Seconds of the rule backgrounds, as `check_maps`."""
    filled = VARIANT_FILLED * checked.masked
    return VARIANT_PASSES * checked.masked * image + _own(settings, filled, checked) * start


def _own(settings: RunSettings, filled: int, checked: Checked) -> float:
    """What is not the network's, in starts; `filled` images are filled in."""
    megapixels = settings.image_size**2 / 1e6
    return START + (FILLED * filled + COMPARED * checked.masked) * megapixels
