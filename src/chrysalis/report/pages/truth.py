"""Generated Markdown of the page that scores a study against what was planted in its images."""

from __future__ import annotations

from chrysalis.records.truth import FindingRow, PlantKind
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.numbers import NOTHING, number, percent
from chrysalis.report.pages.results import PLACES, StudyResults
from chrysalis.report.pages.tables import source, table

PAGE = "truth.qmd"
NAMES: dict[PlantKind, str] = {
    "near_duplicate": "Near-duplicates (pairs)",
    "burst": "Bursts of one specimen (pairs)",
    "wrong_label": "Wrong labels (images)",
    "look_alike": "Look-alikes (pairs of classes)",
    "betrayed_species": "Classes that their background betrays",
    "noisy_species": "Classes with many wrong labels",
}
MOST_ROWS = 30  # of one kind; the linked CSV has them all


def fragment(results: StudyResults) -> str:
    """How much of each kind of plant was found, and what was found, missed or a false alarm."""
    rows = [
        [
            NAMES[row.kind],
            number(row.planted),
            *(
                (number(row.found), number(row.missed), number(row.false_alarms))
                if row.method
                else (NOTHING,) * 3
            ),
            percent(row.precision),
            percent(row.recall) if row.method else NOTHING,
            literal(row.method) if row.method else "*not looked for*",
        ]
        for row in results.truth_scores
    ]
    headings = "Planted|Number|Found|Missed|False alarms|Precision|Recall|Looked for by"
    looked_for = [row.kind for row in results.truth_scores if row.method]
    lists = [_listed(kind, results.truth_findings) for kind in looked_for]
    made = [source("truth", PLACES.truth("scores")), source("truth", PLACES.truth("findings"))]
    return "\n".join([table(headings.split("|"), rows, "lrrrrrrl"), made[0], *lists, made[1]])


def _listed(kind: PlantKind, findings: list[FindingRow]) -> str:
    rows = [
        [" and ".join(map(literal, filter(None, (row.one, row.other)))), _outcome(row)]
        for row in findings
        if row.kind == kind
    ]
    return f"## {NAMES[kind]}\n\n" + table(["Which", "Outcome"], rows[:MOST_ROWS])


def _outcome(row: FindingRow) -> str:
    if row.planted and row.reported:
        return "found"
    return "**missed**" if row.planted else "**false alarm**"
