"""How effects vary: variances of finished trainings of this dataset, or else of kept studies.

A study's own first seeds are its best pilot, since they are trained only once: with two of them
the variances of each of its comparisons are known. Only variances are taken from them, no effect,
so looking at them to choose a number of seeds hardly biases the verdicts (Wittes and Brittain,
Statistics in Medicine 9, 1990: internal pilot studies).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import numpy as np

from chrysalis.evaluation.arms import ANALYSES, load_arms
from chrysalis.records.paths import StudyPaths
from chrysalis.records.predictions import read
from chrysalis.records.study import ExperimentRecord
from chrysalis.records.tables import Table
from chrysalis.stats.power import Components, variance_components, variance_components_paired

KEPT = Path(__file__).with_name("pilots.csv")
LEAST_SEEDS = 2
MOST_RUNS = 6  # pairs of so many runs tell enough of how trainings on a dataset vary


@dataclass(frozen=True)
class PilotRow:
    """A kept study: its size, its mean test accuracy, and the components of its comparisons."""

    dataset: str
    comparisons: int
    seeds: int
    images: int
    accuracy: float
    seed: float
    image: float
    residual: float


PILOTS = Table(PilotRow)


@dataclass(frozen=True, eq=False)
class Pair:
    """Right answers (seeds, images) of two arms; `shared` if row s of both is one training."""

    arm: np.ndarray
    baseline: np.ndarray
    shared: bool = False


def pooled(pairs: Iterable[Pair]) -> Components:
    """The mean components of at least one pair: what another such comparison should have.

    Pairs of the same shape are pooled before any component is kept from falling below 0, which
    would make the mean too large.
    """
    alike: dict[tuple[bool, tuple[int, ...]], list[Pair]] = {}
    for pair in pairs:
        alike.setdefault((pair.shared, pair.arm.shape), []).append(pair)
    found = []
    for (shared, _), group in alike.items():
        estimate = variance_components_paired if shared else variance_components
        arm = np.stack([pair.arm for pair in group])
        found += [estimate(arm, np.stack([pair.baseline for pair in group]))] * len(group)
    return Components(
        mean(one.seed for one in found),
        mean(one.image for one in found),
        mean(one.residual for one in found),
        max(one.arms for one in found),
        answers=True,
    )


def kept() -> list[Components]:
    """The components of each kept study."""
    return [Components(row.seed, row.image, row.residual, 2, True) for row in PILOTS.read(KEPT)]


def of_experiment(record: ExperimentRecord, paths: StudyPaths, seeds: list[int]) -> list[Pair]:
    """An experiment's comparisons; none unless two seeds of all of its arms are done.

    Raises:
        UserError: predictions are damaged.
    """
    done = [seed for seed in seeds if all(_is_done(paths, run, seed) for run in _folders(record))]
    if len(done) < LEAST_SEEDS:
        return []
    compared = ANALYSES[record.analysis](load_arms(record, paths, done), record)
    return [
        Pair(one.arm.correct, one.baseline.correct, one.shares_trainings)
        for one in compared.comparisons
        if one.same_images
    ]


def of_dataset(paths: StudyPaths) -> list[Pair]:
    """Pairs of any finished runs that were judged on the same test images.

    Raises:
        UserError: predictions are damaged.
    """
    found: list[np.ndarray] = []
    images: np.ndarray | None = None
    for run in sorted(paths.runs.glob("*-*")):
        folders = [folder for folder in sorted(run.glob("seed*/train")) if _whole(folder)]
        if len(folders) < LEAST_SEEDS or len(found) == MOST_RUNS:
            continue
        seeds = [read(folder, "test") for folder in folders]
        images = seeds[0].paths if images is None else images
        if all(np.array_equal(seed.paths, images) for seed in seeds):
            found.append(np.stack([seed.correct for seed in seeds]))
    return [
        Pair(arm[: len(base)], base[: len(arm)]) for arm, base in itertools.combinations(found, 2)
    ]


def _folders(record: ExperimentRecord) -> list[tuple[str, str]]:
    return [(arm_run.run, arm_run.stage) for arm_run in record.arm_runs]


def _is_done(paths: StudyPaths, run: tuple[str, str], seed: int) -> bool:
    return _whole(paths.training(run[0], seed).folder / run[1])


def _whole(folder: Path) -> bool:
    return (folder / "run.json").is_file() and (folder / "predictions.parquet").is_file()
