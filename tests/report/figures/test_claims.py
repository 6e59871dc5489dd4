"""The forest plot of a study's primary comparisons."""

import pandas as pd
import pytest

from chrysalis.records.experiment import CLAIMS
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.report.figures.claims import MOST, plot_claims, tabulate_claims


def rows(count, outcome="none"):
    return pd.DataFrame(
        {
            "title": "Loss",
            "model": "mynet",
            "arm": [f"arm{n}" for n in range(count)],
            "baseline": "as_set",
            "effect": 0.02,
            "low": -0.01,
            "high": 0.05,
            "outcome": outcome,
        }
    )


def test_the_table_holds_the_primary_comparisons_with_the_claims_of_the_study(results):
    paths = StudyPaths(results)
    table = tabulate_claims(StudyRecord.read(paths.study), paths)
    claims = [row for row in CLAIMS.read(paths.claims) if row.outcome != "exploratory"]
    assert table["outcome"].tolist() == [row.outcome for row in claims]
    assert "Label noise" not in set(table["title"])
    assert (table["effect"] == 0.021).all()


@pytest.mark.parametrize(("outcome", "filled"), [("better", True), ("none", False)])
def test_only_what_is_decided_is_filled(outcome, filled):
    axes = plot_claims(rows(1, outcome), 0.01).axes[0]
    (mark,) = [line for line in axes.lines if line.get_marker() == "o"]
    assert (mark.get_markerfacecolor() == mark.get_color()) == filled
    assert list(mark.get_xdata()) == [pytest.approx(2)]


def test_many_comparisons_are_cut_with_a_count():
    axes = plot_claims(rows(MOST + 7), 0.01).axes[0]
    assert len(axes.get_yticklabels()) == MOST
    assert "7 more" in axes.get_title(loc="left")


def test_a_study_without_primary_comparisons_says_so():
    figure = plot_claims(rows(0), 0.01)
    assert "no primary comparisons" in figure.texts[0].get_text()
