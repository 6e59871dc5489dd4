"""Generated Markdown of the page that sets published figures beside the study's."""

from __future__ import annotations

import pandas as pd

from chrysalis.evaluation.metrics import METRICS
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.results import PUBLISHED, Results
from chrysalis.report.pages.sections import spread
from chrysalis.report.pages.tables import (
    NOTHING,
    accuracy,
    percent,
    points,
    sentence,
    source,
    table,
)

PAGE = "published.qmd"
ABSENT = "not in this study"
SHARE_NAMES = {
    "test": "test top-1",
    "val": "val top-1",
    "top5": "test top-5",
    "dead": "dead units",
}


def fragment(results: Results) -> str:
    """For each source: what differs from here, its figures beside ours, and its claims judged."""
    return "\n".join(
        _source(results, name, told) for name, told in results.study["published"].items()
    )


def _source(results: Results, name: str, told: dict) -> str:
    figures, claims = (
        rows[rows["published_in"] == name]
        for rows in (results.published[k] for k in ("figures", "claims"))
    )
    differences = "\n".join(f"- {literal(text)}" for text in told["differences"])
    return (
        f"## {literal(told['title'])}\n\n{literal(told['source'])}\n\n"
        f"What differs from this study:\n\n{differences}\n\n"
        f"### Figures\n\n{_figures(figures)}\n{source('published', PUBLISHED / 'figures.csv')}\n"
        f"### Claims\n\n{_claims(claims)}\n{source('published', PUBLISHED / 'claims.csv')}\n"
    )


def _figures(figures: pd.DataFrame) -> str:
    rows = [
        [
            literal(row["model"]),
            literal(row["arm"]) or NOTHING,
            literal(row["note"]) or NOTHING,
            _meant(row),
            *_numbers(row),
        ]
        for row in figures.to_dict("records")
    ]
    headings = "Model|Arm|Note|Figure|Published|Here|Difference"
    explained = "Difference: here minus published, in percentage points where these are shares.\n\n"
    return explained + table(headings.split("|"), rows, "llllrrr")


def _meant(row: dict) -> str:
    if row["of_class"]:
        return f"test top-1 of {literal(row['of_class'])}"
    return SHARE_NAMES.get(row["metric"]) or METRICS[row["metric"]].heading


def _numbers(row: dict) -> tuple[str, str, str]:
    """The published number, ours, and the difference (of shares in percentage points)."""
    if row["metric"] in SHARE_NAMES:
        published, difference = percent(row["published"]), points(row["difference"])
        here = accuracy(row["mean"], row["sd"], row["seeds"])
    else:
        metric = METRICS[row["metric"]]
        published = f"{row['published']:.{metric.digits}f}"
        here = spread(metric, row["mean"], row["sd"])
        difference = f"{row['difference']:+.{metric.digits}f}"
    return (published, here, difference) if row["seeds"] else (published, ABSENT, NOTHING)


def _claims(claims: pd.DataFrame) -> str:
    rows = [
        [literal(row["claim"]), f"**{literal(row['outcome'])}**", sentence(row["basis"]) or NOTHING]
        for row in claims.to_dict("records")
    ]
    return table(["Published claim", "Verdict", "What it rests on"], rows)
