"""Figures of an experiment's arms, from the tables of the rule compare."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from chrysalis.report.figures.charts import plot_arms, plot_effects, plot_per_class
from chrysalis.report.figures.saving import Drawn

NUMBERS = ("images", "seeds", "mean", "sd", "effect", "low", "high", "p_holm", "support")


def draw_experiment(tables: Path, threshold: float) -> Drawn:
    """The arms, their effects beside `threshold` (a fraction), and accuracy by class.

    `tables` is the folder of the tables. Names are read as written: a class may be called 1 or NA.
    """
    arms, effects, per_class = (
        _read(tables / f"{n}.csv") for n in ("arms", "effects", "per_class")
    )
    return {
        "arms": (arms, plot_arms(arms)),
        "effects": (effects, plot_effects(effects, threshold=threshold)),
        "per_class": (per_class, plot_per_class(per_class)),
    }


def _read(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    numbers = [column for column in NUMBERS if column in table]
    table[numbers] = table[numbers].apply(pd.to_numeric)
    return table
