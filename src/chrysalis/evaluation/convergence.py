"""How fast trainings converge: the epochs until they reach an accuracy that all arms reach.

Measured against each training's own best, a network that learns nothing would converge at once. So
one accuracy counts for all arms that are compared, and an arm that never gets there has not
converged.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from chrysalis.evaluation.training import Training

NEARLY = 0.99  # of the best accuracy counts: the last steps to it are chance
LEARNS = 0.5  # of the way from chance to the best arm is what an arm has to go, to have a say
LEAST = 0.1  # of the way from chance to 1 is what the best arm has to go


def common_accuracy(arms: Sequence[Sequence[Training]]) -> float:
    """The val top-1 that counts as converged for all arms: a fraction; NaN if no arm learns.

    It is 99 % of the best that the weakest arm reaches on average over its seeds. An arm that goes
    less than half of the way from chance to the best arm does not count: it has not learned the
    task, and what it reaches says nothing.
    """
    best = [float(np.mean([_best(training) for training in arm])) for arm in arms]
    chance = max(1 / len(training.record.classes) for arm in arms for training in arm)
    if max(best) - chance < LEAST * (1 - chance):
        return math.nan
    enough = chance + LEARNS * (max(best) - chance)
    return NEARLY * min(value for value in best if value >= enough)


def epochs_to(training: Training, accuracy: float) -> float:
    """The first epoch with at least this val top-1; infinite if there is none."""
    reached = (row.epoch for row in training.history if row.val_top1 >= accuracy)
    return float(next(reached, math.inf))


def _best(training: Training) -> float:
    return max((row.val_top1 for row in training.history), default=0.0)
