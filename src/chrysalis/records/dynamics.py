"""What the rule dynamics leaves of one training, and what comes of comparing several."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from chrysalis.config.metrics import DynamicsMeasure
from chrysalis.records.files import Record
from chrysalis.records.tables import Table

Direction = Literal["lower", "higher", "none", "insufficient"]


class Divergence(Record):
    """Where a training stopped being finite: at a step (from 0) of an epoch (from 1)."""

    step: int
    epoch: int
    what: str


class TraceRecord(Record):
    """trace.json: how far a training was followed; `diverged` is None where it ran to its end."""

    steps: int
    epochs: int
    diverged: Divergence | None = None


@dataclass(frozen=True)
class StepRow:
    """One step; the fields after the loss are NaN but at the steps that were looked at.

    `step_length` is how far the optimizer moved the weights. Up to `smoothness` see
    `dynamics.landscape`, from `difference_farthest` on `dynamics.vgg_study`.
    """

    step: int
    epoch: int
    learning_rate: float
    loss: float
    step_length: float = math.nan
    gradient_norm: float = math.nan
    loss_low: float = math.nan
    loss_high: float = math.nan
    change_low: float = math.nan
    change_high: float = math.nan
    smoothness: float = math.nan
    difference_farthest: float = math.nan
    difference_mean: float = math.nan
    predictiveness: float = math.nan
    vanishing: float = math.nan
    exploding: float = math.nan


@dataclass(frozen=True)
class EpochRow:
    """The end of an epoch: input gradients (nats per brightness), Lipschitz estimate."""

    epoch: int
    input_gradient_mean: float
    input_gradient_max: float
    lipschitz: float


@dataclass(frozen=True)
class LayerRow:
    """A layer at the end of an epoch: an activation has mean, sd and dead, a weight its ratio.

    `dead` is a share of units, `ratio` that of gradient to weights, averaged over the epoch.
    """

    epoch: int
    layer: str
    mean: float = math.nan
    sd: float = math.nan
    dead: float = math.nan
    ratio: float = math.nan


@dataclass(frozen=True)
class DynamicsRow:
    """A measure of one arm: mean, sd (n - 1) and the value of each seed that has one.

    See `evaluation.traces`; the mean is geometric where measures are compared by their ratio.
    """

    model: str
    arm: str
    measure: str
    seeds: int
    mean: float
    sd: float
    values: tuple[float, ...]


@dataclass(frozen=True)
class DynamicsEffectRow:
    """A measure of one side against its baseline, over the `arms` that both have.

    `effect`, `low` and `high` are the ratio to the baseline, or the difference where the `scale` is
    "difference". `p_adjusted` is corrected over all rows by Holm's method.
    """

    measure: DynamicsMeasure
    subject: str
    baseline: str
    arms: str
    scale: Literal["ratio", "difference"]
    base_mean: float
    mean: float
    effect: float
    low: float
    high: float
    p: float
    p_adjusted: float
    seeds: int
    outcome: Direction
    sentence: str


@dataclass(frozen=True)
class DivergedRow:
    """A training that stopped being finite: at a step (from 0) of an epoch (from 1)."""

    model: str
    arm: str
    seed: int
    step: int
    epoch: int
    what: str


STEPS = Table(StepRow)
EPOCHS = Table(EpochRow)
LAYERS = Table(LayerRow)
DYNAMICS = Table(DynamicsRow)
DYNAMICS_EFFECTS = Table(DynamicsEffectRow)
DIVERGED = Table(DivergedRow)
