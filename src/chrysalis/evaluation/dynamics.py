"""Traced trainings compared: each measure of one side against its baseline, over the seeds.

An experiment with several models asks how they train: each model is compared with the first, over
the arms that both have. With one model, or models of the arms' own, arms are compared with the
baseline arm. An arm in which a training diverged tells of another stretch of training, so neither
side's measures include it; that it diverged is itself a result.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from chrysalis.config.metrics import DynamicsMeasure
from chrysalis.evaluation.dynamics_words import sentence
from chrysalis.evaluation.metrics import standard_deviation
from chrysalis.evaluation.traces import COMPARED, MEASURES, SHOWN, Traced, band
from chrysalis.records.dynamics import (
    DIVERGED,
    DYNAMICS,
    DYNAMICS_EFFECTS,
    Direction,
    DivergedRow,
    DynamicsEffectRow,
    DynamicsRow,
)
from chrysalis.records.paths import ExperimentPaths, StudyPaths
from chrysalis.records.study import ExperimentRecord
from chrysalis.stats.effects import ALPHA
from chrysalis.stats.families import holm
from chrysalis.stats.verdict import Outcome, outcome
from chrysalis.stats.welch import Difference, welch

Cell = tuple[str, str]  # model and arm
Traces = dict[Cell, dict[int, Traced]]  # by seed
DIRECTIONS: dict[Outcome, Direction] = {
    "better": "higher",
    "worse": "lower",
    "none": "none",
    "insufficient": "insufficient",
}


@dataclass(frozen=True)
class Contrast:
    """One side against its baseline: pairs of cells, each pair of one arm."""

    subject: str
    baseline: str
    pairs: tuple[tuple[Cell, Cell], ...]


@dataclass(frozen=True)
class DynamicsAnalysis:
    """All that the rule compare_dynamics finds out for an experiment."""

    summary: list[DynamicsRow]
    effects: list[DynamicsEffectRow]
    diverged: list[DivergedRow]

    def write(self, paths: ExperimentPaths) -> None:
        """Write a CSV per table."""
        DYNAMICS.write(self.summary, paths.dynamics("summary"))
        DYNAMICS_EFFECTS.write(self.effects, paths.dynamics("effects"))
        DIVERGED.write(self.diverged, paths.dynamics("diverged"))


def read_traces(record: ExperimentRecord, paths: StudyPaths, seeds: list[int]) -> Traces:
    """The traced trainings of an experiment."""
    return {
        (each.model, each.arm): {seed: Traced(paths.training(each.run, seed)) for seed in seeds}
        for each in record.arm_runs
    }


def analyse_dynamics(
    record: ExperimentRecord, paths: StudyPaths, seeds: list[int]
) -> DynamicsAnalysis:
    """Compare how the arms and models of an experiment trained.

    Raises:
        UserError: a training's files are missing or damaged.
    """
    traces = read_traces(record, paths, seeds)
    return DynamicsAnalysis(
        summary=list(_summary(traces)),
        effects=effects_table(traces, contrasts(record)),
        diverged=[
            DivergedRow(*cell, seed, **traced.record.diverged.model_dump())
            for cell, by_seed in traces.items()
            for seed, traced in by_seed.items()
            if traced.record.diverged
        ],
    )


def contrasts(record: ExperimentRecord) -> list[Contrast]:
    """What is compared with what."""
    cells = [(each.model, each.arm) for each in record.arm_runs]
    bases = [cell for cell in cells if cell[1] == record.baseline]
    if len(bases) > 1:
        (first, _), *others = bases
        return [
            Contrast(
                model,
                first,
                tuple(
                    ((model, arm), (first, arm))
                    for own, arm in cells
                    if own == first and (model, arm) in cells
                ),
            )
            for model, _ in others
        ]
    (base,) = bases
    return [Contrast(_label(cell), _label(base), ((cell, base),)) for cell in cells if cell != base]


def _label(cell: Cell) -> str:
    model, arm = cell
    return model if arm == model else f"{model} ({arm})"


def _summary(traces: Traces) -> Iterator[DynamicsRow]:
    for cell, by_seed in traces.items():
        for name, measure in SHOWN.items():
            values = [measure.of(traced) for traced in by_seed.values()]
            known = [value for value in values if math.isfinite(value)]
            yield DynamicsRow(
                *cell,
                name,
                len(known),
                _mean(known, measure.share),
                standard_deviation(known),
                tuple(known),
            )


def _mean(values: list[float], share: bool) -> float:
    """Of shares the mean, else the geometric mean; NaN of none, or where one is 0."""
    if not values or not (share or min(values) > 0):
        return math.nan
    return float(np.mean(values) if share else np.exp(np.mean(np.log(values))))


def effects_table(traces: Traces, wanted: list[Contrast]) -> list[DynamicsEffectRow]:
    """A row per contrast and measure, with its verdict; all of them are one family."""
    rows = [
        _effect(traces, each, name)
        for each in wanted
        for name in COMPARED
        if name != "band" or len(each.pairs) > 1
    ]
    adjusted = holm([row.p for row in rows])
    tested = sum(not math.isnan(p) for p in adjusted)
    return [_judged(row, p, tested) for row, p in zip(rows, adjusted, strict=True)]


def difference(
    traces: Traces, contrast: Contrast, name: DynamicsMeasure, alpha: float
) -> Difference:
    """A measure of a contrast: a difference of shares or a ratio, with an interval for `alpha`."""
    _, arm, base = _values(traces, contrast, name)
    found = welch(arm, base, alpha)
    if COMPARED[name].share:
        return found
    effect, low, high = map(_exponential, (found.effect, found.low, found.high))
    return replace(found, effect=effect, low=low, high=high)


def _effect(traces: Traces, contrast: Contrast, name: DynamicsMeasure) -> DynamicsEffectRow:
    """A measure of a contrast, before correction."""
    used, arm, base = _values(traces, contrast, name)
    found = difference(traces, contrast, name, ALPHA)
    scale = float if COMPARED[name].share else _exponential
    return DynamicsEffectRow(
        measure=name,
        subject=contrast.subject,
        baseline=contrast.baseline,
        arms=", ".join(used),
        scale="difference" if COMPARED[name].share else "ratio",
        base_mean=scale(float(np.mean(base))) if base else math.nan,
        mean=scale(float(np.mean(arm))) if arm else math.nan,
        effect=found.effect,
        low=found.low,
        high=found.high,
        p=found.p,
        p_adjusted=math.nan,
        seeds=found.seeds,
        outcome="none",
        sentence="",
    )


def _values(
    traces: Traces, contrast: Contrast, name: DynamicsMeasure
) -> tuple[list[str], list[float], list[float]]:
    """The arms that count, and each seed's value of both sides, as mean over these arms.

    Of what is compared by its ratio it is the mean of the logarithms. An arm counts if no training
    of either side diverged there and all have a number.
    """
    whole = [
        pair
        for pair in contrast.pairs
        if not any(t.record.diverged for cell in pair for t in traces[cell].values())
    ]
    found: list[tuple[list[str], list[float], list[float]]]
    if name == "band":
        mine, its = (_bands(traces, [pair[side] for pair in whole]) for side in (0, 1))
        found = [(_arms(whole), mine, its)]
    else:
        found = [
            (_arms([pair]), _scaled(name, traces[pair[0]]), _scaled(name, traces[pair[1]]))
            for pair in whole
        ]
    kept = [each for each in found if _all_finite(each[1]) and _all_finite(each[2])]
    if not kept:
        return [], [], []
    arm = np.mean([each[1] for each in kept], axis=0).tolist()
    base = np.mean([each[2] for each in kept], axis=0).tolist()
    return [label for each in kept for label in each[0]], arm, base


def _arms(pairs: list[tuple[Cell, Cell]]) -> list[str]:
    return [arm for (_, arm), _ in pairs]


def _scaled(name: DynamicsMeasure, seeds: dict[int, Traced]) -> list[float]:
    """A measure of each seed: a share, or the logarithm of all else."""
    measure = MEASURES[name]
    values = [measure.of(traced) for traced in seeds.values()]
    return values if measure.share else list(map(_log, values))


def _bands(traces: Traces, cells: list[Cell]) -> list[float]:
    """Logarithm of the band of each seed."""
    seeds = list(traces[cells[0]]) if cells else []
    return [_log(band({cell[1]: traces[cell][seed] for cell in cells})) for seed in seeds]


def _log(value: float) -> float:
    return math.log(value) if value > 0 else math.nan


def _exponential(value: float) -> float:
    return float(np.exp(value))


def _all_finite(values: list[float]) -> bool:
    return bool(values) and all(map(math.isfinite, values))


def _judged(row: DynamicsEffectRow, p: float, tested: int) -> DynamicsEffectRow:
    effect = row.effect if row.scale == "difference" else row.effect - 1
    found = outcome(Difference(effect, row.low, row.high, p, row.seeds), p, math.nan, 0)
    judged = replace(row, p_adjusted=p, outcome=DIRECTIONS[found])
    return replace(judged, sentence=sentence(judged, COMPARED[row.measure].title, tested))
