"""What is read off a traced training: its measures, one number each.

Those of Santurkar et al. (NeurIPS 2018), those of the study of VGG-A that
`config/published/vgg_batch_norm.yaml` holds, and one of Hein and Andriushchenko (NeurIPS 2017).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from chrysalis.config.metrics import DynamicsMeasure
from chrysalis.records.dynamics import EPOCHS, LAYERS, STEPS, TraceRecord
from chrysalis.records.paths import TrainingPaths

WINDOWS = 50  # means of the loss along a curve
SANTURKAR, VGG, HEIN = "Santurkar et al.", "VGG-A study", "Hein and Andriushchenko"


@dataclass(frozen=True)
class Traced:
    """One traced training's files, read when they are asked for."""

    paths: TrainingPaths

    @cached_property
    def record(self) -> TraceRecord:
        """How far it was followed."""
        return TraceRecord.read(self.paths.dynamics / "trace.json")

    @cached_property
    def steps(self) -> pd.DataFrame:
        """Its steps."""
        return STEPS.read_frame(self.paths.dynamics / "steps.csv")

    @cached_property
    def epochs(self) -> pd.DataFrame:
        """The ends of its epochs."""
        return EPOCHS.read_frame(self.paths.dynamics / "epochs.csv")

    @cached_property
    def layers(self) -> pd.DataFrame:
        """Its layers at the ends of its epochs."""
        return LAYERS.read_frame(self.paths.dynamics / "layers.csv")

    def looks(self, measure: Callable[[pd.DataFrame], pd.Series]) -> np.ndarray:
        """A measure at each step that was looked at (n,); it may be infinite there."""
        return measure(self.steps).dropna().to_numpy()

    def at_end(self, table: pd.DataFrame, column: str) -> np.ndarray:
        """A column's values of the last epoch, without those that are missing."""
        return table.loc[table["epoch"] == table["epoch"].max(), column].dropna().to_numpy()


@dataclass(frozen=True)
class Measure:
    """A number of a traced training, NaN where it has none; the smaller, the tamer the training.

    A `share` is compared by its difference, all else by its ratio.
    """

    title: str
    source: str
    of: Callable[[Traced], float]
    share: bool = False


def _median(column: str) -> Callable[[Traced], float]:
    return lambda traced: _of(np.median, traced.looks(lambda steps: steps[column]))


def _mean_share(column: str) -> Callable[[Traced], float]:
    return lambda traced: _of(np.mean, traced.looks(lambda steps: steps[column]))


def _variation(traced: Traced) -> float:
    return _of(np.median, traced.looks(lambda steps: steps["loss_high"] - steps["loss_low"]))


def _of(statistic: Callable[[np.ndarray], float], values: np.ndarray) -> float:
    return float(statistic(values)) if len(values) else np.nan


MEASURES: dict[DynamicsMeasure, Measure] = {
    "loss_variation": Measure("Loss variation", SANTURKAR, _variation),
    "gradient_change": Measure("Gradient predictiveness", SANTURKAR, _median("change_high")),
    "smoothness": Measure("Effective beta-smoothness", SANTURKAR, _median("smoothness")),
    "difference_farthest": Measure(
        "Largest gradient difference, farthest", VGG, _median("difference_farthest")
    ),
    "difference_mean": Measure(
        "Largest gradient difference, mean", VGG, _median("difference_mean")
    ),
    "predictiveness": Measure(
        "Gradient predictiveness, fixed step", VGG, _median("predictiveness")
    ),
    "lipschitz": Measure(
        "Lipschitz estimate by noise",
        VGG,
        lambda traced: _of(np.max, traced.at_end(traced.epochs, "lipschitz")),
    ),
    "dead": Measure(
        "Dead units",
        VGG,
        lambda traced: _of(np.mean, traced.at_end(traced.layers, "dead")),
        share=True,
    ),
    "vanishing": Measure("Vanishing gradients", VGG, _mean_share("vanishing"), share=True),
    "exploding": Measure("Exploding gradients", VGG, _mean_share("exploding"), share=True),
    "input_gradient": Measure(
        "Largest input gradient",
        HEIN,
        lambda traced: _of(np.max, traced.at_end(traced.epochs, "input_gradient_max")),
    ),
}
# Of several arms at once: see `band`.
BAND = Measure("Loss band over the arms", VGG, lambda traced: np.nan)
COMPARED: dict[DynamicsMeasure, Measure] = {**MEASURES, "band": BAND}
# Shown with each arm but not compared: where nothing is learned, everything looks tame.
LOSS = Measure(
    "Training loss, last epoch",
    "",
    lambda traced: _of(np.mean, traced.at_end(traced.steps, "loss")),
)
SHOWN: dict[str, Measure] = {"loss": LOSS} | {str(name): each for name, each in MEASURES.items()}
# All that tables name.
NAMED = SHOWN | {"band": BAND}


def windows(steps: pd.DataFrame, length: int) -> pd.DataFrame:
    """The loss of a training of `length` steps, averaged over up to `WINDOWS` equal parts of it.

    Columns step (the last of a part) and loss.
    """
    width = max(1, -(-length // WINDOWS))
    means = steps.groupby(steps["step"] // width)["loss"].mean()
    last = np.minimum((means.index.to_numpy() + 1) * width, length) - 1
    return pd.DataFrame({"step": last, "loss": means.to_numpy()})


def band(arms: Mapping[str, Traced]) -> float:
    """The width of the band of losses over the arms of one model and seed: the mean over the
    training of the largest minus the smallest loss, in the loss's unit. NaN of a single arm."""
    if len(arms) < 2:
        return np.nan
    length = max(traced.record.steps for traced in arms.values())
    losses = pd.concat([windows(traced.steps, length) for traced in arms.values()])
    spread = losses.groupby("step")["loss"].agg(lambda values: values.max() - values.min())
    return float(spread.mean())
