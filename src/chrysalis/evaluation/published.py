"""Published figures beside what a study measured."""

from __future__ import annotations

from typing import get_args

import numpy as np

from chrysalis.config.published import (
    SHARES,
    OfDynamics,
    Published,
    PublishedFigure,
    TestShare,
)
from chrysalis.evaluation.measured import Measured
from chrysalis.evaluation.metrics import METRICS, standard_deviation
from chrysalis.evaluation.training import Training
from chrysalis.records.evaluation import PER_CLASS
from chrysalis.records.predictions import read
from chrysalis.records.published import FigureOutcome, PublishedFigureRow
from chrysalis.stats.claims import Span, another_training
from chrysalis.stats.minimums import ENOUGH_SEEDS

# The same in every training of a run.
EXACT = frozenset({"train_images", "parameters", "weights_mb"})


def figures_table(name: str, published: Published, measured: Measured) -> list[PublishedFigureRow]:
    """A row per figure of the published file `name`, and ours with it.

    Ours are mean, sd, seeds, the difference from the published one, and where another training
    would lie. Numbers are fractions, or in the unit of the metric.
    """
    rows = []
    for figure in published.figures:
        values = values_of(figure, measured)
        mean = float(np.mean(values)) if values else np.nan
        span = _span(figure, values, measured)
        rows.append(
            PublishedFigureRow(
                published_in=name,
                model=figure.model,
                metric=figure.metric,
                of_class=figure.of_class or "",
                epoch=str(figure.epoch or ""),
                arm=figure.arm or "",
                note=figure.note,
                published=figure.value,
                mean=mean,
                sd=standard_deviation(values),
                difference=mean - figure.value,
                low=span.low,
                high=span.high,
                seeds=len(values),
                outcome=_outcome(figure, values, span),
            )
        )
    return rows


def values_of(figure: PublishedFigure, measured: Measured) -> list[float]:
    """Our value of a published figure, of each seed; empty if the study has no such run."""
    trainings = measured.of_figure(figure)
    if figure.metric in get_args(OfDynamics):
        rows = measured.dynamics(str(figure.experiment))
        wanted = (figure.model, figure.arm, figure.metric)
        own = [row for row in rows if (row.model, row.arm, row.measure) == wanted]
        return [value for row in own for value in row.values]
    if figure.metric == "converged" and trainings:
        arms = measured.trainings(measured.asked[str(figure.experiment)])
        found = METRICS["converged"].values(list(arms.values()))
        values = found[list(arms).index((figure.model, str(figure.arm)))]
    else:
        values = [_value(training, figure) for training in trainings]
    return [value for value in values if not np.isnan(value)]


def _value(training: Training, figure: PublishedFigure) -> float:
    """Of one training; NaN if it has no such class or epoch, or so few classes."""
    if figure.epoch is not None:
        rows = [row for row in training.history if row.epoch == figure.epoch]
        column = figure.metric if figure.metric == "train_loss" else f"{figure.metric}_top1"
        return getattr(rows[0], column) if rows else np.nan
    if figure.metric == "precision":
        return _precision(training, str(figure.of_class))
    if figure.of_class is not None:
        rows_by_class = PER_CLASS.read(training.paths.per_class)
        found = [
            r.accuracy for r in rows_by_class if (r.split, r.class_) == ("test", figure.of_class)
        ]
        return found[0] if found else np.nan
    if figure.metric == "val":
        return training.metrics.val.top1
    if figure.metric in get_args(TestShare):
        name = "top1" if figure.metric == "test" else figure.metric
        share = getattr(training.metrics.test, name)
        return np.nan if share is None else share
    return METRICS[figure.metric].values([[training]])[0][0]


def _precision(training: Training, name: str) -> float:
    """Of the test images that are taken for a class, the share that belong to it."""
    found = read(training.paths.folder / training.stage, "test")
    if name not in found.classes:
        return np.nan
    taken = found.logits.argmax(1) == found.classes.index(name)
    return float(found.correct[taken].mean()) if taken.any() else np.nan


def _span(figure: PublishedFigure, values: list[float], measured: Measured) -> Span:
    """Where another training of ours would lie; the value itself of what is always the same."""
    if figure.metric in EXACT and values:
        return Span(min(values), max(values))
    if len(values) < ENOUGH_SEEDS or not np.isfinite(values).all():
        return Span(np.nan, np.nan)
    return another_training(np.array(values), _images(figure, measured))


def _images(figure: PublishedFigure, measured: Measured) -> float:
    """How many images a share is of; NaN if it is none of val or test."""
    of_images = {*get_args(TestShare), "precision", "val"}
    if figure.metric not in SHARES & of_images:
        return np.nan
    training = measured.of_figure(figure)[0]
    if figure.of_class is None:
        return training.record.images["val" if figure.metric == "val" else "test"]
    rows = PER_CLASS.read(training.paths.per_class)
    return next(r.support for r in rows if (r.split, r.class_) == ("test", figure.of_class))


def _outcome(figure: PublishedFigure, values: list[float], span: Span) -> FigureOutcome:
    if not values:
        return "not in this study"
    if np.isnan(span.low):
        return "too few seeds"
    inside = (
        span.low <= figure.value <= span.high
        or np.isclose([span.low, span.high], figure.value, rtol=1e-9).any()
    )
    return "within our interval" if inside else "outside our interval"
