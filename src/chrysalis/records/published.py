"""What published figures and claims come to in a study: tables of the rule published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chrysalis.records.tables import Table

FigureOutcome = Literal[
    "within our interval", "outside our interval", "too few seeds", "not in this study"
]
# In the order in which pages list them.
ClaimOutcome = Literal["holds here", "contradicted here", "not shown", "not tested"]


@dataclass(frozen=True)
class PublishedFigureRow:
    """A published figure beside ours; ours are empty where the study has no such run.

    From `low` to `high` another training of ours would lie in 95 % of cases.
    """

    published_in: str
    model: str
    metric: str
    of_class: str
    epoch: str
    arm: str
    note: str
    published: float
    mean: float
    sd: float
    difference: float
    low: float
    high: float
    seeds: int
    outcome: FigureOutcome


@dataclass(frozen=True)
class PublishedClaimRow:
    """A published claim, what becomes of it here, and why.

    `estimate`, with the interval from `low` to `high`, is what the claim is about, in the `unit`;
    they are empty where nothing was measured. `comparisons` is how many the interval allows for.
    """

    published_in: str
    claim: str
    kind: str
    outcome: ClaimOutcome
    reason: str
    unit: str
    estimate: float
    low: float
    high: float
    comparisons: int


PUBLISHED_FIGURES = Table(PublishedFigureRow)
PUBLISHED_CLAIMS = Table(PublishedClaimRow)
