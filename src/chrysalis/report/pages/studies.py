"""One Markdown page on several studies: how many published figures and claims each confirms."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from chrysalis.records.paths import StudyPaths
from chrysalis.records.published import (
    PUBLISHED_CLAIMS,
    PUBLISHED_FIGURES,
    ClaimOutcome,
    FigureOutcome,
    PublishedClaimRow,
    PublishedFigureRow,
)
from chrysalis.records.study import StudyRecord
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.numbers import number
from chrysalis.report.pages.tables import badge, sentence, table

CLAIMS: tuple[ClaimOutcome, ...] = get_args(ClaimOutcome)
FIGURES: tuple[FigureOutcome, ...] = get_args(FigureOutcome)


@dataclass(frozen=True)
class Judged:
    """A study with what became of the published figures and claims."""

    record: StudyRecord
    figures: list[PublishedFigureRow]
    claims: list[PublishedClaimRow]


def load(results: Path) -> Judged:
    """A study's published tables, from the folder of its results.

    Raises:
        UserError: a file is missing or damaged.
    """
    paths = StudyPaths(results)
    return Judged(
        StudyRecord.read(paths.study),
        PUBLISHED_FIGURES.read(paths.published("figures")),
        PUBLISHED_CLAIMS.read(paths.published("claims")),
    )


def page(studies: list[Judged]) -> str:
    """The page: a line for each study, then every claim, sorted by outcome."""
    rows = [
        [
            _title(study),
            *_counts([row.outcome for row in study.figures], FIGURES),
            *_counts([row.outcome for row in study.claims], CLAIMS),
        ]
        for study in studies
    ]
    headings = ["Study", *(f"Figures {each}" for each in FIGURES), *(f"Claims {c}" for c in CLAIMS)]
    claims = [
        [badge(outcome), _title(study), literal(row.claim), sentence(row.reason)]
        for outcome in CLAIMS
        for study in studies
        for row in study.claims
        if row.outcome == outcome
    ]
    return (
        "# Studies of others, repeated\n\n"
        "Each line counts what became of the figures and the claims of one source.\n\n"
        + table(headings, rows, "l" + "r" * (len(headings) - 1))
        + "\n## Every claim, by outcome\n\n"
        + table(["Verdict", "Study", "Published claim", "Why"], claims)
    )


def _title(study: Judged) -> str:
    """Its title, with what every mention of it has to say."""
    notes = ["reduced"] * bool(study.record.reduced) + ["too small"] * bool(study.record.too_small)
    return literal(study.record.title + (f" ({', '.join(notes)})" if notes else ""))


def _counts(found: list[str], kinds: tuple[str, ...]) -> list[str]:
    return [number(found.count(kind)) for kind in kinds]
