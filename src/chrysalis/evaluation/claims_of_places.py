"""Claims that the removal of classes helps others by their place in the order of the names."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from chrysalis.config.claims import PlaceClaim
from chrysalis.evaluation.arms import JudgedArm
from chrysalis.evaluation.claim_judgement import (
    POINTS,
    UNKNOWN,
    Finding,
    NotTested,
    few_seeds,
)
from chrysalis.evaluation.experiment import only
from chrysalis.stats.claims import Span
from chrysalis.stats.effects import ALPHA
from chrysalis.stats.minimums import ENOUGH_CLASS_IMAGES
from chrysalis.stats.positions import orders_as_steep, slope


def place_comparisons(
    claim: PlaceClaim, arm: JudgedArm, baseline: JudgedArm
) -> list[Callable[[int], Finding]]:
    """What the claim compares, which takes the number of comparisons that are made in all.

    Raises:
        NotTested: the arm removes no class, or all others lie equally far away.
    """
    order = baseline.trainings[0].record.classes
    gone = [place for place, name in enumerate(order) if name not in arm.classes]
    distances = np.array(
        [min((abs(order.index(name) - place) for place in gone), default=0) for name in arm.classes]
    )
    if len(set(distances.tolist())) < 2:
        raise NotTested(f"No class lies further than another from those that {arm.label} removes.")
    return [partial(_finding, claim, arm, baseline, distances)]


def _finding(
    claim: PlaceClaim,
    arm: JudgedArm,
    baseline: JudgedArm,
    distances: np.ndarray,
    comparisons: int,
) -> Finding:
    """The gain for each place further from the removed classes, and how special their order is."""
    ours, theirs = ([_answers(side, name) for name in arm.classes] for side in (arm, baseline))
    fewest = min(right.shape[1] for right in ours)
    lacks = few_seeds(len(arm.trainings))
    if fewest < ENOUGH_CLASS_IMAGES:
        lacks = f"It takes {ENOUGH_CLASS_IMAGES} images to judge a class, and one has {fewest}."
    gains = np.array([a.mean() - b.mean() for a, b in zip(ours, theirs, strict=True)])
    steep, orders = orders_as_steep(gains, distances)
    shuffled = f"{steep:,} of {orders:,} orders of the names give as steep a slope"
    if not lacks and steep > ALPHA * orders:
        lacks = f"Their place is nothing special: {shuffled}."
    estimate, interval = slope(ours, theirs, distances.astype(float), comparisons)
    return Finding(
        arm.label,
        baseline.label,
        "test top-1 for each place further from the removed classes",
        "points",
        POINTS * estimate,
        UNKNOWN if lacks else Span(POINTS * interval.low, POINTS * interval.high),
        Span(0.0, np.inf) if claim.gains == "farther" else Span(-np.inf, 0.0),
        len(arm.trainings),
        sum(right.shape[1] for right in ours),
        lacks,
        details=f"; {shuffled}",
    )


def _answers(arm: JudgedArm, name: str) -> np.ndarray:
    return only(arm.of_class(arm.classes.index(name)), arm.correct)
