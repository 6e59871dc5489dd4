"""The tables of the rule published: those of all files that the study's dataset names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from chrysalis.evaluation.published import Measured, claims_table, figures_table

TABLES = {"figures": figures_table, "claims": claims_table}


def published_tables(study: dict[str, Any], results: Path) -> dict[str, pd.DataFrame]:
    """figures and claims, each row with the name of its file in `published_in`.

    `study` is what study.json holds; `results` the folder of the study's results.
    """
    measured = Measured(study, results)
    return {
        name: pd.concat(
            tabulate(published, measured).assign(published_in=file)
            for file, published in study["published"].items()
        )
        for name, tabulate in TABLES.items()
    }
