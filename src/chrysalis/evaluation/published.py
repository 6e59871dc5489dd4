"""Published figures and claims beside what a study measured."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from chrysalis.config.published import SHARES, Published, PublishedClaim, PublishedFigure
from chrysalis.evaluation.metrics import METRICS, standard_deviation
from chrysalis.evaluation.training import Training
from chrysalis.records.dynamics import DYNAMICS
from chrysalis.records.evaluation import PER_CLASS
from chrysalis.records.experiment import (
    ARMS,
    EFFECTS,
    EffectRow,
    MetricRow,
    PublishedClaimRow,
    PublishedFigureRow,
)
from chrysalis.records.experiment import METRICS as METRICS_TABLE
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.stats.minimums import ENOUGH_SEEDS

Row = TypeVar("Row", EffectRow, MetricRow)

NEAR = 1.5  # a ratio within this factor of the claimed one is about the same

HOLDS, CONTRADICTED = "holds here", "contradicted here"
NOT_SEEN, NOTHING_AGAINST = "not seen here", "nothing here against it"
UNDECIDED, NOT_ASKED = "not enough runs to tell", "not asked in this study"


class Measured:
    """A study's tables, read where a published figure or claim needs them."""

    def __init__(self, study: StudyRecord, paths: StudyPaths) -> None:
        self.study, self.paths = study, paths
        self.asked = {experiment.name for experiment in study.experiments}

    def effects(self, experiment: str) -> list[EffectRow]:
        """An experiment's effects; none if the study does not ask it."""
        if experiment not in self.asked:
            return []
        return EFFECTS.read(self.paths.experiment(experiment).table("effects"))

    def metrics(self, experiment: str) -> list[MetricRow]:
        """An experiment's metrics; none if the study does not ask it."""
        if experiment not in self.asked:
            return []
        return METRICS_TABLE.read(self.paths.experiment(experiment).table("metrics"))

    def run(self, figure: PublishedFigure) -> str | None:
        """The run that stands for a published figure, if the study has it."""
        if figure.experiment is None:
            return self.study.plain_runs.get(figure.model)
        if figure.experiment not in self.asked:
            return None
        arms = ARMS.read(self.paths.experiment(figure.experiment).table("arms"))
        return next((a.run for a in arms if (a.model, a.arm) == (figure.model, figure.arm)), None)

    def values(self, figure: PublishedFigure) -> list[float]:
        """Our value of a published figure, of each seed; empty if the study has no such run."""
        run = self.run(figure)
        if run is None:
            return []
        if figure.metric == "dead":
            return self._dead(figure)
        trainings = [Training(self.paths.training(run, seed)) for seed in self.study.seeds]
        values = [_value(training, figure) for training in trainings]
        return [value for value in values if not np.isnan(value)]

    def _dead(self, figure: PublishedFigure) -> list[float]:
        """The share of dead units, as the mean over the layers of each training."""
        path = self.paths.experiment(str(figure.experiment)).dynamics("summary")
        if not path.exists():
            return []
        wanted = (figure.model, figure.arm, "dead")
        rows = DYNAMICS.read(path)
        return [
            v for row in rows if (row.model, row.arm, row.measure) == wanted for v in row.values
        ]


def _value(training: Training, figure: PublishedFigure) -> float:
    """Of one training; NaN if it has no such class or so few classes."""
    if figure.metric == "top5":
        top5 = training.metrics.test.top5
        return np.nan if top5 is None else top5
    if figure.of_class is not None:
        rows = PER_CLASS.read(training.paths.per_class)
        own = [r.accuracy for r in rows if (r.split, r.class_) == ("test", figure.of_class)]
        return own[0] if own else np.nan
    if figure.metric in SHARES:
        metrics = training.metrics
        return (metrics.val if figure.metric == "val" else metrics.test).top1
    return METRICS[figure.metric].of(training)


def figures_table(name: str, published: Published, measured: Measured) -> list[PublishedFigureRow]:
    """A row per figure of the published file `name`, and ours with it.

    Ours are mean, sd, seeds and the difference from the published one, empty where the study has
    no such run. Numbers are fractions, or in the unit of the metric.
    """
    rows = []
    for figure in published.figures:
        values = measured.values(figure)
        mean = float(np.mean(values)) if values else np.nan
        rows.append(
            PublishedFigureRow(
                published_in=name,
                model=figure.model,
                metric=figure.metric,
                of_class=figure.of_class or "",
                arm=figure.arm or "",
                note=figure.note,
                published=figure.value,
                mean=mean,
                sd=standard_deviation(values),
                difference=mean - figure.value,
                seeds=len(values),
            )
        )
    return rows


def claims_table(name: str, published: Published, measured: Measured) -> list[PublishedClaimRow]:
    """A row per claim of the published file `name`, with what becomes of it here."""
    return [
        PublishedClaimRow(
            name,
            claim.claim,
            *(_by_metric if claim.expected is None else _by_accuracy)(claim, measured),
        )
        for claim in published.claims
    ]


def _by_accuracy(claim: PublishedClaim, measured: Measured) -> tuple[str, str]:
    """Outcome and basis of a claim on accuracy: that of the comparison."""
    effects = _of_claim(measured.effects(claim.experiment), claim, claim.arm)
    found = next((row for row in effects if row.baseline == claim.baseline), None)
    if found is None:
        return NOT_ASKED, ""
    if found.outcome == "insufficient":
        outcome = UNDECIDED
    elif found.outcome == "equal":
        outcome = HOLDS if claim.expected == "none" else CONTRADICTED
    elif found.outcome == claim.expected:
        outcome = NOTHING_AGAINST if claim.expected == "none" else HOLDS
    else:
        outcome = NOT_SEEN if found.outcome == "none" else CONTRADICTED
    return outcome, found.sentence


def _by_metric(claim: PublishedClaim, measured: Measured) -> tuple[str, str]:
    """Judged by the ratio of the means, and by whether the seeds of the two lie apart."""
    table = [row for row in measured.metrics(claim.experiment) if row.metric == claim.metric]
    arm, base = (_of_claim(table, claim, name) for name in (claim.arm, claim.baseline))
    if not arm or not base or claim.ratio is None:
        return NOT_ASKED, ""
    ours, theirs = sorted(arm[0].values), sorted(base[0].values)
    ratio = (sum(ours) / len(ours)) / (sum(theirs) / len(theirs))
    basis = (
        f"{claim.metric}: {claim.arm} divided by {claim.baseline} is {ratio:.2f}; the claim is "
        f"{claim.ratio:.2f} ({len(ours)} seeds each)"
    )
    below, above = ours[-1] < theirs[0], ours[0] > theirs[-1]
    agrees, opposes = (below, above) if claim.ratio < 1 else (above, below)
    if len(ours) < ENOUGH_SEEDS:
        return UNDECIDED, basis
    if opposes:
        return CONTRADICTED, basis
    near = 1 / NEAR <= ratio / claim.ratio <= NEAR
    return HOLDS if agrees and near else NOT_SEEN, basis


def _of_claim(table: list[Row], claim: PublishedClaim, arm: str) -> list[Row]:
    """The rows of an arm, which may itself be a model, or is that of the claim's model."""
    rows = [row for row in table if row.arm == arm]
    return rows if claim.model is None else [r for r in rows if r.model in (claim.model, arm)]
