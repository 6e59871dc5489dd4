"""Verdict sentences: the wording follows from the numbers and from nothing else."""

from __future__ import annotations

from chrysalis.stats.compare import Effect
from chrysalis.stats.minimums import ENOUGH_SEEDS, ENOUGH_TEST_IMAGES

ALPHA = 0.05
OUTCOMES = ("better", "worse", "none", "insufficient")


def outcome(effect: Effect, p_adjusted: float) -> str:
    """better, worse, none (no detectable difference) or insufficient (too few runs or images)."""
    if effect.seeds < ENOUGH_SEEDS or effect.images < ENOUGH_TEST_IMAGES:
        return "insufficient"
    if p_adjusted < ALPHA:
        return "better" if effect.difference > 0 else "worse"
    return "none"


def sentence(
    subject: str, other: str, effect: Effect, p_adjusted: float, comparisons: int, threshold: float
) -> str:
    """One comparison in words; `threshold` is the least difference of practical interest."""
    result = outcome(effect, p_adjusted)
    size = f"{points(abs(effect.difference))} points"
    basis = f"{effect.seeds} seeds each, {effect.images} test images"
    if result == "insufficient":
        lack = (
            f"runs to tell {subject} from {other}: {effect.seeds} of at least {ENOUGH_SEEDS} seeds"
            if effect.seeds < ENOUGH_SEEDS
            else f"test images to tell {subject} from {other}: at least {ENOUGH_TEST_IMAGES} are "
            "needed"
        )
        return (
            f"Not enough {lack}; the difference seen is {signed(effect.difference)} points "
            f"on {effect.images} test images."
        )
    numbers = (
        f"95 % interval {signed(effect.low)} to {signed(effect.high)}, "
        f"{p_text(p_adjusted, comparisons)}, {basis}"
    )
    if result == "none":
        least = points(effect.smallest_detectable)
        clear_alone = effect.low > 0 or effect.high < 0
        among, even = (
            (f"clear by itself, but not as one of {comparisons} comparisons; ", " even by itself")
            if clear_alone
            else ("", "")
        )
        return (
            f"No detectable difference between {subject} and {other}: "
            f"{signed(effect.difference)} points ({numbers}); {among}a difference of less than "
            f"about {least} points would have gone unseen{even}."
        )
    text = f"{subject} is {result} than {other} by {size} ({numbers})."
    if abs(effect.difference) < threshold:
        text += f" That is less than the {points(threshold)} points set as of practical interest."
    return text


def headline(sentences: list[str], outcomes: list[str]) -> str:
    """An experiment's answer in one sentence, from the outcomes of its comparisons."""
    if len(sentences) == 1:
        return sentences[0]
    if all(o == "insufficient" for o in outcomes):
        return f"Not enough to tell: none of the {len(outcomes)} comparisons can be judged."
    counts = [
        f"{outcomes.count(kind)} {words}"
        for kind, words in zip(
            OUTCOMES,
            ("better", "worse", "without a detectable difference", "with too few runs or images"),
            strict=True,
        )
        if kind in outcomes
    ]
    return f"Of {len(outcomes)} comparisons with the baseline: {', '.join(counts)}."


def points(fraction: float) -> str:
    """A difference of fractions in percentage points, with one decimal; tiny ones with two."""
    value = 100 * fraction
    return f"{value:.2f}" if 0 < abs(value) < 0.1 else f"{value:.1f}"


def signed(fraction: float) -> str:
    """Percentage points with a sign."""
    text = points(abs(fraction))
    return text if float(text) == 0 else ("+" if fraction > 0 else "-") + text


def p_text(p: float, comparisons: int) -> str:
    """A p value in words, saying so if it was adjusted for several comparisons."""
    value = "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
    if comparisons == 1:
        return value
    return f"{value} after Holm's correction for {comparisons} comparisons"
