"""The order of rows that figures and tables share."""

from __future__ import annotations

import pandas as pd


def by_model(table: pd.DataFrame) -> pd.DataFrame:
    """The rows with those of one model together; models in the order of their first row."""
    ranks = {model: rank for rank, model in enumerate(dict.fromkeys(table["model"]))}
    return table.sort_values("model", key=lambda names: names.map(ranks), kind="stable")
