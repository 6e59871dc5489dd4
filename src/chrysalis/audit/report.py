"""All that the audit finds out about a dataset, put together from the tables of earlier stages."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from chrysalis.audit import issues, labels, leaks
from chrysalis.audit.duplicates import SMALLEST, WIDTH, plain
from chrysalis.audit.neighbours import compress
from chrysalis.audit.registration import THRESHOLD
from chrysalis.audit.series import find_series
from chrysalis.records import audit as tables
from chrysalis.records.audit import (
    AlikeRow,
    AuditRecord,
    DuplicateRow,
    IssueRow,
    LabelRow,
    LeakRow,
    NoiseRow,
    SeriesRow,
)
from chrysalis.records.data import IMAGES, LEFT_OUT, SPLIT
from chrysalis.records.paths import StudyPaths

SAME_PICTURE = "same picture as"  # how inspection begins the reason of an exact duplicate


@dataclass(frozen=True)
class Audit:
    """The tables of the rule audit, and its record."""

    duplicates: list[DuplicateRow]
    leaks: list[LeakRow]
    issues: list[IssueRow]
    labels: list[LabelRow]
    alike: list[AlikeRow]
    noise: list[NoiseRow]
    series: list[SeriesRow]
    record: AuditRecord

    def write(self, paths: StudyPaths) -> None:
        """Write a CSV per table, and audit.json."""
        tables.DUPLICATES.write(self.duplicates, paths.audit("duplicates"))
        tables.LEAKS.write(self.leaks, paths.audit("leaks"))
        tables.ISSUES.write(self.issues, paths.audit("issues"))
        tables.LABELS.write(self.labels, paths.audit("labels"))
        tables.ALIKE.write(self.alike, paths.audit("alike"))
        tables.NOISE.write(self.noise, paths.audit("noise"))
        tables.SERIES.write(self.series, paths.audit("series"))
        self.record.write(paths.audited)


def audit(paths: StudyPaths, embedder: str, threads: int) -> Audit:
    """Check the images by what inspection, embedding, the search and the split have written.

    Raises:
        UserError: a file is missing or damaged.
    """
    torch.set_num_threads(threads)
    images = _images(paths)
    vectors = np.load(paths.embedding.vectors, mmap_mode="r")
    thumbnails = np.load(paths.embedding.thumbnails, mmap_mode="r")
    small = compress(vectors, WIDTH)
    pairs = tables.PAIRS.read(paths.pairs)
    duplicates, leaked = leaks.by_split(pairs, images), leaks.leaks(pairs, images)
    judged = _judge_labels(images, small)
    series = _series(images, vectors)
    found = [
        *_left_out(paths),
        *(_of_duplicate(row) for row in duplicates),
        *(_of_leak(row) for row in leaked),
        *(_of_label(row) for row in judged.rows),
        *issues.imbalance(images),
        *(_of_classes(row) for row in judged.alike),
        *(_of_noise(row) for row in judged.noise if row.share >= labels.NOISY),
        *_of_series(series),
        *issues.file_issues(images),
        *issues.outliers(images, small),
    ]
    groups = images["group"].value_counts()
    record = AuditRecord(
        embedder=embedder,
        images=len(images),
        thumbnail=thumbnails.shape[1],
        smallest=SMALLEST,
        threshold=THRESHOLD,
        plain=int(plain(thumbnails).sum()),
        pairs=len(pairs),
        across=sum(map(leaks.across, duplicates)),
        groups=int((groups > 1).sum()),
        grouped=int(groups[groups > 1].sum()),
        test_images=int(images["split"].eq("test").sum()),
        leaked=len(leaked),
        folds=labels.FOLDS,
        folds_accuracy=judged.accuracy,
        **_probe(images, small),
    )
    return Audit(duplicates, leaked, found, judged.rows, judged.alike, judged.noise, series, record)


def _images(paths: StudyPaths) -> pd.DataFrame:
    """The images in the order of images.csv, with split, label, group and measures."""
    split = SPLIT.read_frame(paths.split)[["path", "label", "split"]]
    table = IMAGES.read_frame(paths.images).drop(columns="split").merge(split, on="path")
    table = table.merge(tables.GROUPS.read_frame(paths.groups), on="path")
    return table.merge(tables.MEASURES.read_frame(paths.embedding.measures), on="path")


@dataclass(frozen=True)
class _Judged:
    rows: list[LabelRow]
    alike: list[AlikeRow]
    noise: list[NoiseRow]
    accuracy: float | None


def _judge_labels(images: pd.DataFrame, vectors: np.ndarray) -> _Judged:
    label = images["label"].to_numpy()
    names = images.drop_duplicates("label").sort_values("label")["class"].tolist()
    shares = labels.out_of_fold(vectors, label, images["group"].to_numpy())
    if shares is None:
        return _Judged([], [], [], None)
    predicted = shares.argmax(1)
    rows = [
        LabelRow(
            path=images["path"][row],
            class_=images["class"][row],
            split=images["split"][row],
            suggested=names[predicted[row]],
            confidence=round(float(shares[row, label[row]]), 4),
            suggested_confidence=round(float(shares[row, predicted[row]]), 4),
            correct_class="",
        )
        for row in labels.doubtful(label, shares)
    ]
    alike = labels.alike(label, predicted, names)
    noise = labels.noise(images["class"].value_counts(sort=False).to_dict(), rows, alike)
    return _Judged(rows, alike, noise, round(float((predicted == label).mean()), 4))


def _series(images: pd.DataFrame, vectors: np.ndarray) -> list[SeriesRow]:
    of = images.set_index("path")[["class", "split"]].to_dict("index")
    return [
        SeriesRow(found[0], path, of[path]["class"], of[path]["split"])
        for found in find_series(images["path"].tolist(), vectors)
        for path in found
    ]


def _probe(images: pd.DataFrame, vectors: np.ndarray) -> dict[str, float | None]:
    """Accuracy on val and test of a linear probe that learned from train."""
    label, split = images["label"].to_numpy(), images["split"].to_numpy()
    model = labels.probe(vectors[split == "train"], label[split == "train"])
    found: dict[str, float | None] = {}
    for name in ("val", "test"):
        here = split == name
        right = model.predict(vectors[here]) == label[here] if here.any() else None
        found[f"probe_{name}"] = None if right is None else round(float(right.mean()), 4)
    return found


def _left_out(paths: StudyPaths) -> Iterator[IssueRow]:
    for row in LEFT_OUT.read(paths.left_out):
        check = "exact_duplicates" if row.reason.startswith(SAME_PICTURE) else "broken"
        yield IssueRow(check, row.path, row.class_, "", row.reason)


def _of_duplicate(row: DuplicateRow) -> IssueRow:
    detail = f"near duplicate of {row.path_b} ({row.kind}, similarity {row.similarity:.2f})"
    return IssueRow("near_duplicates", row.path_a, row.classes, row.splits, detail)


def _of_leak(row: LeakRow) -> IssueRow:
    detail = f"near duplicate of {row.twin}, which is in {row.twin_split}"
    return IssueRow("leakage", row.path, row.class_, "test", detail)


def _of_label(row: LabelRow) -> IssueRow:
    return IssueRow("labels", row.path, row.class_, row.split, f"looks like {row.suggested}")


def _of_classes(row: AlikeRow) -> IssueRow:
    detail = f"{row.confused} of {row.images} images are taken for the other class"
    return IssueRow("classes_alike", "", f"{row.class_a} / {row.class_b}", "", detail)


def _of_noise(row: NoiseRow) -> IssueRow:
    detail = f"{row.doubtful} of {row.images} labels are doubtful"
    return IssueRow("noisy_classes", "", row.class_, "", detail)


def _of_series(rows: list[SeriesRow]) -> Iterator[IssueRow]:
    for first, images in itertools.groupby(rows, key=lambda row: row.series):
        found = list(images)
        classes = " / ".join(sorted({row.class_ for row in found}))
        splits = "/".join(sorted({row.split for row in found}))
        detail = f"{len(found)} images that seem to show one subject, such as {found[1].path}"
        yield IssueRow("series", first, classes, splits, detail)
