"""Figures of how the arms of an experiment train, from the tables of the rule dynamics."""

from __future__ import annotations

import pandas as pd

from chrysalis.records.paths import TrainingPaths
from chrysalis.report.figures import dynamics
from chrysalis.report.figures.saving import Drawn

TABLES = ("steps", "epochs", "layers")


def read_dynamics(trainings: dict[tuple[str, str], TrainingPaths]) -> dict[str, pd.DataFrame]:
    """steps, epochs and layers of all arms, each with the columns model and arm.

    `trainings` holds one training per model and arm.
    """
    return {
        name: pd.concat(
            [
                pd.read_csv(paths.dynamics / f"{name}.csv").assign(model=model, arm=arm)
                for (model, arm), paths in trainings.items()
            ],
            ignore_index=True,
        )
        for name in TABLES
    }


def draw_dynamics(tables: dict[str, pd.DataFrame]) -> Drawn:
    """The band of losses along the gradient, the loss landscape, and what the layers do."""
    bands = dynamics.tabulate_bands(tables["steps"])
    looks = dynamics.tabulate_looks(tables["steps"])
    return {
        "loss_band": (bands, dynamics.plot_bands(bands)),
        "landscape": (looks, dynamics.plot_looks(looks)),
        "layers": (tables["layers"], dynamics.plot_layers(tables["layers"])),
    }
