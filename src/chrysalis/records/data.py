"""Tables about the images: what inspection found, the split, and the explained predictions."""

from __future__ import annotations

from dataclasses import dataclass

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


IMAGES = Table(ImageRow)
LEFT_OUT = Table(LeftOutRow)
SPLIT = Table(SplitRow)
GALLERY = Table(GalleryRow)
