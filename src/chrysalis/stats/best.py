"""Which of several arms is best: all pairs, with one error rate for everything that is said.

"Shown worse than another arm" and "shown to differ" (the letters) are claims about pairs, so all
pairs are one family. They are corrected by Shaffer's first method (JASA 81, 1986), which is Holm's
but counts only as many true hypotheses as there can be at once: if one pair differs, some other
does too. With a probability of at least 95 % no claim is false, so no arm that is best, or tied
for best, is left out of the set of those not shown worse. Hsu's comparisons with the best (Annals
of Statistics 12, 1984) would leave out more, but say only "no better than some other" of an arm
left out; among arms that are all alike they leave one out in more than 5 % of studies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import combinations

import numpy as np

from chrysalis.stats.effects import ALPHA, Effect


def all_pairs(
    arms: Sequence[np.ndarray], compare: Callable[[np.ndarray, np.ndarray], Effect]
) -> dict[tuple[int, int], Effect]:
    """The effect of arm i over arm j for all i < j; `arms` are right answers (seeds, images)."""
    return {(i, j): compare(arms[i], arms[j]) for i, j in combinations(range(len(arms)), 2)}


def shaffer(p_values: dict[tuple[int, int], float]) -> dict[tuple[int, int], float]:
    """p of all pairs of arms after Shaffer's correction; takes and gives p by pair (i, j), i < j.

    A p that is NaN stays so, but its pair counts.
    """
    arms = 1 + max((j for _, j in p_values), default=0)
    possible = sorted(_true_at_once(arms))
    ordered = sorted(p_values, key=lambda pair: (np.isnan(p_values[pair]), p_values[pair]))
    adjusted, worst = {}, 0.0
    for done, pair in enumerate(ordered):
        most = max(n for n in possible if n <= len(ordered) - done)
        p = p_values[pair]
        worst = max(worst, min(1.0, most * p)) if not np.isnan(p) else np.nan
        adjusted[pair] = worst
    return {pair: adjusted[pair] for pair in p_values}


def not_shown_worse(
    effects: dict[tuple[int, int], Effect], adjusted: dict[tuple[int, int], float]
) -> list[int]:
    """The arms that no other is shown to be better than, by rising number."""
    arms = 1 + max((j for _, j in effects), default=0)
    worse = {(j if effects[i, j].effect > 0 else i) for (i, j), p in adjusted.items() if p < ALPHA}
    return [arm for arm in range(arms) if arm not in worse]


def letters(adjusted: dict[tuple[int, int], float], means: Sequence[float]) -> list[str]:
    """Letters of each arm; two arms differ as shown if and only if they have none in common.

    `means` decide the letters' order: the best arm has an a. Insert and absorb: Piepho, Journal of
    Computational and Graphical Statistics 13, 2004. Beyond 26 groups letters get numbers.
    """
    groups = [set(range(len(means)))]
    for (i, j), p in sorted(adjusted.items()):
        if p < ALPHA:
            groups = _absorb([part for group in groups for part in _split(group, i, j)])
    rank = sorted(range(len(means)), key=lambda arm: -means[arm])
    groups.sort(key=lambda group: [rank.index(arm) for arm in sorted(group, key=rank.index)])
    names = [chr(97 + k % 26) + (str(k // 26) if k >= 26 else "") for k in range(len(groups))]
    return [
        "".join(name for name, group in zip(names, groups, strict=True) if arm in group)
        for arm in range(len(means))
    ]


def _split(group: set[int], i: int, j: int) -> list[set[int]]:
    """A group without one, and without the other, of two arms that differ."""
    return [group - {i}, group - {j}] if {i, j} <= group else [group]


def _absorb(groups: list[set[int]]) -> list[set[int]]:
    """The groups that lie in no other, each once."""
    kept: list[set[int]] = []
    for group in sorted(groups, key=len, reverse=True):
        if not any(group <= other for other in kept):
            kept.append(group)
    return kept


@lru_cache
def _true_at_once(arms: int) -> frozenset[int]:
    """How many of the hypotheses "these two are equal" can be true at once, for so many arms."""
    if arms < 2:
        return frozenset({0})
    return frozenset(
        size * (size - 1) // 2 + rest
        for size in range(1, arms + 1)
        for rest in _true_at_once(arms - size)
    )
