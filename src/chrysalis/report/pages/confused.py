"""Generated Markdown on which classes the best model takes for which."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.numbers import count, number
from chrysalis.report.pages.plots import Plot
from chrysalis.report.pages.tables import source, table

FIGURE = "confusion"  # the figure whose table holds the counts
MOST_ROWS = 12


@dataclass(frozen=True)
class Confused:
    """A true class that is taken for another: so many of its answers, over all seeds."""

    true: str
    taken_for: str
    answers: int


def load_confused(results: Path, plots: list[Plot]) -> list[Confused]:
    """All errors in the table of the confusion matrix, the most frequent first."""
    found = next((plot.table for plot in plots if plot.image.stem == FIGURE), None)
    if found is None:
        return []
    counts = pd.read_csv(results / found, dtype={"class": str}, keep_default_na=False)
    names, numbers = counts["class"].tolist(), counts.iloc[:, 2:].to_numpy(int)
    wrong = numbers - np.diag(np.diag(numbers))
    rows, columns = np.nonzero(wrong)
    order = np.argsort(-wrong[rows, columns], kind="stable")
    return [
        Confused(names[row], names[column], int(wrong[row, column]))
        for row, column in zip(rows[order], columns[order], strict=True)
    ]


def fragment(confused: list[Confused], plots: list[Plot]) -> str:
    """The most frequent errors as a list; empty without a confusion matrix."""
    plot = next((plot for plot in plots if plot.image.stem == FIGURE), None)
    if plot is None:
        return ""
    made = source(plot.rule, plot.table)
    if not confused:
        return f"## Most frequent errors\n\nThe best model makes no error on test.\n\n{made}"
    rows = [
        [
            literal(row.true),
            literal(row.taken_for),
            number(row.answers),
        ]
        for row in confused[:MOST_ROWS]
    ]
    beyond = len(confused) - MOST_ROWS
    rest = f"And {count(beyond, 'more pair')} of classes.\n\n" if beyond > 0 else ""
    headings = ["True class", "Taken for", "Answers, all seeds"]
    shown = table(headings, rows, "llr")
    return f"## Most frequent errors\n\n{shown}\n{rest}{made}"
