"""Generated Markdown on which classes a model takes for which."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chrysalis.records.pictures import ConfusionRow
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.numbers import count, number, percent
from chrysalis.report.pages.results import PLACES
from chrysalis.report.pages.tables import source, table

MOST_ROWS = 12


def confusions(rows: Sequence[ConfusionRow], named: Callable[[str], str] = literal) -> str:
    """Pairs of classes with how often one is taken for the other; `named` writes a class."""
    lines = [
        [
            named(row.class_),
            named(row.predicted),
            f"{number(row.errors)} of {number(row.answers)}",
            percent(row.share),
        ]
        for row in rows
    ]
    headings = ["Images of", "were taken for", "Answers", "Share"]
    shown = table(headings, lines, "llrr") + "\n" if lines else ""
    return shown + source("pictures", PLACES.pictures("confusions"))


def most_frequent(rows: Sequence[ConfusionRow]) -> str:
    """The most frequent errors of the best model as a list, with how many more there are."""
    if not rows:
        shown = "The best model makes no error on test.\n\n"
    else:
        beyond = len(rows) - MOST_ROWS
        shown = f"And {count(beyond, 'more pair')} of classes.\n\n" if beyond > 0 else ""
    return f"## Most frequent errors\n\n{shown}{confusions(rows[:MOST_ROWS])}"
