"""Families of species: in which ways butterflies of one kind look alike, and in which they vary."""

from __future__ import annotations

from collections.abc import Callable

from chrysalis.data.specimens import brush_footed as brush
from chrysalis.data.specimens import other_families as other
from chrysalis.data.specimens.palette import Rng
from chrysalis.data.specimens.species import Species

FAMILIES: tuple[Callable[[Rng], Species], ...] = (
    other.swallowtail,
    other.blue,
    brush.peacock,
    other.white,
    brush.fritillary,
    brush.admiral,
    brush.morpho,
    brush.satyr,
    brush.monarch,
    other.copper,
    brush.longwing,
    brush.painted,
)
