"""What may be said of a comparison: one of five outcomes, from numbers alone."""

from __future__ import annotations

from typing import Literal, Protocol, get_args

from chrysalis.stats.effects import ALPHA
from chrysalis.stats.minimums import ENOUGH_SEEDS, ENOUGH_TEST_IMAGES

Outcome = Literal["better", "worse", "equal", "none", "insufficient"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


class Measured(Protocol):
    """An effect with the seeds and the images that it rests on."""

    @property
    def effect(self) -> float:
        """How much better the arm is."""

    @property
    def seeds(self) -> int:
        """Trainings per arm."""

    @property
    def images(self) -> int:
        """Test images."""


def outcome(
    effect: Measured,
    p_different: float,
    p_equal: float,
    enough_images: int = ENOUGH_TEST_IMAGES,
) -> Outcome:
    """One of `OUTCOMES`, of an effect and its p values after correction for its family.

    "insufficient" of fewer than 3 seeds or than `enough_images` images; then "better" or "worse"
    (which of two losses is better is for the caller to turn around), then "equal" within the margin
    that `p_equal` is about, and "none" where neither was shown. `p_equal` is NaN where no margin
    was set.
    """
    if effect.seeds < ENOUGH_SEEDS or effect.images < enough_images:
        return "insufficient"
    if p_different < ALPHA:
        return "better" if effect.effect > 0 else "worse"
    return "equal" if p_equal < ALPHA else "none"
