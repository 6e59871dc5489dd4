"""Figures of how the arms of an experiment train, from the tables of the rule dynamics."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from chrysalis.evaluation.traces import Traced
from chrysalis.report.figures import dynamics
from chrysalis.report.figures.saving import Drawn


def tabulate_traces(
    traces: Mapping[tuple[str, str], Mapping[int, Traced]],
) -> dict[str, pd.DataFrame]:
    """steps and layers of all trainings, each with the columns model, arm and seed.

    `traces` holds the traced trainings by model and arm, then by seed.
    """
    every = [
        (traced, {"model": model, "arm": arm, "seed": seed})
        for (model, arm), by_seed in traces.items()
        for seed, traced in by_seed.items()
    ]
    return {
        "steps": pd.concat([t.steps.assign(**names) for t, names in every], ignore_index=True),
        "layers": pd.concat([t.layers.assign(**names) for t, names in every], ignore_index=True),
    }


def draw_dynamics(tables: Mapping[str, pd.DataFrame], effects: pd.DataFrame) -> Drawn:
    """The measures against the baseline, the band of losses, the landscape, and the layers."""
    ratios = dynamics.tabulate_ratios(effects)
    bands = dynamics.tabulate_bands(tables["steps"])
    looks = dynamics.tabulate_looks(tables["steps"])
    layers = dynamics.tabulate_layers(tables["layers"])
    return {
        "measures": (ratios, dynamics.plot_ratios(ratios)),
        "loss_band": (bands, dynamics.plot_bands(bands)),
        "landscape": (looks, dynamics.plot_looks(looks)),
        "layers": (layers, dynamics.plot_layers(layers)),
    }
