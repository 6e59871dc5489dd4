"""How unsteady a training is: how far its loss on val jumps from epoch to epoch."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from chrysalis.records.training import HistoryRow


def swing(history: Sequence[HistoryRow]) -> float:
    """How far the val loss of an epoch lies from the mean of its neighbours', on average, in nats.

    Half of the mean absolute second difference, so a loss that falls or rises in a straight line
    does not swing. NaN of fewer than three epochs, and where a loss is not finite.
    """
    losses = np.array([row.val_loss for row in history])
    if len(losses) < 3 or not np.isfinite(losses).all():
        return math.nan
    return float(np.abs(np.diff(losses, 2)).mean() / 2)
