"""How much too high an accuracy is that is read off the images that chose the epoch."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from chrysalis.records.training import HistoryRow


def optimism(history: Sequence[HistoryRow], images: int) -> float:
    """What choosing an epoch by so many val images adds to its accuracy on them, a fraction.

    Each half of val chooses its best epoch, and the other half, which had no part in that, is the
    judge: two-fold cross-validation of the choice (Stone, Journal of the Royal Statistical Society
    B 36, 1974). The mean over both is without bias for a choice by half as many images; all of them
    choose a little better. 0 if both halves choose one epoch; NaN of no epoch or fewer than two
    images.
    """
    if not history or images < 2:
        return math.nan
    first = (images + 1) // 2
    right = np.rint([images * row.val_top1 for row in history])
    right_first = np.rint([first * row.val_top1_half for row in history])
    even, odd = right_first / first, (right - right_first) / (images - first)
    by_even, by_odd = np.argmax(even), np.argmax(odd)
    return float((even[by_even] - odd[by_even] + odd[by_odd] - even[by_odd]) / 2)
