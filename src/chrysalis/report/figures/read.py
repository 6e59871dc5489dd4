"""An experiment's tables, read for its figures."""

from __future__ import annotations

from pathlib import Path

import pandas as pd


def arms_and_metrics(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """arms.csv and metrics.csv from `folder`: models and arms as text, whatever they are called.

    Only an empty sd is a missing number.
    """
    arms, metrics = (
        pd.read_csv(
            folder / f"{name}.csv",
            dtype={"model": str, "arm": str},
            keep_default_na=False,
            na_values={"sd": [""]},
        )
        for name in ("arms", "metrics")
    )
    return arms, metrics
