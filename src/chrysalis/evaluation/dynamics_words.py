"""What a comparison of traced trainings comes to, in words: they follow from the numbers alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

from chrysalis.evaluation.verdict import ACCURACY, p_text
from chrysalis.records.dynamics import DynamicsEffectRow
from chrysalis.stats.minimums import ENOUGH_SEEDS


def sentence(row: DynamicsEffectRow, title: str, tested: int) -> str:
    """One measure of one comparison, whose p is corrected over `tested` of them."""
    subject, other = row.subject, row.baseline
    if not row.arms:
        return (
            f"{title}: {subject} and {other} can't be compared, because in every arm a training "
            "diverged or has no finite value above zero."
        )
    if row.outcome == "insufficient":
        return (
            f"{title}: not enough seeds to tell {subject} from {other}; at least {ENOUGH_SEEDS} "
            f"are needed, and there {'is' if row.seeds == 1 else 'are'} {row.seeds}. "
            f"The difference seen is {_size(row.effect, row.scale)}."
        )
    if math.isnan(row.low):
        return (
            f"{title}: {_size(row.effect, row.scale)} for {subject} against {other}, but no seed "
            "differs from another, so chance can't be judged."
        )
    numbers = (
        f"{_size(row.effect, row.scale)}, 95 % interval {_bound(row.low, row.scale)} to "
        f"{_bound(row.high, row.scale)}, {p_text(row.p_adjusted, tested)}, {row.seeds} seeds each"
    )
    if row.outcome == "none":
        return f"{title}: no detectable difference between {subject} and {other} ({numbers})."
    return f"{title}: {row.outcome} for {subject} than for {other} ({numbers})."


def headline(rows: Sequence[DynamicsEffectRow]) -> str:
    """The comparisons of one subject with its baseline, counted."""
    subject, other = rows[0].subject, rows[0].baseline
    outcomes = [row.outcome for row in rows]
    if not any(row.arms for row in rows):
        return (
            f"How {subject} trains can't be compared with {other}: in every arm a training "
            "diverged or has no finite value above zero."
        )
    if all(each == "insufficient" for each in outcomes):
        return f"Not enough seeds to tell how {subject} trains, compared with {other}."
    words = {
        "lower": "lower",
        "higher": "higher",
        "none": "without a detectable difference",
        "insufficient": "impossible to judge",
    }
    counts = [f"{outcomes.count(kind)} {words[kind]}" for kind in words if kind in outcomes]
    return (
        f"Of {len(rows)} measures of how {subject} trains, compared with {other}: "
        f"{', '.join(counts)}."
    )


def _size(effect: float, scale: str) -> str:
    return f"{_bound(effect, scale)} {'times' if scale == 'ratio' else 'points'}"


def _bound(value: float, scale: str) -> str:
    """A ratio with three significant digits, or a difference of shares in points."""
    if scale == "difference":
        return ACCURACY.signed(value)
    return f"{float(f'{value:.3g}'):,g}"
