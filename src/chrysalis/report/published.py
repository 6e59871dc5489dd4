"""Generated Markdown of the page that sets published figures beside the study's."""

from __future__ import annotations

import pandas as pd

from chrysalis.report.escape import literal
from chrysalis.report.results import PUBLISHED, Results
from chrysalis.report.tables import NOTHING, accuracy, percent, points, source, table

PAGE = "published.qmd"


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
            literal(row["metric"]),
            percent(row["published"]),
            accuracy(row["mean"], row["sd"], row["seeds"]) if row["seeds"] else "not in this study",
            points(row["mean"] - row["published"]),
        ]
        for row in figures.to_dict("records")
    ]
    headings = "Model|Arm|Note|Top-1 on|Published|Here|Here minus published (points)"
    return table(headings.split("|"), rows, "llllrrr")


def _claims(claims: pd.DataFrame) -> str:
    rows = [
        [literal(row["claim"]), f"**{literal(row['outcome'])}**", literal(row["basis"]) or NOTHING]
        for row in claims.to_dict("records")
    ]
    return table(["Published claim", "Verdict", "What it rests on"], rows)
