"""The outcome of a claim, and its reason in words: both follow from the numbers alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

from chrysalis.evaluation.verdict import p_text
from chrysalis.records.published import ClaimOutcome
from chrysalis.stats.claims import Span, Standing, standing
from chrysalis.stats.effects import ALPHA
from chrysalis.stats.minimums import ENOUGH_SEEDS

POINTS = 100  # percentage points that a fraction of 1 is
UNKNOWN = Span(math.nan, math.nan)
OUTCOMES: dict[Standing, ClaimOutcome] = {
    "holds": "holds here",
    "contradicted": "contradicted here",
    "open": "not shown",
}
AGREEMENT: dict[ClaimOutcome, str] = {
    "holds here": "The whole interval agrees with it",
    "contradicted here": "The whole interval lies outside of it",
    "not shown": "The interval agrees with it only in part",
}


class NotTested(Exception):
    """Why a study says nothing of a claim."""


@dataclass(frozen=True)
class Finding:
    """What a study finds where a claim says that `subject` differs from `other` in `what`.

    `estimate`, `interval` and `region`, where the claim says that it lies, are in the `unit`:
    "points" and metrics are of a difference, "times" of a ratio. `images` is None where their
    chance is not part of the interval, `lacks` why nothing can be concluded, if so, and `details`
    are more numbers in words. `p_equal` of a claim of equality is that of two one-sided tests.
    """

    subject: str
    other: str
    what: str
    unit: str
    estimate: float
    interval: Span
    region: Span
    seeds: int
    images: int | None = None
    lacks: str = ""
    details: str = ""
    p_equal: float | None = None


@dataclass(frozen=True)
class Judgement:
    """An outcome with its reason, and the finding that decides it; None if nothing was found."""

    outcome: ClaimOutcome
    reason: str
    finding: Finding | None = None


def judge(found: Finding, comparisons: int) -> Judgement:
    """One comparison, whose interval allows for so many."""
    if found.lacks:
        return Judgement("not shown", f"{found.lacks}{_seen(found)}", found)
    outcome = OUTCOMES[standing(found.interval, found.region)]
    if found.p_equal is not None and outcome != "contradicted here":
        outcome = "holds here" if found.p_equal * comparisons < ALPHA else "not shown"
    family = f", as one of {comparisons} comparisons" if comparisons > 1 else ""
    trainings = "one training" if found.seeds == 1 else f"{found.seeds} seeds each"
    images = "" if found.images is None else f", {found.images:,} images"
    return Judgement(
        outcome,
        f"{_estimate(found)}{found.details} (95 % interval {_interval(found)}{family}; "
        f"{trainings}{images}). The claim is {_region(found)}. "
        f"{_agreement(found, outcome, comparisons)}.",
        found,
    )


def few_seeds(seeds: int) -> str:
    """That there are too few seeds, if so."""
    if seeds >= ENOUGH_SEEDS:
        return ""
    return f"It takes {ENOUGH_SEEDS} seeds to judge, and this study has {seeds}."


def _estimate(found: Finding) -> str:
    if found.unit == "times":
        value = "" if math.isnan(found.estimate) else f": {found.estimate:.2f} times"
        return f"{found.subject} against {found.other} in {found.what}{value}"
    amount = f"{found.estimate:+.1f} points" if found.unit == "points" else f"{found.estimate:+.3g}"
    return f"{found.subject} minus {found.other} is {amount} in {found.what}"


def _seen(found: Finding) -> str:
    """What was seen all the same."""
    return "" if math.isnan(found.estimate) else f" Seen so far: {_estimate(found)}."


def _interval(found: Finding) -> str:
    low, high = found.interval
    if found.unit == "times":
        return f"{low:.2f} or more" if math.isinf(high) else f"{low:.2f} to {high:.2f}"
    digits = ".1f" if found.unit == "points" else ".3g"
    return f"{low:+{digits}} to {high:+{digits}}"


def _region(found: Finding) -> str:
    """Where the claim says that the estimate lies."""
    low, high = found.region
    if math.isinf(high):
        return f"above {low:g}"
    if math.isinf(low):
        return f"below {high:g}"
    if found.unit == "times":
        return f"{low:.2f} to {high:.2f} times"
    limits = " to ".join("0" if limit == 0 else f"{limit:+g}" for limit in found.region)
    return limits + (" points" if found.unit == "points" else "")


def _agreement(found: Finding, outcome: ClaimOutcome, comparisons: int) -> str:
    if found.p_equal is None or outcome == "contradicted here":
        return AGREEMENT[outcome]
    shown = "show" if outcome == "holds here" else "do not show"
    p = p_text(min(1.0, found.p_equal * comparisons), comparisons)
    return f"Two one-sided tests {shown} that it is no larger ({p})"
