"""What the audit of the images finds: near duplicates, leaks, doubtful labels, odd files."""

from __future__ import annotations

from dataclasses import dataclass

from chrysalis.records.files import Record
from chrysalis.records.tables import Table


@dataclass(frozen=True)
class MeasureRow:
    """Light and sharpness of an image: see `audit.reading.measure`."""

    path: str
    sharpness: float
    brightness: float
    darkest: float
    brightest: float
    contrast: float


@dataclass(frozen=True)
class PairRow:
    """Two near duplicates; `kind` says what sets them apart (see `audit.registration`)."""

    path_a: str
    path_b: str
    similarity: float
    kind: str


@dataclass(frozen=True)
class GroupRow:
    """An image and the group whose images share a split, named by one of them."""

    path: str
    group: str


@dataclass(frozen=True)
class DuplicateRow:
    """Two near duplicates with their classes and splits; `splits` is such as train/test."""

    path_a: str
    path_b: str
    similarity: float
    kind: str
    splits: str
    classes: str


@dataclass(frozen=True)
class LeakRow:
    """A test image with a near duplicate in train or val: `twin` is the most similar of them."""

    path: str
    class_: str
    twin: str
    twin_split: str
    twin_class: str
    similarity: float


@dataclass(frozen=True)
class IssueRow:
    """One thing that a check found: in a file, or if `path` is empty in a class."""

    check: str
    path: str
    class_: str
    split: str
    detail: str


@dataclass(frozen=True)
class LabelRow:
    """An image whose label is doubtful, the worst first.

    `confidence` is the probability of its own class, `suggested_confidence` that of the class
    suggested. `correct_class` is left empty for you to fill in.
    """

    path: str
    class_: str
    split: str
    suggested: str
    confidence: float
    suggested_confidence: float
    correct_class: str


@dataclass(frozen=True)
class AlikeRow:
    """Two classes and the share of their images that are taken for the other class."""

    class_a: str
    class_b: str
    images: int
    confused: int
    share: float


@dataclass(frozen=True)
class NoiseRow:
    """A class, and how many of its labels are doubtful though no class alike explains it."""

    class_: str
    images: int
    doubtful: int
    share: float


@dataclass(frozen=True)
class SeriesRow:
    """An image of a series of photographs of one subject; `series` is the path of its first."""

    series: str
    path: str
    class_: str
    split: str


class AuditRecord(Record):
    """audit.json: what the audit went by, and what it comes to.

    `thumbnail` is the side of the thumbnails in px, `smallest` the least at which near duplicates
    are looked for, `threshold` the least similarity, and `plain` counts the images that show too
    little to be compared. `groups` counts groups of at least two images. Of `test_images`,
    `leaked` have a near duplicate in train or val. `folds_accuracy` is that of the linear probe on
    images that it did not learn from; `probe_val` and `probe_test` are those of the probe that
    learned from train alone.
    """

    embedder: str
    images: int
    thumbnail: int
    smallest: int
    threshold: float
    plain: int
    pairs: int
    across: int
    groups: int
    grouped: int
    test_images: int
    leaked: int
    folds: int
    folds_accuracy: float | None
    probe_val: float | None
    probe_test: float | None


MEASURES = Table(MeasureRow)
PAIRS = Table(PairRow)
GROUPS = Table(GroupRow)
DUPLICATES = Table(DuplicateRow)
LEAKS = Table(LeakRow)
ISSUES = Table(IssueRow)
LABELS = Table(LabelRow)
ALIKE = Table(AlikeRow)
NOISE = Table(NoiseRow)
SERIES = Table(SeriesRow)
