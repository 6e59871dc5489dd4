"""Claims on heat maps: how much of a map lies on the object, and whether less does when wrong."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import pandas as pd

from chrysalis.config.claims import MapsClaim
from chrysalis.evaluation.claim_judgement import POINTS, UNKNOWN, Finding, NotTested
from chrysalis.evaluation.judged_maps import explained
from chrysalis.evaluation.measured import Measured
from chrysalis.records.maps import MAP_SCORES
from chrysalis.stats import means
from chrysalis.stats.claims import Span
from chrysalis.stats.effects import ALPHA
from chrysalis.stats.minimums import ENOUGH_CLASS_IMAGES
from chrysalis.stats.welch import welch


def maps_comparisons(claim: MapsClaim, measured: Measured) -> list[Callable[[int], Finding]]:
    """A comparison for each explained model; each takes the number of comparisons made in all.

    Raises:
        NotTested: the images have no masks.
    """
    made: list[Callable[[int], Finding]] = []
    for model, _, training in explained(measured.study):
        path = measured.paths.explanations(training) / "check_maps/scores.csv"
        scores = MAP_SCORES.read_frame(path)
        own = scores[(scores["method"] == claim.method) & scores["energy"].notna()]
        if not len(own):
            raise NotTested("It takes masks of the objects, and these images have none.")
        find = _inside if claim.says == "on_object" else _wrong
        made.append(partial(find, claim, model, own))
    return made


def _inside(claim: MapsClaim, model: str, scores: pd.DataFrame, family: int) -> Finding:
    """The share of the maps on the object, over what the claim asks for."""
    found = means.of_scores(scores["energy"].to_numpy(), ALPHA / family)
    asked = claim.share
    return _finding(
        f"the share of {claim.method} of {model} on the object",
        f"{POINTS * asked:g} %",
        (found.mean - asked, Span(found.low - asked, found.high - asked)),
        Span(0.0, math.inf),
        found.images,
        found.images,
    )


def _wrong(claim: MapsClaim, model: str, scores: pd.DataFrame, family: int) -> Finding:
    """The share of the maps on the object, of wrong answers less right ones."""
    wrong, right = (scores.loc[scores["correct"] == r, "energy"].tolist() for r in (0, 1))
    found = welch(wrong, right, ALPHA / family)
    return _finding(
        f"{claim.method} of {model} on wrong answers",
        "on right ones",
        (found.effect, Span(found.low, found.high)),
        Span(-math.inf, 0.0),
        len(scores),
        min(len(wrong), len(right)),
    )


def _finding(
    subject: str,
    other: str,
    found: tuple[float, Span],
    region: Span,
    images: int,
    fewest: int,
) -> Finding:
    lacks = ""
    if fewest < ENOUGH_CLASS_IMAGES or math.isnan(found[1].low):
        lacks = f"It takes {ENOUGH_CLASS_IMAGES} images to judge, and there are {fewest}."
    return Finding(
        subject,
        other,
        "share of the map on the object",
        "points",
        POINTS * found[0],
        UNKNOWN if lacks else Span(*(POINTS * limit for limit in found[1])),
        region,
        1,
        images,
        lacks,
    )
