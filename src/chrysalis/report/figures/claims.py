"""All primary comparisons of a study in one forest plot."""

from __future__ import annotations

import dataclasses

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from chrysalis.records.experiment import CLAIMS, EFFECTS
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.report.figures.saving import Drawn
from chrysalis.report.figures.style import (
    BAND,
    GREY,
    ROW,
    STYLE,
    colour,
    label_rows,
    new_figure,
    put_legend,
    shorten,
)

MOST = 30  # rows
SIDE = 6.0  # inches: it stands beside the text
COLUMNS = ["title", "model", "arm", "baseline", "effect", "low", "high", "outcome"]
# How each outcome is drawn: its colour, and whether the mark is filled.
LOOKS = {
    "better": (colour(0), True),
    "worse": (colour(1), True),
    "equal": (colour(2), True),
    "none": (GREY, False),
    "insufficient": (GREY, False),
}


def draw_claims(study: StudyRecord, paths: StudyPaths) -> Drawn:
    """The primary comparisons with what the study as a whole claims of them, and their figure."""
    table = tabulate_claims(study, paths)
    return {"claims": (table, plot_claims(table, study.threshold))}


def tabulate_claims(study: StudyRecord, paths: StudyPaths) -> pd.DataFrame:
    """A row for each primary comparison: columns `COLUMNS`, effects and limits as fractions.

    The outcome is that of the whole study, so it is corrected over all these rows.
    """
    titles = {experiment.name: experiment.title for experiment in study.experiments}
    effects = {
        (name, row.model, row.arm, row.baseline): row
        for name in titles
        for row in EFFECTS.read(paths.experiment(name).table("effects"))
    }
    rows = [
        dataclasses.asdict(effects[claim.experiment, claim.model, claim.arm, claim.baseline])
        | {"title": titles[claim.experiment], "outcome": claim.outcome}
        for claim in CLAIMS.read(paths.claims)
        if claim.outcome != "exploratory" and claim.experiment in study.primary
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


@mpl.rc_context(STYLE)
def plot_claims(table: pd.DataFrame, threshold: float) -> Figure:
    """A row for each comparison of `tabulate_claims`, up to `MOST`; a line of text if none.

    `threshold` (a fraction) is the least difference that the study cares about: a grey band.
    """
    if table.empty:
        figure = new_figure(0.8, SIDE)
        figure.text(0.02, 0.5, "This study makes no primary comparisons.", va="center")
        return figure
    shown = table.head(MOST)
    figure = new_figure(1.5 + 1.15 * ROW * len(shown), SIDE)
    axes = figure.subplots()
    axes.axvspan(-100 * threshold, 100 * threshold, color=BAND, zorder=0)
    axes.axvline(0, color="#495057", lw=1)
    for place, row in enumerate(shown.itertuples()):
        paint, filled = LOOKS[row.outcome]
        if pd.notna(row.low) and pd.notna(row.high):
            axes.plot([100 * row.low, 100 * row.high], [place, place], color=paint)
        if pd.notna(row.effect):
            (point,) = axes.plot(100 * row.effect, place, "o", ms=8, color=paint, clip_on=False)
            point.set_markerfacecolor(paint if filled else "w")
        if place and row.title != shown["title"].iloc[place - 1]:
            axes.axhline(place - 0.5, color="#ADB5BD", lw=0.8)
    label_rows(axes, [_label(row, table) for row in shown.to_dict("records")])
    axes.set_xlabel("Effect on test accuracy (points)")
    axes.grid(visible=False, axis="y")
    beyond = len(table) - len(shown)
    if beyond:
        axes.set_title(f"The first {len(shown)}; {beyond} more are in the file", weight="normal")
    _explain(figure, set(shown["outcome"]))
    return figure


def _label(row: dict, table: pd.DataFrame) -> str:
    """What is compared; with the model, where the experiment has several."""
    alike = table[table["title"] == row["title"]]
    several = alike["model"].nunique() > 1 and row["arm"] != row["model"]
    model = f"{row['model']}: " if several else ""
    title = "" if row["arm"] == row["model"] else f"{row['title']}: "
    return shorten(f"{title}{model}{row['arm']} vs {row['baseline']}", 44)


def _explain(figure: Figure, outcomes: set[str]) -> None:
    """A legend of the marks that there are."""
    words = {
        "better": "better",
        "worse": "worse",
        "equal": "equal within the threshold",
        "none": "not decided",
    }
    marks = [
        Line2D([], [], marker="o", color=LOOKS[each][0], mfc=None if LOOKS[each][1] else "w")
        for each in words
    ]
    found = outcomes - {"insufficient"} | ({"none"} if "insufficient" in outcomes else set())
    for mark, text in zip(marks, words.values(), strict=True):
        mark.set_label(text)
    band = Patch(color=BAND, label="too small to matter")
    handles = [mark for mark, each in zip(marks, words, strict=True) if each in found]
    put_legend(figure, [*handles, band], columns=3)
