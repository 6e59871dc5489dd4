"""Generated Markdown of the page that sets published figures beside the study's."""

from __future__ import annotations

from chrysalis.config.published import Published
from chrysalis.evaluation.metrics import METRICS
from chrysalis.records.experiment import PublishedClaimRow, PublishedFigureRow
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.numbers import NOTHING, accuracy, number, percent, points, signed
from chrysalis.report.pages.results import PLACES, StudyResults
from chrysalis.report.pages.sections import spread
from chrysalis.report.pages.tables import sentence, source, table

PAGE = "published.qmd"
ABSENT = "not in this study"
SHARE_NAMES = {
    "test": "test top-1",
    "val": "val top-1",
    "top5": "test top-5",
    "dead": "dead units",
}


def fragment(results: StudyResults) -> str:
    """For each source: what differs from here, its figures beside ours, and its claims judged."""
    return "\n".join(
        _source(results, name, published) for name, published in results.record.published.items()
    )


def _source(results: StudyResults, name: str, published: Published) -> str:
    figures = [row for row in results.published_figures if row.published_in == name]
    claims = [row for row in results.published_claims if row.published_in == name]
    differences = "\n".join(f"- {literal(text)}" for text in published.differences)
    made = {each: source("published", PLACES.published(each)) for each in ("figures", "claims")}
    return (
        f"## {literal(published.title)}\n\n{literal(published.source)}\n\n"
        f"What differs from this study:\n\n{differences}\n\n"
        f"### Figures\n\n{_figures(figures)}\n{made['figures']}\n"
        f"### Claims\n\n{_claims(claims)}\n{made['claims']}\n"
    )


def _figures(figures: list[PublishedFigureRow]) -> str:
    rows = [
        [
            literal(row.model),
            literal(row.arm) if row.arm else NOTHING,
            literal(row.note) if row.note else NOTHING,
            _meant(row),
            *_numbers(row),
        ]
        for row in figures
    ]
    headings = "Model|Arm|Note|Figure|Published|Here|Difference"
    explained = (
        "*Difference* is our figure minus the published one. It is in percentage points where the "
        "figures are shares.\n\n"
    )
    return explained + table(headings.split("|"), rows, "llllrrr")


def _meant(row: PublishedFigureRow) -> str:
    if row.of_class:
        return f"test top-1 of {literal(row.of_class)}"
    return SHARE_NAMES.get(row.metric) or METRICS[row.metric].heading


def _numbers(row: PublishedFigureRow) -> tuple[str, str, str]:
    """The published number, ours, and the difference (of shares in percentage points)."""
    if row.metric in SHARE_NAMES:
        published, difference = percent(row.published), points(row.difference)
        here = accuracy(row.mean, row.sd, row.seeds)
    else:
        metric = METRICS[row.metric]
        published = number(row.published, metric.digits)
        here = spread(metric, row.mean, row.sd)
        difference = signed(row.difference, metric.digits)
    return (published, here, difference) if row.seeds else (published, ABSENT, NOTHING)


def _claims(claims: list[PublishedClaimRow]) -> str:
    rows = [
        [
            literal(row.claim),
            f"**{literal(row.outcome)}**",
            sentence(row.basis) if row.basis else NOTHING,
        ]
        for row in claims
    ]
    return table(["Published claim", "Verdict here", "Based on"], rows)
