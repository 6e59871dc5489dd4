"""Generated Markdown of the page that sets published figures beside the study's."""

from __future__ import annotations

import math
from typing import get_args

from chrysalis.config.published import Published
from chrysalis.evaluation.metrics import METRICS
from chrysalis.records.published import ClaimOutcome, PublishedClaimRow, PublishedFigureRow
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.numbers import (
    NBSP,
    NOTHING,
    accuracy,
    count,
    number,
    percent,
    points,
    signed,
)
from chrysalis.report.pages.results import PLACES, StudyResults
from chrysalis.report.pages.sections import spread
from chrysalis.report.pages.tables import badge, sentence, source, table

PAGE = "published.qmd"
SHARE_NAMES = {
    "test": "test top-1",
    "val": "val top-1",
    "train": "top-1 in training",
    "top2": "test top-2",
    "top3": "test top-3",
    "top4": "test top-4",
    "top5": "test top-5",
    "precision": "test precision",
    "precision_macro": "test precision, macro",
    "recall_macro": "test recall, macro",
    "f1_macro": "test F1, macro",
    "precision_weighted": "test precision, weighted",
    "f1_weighted": "test F1, weighted",
    "dead": "dead units",
    "vanishing": "vanishing gradients",
    "exploding": "exploding gradients",
}
OTHER_NAMES = {"train_loss": "loss in training (nats)"}
DIGITS = {"train_loss": 3}
CLAIM_OUTCOMES: tuple[ClaimOutcome, ...] = get_args(ClaimOutcome)
EXPLAINED = """The 95 % interval is where another training of ours would lie, judged on as many
other images. A published figure *within our interval* could well be one of ours. It is taken to
come from one training. *Difference* is our figure minus the published one, in percentage points
where the figures are shares.
"""


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
            literal(row.outcome),
        ]
        for row in figures
    ]
    headings = "Model|Arm|Note|Figure|Published|Here|Difference|95 % interval|Verdict"
    return f"{EXPLAINED}\n" + table(headings.split("|"), rows, "llllrrrr")


def _meant(row: PublishedFigureRow) -> str:
    name = (SHARE_NAMES | OTHER_NAMES).get(row.metric) or METRICS[row.metric].heading
    of_class = f" of {literal(row.of_class)}" if row.of_class else ""
    epoch = f", epoch {literal(row.epoch)}" if row.epoch else ""
    return f"{name}{of_class}{epoch}"


def _numbers(row: PublishedFigureRow) -> tuple[str, str, str, str]:
    """The published number, ours, the difference (of shares in points), and our interval."""
    if row.metric in SHARE_NAMES:
        published, here = percent(row.published), accuracy(row.mean, row.sd, row.seeds)
        difference, limits = points(row.difference), [percent(row.low), percent(row.high)]
    else:
        digits = METRICS[row.metric].digits if row.metric in METRICS else DIGITS[row.metric]
        published, here = number(row.published, digits), spread(digits, row.mean, row.sd)
        difference = signed(row.difference, digits)
        limits = [number(row.low, digits), number(row.high, digits)]
    interval = NOTHING if NOTHING in limits else f"{NBSP}to{NBSP}".join(limits)
    if not row.seeds:
        return published, NOTHING, NOTHING, NOTHING
    return published, here, NOTHING if math.isinf(row.mean) else difference, interval


def _claims(claims: list[PublishedClaimRow]) -> str:
    """How many claims have each outcome, and all of them in that order."""
    counts = [(outcome, [c for c in claims if c.outcome == outcome]) for outcome in CLAIM_OUTCOMES]
    told = ", ".join(f"{number(len(those))} {outcome}" for outcome, those in counts if those)
    rows = [
        [literal(row.claim), badge(outcome), sentence(row.reason)]
        for outcome, those in counts
        for row in those
    ]
    summary = f"Of {count(len(claims), 'claim')}: {told}.\n\n" if claims else ""
    return summary + table(["Published claim", "Verdict here", "Why"], rows)
