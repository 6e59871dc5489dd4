"""One plain Markdown page on repeated studies: what became of every published claim.

It is read where nothing renders our site, so its tables are those that any Markdown knows.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Sequence
from typing import get_args

from chrysalis.records.published import ClaimOutcome, FigureOutcome
from chrysalis.records.replication import Replication
from chrysalis.report.pages.numbers import count, number, typeset

CLAIMS: tuple[ClaimOutcome, ...] = get_args(ClaimOutcome)
TESTED: tuple[FigureOutcome, ...] = (
    "within our interval",
    "outside our interval",
    "not reached here",
)
MEANING: dict[ClaimOutcome, str] = {
    "holds here": "All of the interval lies where the claim puts it.",
    "contradicted here": "None of the interval lies where the claim puts it.",
    "not shown": "The interval lies on both sides: these trainings and images can't tell.",
    "not tested": "The study does not measure it, or what was told of it is not enough.",
}


def page(studies: Sequence[Replication]) -> str:
    """The page: what was asked, a line for each study, then every claim by its outcome."""
    return "\n".join(
        [
            "# What hand-made studies claimed, and what holds",
            "",
            _introduction(studies),
            "## The studies",
            "",
            _overview(studies),
            *(_claims(studies, outcome) for outcome in CLAIMS),
            "## What differs from the sources",
            "",
            *(_differences(study) for study in studies),
        ]
    )


def _introduction(studies: Sequence[Replication]) -> str:
    outcomes = Counter(row.outcome for study in studies for row in study.claims)
    told = ", ".join(f"{each} **{outcomes[each]}**" for each in CLAIMS)
    trainings = sum(study.trainings for study in studies)
    return (
        f"{count(len(studies), 'study', 'studies')} compared image classifiers by hand: one "
        "training for each setting, two numbers compared by eye, a sentence written down. "
        "Chrysalis repeats each under the recipe of its source, with several seeds and a control, "
        f"and judges every sentence: {number(trainings)} trainings in all.\n\n"
        f"Of {count(sum(outcomes.values()), 'claim')}: {told}.\n\n"
        "A claim is about a difference, a ratio, an equality or an order, so it names a region. It "
        "is judged by a 95 % interval that allows for all comparisons of its experiment, over the "
        "trainings and the test images. A *reduced* study has fewer or smaller images, fewer "
        "epochs or narrower networks than its source, so that it needs no GPU: there, what "
        "contradicts a claim may be the size. Give `make study STUDY=<name>` to repeat "
        "one in full, and `make study STUDY=<name> CONFIG=scale=reduced` as here.\n"
    )


def _overview(studies: Sequence[Replication]) -> str:
    rows = []
    for study in studies:
        outcomes = Counter(row.outcome for row in study.claims)
        figures = Counter(row.outcome for row in study.figures)
        within = figures["within our interval"]
        rows.append(
            [
                _title(study),
                number(study.trainings),
                number(len(study.seeds)),
                number(study.images["train"]),
                number(study.minutes),
                f"{within} of {sum(figures[each] for each in TESTED)}",
                *(number(outcomes[each]) for each in CLAIMS),
            ]
        )
    headings = ["Study", "Trainings", "Seeds", "Training images", "Minutes", "Figures within"]
    return (
        table([*headings, *map(str.capitalize, CLAIMS)], rows, "l" + "r" * 9)
        + "\n*Minutes* are those of all trainings, one by one. *Figures within*: how many of the "
        "published figures that we have a number for lie where 95 % of our trainings would.\n"
    )


def _claims(studies: Sequence[Replication], outcome: ClaimOutcome) -> str:
    rows = [
        [_title(study), _text(row.claim), _text(typeset(row.reason))]
        for study in studies
        for row in study.claims
        if row.outcome == outcome
    ]
    heading = f"## {outcome.capitalize()} ({len(rows)})\n\n{MEANING[outcome]}\n\n"
    return heading + (table(["Study", "Claim", "Why"], rows) if rows else "None.\n")


def _differences(study: Replication) -> str:
    reduced = [
        f"{name} is {here} in place of {full}" for name, (full, here) in study.reduced.items()
    ]
    lines = [*reduced, *study.differences, *(f"assumed: {text}" for text in study.assumed)]
    machines = "; ".join(map(_text, study.machines))
    listed = "\n".join(f"- {_text(line)}" for line in lines)
    return f"### {_title(study)}\n\n{listed}\n- trained on: {machines}\n"


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], right: str = "") -> str:
    """A pipe table; the letter of `right` at a column's place is r for numbers."""
    sides = right.ljust(len(headings), "l")
    rule = ["---:" if side == "r" else "---" for side in sides]
    return "".join(f"| {' | '.join(line)} |\n" for line in (headings, rule, *rows))


def _title(study: Replication) -> str:
    """Its title, with what every mention of it has to say."""
    notes = ["reduced"] * bool(study.reduced) + ["too small"] * bool(study.too_small)
    return _text(study.title + (f" ({', '.join(notes)})" if notes else ""))


def _text(text: str) -> str:
    """On one line, harmless in a cell."""
    escaped = html.escape(" ".join(text.split()), quote=False)
    for character in "\\|*_`[]":
        escaped = escaped.replace(character, f"\\{character}")
    return escaped
