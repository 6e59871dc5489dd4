"""Where the differences from seed to seed come from: each source of variance alone."""

from __future__ import annotations

import numpy as np

from chrysalis.evaluation.arms import JudgedArm
from chrysalis.evaluation.verdict import ACCURACY
from chrysalis.records.experiment import SourceRow
from chrysalis.records.study import ExperimentRecord
from chrysalis.stats.minimums import ENOUGH_SEEDS
from chrysalis.stats.variance import of_test_images, spread


def sources_table(arms: list[JudgedArm], record: ExperimentRecord) -> list[SourceRow]:
    """A row per arm and model of an experiment on variance."""
    rows = []
    for arm in arms:
        base = next(a for a in arms if a.arm == record.baseline and a.model == arm.model)
        ours, theirs = (spread(each.correct.mean(1)) for each in (arm, base))
        seeds, images = arm.correct.shape
        mean = float(arm.correct.mean())
        rows.append(
            SourceRow(
                model=arm.model,
                arm=arm.arm,
                seeds=seeds,
                mean=mean,
                sd=ours.sd,
                low=ours.low,
                high=ours.high,
                share=(ours.sd / theirs.sd) ** 2 if theirs.sd > 0 else np.nan,
                images=images,
                image_sd=of_test_images(mean, images),
            )
        )
    return rows


def sentences(rows: list[SourceRow], record: ExperimentRecord) -> list[str]:
    """What the table says of each model, in words."""
    return [_of_model(model, rows, record) for model in dict.fromkeys(row.model for row in rows)]


def _of_model(model: str, rows: list[SourceRow], record: ExperimentRecord) -> str:
    own = [row for row in rows if row.model == model]
    together = next(row for row in own if row.arm == record.baseline)
    alone = [row for row in own if row is not together]
    if together.seeds < ENOUGH_SEEDS:
        return (
            f"Not enough seeds to tell where the differences between trainings of {model} come "
            f"from: at least {ENOUGH_SEEDS} are needed, and there "
            f"{'is' if together.seeds == 1 else 'are'} {together.seeds}."
        )
    largest = max(alone, key=lambda row: row.sd)
    text = (
        f"From seed to seed, the accuracy of {model} differs by {_with_interval(together)}. Of the "
        f"sources alone, {largest.arm} moves it most, by {_with_interval(largest)}."
    )
    if any(row.high > largest.low for row in alone if row is not largest):
        text += f" With {together.seeds} seeds the order of the sources is not certain."
    return text


def _with_interval(row: SourceRow) -> str:
    return (
        f"an sd of {ACCURACY.size(row.sd)} (95 % interval {ACCURACY.number(row.low)} to "
        f"{ACCURACY.number(row.high)})"
    )
