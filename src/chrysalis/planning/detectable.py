"""Which differences a study will find, for several numbers of seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from chrysalis.config.run import RunSettings
from chrysalis.planning.images import Images
from chrysalis.records.plan import DetectableRow
from chrysalis.records.study import ExperimentRecord
from chrysalis.stats import power
from chrysalis.stats.effects import ALPHA
from chrysalis.stats.power import Components

USUAL_SEEDS = (3, 5, 10)


@dataclass(frozen=True)
class Pilot:
    """Variances to expect of an experiment's effects, and whose they are.

    Of several comparisons or kept studies there are several.
    """

    components: Sequence[Components]
    source: Literal["experiment", "dataset", "pilots"]


def comparisons(record: ExperimentRecord) -> int:
    """How many comparisons the experiment will judge.

    Each removal of classes is compared with the full model twice, once with its logits masked.
    """
    if record.analysis == "variance":
        return 0
    arms = [arm_run for arm_run in record.arm_runs if arm_run.arm != record.baseline]
    if record.analysis == "class_removal":
        return 2 * len(arms)
    return sum(
        base.arm == record.baseline_of(arm.arm)
        and (record.across_models or base.model == arm.model)
        for arm in arms
        for base in record.arm_runs
    )


def test_images(record: ExperimentRecord, runs: Mapping[str, RunSettings], images: Images) -> int:
    """On how many test images its arms are judged, the fewest of any comparison."""
    return min(images.of(runs[run], "test") for run in record.runs)


def rows(
    experiment: str, judged: int, tested: int, pilot: Pilot, sizes: tuple[Sequence[int], int]
) -> list[DetectableRow]:
    """A row for each number of seeds of `sizes`, at the level of `sizes[1]` comparisons in all.

    `judged` comparisons of this experiment are made, on `tested` images.
    """
    seeds, family = sizes
    found = []
    for number in seeds:
        plans = [
            power.plan(components, number, tested, ALPHA / max(1, family))
            for components in pilot.components
        ]
        found.append(
            DetectableRow(
                experiment=experiment,
                comparisons=judged,
                images=tested,
                seeds=number,
                detectable=_range([plan.detectable for plan in plans]),
                half_width=_range([plan.half_width for plan in plans]),
                source=pilot.source,
            )
        )
    return found


def _range(values: list[float]) -> tuple[float, float]:
    return min(values), max(values)
