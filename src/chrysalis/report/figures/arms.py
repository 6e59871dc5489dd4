"""Figures of an experiment's arms, from the tables of the rule compare."""

from __future__ import annotations

from chrysalis.records.experiment import ARMS, EFFECTS, PER_CLASS
from chrysalis.records.paths import ExperimentPaths
from chrysalis.report.figures.experiment import plot_arms, plot_effects, plot_per_class
from chrysalis.report.figures.saving import Drawn


def draw_experiment(paths: ExperimentPaths, threshold: float) -> Drawn:
    """The arms, their effects beside `threshold` (a fraction), and accuracy by class."""
    arms = ARMS.read_frame(paths.table("arms"))
    effects = EFFECTS.read_frame(paths.table("effects"))
    per_class = PER_CLASS.read_frame(paths.table("per_class"))
    return {
        "arms": (arms, plot_arms(arms)),
        "effects": (effects, plot_effects(effects, threshold=threshold)),
        "per_class": (per_class, plot_per_class(per_class)),
    }
