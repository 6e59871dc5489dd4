"""The truth about a generated dataset, and what a study found of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chrysalis.records.tables import Table

PlantKind = Literal[
    "near_duplicate", "burst", "wrong_label", "look_alike", "betrayed_species", "noisy_species"
]


@dataclass(frozen=True)
class TruthRow:
    """One thing planted in a generated dataset; text that does not apply is empty.

    - near_duplicate: `path` is the image `other` once more; `how` says what was done to it.
    - burst: `path` shows the same specimen as `other`, the first image of its series.
    - wrong_label: `path` lies in the folder of `class_` and shows `true_class`.
    - look_alike: `class_` differs only in details from `true_class`.
    - betrayed_species: `class_` sits on the background `how`, and no other species does.
    - noisy_species: some images of `class_` are wrong labels, each listed as such.
    """

    kind: PlantKind
    path: str
    other: str
    class_: str
    true_class: str
    how: str


@dataclass(frozen=True)
class PhotographRow:
    """What one generated photograph shows: the species, its look (such as a sex), and where.

    Photographs of one `individual` show the same specimen. `visible` is the share of the image.
    """

    path: str
    class_: str
    true_class: str
    mode: int
    background: str
    individual: int
    visible: float


@dataclass(frozen=True)
class FindingRow:
    """An image, a class, or a pair of either (`one`, and `other` or empty), planted or reported.

    Planted and reported: found. Only planted: missed. Only reported: a false alarm.
    """

    kind: PlantKind
    one: str
    other: str
    planted: bool
    reported: bool


@dataclass(frozen=True)
class TruthScoreRow:
    """How well one kind of plant was found.

    `method` says how it was looked for; it is empty if the study does not look for it, and then
    nothing is reported. Precision is NaN where nothing is reported, recall where nothing is
    planted.
    """

    kind: PlantKind
    planted: int
    reported: int
    found: int
    missed: int
    false_alarms: int
    precision: float
    recall: float
    method: str


TRUTH = Table(TruthRow)
PHOTOGRAPHS = Table(PhotographRow)
FINDINGS = Table(FindingRow)
TRUTH_SCORES = Table(TruthScoreRow)
