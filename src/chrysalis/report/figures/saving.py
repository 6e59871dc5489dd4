"""Figures beside the tables that they show."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from chrysalis.records.tables import write_frame
from chrysalis.report.figures.style import save_figure

Drawn = dict[str, tuple[pd.DataFrame, Figure]]


def save_drawn(drawn: Drawn, folder: Path, suffix: str = ".svg") -> None:
    """Write each figure, and its table under the same name, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (table, figure) in drawn.items():
        write_frame(table, folder / f"{name}.csv")
        save_figure(figure, folder / f"{name}{suffix}")
