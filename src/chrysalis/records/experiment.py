"""What the rule compare finds out for an experiment."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from chrysalis.records.files import Record
from chrysalis.records.tables import Table
from chrysalis.stats.verdict import Outcome


class Answer(Record):
    """experiment.json: the answer in words; `removed` are the classes each arm does without."""

    name: str
    title: str
    question: str
    analysis: str
    headline: str
    sentences: list[str]
    threshold: float
    removed: dict[str, list[str]]


@dataclass(frozen=True)
class ArmRow:
    """Test top-1 of one arm and model: mean, sd (n - 1) and the seeds' values, as fractions."""

    model: str
    arm: str
    run: str
    images: int
    seeds: int
    mean: float
    sd: float
    values: tuple[float, ...]


@dataclass(frozen=True)
class EffectRow:
    """One comparison with its verdict; effects are fractions, arm minus baseline.

    `p` is of trainings and images, `p_image` of the images alone, `p_equal` of equality within the
    study's threshold. The adjusted ones are corrected over the experiment's comparisons.
    `detectable` is the effect that a study like this one finds with a probability of 80 %.
    """

    model: str
    arm: str
    baseline: str
    effect: float
    low: float
    high: float
    p: float
    p_image: float
    p_equal: float
    p_adjusted: float
    p_equal_adjusted: float
    seeds: int
    images: int
    detectable: float
    outcome: Outcome
    sentence: str


@dataclass(frozen=True)
class PracticeRow:
    """What a comparison means in practice.

    `beats` is the probability that a training of the arm is more accurate than one of its baseline,
    with its 95 % interval. `p_not_worse` is of "worse by the threshold or more"; `sentence` says
    that this is ruled out, and is empty where it is not, or where the verdict says more.
    """

    model: str
    arm: str
    baseline: str
    beats: float
    beats_low: float
    beats_high: float
    p_not_worse: float
    p_not_worse_adjusted: float
    sentence: str


@dataclass(frozen=True)
class CheckRow:
    """The same comparison by other tests: see `stats.checks`."""

    model: str
    arm: str
    baseline: str
    bootstrap_low: float
    bootstrap_high: float
    sign_flip_p: float
    sign_flip_least_p: float


@dataclass(frozen=True)
class PairRow:
    """McNemar's test of one seed's two trainings."""

    model: str
    arm: str
    baseline: str
    seed: int
    arm_only: int
    baseline_only: int
    p: float


@dataclass(frozen=True)
class ClassAccuracyRow:
    """Accuracy on the test images of one class: mean and sd over the seeds, as fractions."""

    model: str
    arm: str
    class_: str
    support: int
    mean: float
    sd: float


@dataclass(frozen=True)
class ClassEffectRow:
    """The effect on one class's test images; p_adjusted is corrected over all
    classes of the experiment, and NaN for a class with too few images for a claim."""

    model: str
    arm: str
    baseline: str
    class_: str
    images: int
    effect: float
    low: float
    high: float
    p: float
    p_adjusted: float


@dataclass(frozen=True)
class EndpointRow:
    """One comparison by an exploratory endpoint: nll (nats), brier (0 to 2) or aurc (a fraction),
    of which less is better, or corrupted: accuracy on corrupted images.

    `effect` is the arm's less the baseline's. `p_adjusted` is corrected over the `comparisons` of
    the table.
    """

    endpoint: str
    model: str
    arm: str
    baseline: str
    value: float
    base_value: float
    effect: float
    low: float
    high: float
    p: float
    p_adjusted: float
    comparisons: int
    seeds: int
    images: int
    detectable: float
    outcome: Outcome
    sentence: str


@dataclass(frozen=True)
class WorstClassRow:
    """The class that an arm recognises worst on test: see `stats.worst_class`.

    `p_adjusted` is corrected over the arms of the experiment.
    """

    model: str
    arm: str
    class_: str
    images: int
    accuracy: float
    low: float
    high: float
    by_chance: float
    p: float
    p_adjusted: float


@dataclass(frozen=True)
class MetricRow:
    """A metric of one arm with one model: mean, sd (n - 1) and the seeds' values.

    `low` and `high` are the mean's 95 % interval by Student's t, NaN where the sd is.
    """

    model: str
    arm: str
    run: str
    metric: str
    seeds: int
    mean: float
    sd: float
    values: tuple[float, ...]
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True)
class ModelMetricRow:
    """A metric of one model's base run on one split: mean, sd (n - 1) and the seeds' values."""

    model: str
    split: str
    metric: str
    seeds: int
    mean: float
    sd: float
    values: tuple[float, ...]


@dataclass(frozen=True)
class DifferenceRow:
    """One thing in which the trainings of an arm and of its baseline differ, as text.

    `warn` marks what the experiment does not declare and what may explain an effect.
    """

    model: str
    arm: str
    baseline: str
    what: str
    value: str
    base_value: str
    warn: bool


@dataclass(frozen=True)
class RankRow:
    """One arm among all: arms without a common letter are shown to differ; see `stats.best`."""

    model: str
    arm: str
    mean: float
    letters: str
    not_shown_worse: bool


@dataclass(frozen=True)
class ClaimRow:
    """One comparison as the study's overview states it.

    p values are corrected over the `comparisons` of all primary experiments; the outcome is
    "exploratory" for one of another experiment.
    """

    experiment: str
    model: str
    arm: str
    baseline: str
    comparisons: int
    p_study: float
    p_equal_study: float
    outcome: Outcome | Literal["exploratory"]


@dataclass(frozen=True)
class SourceRow:
    """How far test top-1 differs from seed to seed where only these sources of variance do.

    `sd` (n - 1), with `low` and `high` for its 95 % interval, and `image_sd`, that of another draw
    of as many test images, are fractions. `share` is the variance over that of the baseline.
    """

    model: str
    arm: str
    seeds: int
    mean: float
    sd: float
    low: float
    high: float
    share: float
    images: int
    image_sd: float


@dataclass(frozen=True)
class LabelQualityRow:
    """How far a class's labels can be trusted, the worst class first: see `label_quality`."""

    rank: int
    class_: str
    images: int
    label_quality: float
    self_confidence: float


@dataclass(frozen=True)
class DynamicsRow:
    """How one arm trained, in a line: see `report.figures.dynamics.summarise`."""

    model: str
    arm: str
    smoothness: float
    distance: float
    input_gradient: float
    dead: float
    vanishing: float
    exploding: float


ARMS = Table(ArmRow)
EFFECTS = Table(EffectRow)
PRACTICE = Table(PracticeRow)
CHECKS = Table(CheckRow)
PAIRS = Table(PairRow)
PER_CLASS = Table(ClassAccuracyRow)
CLASS_EFFECTS = Table(ClassEffectRow)
ENDPOINTS = Table(EndpointRow)
WORST_CLASSES = Table(WorstClassRow)
METRICS = Table(MetricRow)
MODEL_METRICS = Table(ModelMetricRow)
DIFFERENCES = Table(DifferenceRow)
RANKING = Table(RankRow)
CLAIMS = Table(ClaimRow)
SOURCES = Table(SourceRow)
LABEL_QUALITY = Table(LabelQualityRow)
DYNAMICS = Table(DynamicsRow)
