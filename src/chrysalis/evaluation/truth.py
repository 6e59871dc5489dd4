"""What a study found of what was planted in its dataset."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import get_args

from chrysalis.records.audit import IssueRow, LabelRow, PairRow, SeriesRow
from chrysalis.records.maps import BetrayedRow
from chrysalis.records.predictions import Predictions
from chrysalis.records.truth import FindingRow, PlantKind, TruthRow, TruthScoreRow

Item = frozenset[str]  # an image's path, a class, or two of either


@dataclass(frozen=True)
class Report:
    """What a study reports of one kind of plant, and how it looked for it."""

    method: str
    items: frozenset[Item]


def planted(truth: Iterable[TruthRow], kind: PlantKind) -> set[Item]:
    """What was planted of this kind; of a burst, every two of its images."""
    rows = [row for row in truth if row.kind == kind]
    if kind == "near_duplicate":
        return {frozenset({row.path, row.other}) for row in rows}
    if kind == "burst":
        series: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            series[row.other].append(row.path)
        return {
            frozenset(pair)
            for first, others in series.items()
            for pair in combinations([first, *others], 2)
        }
    if kind == "wrong_label":
        return {frozenset({row.path}) for row in rows}
    return {frozenset({row.class_, row.true_class} - {""}) for row in rows}


def findings(truth: list[TruthRow], reports: dict[PlantKind, Report]) -> list[FindingRow]:
    """A row for everything planted or reported, in order of kind and name."""
    rows = []
    for kind in _kinds():
        there = planted(truth, kind)
        named = reports[kind].items if kind in reports else frozenset()
        for item in sorted(there | named, key=sorted):
            one, other = [*sorted(item), ""][:2]
            rows.append(FindingRow(kind, one, other, item in there, item in named))
    return rows


def scores(rows: list[FindingRow], reports: dict[PlantKind, Report]) -> list[TruthScoreRow]:
    """A row for each kind of plant that was planted or looked for."""
    made = []
    for kind in _kinds():
        own = [row for row in rows if row.kind == kind]
        if not own and kind not in reports:
            continue
        there, named = sum(row.planted for row in own), sum(row.reported for row in own)
        found = sum(row.planted and row.reported for row in own)
        made.append(
            TruthScoreRow(
                kind=kind,
                planted=there,
                reported=named,
                found=found,
                missed=there - found,
                false_alarms=named - found,
                precision=found / named if named else math.nan,
                recall=found / there if there else math.nan,
                method=reports[kind].method if kind in reports else "",
            )
        )
    return made


def near_duplicates(pairs: Iterable[PairRow], truth: Iterable[TruthRow]) -> Report:
    """The pairs of images that the audit takes for one photograph.

    Two images of one burst may be near duplicates as well, so they are no false alarms.
    """
    found = {frozenset({row.path_a, row.path_b}) for row in pairs}
    return Report("near duplicates of the audit", frozenset(found - planted(truth, "burst")))


def doubtful(labels: Iterable[LabelRow]) -> Report:
    """The images whose label the audit doubts."""
    return Report("doubtful labels of the audit", frozenset(frozenset({r.path}) for r in labels))


def noisy(issues: Iterable[IssueRow]) -> Report:
    """The classes in which the audit doubts many labels."""
    found = (frozenset({row.class_}) for row in issues if row.check == "noisy_classes")
    return Report("noisy classes of the audit", frozenset(found))


def bursts(series: Iterable[SeriesRow], truth: Iterable[TruthRow]) -> Report:
    """Every two images of a series that the audit found.

    A near duplicate of one of its images belongs to a series as well, so it is no false alarm.
    """
    rows = list(truth)
    copies = {row.path for row in rows if row.kind == "near_duplicate"}
    images: dict[str, list[str]] = defaultdict(list)
    for row in series:
        if row.path not in copies:
            images[row.series].append(row.path)
    pairs = (pair for found in images.values() for pair in combinations(found, 2))
    return Report("series of the audit", frozenset(map(frozenset, pairs)))


def most_confused(trainings: list[Predictions], count: int) -> Report:
    """The `count` pairs of classes of which one is taken for the other most often.

    Errors are added up over both directions and over all `trainings`; ties go by name.
    """
    errors: Counter[Item] = Counter()
    for each in trainings:
        for label, answer in zip(each.labels, each.logits.argmax(1), strict=True):
            if label != answer:
                errors[frozenset({each.classes[label], each.classes[answer]})] += 1
    most = sorted(errors, key=lambda pair: (-errors[pair], sorted(pair)))[:count]
    return Report("confusions on test", frozenset(most))


def told_by_background(rows: Iterable[BetrayedRow]) -> Report:
    """The classes that some network recognises without their object (see `BetrayedRow`)."""
    found = frozenset(frozenset({row.class_}) for row in rows if row.betrayed)
    return Report("accuracy without the object", found)


def _kinds() -> tuple[PlantKind, ...]:
    return get_args(PlantKind)
