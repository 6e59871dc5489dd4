"""Tables about the images: what inspection found, the split, and the explained predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chrysalis.records.tables import Table


@dataclass(frozen=True)
class ImageRow:
    """One usable image; `split` is empty unless official, as is `mask` without a mask."""

    path: str
    class_: str
    split: str
    width: int
    height: int
    mode: str
    format: str
    bytes: int
    sha256: str
    mask: str
    note: str


@dataclass(frozen=True)
class LeftOutRow:
    """One file that was left out, and why."""

    path: str
    class_: str
    reason: str


@dataclass(frozen=True)
class SplitRow:
    """Label and split of one image."""

    path: str
    class_: str
    label: int
    split: str
    sha256: str
    width: int
    height: int
    mask: str


@dataclass(frozen=True)
class GalleryRow:
    """One explained prediction; `layer` has a map of `rows` x `columns` cells."""

    row: int
    path: str
    label: int
    predicted: int
    class_: str
    predicted_class: str
    confidence: float
    correct: bool
    layer: str
    rows: int
    columns: int


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


IMAGES = Table(ImageRow)
LEFT_OUT = Table(LeftOutRow)
SPLIT = Table(SplitRow)
GALLERY = Table(GalleryRow)
TRUTH = Table(TruthRow)
PHOTOGRAPHS = Table(PhotographRow)
