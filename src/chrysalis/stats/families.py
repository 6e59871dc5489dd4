"""Several verdicts at once: the chance of any false one is held to 5 %.

A comparison can be said to show a difference, or to show that the arms are equal within a margin.
Of its two null hypotheses, "there is no difference" and "the difference reaches the margin", at
most one is true. So of m comparisons at most m hypotheses are true, not 2 m, and each may be tested
at alpha / m (Shaffer, JASA 81, 1986: logically related hypotheses). The wrong sign is such an error
too: an effect that reaches the margin is taken for an equal or an opposite one with a chance of at
most alpha / m, since either needs the same far estimate.

Holm's later steps, alpha / (m - 1) and so on, assume that a rejected hypothesis takes no further
part. With equality in play that fails: a comparison whose difference was found may still be one
whose "equal" would be false. Holm's steps for differences beside Bonferroni's for equality can so
reach 1.5 alpha for two comparisons. `differences_and_equalities` takes a comparison out only when
both of its hypotheses are rejected.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p values (Scandinavian Journal of Statistics 6, 1979); NaN stays NaN.

    For a family in which nothing is said to be equal.
    """
    p = np.asarray(p_values, float)
    adjusted = np.full(len(p), np.nan)
    known = ~np.isnan(p)
    order = np.argsort(p, kind="stable")[: known.sum()]  # NaN last
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.maximum.accumulate(steps).clip(max=1.0)
    return adjusted.tolist()


def differences_and_equalities(
    p_different: Sequence[float], p_equal: Sequence[float]
) -> tuple[list[float], list[float]]:
    """Adjusted p values of differences and of equalities, comparison by comparison.

    All that are below alpha together err with a probability of at most alpha. NaN stays NaN, and a
    comparison of which both are NaN doesn't count.

    Raises:
        ValueError: the two differ in length.
    """
    p = np.array([p_different, p_equal], float)
    if p.ndim != 2:
        raise ValueError("p values of differences and of equalities differ in number")
    adjusted = np.full(p.shape, np.nan)
    remaining = int((~np.isnan(p)).any(0).sum())
    unseen = np.where(np.isnan(p), 0, 1)
    worst = 0.0
    for place in np.argsort(p, axis=None, kind="stable")[: int(unseen.sum())]:
        row, column = np.unravel_index(place, p.shape)
        worst = max(worst, min(1.0, remaining * float(p[row, column])))
        adjusted[row, column] = worst
        unseen[row, column] = 0
        if not np.isnan(p[:, column]).any() and not unseen[:, column].any():
            remaining -= 1
    return adjusted[0].tolist(), adjusted[1].tolist()
